#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "graph/fold_layers.h"
#include "report/markdown.h"
#include "report/sequence.h"

namespace fusescout::report {

using graph::Entry;
using graph::EntryId;
using graph::EntryKind;
using graph::Graph;
using graph::Kernel;
using graph::KernelId;
using graph::ModelRun;
using graph::TensorId;

namespace {

std::string shapes(const Graph& graph, const std::vector<TensorId>& tensors, bool parameters) {
  std::string text;
  for (TensorId id : tensors) {
    const graph::Tensor& t = graph.tensors[id];
    if (!parameters && t.kind != graph::TensorKind::Intermediate && t.kind != graph::TensorKind::Input) continue;
    std::string shape;
    for (graph::Dim d : t.shape) shape += (shape.empty() ? "" : ", ") + graph.expressions.to_string(d);
    text += fmt::format("{}{}[{}]", text.empty() ? "" : " ", graph::dtype_name(t.dtype), shape);
  }
  return text.empty() ? "-" : text;
}

std::string frame_place(const graph::Frame* frame) { return frame ? place(graph::Location{frame->file, frame->line}) : "-"; }

// What a kernel belongs to: "#2" for opportunity 2, by kernel.
std::map<uint32_t, std::string> opportunities_of_kernels(const std::vector<Row>& rows) {
  std::map<uint32_t, std::string> result;
  std::map<std::string, size_t> numbers = numbers_of(rows);
  for (const Row& row : rows) {
    if (!to_do(row.verdict)) continue;
    const fusion::Finding* first = row.by_scenario.front();
    if (!first || !to_do(first->verdict)) continue;
    for (const auto& occurrence : first->occurrences) {
      for (KernelId k : occurrence.kernels) {
        std::string& text = result[k.index];
        text += fmt::format("{}#{}", text.empty() ? "" : " ", numbers.at(row.finding->id));
      }
    }
  }
  return result;
}

void calls_table(std::string& out, const ModelRun& run, const std::vector<SequenceEntry>& sequence, const std::vector<Symbol>& layers, Symbol layer,
                 Words words) {
  out += words("| # | 调用 | 实际运行 | 输入 | 输出 | 位置 |\n", "| # | Call | Runs as | In | Out | Place |\n");
  out += "|---|------|----------|------|------|------|\n";
  size_t number = 0;
  for (size_t i = 0; i < sequence.size(); ++i) {
    const Entry& e = sequence[i].wrapper != nullptr ? sequence[i].wrapper->entry : run.graph.entries[sequence[i].entry];
    if (!sequence[i].within.empty() || layers[i] != layer || e.is_view) continue;
    std::string impl = e.kind == EntryKind::Module && e.impl != e.op ? fmt::format("`{}`", e.impl.view()) : "-";
    out += fmt::format("| {} | `{}` | {} | {} | {} | {} |\n", ++number, e.op.view(), impl, shapes(run.graph, e.inputs, false),
                       shapes(run.graph, e.outputs, true), frame_place(model_frame(run, e.frame)));
  }
  out += '\n';
}

// What a kernel leaves for others: the outputs of its operators that are read outside it. Of a kernel that nobody reads, what it ends with.
std::vector<TensorId> results_of(const Graph& graph, const Kernel& kernel, const std::vector<std::vector<graph::OperatorId>>& consumers) {
  std::vector<TensorId> results;
  auto inside = [&](graph::OperatorId op) { return std::find(kernel.operators.begin(), kernel.operators.end(), op) != kernel.operators.end(); };
  for (graph::OperatorId op : kernel.operators) {
    for (TensorId output : graph.operators[op].outputs) {
      const auto& readers = consumers[graph.root(output).index];
      if (!std::all_of(readers.begin(), readers.end(), inside)) results.push_back(output);
    }
  }
  if (results.empty() && !kernel.operators.empty()) results = graph.operators[kernel.operators.back()].outputs;
  return results;
}

void kernels_table(std::string& out, const ModelRun& run, const std::vector<KernelId>& kernels, const std::vector<std::vector<graph::OperatorId>>& consumers,
                   const std::map<uint32_t, std::string>& opportunities, Words words) {
  out += words("| # | 算子(kernel) | 单元 | 计算 | 输出 | 位置 | 状态 |\n", "| # | Kernel | Unit | Computes | Out | Place | State |\n");
  out += "|---|------|------|------|------|------|------|\n";
  static constexpr const char* units[] = {"vector", "cube", "mixed", "communication", "host"};
  size_t number = 0;
  for (KernelId id : kernels) {
    const Kernel& k = run.graph.kernels[id];
    std::string computes;
    for (graph::OperatorId op : k.operators) computes += (computes.empty() ? "" : ", ") + run.graph.operators[op].kind.str();
    std::string state;
    if (!k.fused_by.empty()) state = fmt::format("{} `{}` {}", words("融合于", "fused by"), k.fused_by, place(graph::Location{k.fused_by_file, k.fused_by_line}));
    else if (k.operators.size() > 1) state = fmt::format(fmt::runtime(words("含{}个计算", "does {} operators")), k.operators.size());
    else state = words("单个", "single");
    if (auto it = opportunities.find(id.index); it != opportunities.end()) state += fmt::format("; {} {}", words("机会", "opportunity"), it->second);
    const Entry& call = run.graph.entries[k.calls.front()];
    const graph::Frame* innermost = call.frame.valid() ? &run.graph.frames[call.frame] : nullptr;
    out += fmt::format("| {} | `{}` | {} | {} | {} | {} | {} |\n", ++number, k.name.view(), units[static_cast<size_t>(k.unit)], computes,
                       shapes(run.graph, results_of(run.graph, k, consumers), true), frame_place(innermost), state);
  }
  out += '\n';
}

std::string layer_list(const std::vector<Symbol>& layers) {
  if (layers.size() <= 4) {
    std::string text;
    for (Symbol l : layers) text += fmt::format("{}`{}`", text.empty() ? "" : ", ", l.view());
    return text;
  }
  return fmt::format("`{}`, `{}`, ..., `{}`", layers[0].view(), layers[1].view(), layers.back().view());
}

// Of a class that section 1 lists as such, where it lists any.
bool is_decoder_layer(const ModelRun& run, Symbol layer) {
  const std::vector<graph::ClassUse>& classes = run.classes.decoder_layer;
  if (classes.empty()) return true;
  return std::any_of(run.graph.modules.begin(), run.graph.modules.end(), [&](const graph::ModuleInfo& module) {
    return module.path == layer && std::any_of(classes.begin(), classes.end(), [&](const graph::ClassUse& use) {
      return use.name == module.upstream_class.view() || use.name == module.class_name.view();
    });
  });
}

}  // namespace

void sequence_section(std::string& out, const Report& report, const std::vector<Row>& rows, Words words) {
  const ModelRun& run = *report.scenarios.front().run;
  out += fmt::format("### 2. {}\n\n", words("算子序列分析", "Operator sequence"));
  out += fmt::format("{}: {}\n\n", words("场景", "Scenario"), scenario_name(run.scenario, words.language));
  std::vector<SequenceEntry> sequence = make_sequence(run);
  std::vector<Symbol> of_entries = graph::layers_of_entries(run.graph);
  std::vector<Symbol> layers;
  for (const SequenceEntry& s : sequence) layers.push_back(of_entries[s.entry.index]);
  std::map<uint32_t, std::string> opportunities = opportunities_of_kernels(rows);
  std::vector<std::vector<graph::OperatorId>> consumers = run.graph.consumers();
  size_t number = 0;
  for (const graph::LayerGroup& group : graph::fold_layers(run.graph)) {
    Symbol layer = group.layers.front();
    std::string title(words("层之外: 入口与输出", "Outside the layers: entry and exit"));
    if (!layer.empty()) {
      bool decoder = is_decoder_layer(run, layer);      // not a block of a tower
      title = fmt::format("{} {}: {} {} ({})", decoder ? words("Decoder层类型", "Decoder layer kind") : words("层类型", "Layer kind"), ++number, group.layers.size(),
                          words("层", group.layers.size() == 1 ? "layer" : "layers"), layer_list(group.layers));
    }
    out += fmt::format("#### {}\n\n{}\n\n", title, words("模型代码的调用:", "What the model's code calls:"));
    calls_table(out, run, sequence, layers, layer, words);
    out += fmt::format("{}\n\n", words("设备上运行的算子:", "Kernels that run for it on the device:"));
    kernels_table(out, run, group.kernels, consumers, opportunities, words);
  }
}

}  // namespace fusescout::report
