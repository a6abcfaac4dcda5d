// Kernels that exist: their meaning as a pattern, and where the model computes the same in several kernels.
#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "fusion/candidate.h"
#include "fusion/matcher.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

// Numbers that are what the kernel does, not what it is told.
bool part_of_meaning(std::string_view name) {
  static const std::set<std::string_view> names = {"other", "value", "min", "max", "approximate", "norm_type", "neox", "interleaved", "dim", "dims",
                                                   "kind", "transpose_a", "bits", "renormalize"};
  return names.contains(name);
}

// Casts and constants are no nodes of a meaning's pattern.
bool left_out(const Graph& meaning, const Operator& op) {
  Node as_node;
  as_node.kind = op.kind;
  as_node.inputs = op.inputs;
  as_node.outputs = op.outputs;
  return Flow::transparent(meaning, as_node) || op.inputs.empty();
}

// A meaning as a pattern: every root tensor a value, casts and constants left out.
struct Meaning {
  PatternGraph pattern;
  std::vector<OperatorId> operators;     // of the pattern's nodes
};

Meaning pattern_of(const Graph& graph) {
  constexpr int64_t few = 4;     // halves and quarters mean something; that 64 columns are the last of 33 parts does not
  Meaning meaning;
  PatternGraph& pattern = meaning.pattern;
  Flow flow(graph);
  std::vector<uint32_t> value_of(graph.tensors.size(), UINT32_MAX);
  auto real_root = [&](TensorId tensor) { return flow.root(flow.behind(flow.root(tensor))); };
  auto value = [&](TensorId root) {
    if (value_of[root.index] == UINT32_MAX) {
      value_of[root.index] = static_cast<uint32_t>(pattern.values.size());
      pattern.values.push_back({Symbol("v" + std::to_string(pattern.values.size()))});
    }
    return value_of[root.index];
  };
  for (OperatorId id{0}; id.index < graph.operators.size(); ++id.index) {
    const Operator& op = graph.operators[id];
    if (left_out(graph, op)) continue;
    meaning.operators.push_back(id);
    PatternNode node;
    node.kinds.push_back(op.kind);
    for (TensorId input : op.inputs) {
      PatternOperand operand;
      TensorId root = real_root(input);
      operand.value = value(root);
      Region seen = flow.region(input), whole = flow.region(flow.root(input));
      if (!(seen == whole)) {
        operand.selector = Selector::Any;
        const Tensor& tensor = graph.tensors[input];
        int64_t parts = seen.elements == 0 ? 0 : whole.elements / seen.elements;
        int64_t last = tensor.shape.empty() || tensor.strides.back().value != 1 ? 0 : tensor.shape.back().value;
        if (parts > 1 && parts <= few && last > 0 && parts * seen.elements == whole.elements && (seen.offset - whole.offset) % last == 0 &&
            (seen.offset - whole.offset) / last < parts) {
          operand.selector = Selector::Part;
          operand.part = static_cast<uint8_t>((seen.offset - whole.offset) / last);
          operand.parts = static_cast<uint8_t>(parts);
        }
      }
      node.operands.push_back(operand);
    }
    for (const auto& [name, attribute] : op.attributes) {
      if (part_of_meaning(name.view())) node.attributes.emplace_back(name, attribute);
    }
    auto index = static_cast<uint32_t>(pattern.nodes.size());
    for (TensorId output : op.outputs) {
      // What the kernel gives besides and nothing takes up, the model's operator need not have.
      if (output != op.outputs[0] && flow.readers(output).empty()) continue;
      uint32_t made = value(output);
      pattern.values[made].node = index;
      pattern.values[made].output = static_cast<uint32_t>(node.outputs.size());
      node.outputs.push_back(made);
    }
    pattern.nodes.push_back(std::move(node));
  }
  for (TensorId output : graph.outputs) pattern.outputs.push_back(value(real_root(output)));
  return meaning;
}

// Over which axes of the result an operand is the same: none of a residual, all but the last of a bias.
enum class Spread : uint8_t { Full, Rows, Columns, All, Some };

Spread spread_of(const Tensor& operand, const Tensor& result) {
  size_t missing = result.shape.size() - std::min(result.shape.size(), operand.shape.size()), axes = 0, same = 0;
  bool last = false;
  for (size_t i = 0; i < result.shape.size(); ++i) {
    if (result.shape[i].value == 1) continue;
    last = i < missing || operand.shape[i - missing].value == 1;
    same += last;
    ++axes;
  }
  if (same == 0) return Spread::Full;
  if (same == axes) return Spread::All;
  if (same + 1 == axes && !last) return Spread::Rows;
  return same == 1 && last ? Spread::Columns : Spread::Some;
}

// Whether elements are as wide, and as many share a scale: where the kernel's meaning says neither, the model's operator must not.
bool same_format(const Context& context, const FusedKernelMeaning& kernel, const Meaning& meaning, const Match& match) {
  auto find = [](const Attributes& attributes, std::string_view name) {
    auto found = std::find_if(attributes.begin(), attributes.end(), [&](const auto& pair) { return pair.first.view() == name; });
    return found == attributes.end() ? std::optional<Attribute>() : found->second;
  };
  for (size_t index = 0; index < meaning.operators.size(); ++index) {
    const Attributes& wanted = kernel.graph.operators[meaning.operators[index]].attributes;
    const Attributes& given = context.flow.node(match.nodes[index]).attributes;
    for (std::string_view name : {"bits", "block"}) {
      if (find(wanted, name) != find(given, name)) return false;
    }
  }
  return true;
}

// Why a kernel that would do this cannot be called here: not on these operands, not on this device, or in other sizes only. Empty: it can.
std::string closed_by(const Context& context, const FusedKernelMeaning& kernel, const Meaning& meaning, const Match& match) {
  if (!kernel.closed.empty()) return kernel.closed;
  auto other_size = [&](TensorId in_kernel, TensorId here) -> std::string {
    const Shape& wanted = kernel.graph.tensors[in_kernel].shape;
    if (!here.valid() || wanted.empty() || std::find(kernel.sizes.begin(), kernel.sizes.end(), wanted.back().value) == kernel.sizes.end()) return "";
    const Shape& given = context.graph.tensors[here].shape;
    int64_t columns = given.empty() ? 0 : given.back().value;
    return columns == wanted.back().value ? "" : fmt::format("its rows have {} columns where here are {}", wanted.back().value, columns);
  };
  for (size_t index = 0; index < meaning.pattern.nodes.size(); ++index) {
    const PatternNode& node = meaning.pattern.nodes[index];
    const Operator& op = kernel.graph.operators[meaning.operators[index]];
    std::string why;
    if (!node.outputs.empty()) why = other_size(op.outputs[0], match.values[node.outputs[0]]);
    // The rows that a product takes.
    bool rows = context.flow.class_of(match.nodes[index]) == OperatorClass::MatMul && !node.operands.empty() && node.operands[0].selector == Selector::Whole;
    if (rows && why.empty()) why = other_size(op.inputs[0], match.values[node.operands[0].value]);
    if (!why.empty()) return why;
  }
  return "";
}

// Whether the model's operands are spread over the results as the kernel's are.
bool same_shapes(const Context& context, const FusedKernelMeaning& kernel, const Meaning& meaning, const Match& match) {
  const PatternGraph& pattern = meaning.pattern;
  const auto& tensors = kernel.graph.tensors;
  for (size_t index = 0; index < pattern.nodes.size(); ++index) {
    const Operator& op = kernel.graph.operators[meaning.operators[index]];
    const PatternNode& node = pattern.nodes[index];
    TensorId made = node.outputs.empty() ? TensorId() : match.values[node.outputs[0]];
    const OperatorKind* kind = find_operator_kind(op.kind.view());
    if (op.kind.view().ends_with("_norm")) {     // a number of its weight for each column, or for those of several groups
      const std::vector<TensorId>& inputs = context.flow.node(match.nodes[index]).inputs;
      const Shape& row = context.graph.tensors[inputs[0]].shape;
      for (size_t i = 1; i < inputs.size() && i < op.inputs.size(); ++i) {
        bool by_column = !row.empty() && context.flow.region(inputs[i]).elements == row.back().value;
        if (by_column != (tensors[op.inputs[i]].shape.size() == 1)) return false;
      }
    }
    if (kind == nullptr || kind->operator_class != OperatorClass::Elementwise || !made.valid()) continue;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      TensorId tensor = match.values[node.operands[i].value];
      if (node.operands[i].selector != Selector::Whole || pattern.values[node.operands[i].value].node != UINT32_MAX || !tensor.valid()) continue;
      Spread wanted = spread_of(tensors[op.inputs[i]], tensors[op.outputs[0]]);
      if (wanted != spread_of(context.graph.tensors[tensor], context.graph.tensors[made])) return false;
    }
  }
  return true;
}

// Whether nothing is in the kernels that was not matched: what a kernel of today does besides, an existing one does not.
bool does_all(const Context& context, const Candidate& candidate) {
  return std::all_of(candidate.kernels.begin(), candidate.kernels.end(), [&](KernelId kernel) {
    const std::vector<OperatorId>& operators = context.graph.kernels[kernel].operators;
    return std::all_of(operators.begin(), operators.end(), [&](OperatorId op) {
      NodeId node = context.node_of_operator[op.index];
      return node == no_node || Flow::transparent(context.graph, context.flow.node(node)) || std::binary_search(candidate.nodes.begin(), candidate.nodes.end(), node);
    });
  });
}

}  // namespace

std::vector<Candidate> find_available(const Context& context) {
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < context.available.size(); ++i) {
    const FusedKernelMeaning& kernel = context.available[i];
    const Meaning meaning = pattern_of(kernel.graph);
    const PatternGraph& pattern = meaning.pattern;
    if (pattern.nodes.empty()) continue;
    // One operator is several kernels only where it was raised.
    if (pattern.nodes.size() == 1) {
      const std::vector<NodeId>& nodes = context.flow.of_kind(pattern.nodes[0].kinds[0]);
      if (std::none_of(nodes.begin(), nodes.end(), [&](NodeId id) { return context.flow.node(id).operators.size() > 1; })) continue;
    }
    for (const Match& match : find_matches(context.flow, pattern)) {
      if (in_one_kernel(context, match.nodes)) continue;     // called already
      if (!same_format(context, kernel, meaning, match) || !same_shapes(context, kernel, meaning, match)) continue;
      Candidate candidate;
      candidate.kind = "kernel";
      candidate.nodes = match.nodes;
      candidate.nodes.insert(candidate.nodes.end(), match.through.begin(), match.through.end());
      std::sort(candidate.nodes.begin(), candidate.nodes.end());
      set_kernels(context, candidate);
      if (candidate.kernels.size() < 2 || !does_all(context, candidate)) continue;
      const std::string& name = kernel.name;
      candidate.name = name.substr(name.rfind('.') + 1);
      candidate.family = family_of(context, candidate.nodes);
      candidate.name_en = candidate.name_zh = candidate.name;
      candidate.why_en = "a kernel that does all of this exists already";
      candidate.why_zh = "已有一个算子能完成这些计算";
      candidate.meanings.push_back(i);
      // A stage of a recurrence takes all chunks of the stage before: inside the kernel they follow each other as kernels do.
      static const Symbol recurrence("linear_attention");
      for (NodeId id : match.nodes) {
        if (context.flow.node(id).kind == recurrence) candidate.after.push_back({id});
      }
      if (candidate.after.size() < 2) candidate.after.clear();
      else candidate.family = Family::Vector;       // as what prepares a recurrence is
      if (std::string closed = closed_by(context, kernel, meaning, match); !closed.empty()) {
        check(candidate, "closed", false, name, fmt::format("`{}` would do this, but {}", name, closed));
      }
      check_legality(context, candidate);
      // The kernel gives what it gives, and what it writes in place: a value that it keeps to itself must not be read elsewhere.
      auto in_place = [&](TensorId tensor) {
        OperatorId maker = context.graph.producer(tensor);
        if (!maker.valid()) return false;
        const std::vector<TensorId>& inputs = context.graph.operators[maker].inputs;
        return std::any_of(inputs.begin(), inputs.end(), [&](TensorId input) { return context.graph.tensors[input].storage == context.graph.tensors[tensor].storage; });
      };
      for (size_t value = 0; value < pattern.values.size(); ++value) {
        TensorId tensor = match.values[value];
        bool given = std::find(pattern.outputs.begin(), pattern.outputs.end(), value) != pattern.outputs.end();
        if (given || pattern.values[value].node == UINT32_MAX || !tensor.valid() || in_place(tensor)) continue;
        auto inside = [&](OperatorId op) { return std::binary_search(candidate.kernels.begin(), candidate.kernels.end(), context.graph.operators[op].kernel); };
        for (OperatorId reader : context.flow.readers(tensor)) {
          if (inside(reader) || unread(context, reader)) continue;
          check(candidate, "single_user", false, "`" + context.graph.operators[reader].kind.str() + "`" + in_brackets(place_of(context.graph, reader)),
                fmt::format("`{}` does not give `{}`, which `{}`{} reads", name, tensor_name(context.graph, tensor), context.graph.operators[reader].kind.str(),
                            in_brackets(place_of(context.graph, reader))));
          break;
        }
      }
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

}  // namespace fusescout::fusion
