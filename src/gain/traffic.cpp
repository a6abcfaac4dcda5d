#include "gain/traffic.h"

#include <algorithm>

namespace fusescout::gain {

using graph::Operator;
using graph::OperatorClass;
using graph::OperatorKind;
using graph::Tensor;

const OperatorKind& kind_of(const Operator& op) {
  const OperatorKind* kind = graph::find_operator_kind(op.kind.view());
  CHECK(kind);
  return *kind;
}

bool is_norm(std::string_view kind) {
  return kind == "rms_norm" || kind == "gemma_rms_norm" || kind == "layer_norm" || kind == "l2_norm" || kind == "group_norm";
}

bool is_row_reduction(const OperatorKind& kind) {
  return is_norm(kind.name) || kind.operator_class == OperatorClass::Reduction || kind.name == "dynamic_quantize" || kind.name == "softmax";
}

bool is_row_operator(const OperatorKind& kind) {
  if (is_row_reduction(kind)) return true;
  return kind.operator_class == OperatorClass::Compound || kind.operator_class == OperatorClass::Opaque || kind.name == "quantize";
}

bool is_heavy(std::string_view kind) {
  for (std::string_view heavy : {"silu", "silu_mul", "gelu", "gelu_mul", "exp", "erf", "tanh", "sigmoid", "softmax", "softplus", "div", "reciprocal", "log", "pow"}) {
    if (kind == heavy) return true;
  }
  return false;
}

bool is_state_update(std::string_view kind) { return kind == "linear_attention" || kind == "causal_conv1d"; }

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
  std::string_view kind = op.kind.view();
  if (kind == "embedding" || kind == "gather" || kind == "index_select" || kind == "select_copy") return output ? output : input;
  if (kind == "index_copy" || kind == "scatter") return op.inputs.size() > 2 ? &graph.tensors[op.inputs[2]] : input;
  if (kind == "kv_cache_write") return input;
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
  if (const graph::Attribute* head = graph::find_attribute(op, "head_size")) {
    if (const auto* size = std::get_if<graph::Dim>(head); size && size->value > 0) length = std::min(length, static_cast<double>(size->value));
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
  std::string_view kind = op.kind.view();
  double whole = in_memory(t);
  auto of_output = [&] { return op.outputs.empty() ? whole : std::min(whole, in_memory(graph.tensors[op.outputs[0]])); };
  if (input == 0 && (kind == "embedding" || kind == "index_select" || kind == "gather" || kind == "select_copy")) return of_output();
  if (input == 0 && (kind == "index_copy" || kind == "scatter")) return 0;
  if (kind == "kv_cache_write" && (input == 2 || input == 3)) return 0;
  if (kind == "rope" && input > 0) {  // a row of the table for each token
    const Tensor& x = graph.tensors[op.inputs[0]];
    double tokens = x.shape.empty() ? 1 : static_cast<double>(x.shape[0].value);
    return std::min(whole, tokens * last_axis(t) * graph::dtype_size(t.dtype));
  }
  if (is_state_update(kind) && graph.tensors[graph.root(op.inputs[input])].kind == graph::TensorKind::Cache) return slot_bytes(t, sequences);
  return whole;
}

double written_bytes(const graph::Graph& graph, const Operator& op, size_t output) {
  const Tensor& t = graph.tensors[op.outputs[output]];
  std::string_view kind = op.kind.view();
  if (kind == "kv_cache_write" || kind == "index_copy" || kind == "scatter") return 0;  // see written_in_part
  if (is_state_update(kind) && graph.tensors[graph.root(op.outputs[output])].kind == graph::TensorKind::Cache) return 0;
  // The new value of a cache that is updated in part.
  for (graph::TensorId input : op.inputs) {
    const Tensor& in = graph.tensors[input];
    if (is_state_update(kind) && in.storage == t.storage && in.storage.valid()) return 0;
  }
  return in_memory(t);
}

double written_in_part(const graph::Graph& graph, const Operator& op, int64_t sequences) {
  std::string_view kind = op.kind.view();
  auto bytes = [&](size_t i) { return i < op.inputs.size() ? in_memory(graph.tensors[op.inputs[i]]) : 0.0; };
  if (kind == "kv_cache_write") return bytes(0) + bytes(1);
  if (kind == "index_copy" || kind == "scatter") return bytes(2);
  if (is_state_update(kind)) {
    double sum = 0;
    for (graph::TensorId input : op.inputs) {
      if (graph.tensors[graph.root(input)].kind == graph::TensorKind::Cache) sum += slot_bytes(graph.tensors[input], sequences);
    }
    return sum;
  }
  return 0;
}

}  // namespace fusescout::gain
