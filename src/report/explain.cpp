#include "report/explain.h"

#include <algorithm>

#include <fmt/format.h>

#include "fusion/group.h"
#include "report/markdown.h"

namespace fusescout::report {

using namespace graph;
using namespace fusion;

namespace {

std::string place_text(Location place) { return place.file.empty() ? "" : fmt::format("{}:{}", place.file.view(), place.line); }

std::string type_text(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph.tensors[id];
  std::string dims, values;
  bool symbolic = false;
  for (Dim dim : tensor.shape) {
    dims += (dims.empty() ? "" : ", ") + graph.expressions.to_string(dim);
    values += (values.empty() ? "" : ", ") + std::to_string(dim.value);
    symbolic |= dim.symbolic();
  }
  return fmt::format("{}[{}]{}{}", dtype_name(tensor.dtype), dims, symbolic ? " = [" + values + "]" : "", graph.contiguous(tensor) ? "" : ", strided");
}

std::string estimate_text(const Estimate& e) { return fmt::format("{:.2f} us [{:.2f}, {:.2f}]", e.nominal, e.low, e.high); }

std::string line(std::string_view text) { return std::string(text) + "\n"; }

std::string operators_text(const Finding& finding, const Graph& graph, Words words) {
  std::string text = line(words("现状", "today"));
  if (finding.occurrences.empty()) return "";
  const Occurrence& first = finding.occurrences[0];
  std::vector<KernelId> kernels = first.kernels;
  std::sort(kernels.begin(), kernels.end(), [&](KernelId a, KernelId b) { return graph.kernels[a].operators.front() < graph.kernels[b].operators.front(); });
  for (KernelId id : kernels) {
    const Kernel& kernel = graph.kernels[id];
    text += line(fmt::format("  kernel {}{}", kernel.name.view(), kernel.fused_by.empty() ? "" : fmt::format(" ({} {})", words("来自", "by"), kernel.fused_by)));
    for (OperatorId op_id : kernel.operators) {
      const Operator& op = graph.operators[op_id];
      std::string operands, results;
      for (TensorId input : op.inputs) operands += (operands.empty() ? "" : ", ") + tensor_name(graph, input);
      for (TensorId output : op.outputs) results += (results.empty() ? "" : ", ") + type_text(graph, output);
      bool part = std::binary_search(first.operators.begin(), first.operators.end(), op_id);
      text += line(fmt::format("    {} {}({}) -> {}  {}", part ? "*" : " ", op.kind.view(), operands, results, place_text(place_of(graph, op_id))));
    }
  }
  if (finding.proposal.empty() && finding.verdict == Verdict::AlreadyFused) return text;
  text += line(words("融合后", "after"));
  if (finding.proposal.size() == 1) {
    text += line(fmt::format("  kernel {}: {}", finding.interface.name, words("以上全部算子", "all of these operators")));
  } else if (!finding.proposal.empty()) {
    text += line(fmt::format("  {}: {}", finding.interface.name, words("由以下 kernel 组成", "of these kernels")));
    for (const ProposedKernel& kernel : finding.proposal) {
      std::string kinds;
      for (OperatorId op : kernel.operators) kinds += (kinds.empty() ? "" : ", ") + graph.operators[op].kind.str();
      text += line("    kernel: " + kinds);
    }
  } else {
    text += line(words("  以上 kernel 均不再需要", "  none of these kernels"));
  }
  return text;
}

std::string interface_text(const Finding& finding, const Graph& graph, Words words) {
  if (finding.proposal.empty()) return "";
  std::string text = line(fmt::format("{} {}", words("接口", "interface"), finding.interface.name));
  for (const InterfaceTensor& input : finding.interface.inputs) {
    text += line(fmt::format("  in   {}: {}{}{}", input.name, type_text(graph, input.tensor), input.parameter ? words(", 权重", ", weight") : "",
                             input.mutated ? words(", 原地写入", ", written in place") : ""));
  }
  for (const InterfaceScalar& scalar : finding.interface.scalars) text += line(fmt::format("  in   {}: {} = {}", scalar.name, scalar.type, scalar.value));
  for (const InterfaceTensor& output : finding.interface.outputs) text += line(fmt::format("  out  {}: {}", output.name, type_text(graph, output.tensor)));
  return text;
}

}  // namespace

std::string explain(const Finding& finding, const ModelRun& run, Language language) {
  const Graph& graph = run.graph;
  const Words words{language};
  auto labelled = [&](std::string_view zh, std::string_view en, std::string_view text) { return line(fmt::format("{}: {}", words(zh, en), text)); };
  std::string text = line(finding.id);
  text += line(fmt::format("{} ({}, {}): {}", words(finding.name_zh, finding.name_en), family_name(finding.family), finding.kind, verdict(finding.verdict, words)));
  if (!finding.reason.empty()) text += labelled("原因", "reason", words(finding.reason));
  if (!finding.why_en.empty()) text += labelled("收益来源", "why it helps", words(finding.why_zh, finding.why_en));
  if (!finding.alternative_to.empty()) {
    text += labelled("二选一", "alternative to", fmt::format("{} ({})", finding.alternative_to, words("其收益不计入总和", "its gain is not in the sum")));
  }
  for (const Span& span : finding.locations) {
    text += line(span.first_line == span.last_line ? fmt::format("{} {}:{}", words("位于", "at"), span.file.view(), span.first_line)
                                                   : fmt::format("{} {}:{}-{}", words("位于", "at"), span.file.view(), span.first_line, span.last_line));
  }
  if (!finding.layers.empty()) {
    text += labelled("适用的层", "layers", fmt::format("{}{}, {} {}, {} {}", finding.layers.front(), finding.layers.size() > 1 ? " ... " + finding.layers.back() : "",
                                                   finding.layers.size(), words("层", "in all"), finding.occurrences.size(), words("处", "places")));
  }
  for (const FusedBy& by : finding.by) {
    text += line(fmt::format("{} {} `{}`{}{}", words("由", "by"), words(by.how), by.name, by.location.file.empty() ? "" : fmt::format(" {} {}", words("位于", "at"), place_text(by.location)),
                             by.guard.empty() ? "" : fmt::format(", {} {}", words("条件", "if"), words(by.guard))));
  }
  text += operators_text(finding, graph, words);
  text += interface_text(finding, graph, words);
  if (!finding.conditions.empty()) text += line(words("条件", "conditions"));
  for (const Condition& condition : finding.conditions) {
    text += line(fmt::format("  [{}] {}{}{}", condition.holds ? words("满足", "ok") : words("不满足", "no"), words(condition.name), condition.value.empty() ? "" : ": " + words(condition.value),
                             condition.reason.empty() ? "" : " -- " + words(condition.reason)));
  }
  if (finding.verdict != Verdict::AlreadyFused && finding.verdict != Verdict::BrokenPass) {
    const Price& price = finding.price;
    text += line(words("收益", "gain"));
    text += line(fmt::format("  {} {}", words("融合前", "before"), estimate_text(price.before)));
    text += line(fmt::format("  {} {}", words("融合后", "after "), estimate_text(price.after)));
    text += line(fmt::format("  {} {}, {} {:.2f} us", words("收益  ", "gain  "), estimate_text(price.gain), words("参数不利时", "pessimistic"), price.pessimistic_gain));
    double megabytes = finding.bytes_saved / 1e6;
    text += line(words(fmt::format("  每处节省 {} 次 kernel 启动, {:.3f} MB 访存", finding.launches_saved, megabytes),
                       fmt::format("  {} launch{} and {:.3f} MB of memory traffic saved each time", finding.launches_saved, finding.launches_saved == 1 ? "" : "es", megabytes)));
    for (const std::string& step : price.arithmetic) text += line("  " + words(step));
    std::string share = fmt::format("{}, {:.2f} %", estimate_text(finding.step_gain), 100 * finding.step_share);
    text += line(words(fmt::format("  每步 {} 处: {}", finding.occurrences.size(), share), fmt::format("  {} times a step: {} of it", finding.occurrences.size(), share)));
  }
  for (const std::string& risk : finding.risks) text += labelled("风险", "risk", words(risk));
  return text;
}

}  // namespace fusescout::report
