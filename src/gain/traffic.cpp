#include "gain/traffic.h"

#include <algorithm>

namespace fusescout::gain {

using graph::Operator;
using graph::OperatorClass;
using graph::OperatorKind;
using graph::Tensor;

namespace {

template <typename... Names>
bool any_of(std::string_view kind, Names... names) { return ((kind == names) || ...); }

Traits make_traits(const OperatorKind& kind) {
  Traits t;
  std::string_view name = kind.name;
  t.kind = &kind;
  t.matmul = kind.operator_class == OperatorClass::MatMul;
  t.collective = kind.operator_class == OperatorClass::Collective;
  t.elementwise = kind.operator_class == OperatorClass::Elementwise;
  t.injective = kind.operator_class == OperatorClass::Injective;
  t.opaque = kind.operator_class == OperatorClass::Opaque;
  if (any_of(name, "embedding", "gather", "index_select", "select_copy")) t.access = Traits::Access::PicksRows;
  if (any_of(name, "index_copy", "scatter")) t.access = Traits::Access::WritesRows;
  if (name == "kv_cache_write") t.access = Traits::Access::WritesCache;
  if (name == "rope") t.access = Traits::Access::RowOfTable;
  if (any_of(name, "linear_attention", "causal_conv1d")) t.access = Traits::Access::State;
  t.norm = any_of(name, "rms_norm", "gemma_rms_norm", "layer_norm", "l2_norm", "group_norm");
  t.row_reduction = t.norm || kind.operator_class == OperatorClass::Reduction || any_of(name, "dynamic_quantize", "softmax");
  t.row = t.row_reduction || kind.operator_class == OperatorClass::Compound || t.opaque || name == "quantize";
  t.heavy = any_of(name, "silu", "silu_mul", "gelu", "gelu_mul", "exp", "erf", "tanh", "sigmoid", "softmax", "softplus", "div",
                   "reciprocal", "log", "pow");
  t.attention = name == "attention";
  t.grouped = name == "grouped_matmul";
  t.add = name == "add";
  t.mul = name == "mul";
  t.copy = name == "copy";
  t.select = any_of(name, "topk", "sort");
  // The fix pipe converts while it writes, and writes where it is told: another layout costs nothing more.
  t.free_epilogue = any_of(name, "relu", "cast", "dequantize", "quantize", "copy", "transpose");
  return t;
}

}  // namespace

const Traits& traits_of(const Operator& op) {
  static const std::vector<Traits> by_symbol = [] {
    std::vector<Traits> table;
    for (const OperatorKind& kind : graph::operator_kinds()) {
      Symbol name(kind.name);
      if (name.id() >= table.size()) table.resize(name.id() + 1);
      table[name.id()] = make_traits(kind);
    }
    return table;
  }();
  CHECK(op.kind.id() < by_symbol.size() && by_symbol[op.kind.id()].kind);
  return by_symbol[op.kind.id()];
}

double last_axis(const Tensor& tensor) { return tensor.shape.empty() ? 1 : static_cast<double>(tensor.shape.back().value); }

double elements(const Tensor& tensor) {
  double count = 1;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.strides.size() == tensor.shape.size() && tensor.strides[i].value == 0 && tensor.shape[i].value > 1) continue;
    count *= static_cast<double>(tensor.shape[i].value);
  }
  return count;
}

namespace {

double all_elements(const Tensor& tensor) {
  double count = 1;
  for (graph::Dim d : tensor.shape) count *= static_cast<double>(d.value);
  return count;
}

double in_memory(const Tensor& tensor) { return elements(tensor) * graph::dtype_size(tensor.dtype); }

// The tensor whose rows the operator walks over: the larger of its first input and first output.
const Tensor* walked(const graph::Graph& graph, const Operator& op) {
  const Tensor* input = op.inputs.empty() ? nullptr : &graph.tensors[op.inputs[0]];
  const Tensor* output = op.outputs.empty() ? nullptr : &graph.tensors[op.outputs[0]];
  switch (traits_of(op).access) {
    case Traits::Access::PicksRows: return output ? output : input;
    case Traits::Access::WritesRows: return op.inputs.size() > 2 ? &graph.tensors[op.inputs[2]] : input;
    case Traits::Access::WritesCache: return input;
    default: break;
  }
  if (!input || !output) return input ? input : output;
  return all_elements(*input) >= all_elements(*output) ? input : output;
}

double slot_bytes(const Tensor& state, int64_t sequences) {
  if (state.shape.empty()) return in_memory(state);
  double slots = static_cast<double>(std::max<int64_t>(1, state.shape[0].value));
  return in_memory(state) / slots * std::min(slots, static_cast<double>(sequences));
}

}  // namespace

double contiguous_bytes(const Tensor& tensor) {
  double piece = 1;
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i].value != 1 && static_cast<double>(tensor.strides[i].value) != piece) break;
    piece *= static_cast<double>(tensor.shape[i].value);
  }
  return piece * graph::dtype_size(tensor.dtype);
}

double row_length(const graph::Graph& graph, const Operator& op) {
  const Tensor* x = walked(graph, op);
  if (!x) return 1;
  double length = last_axis(*x);
  if (traits_of(op).access == Traits::Access::RowOfTable) {
    if (const graph::Attribute* head = graph::find_attribute(op, "head_size")) {
      if (const auto* size = std::get_if<graph::Dim>(head); size && size->value > 0)
        length = std::min(length, static_cast<double>(size->value));
    }
  }
  return std::max(1.0, length);
}

double row_count(const graph::Graph& graph, const Operator& op) {
  const Tensor* x = walked(graph, op);
  if (!x) return 1;
  double count = all_elements(*x);
  if (x->shape.size() <= 1) return std::max(1.0, count / 1024);  // split freely: pieces of 1024
  return std::max(1.0, count / row_length(graph, op));
}

double read_bytes(const graph::Graph& graph, const Operator& op, size_t input, int64_t sequences) {
  const Tensor& t = graph.tensors[op.inputs[input]];
  double whole = in_memory(t);
  switch (traits_of(op).access) {
    case Traits::Access::Whole: return whole;
    case Traits::Access::PicksRows:
      return input > 0 || op.outputs.empty() ? whole : std::min(whole, in_memory(graph.tensors[op.outputs[0]]));
    case Traits::Access::WritesRows: return input == 0 ? 0 : whole;
    case Traits::Access::WritesCache: return input == 2 || input == 3 ? 0 : whole;
    case Traits::Access::RowOfTable: {
      if (input == 0) return whole;
      const Tensor& x = graph.tensors[op.inputs[0]];
      double tokens = x.shape.empty() ? 1 : static_cast<double>(x.shape[0].value);
      return std::min(whole, tokens * last_axis(t) * graph::dtype_size(t.dtype));
    }
    case Traits::Access::State:
      return graph.tensors[graph.root(op.inputs[input])].kind == graph::TensorKind::Cache ? slot_bytes(t, sequences) : whole;
  }
  return whole;
}

double written_bytes(const graph::Graph& graph, const Operator& op, size_t output) {
  const Tensor& t = graph.tensors[op.outputs[output]];
  Traits::Access access = traits_of(op).access;
  if (access == Traits::Access::WritesCache || access == Traits::Access::WritesRows) return 0;  // see written_in_part
  if (access == Traits::Access::State) {  // the new value of a cache that is updated in part
    for (graph::TensorId input : op.inputs) {
      if (graph.tensors[input].storage.valid() && graph.tensors[input].storage == t.storage) return 0;
    }
  }
  return in_memory(t);
}

double written_in_part(const graph::Graph& graph, const Operator& op, int64_t sequences) {
  auto bytes = [&](size_t i) { return i < op.inputs.size() ? in_memory(graph.tensors[op.inputs[i]]) : 0.0; };
  switch (traits_of(op).access) {
    case Traits::Access::WritesCache: return bytes(0) + bytes(1);
    case Traits::Access::WritesRows: return bytes(2);
    case Traits::Access::State: {
      double sum = 0;
      for (graph::TensorId input : op.inputs) {
        if (graph.tensors[graph.root(input)].kind == graph::TensorKind::Cache) sum += slot_bytes(graph.tensors[input], sequences);
      }
      return sum;
    }
    default: return 0;
  }
}

}  // namespace fusescout::gain
