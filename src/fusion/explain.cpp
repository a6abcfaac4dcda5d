#include "fusion/explain.h"

#include <algorithm>

#include <fmt/format.h>

#include "fusion/group.h"

namespace fusescout::fusion {

using namespace graph;

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

std::string estimate_text(const Estimate& e) { return fmt::format("{:.2f} us ({:.2f} to {:.2f})", e.nominal, e.low, e.high); }

std::string line(std::string text) { return text + "\n"; }

std::string operators_text(const Finding& finding, const Graph& graph) {
  std::string text = "today\n";
  if (finding.occurrences.empty()) return "";
  const Occurrence& first = finding.occurrences[0];
  std::vector<KernelId> kernels = first.kernels;
  std::sort(kernels.begin(), kernels.end(), [&](KernelId a, KernelId b) { return graph.kernels[a].operators.front() < graph.kernels[b].operators.front(); });
  for (KernelId id : kernels) {
    const Kernel& kernel = graph.kernels[id];
    text += line(fmt::format("  kernel {}{}", kernel.name.view(), kernel.fused_by.empty() ? "" : " (by " + kernel.fused_by + ")"));
    for (OperatorId op_id : kernel.operators) {
      const Operator& op = graph.operators[op_id];
      std::string operands, results;
      for (TensorId input : op.inputs) operands += (operands.empty() ? "" : ", ") + tensor_name(graph, input);
      for (TensorId output : op.outputs) results += (results.empty() ? "" : ", ") + type_text(graph, output);
      bool part = std::binary_search(first.operators.begin(), first.operators.end(), op_id);
      text += line(fmt::format("    {} {}({}) -> {}  {}", part ? "*" : " ", op.kind.view(), operands, results, place_text(place_of(graph, op_id))));
    }
  }
  if (finding.proposal.size() == 1) text += line("after\n  kernel " + finding.interface.name + ": all of these operators");
  else if (!finding.proposal.empty()) {
    text += line("after\n  " + finding.interface.name + ", of these kernels");
    for (const ProposedKernel& kernel : finding.proposal) {
      std::string kinds;
      for (OperatorId op : kernel.operators) kinds += (kinds.empty() ? "" : ", ") + graph.operators[op].kind.str();
      text += line("    kernel: " + kinds);
    }
  }
  else if (finding.verdict != Verdict::AlreadyFused) text += line("after\n  none of these kernels");
  return text;
}

std::string interface_text(const Finding& finding, const Graph& graph) {
  if (finding.proposal.empty()) return "";
  std::string text = line("interface " + finding.interface.name);
  for (const InterfaceTensor& input : finding.interface.inputs) {
    text += line(fmt::format("  in   {}: {}{}{}", input.name, type_text(graph, input.tensor), input.parameter ? ", weight" : "", input.mutated ? ", written in place" : ""));
  }
  for (const InterfaceScalar& scalar : finding.interface.scalars) text += line(fmt::format("  in   {}: {} = {}", scalar.name, scalar.type, scalar.value));
  for (const InterfaceTensor& output : finding.interface.outputs) text += line(fmt::format("  out  {}: {}", output.name, type_text(graph, output.tensor)));
  return text;
}

}  // namespace

std::string explain(const Finding& finding, const ModelRun& run) {
  const Graph& graph = run.graph;
  std::string text = line(finding.id);
  text += line(fmt::format("{} ({}, {}): {}", finding.name_en, family_name(finding.family), finding.kind, verdict_name(finding.verdict)));
  if (!finding.reason.empty()) text += line("reason: " + finding.reason);
  if (!finding.why_en.empty()) text += line("why it helps: " + finding.why_en);
  if (!finding.alternative_to.empty()) text += line("alternative to: " + finding.alternative_to + " (its gain is not in the sum)");
  for (const Span& span : finding.locations) {
    text += line(span.first_line == span.last_line ? fmt::format("at {}:{}", span.file.view(), span.first_line)
                                                   : fmt::format("at {}:{}-{}", span.file.view(), span.first_line, span.last_line));
  }
  if (!finding.layers.empty()) {
    text += line(fmt::format("layers: {}, {} in all, {} places", finding.layers.front() + (finding.layers.size() > 1 ? " to " + finding.layers.back() : ""),
                             finding.layers.size(), finding.occurrences.size()));
  }
  for (const FusedBy& by : finding.by) {
    text += line(fmt::format("by {} `{}`{}{}", by.how, by.name, by.location.file.empty() ? "" : " at " + place_text(by.location), by.guard.empty() ? "" : ", if " + by.guard));
  }
  text += operators_text(finding, graph);
  text += interface_text(finding, graph);
  if (!finding.conditions.empty()) text += line("conditions");
  for (const Condition& condition : finding.conditions) {
    text += line(fmt::format("  [{}] {}{}{}", condition.holds ? "ok" : "no", condition.name, condition.value.empty() ? "" : ": " + condition.value,
                             condition.reason.empty() ? "" : " -- " + condition.reason));
  }
  if (finding.verdict != Verdict::AlreadyFused && finding.verdict != Verdict::BrokenPass) {
    text += line("gain");
    text += line("  before " + estimate_text(finding.price.before));
    text += line("  after  " + estimate_text(finding.price.after));
    text += line(fmt::format("  gain   {}, pessimistic {:.2f} us", estimate_text(finding.price.gain), finding.price.pessimistic_gain));
    text += line(fmt::format("  {} launch{} and {:.3f} MB of memory traffic saved each time", finding.launches_saved, finding.launches_saved == 1 ? "" : "es",
                             finding.bytes_saved / 1e6));
    for (const std::string& step : finding.price.arithmetic) text += line("  " + step);
    text += line(fmt::format("  {} times a step: {}, {:.2f} % of it", finding.occurrences.size(), estimate_text(finding.step_gain), 100 * finding.step_share));
  }
  for (const std::string& risk : finding.risks) text += line("risk: " + risk);
  return text;
}

}  // namespace fusescout::fusion
