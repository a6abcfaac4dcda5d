// Horizontal fusion: kernels that stand side by side.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "fusion/candidate.h"
#include "fusion/numbering.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

bool is_weight(const Graph& graph, TensorId tensor) {
  TensorKind kind = graph.tensors[graph.root(tensor)].kind;
  return kind == TensorKind::Parameter || kind == TensorKind::Buffer || kind == TensorKind::Constant;
}

// The largest run of these kernels, in order, of which none depends on another.
std::vector<KernelId> independent(const Context& context, const std::vector<KernelId>& kernels) {
  std::vector<KernelId> chosen;
  for (KernelId kernel : kernels) {
    std::vector<KernelId> with = chosen;
    with.push_back(kernel);
    if (context.launches.obstacle(with).hazard != Hazard::None) continue;
    bool reads = false;
    for (OperatorId op : context.graph.kernels[kernel].operators) {
      for (TensorId input : context.graph.operators[op].inputs) {
        OperatorId maker = context.graph.producer(input);
        reads |= maker.valid() && std::find(chosen.begin(), chosen.end(), context.graph.operators[maker].kernel) != chosen.end();
      }
    }
    if (!reads) chosen = std::move(with);
  }
  return chosen;
}

Candidate make(const Context& context, std::vector<KernelId> kernels, std::string name) {
  Candidate candidate;
  candidate.name = std::move(name);
  candidate.kind = "horizontal";
  candidate.kernels = std::move(kernels);
  std::sort(candidate.kernels.begin(), candidate.kernels.end());
  candidate.nodes = nodes_of(context, candidate.kernels);
  candidate.family = family_served(context, candidate.nodes);
  return candidate;
}

void sibling_matmuls(const Context& context, const Numbering& numbering, const std::vector<bool>& taken, std::vector<Candidate>& candidates) {
  static const Symbol matmul("matmul"), quantized("quantized_matmul");
  const Graph& graph = context.graph;
  struct Key {
    uint32_t value;                // equal ones are read as one, whoever made them
    int64_t offset, elements;
    Symbol layer;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, std::vector<KernelId>> by_input;
  std::vector<Key> order;
  for (const Operator& op : graph.operators) {
    if ((op.kind != matmul && op.kind != quantized) || !op.kernel.valid() || op.inputs.size() < 2) continue;
    if (!is_weight(graph, op.inputs[1]) || graph.tensors[op.inputs[1]].shape.size() != 2) continue;
    if (graph.kernels[op.kernel].unit != Unit::Cube || graph.kernels[op.kernel].operators.size() > 2) continue;
    Region region = context.flow.region(context.flow.behind(op.inputs[0]));
    Key key{numbering.number(region.root), region.offset, region.elements, context.layer_of_kernel[op.kernel.index]};
    auto [it, added] = by_input.try_emplace(key);
    if (added) order.push_back(key);
    it->second.push_back(op.kernel);
  }
  for (const Key& key : order) {
    // One that is left alone may still join those that others have spoken for: an alternative to what they are in.
    std::vector<KernelId> kernels = by_input[key];
    auto left = std::count_if(kernels.begin(), kernels.end(), [&](KernelId kernel) { return !taken[kernel.index]; });
    if (left > 1) std::erase_if(kernels, [&](KernelId kernel) { return taken[kernel.index]; });
    if (left == 0 || kernels.size() < 2) continue;
    // One product has one dtype: the siblings of the first one's.
    auto types = [&](KernelId kernel) {
      for (OperatorId id : graph.kernels[kernel].operators) {
        const Operator& op = graph.operators[id];
        if (op.kind == matmul || op.kind == quantized) {
          return std::tuple(op.kind, graph.tensors[op.inputs[0]].dtype, graph.tensors[op.inputs[1]].dtype, graph.tensors[op.outputs[0]].dtype);
        }
      }
      return std::tuple(Symbol(), DType::Bool, DType::Bool, DType::Bool);
    };
    std::vector<KernelId> rest = kernels;
    std::vector<std::vector<KernelId>> classes;
    while (!rest.empty()) {
      std::vector<KernelId> same, other;
      for (KernelId kernel : rest) (types(kernel) == types(rest[0]) ? same : other).push_back(kernel);
      classes.push_back(same);
      rest = other;
    }
    auto text = [&](Candidate& candidate) {
      candidate.name_en = fmt::format("merge of {} matmuls of one input", candidate.kernels.size());
      candidate.name_zh = fmt::format("同一输入的{}个MatMul合并", candidate.kernels.size());
      candidate.why_en = "with the weights side by side the input is read once and one launch does it all";
      candidate.why_zh = "权重并排后输入只读一次, 一次下发完成";
    };
    for (const std::vector<KernelId>& same : classes) {
      std::vector<KernelId> chosen = independent(context, same);
      if (chosen.size() < 2) continue;
      Candidate candidate = make(context, std::move(chosen), "sibling_matmuls");
      text(candidate);
      check_legality(context, candidate);
      candidates.push_back(std::move(candidate));
    }
    if (classes.size() > 1) {
      std::vector<KernelId> chosen;
      for (const auto& same : classes) chosen.push_back(same[0]);
      if (independent(context, chosen).size() < 2) continue;
      Candidate candidate = make(context, chosen, "sibling_matmuls");
      text(candidate);
      auto name = [&](size_t i, const auto& t) { return fmt::format("{} x {}", dtype_name(std::get<1>(t)), dtype_name(std::get<2>(types(chosen[i])))); };
      std::string value = name(0, types(chosen[0])) + " and " + name(1, types(chosen[1]));
      check(candidate, "dtype", false, value, "the products have different dtypes: " + value);
      candidates.push_back(std::move(candidate));
    }
  }
}

void sibling_kernels(const Context& context, const std::vector<bool>& taken, std::vector<Candidate>& candidates) {
  const Graph& graph = context.graph;
  using Key = std::tuple<TensorId, Symbol, std::string>;      // shared tensor, layer, what is computed
  std::map<Key, std::vector<KernelId>> groups;
  std::vector<Key> order;
  for (uint32_t i = 0; i < graph.kernels.size(); ++i) {
    const Kernel& kernel = graph.kernels[KernelId{i}];
    if (taken[i] || kernel.unit != Unit::Vector || kernel.operators.empty() || kernel.operators.size() > 3) continue;
    std::string what;
    bool plain = true;
    std::set<TensorId> roots;
    for (OperatorId id : kernel.operators) {
      const Operator& op = graph.operators[id];
      what += op.kind.str() + "(";
      for (const auto& [name, value] : op.attributes) {
        if (const auto* number = std::get_if<double>(&value)) what += fmt::format("{}={},", name.str(), *number);
      }
      what += ")";
      const OperatorKind* kind = find_operator_kind(op.kind.view());
      plain &= kind != nullptr && kind->operator_class != OperatorClass::Opaque && kind->operator_class != OperatorClass::Collective &&
               kind->operator_class != OperatorClass::MatMul;
      for (TensorId input : op.inputs) {
        if (graph.tensors[graph.root(input)].kind != TensorKind::Parameter) roots.insert(graph.root(input));
      }
    }
    if (!plain) continue;
    for (TensorId root : roots) {
      Key key{root, context.layer_of_kernel[i], what};
      auto [it, added] = groups.try_emplace(key);
      if (added) order.push_back(key);
      it->second.push_back(KernelId{i});
    }
  }
  std::set<std::vector<KernelId>> seen;
  for (const Key& key : order) {
    const std::vector<KernelId>& kernels = groups[key];
    if (kernels.size() < 2 || kernels.size() > 8) continue;
    std::vector<KernelId> chosen = independent(context, kernels);
    if (chosen.size() < 2 || !seen.insert(chosen).second) continue;
    Candidate candidate = make(context, std::move(chosen), "sibling_kernels");
    std::string kinds = kinds_name(context, candidate.nodes, " + ");
    candidate.name_en = fmt::format("{} equal kernels side by side: {}", candidate.kernels.size(), kinds);
    candidate.name_zh = fmt::format("{}个并列的相同算子合并: {}", candidate.kernels.size(), kinds);
    candidate.why_en = "they depend on nothing of each other: one launch does all, and what they share is read once";
    candidate.why_zh = "彼此无依赖: 一次下发完成, 共享输入只读一次";
    check_legality(context, candidate);
    candidates.push_back(std::move(candidate));
  }
}

// How many blocks of the columns of a product are read by themselves; 1 where something reads all of them.
size_t column_blocks(const Context& context, TensorId product) {
  const Graph& graph = context.graph;
  const Tensor& whole = graph.tensors[product];
  if (whole.shape.empty() || whole.shape.back().value <= 0) return 1;
  int64_t row = whole.shape.back().value, rows = context.flow.region(product).elements / row;
  std::set<int64_t> starts;
  for (OperatorId reader : context.flow.readers(product)) {
    std::string_view kind = graph.operators[reader].kind.view();
    for (TensorId input : graph.operators[reader].inputs) {
      if (context.flow.root(input) != product) continue;
      const Tensor& seen = graph.tensors[input];
      Region region = context.flow.region(input);
      if (region.elements == row * rows) {
        if (kind != "silu_mul" && kind != "gelu_mul") return 1;
        starts.insert({0, row / 2});
        continue;
      }
      int64_t columns = 1;    // of one row, which lie in one piece unless heads were cut
      for (size_t i = seen.shape.size(); i-- > 0 && seen.strides[i].value == columns;) columns *= seen.shape[i].value;
      if (columns * rows == region.elements) starts.insert((region.offset - whole.storage_offset.value) % row);
    }
  }
  return std::max<size_t>(starts.size(), 1);
}

}  // namespace

std::vector<Candidate> find_merged(const Context& context) {
  std::vector<Candidate> candidates;
  for (std::string_view kind : {"matmul", "quantized_matmul"}) {
    for (NodeId id : context.flow.of_kind(Symbol(kind))) {
      const Node& node = context.flow.node(id);
      KernelId kernel = context.flow.kernel_of(id);
      if (!node.live || !kernel.valid() || node.inputs.size() < 2 || !is_weight(context.graph, node.inputs[1])) continue;
      size_t blocks = column_blocks(context, context.flow.root(context.graph.operators[context.graph.kernels[kernel].operators.back()].outputs[0]));
      if (blocks < 2) continue;
      Candidate candidate = make(context, {kernel}, "sibling_matmuls");
      candidate.kind = "merged";
      candidate.name_en = fmt::format("{} matmuls of one input, merged", blocks);
      candidate.name_zh = fmt::format("同一输入的{}个MatMul, 已合并", blocks);
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

std::vector<Candidate> find_siblings(const Context& context, const Numbering& numbering, const std::vector<bool>& taken) {
  std::vector<Candidate> candidates;
  sibling_matmuls(context, numbering, taken, candidates);
  sibling_kernels(context, taken, candidates);
  return candidates;
}

}  // namespace fusescout::fusion
