#include "contract/test_inputs.h"

#include <algorithm>

#include <fmt/format.h>

#include "contract/python_text.h"

namespace fusescout::contract {

using graph::DType;
using graph::Operator;
using graph::OperatorId;
using graph::Tensor;
using graph::TensorId;

const char* const make_function = R"py(def make(shape, dtype, low=0.0, high=None, strides=None, device="cpu"):
    """Reproducible values: normal ones, or between low and high."""
    if dtype == torch.bool:
        x = torch.rand(shape) < 0.5
    elif high is not None and not dtype.is_floating_point:
        x = torch.randint(int(low), int(high), shape)
    elif high is not None:
        x = torch.rand(shape) * (high - low) + low
    elif dtype in (torch.float32, torch.bfloat16, torch.float16):
        x = torch.randn(shape, dtype=dtype)
    elif dtype.is_floating_point:
        x = torch.randn(shape)
    else:
        x = torch.randint(-128 if dtype == torch.int8 else 0, 128 if dtype == torch.int8 else 8, shape)
    x = x.to(dtype)
    if strides is not None:
        x = torch.empty_strided(shape, strides, dtype=dtype).copy_(x)
    return x.to(device)
)py";

namespace {

int64_t size_at(const Tensor& t, int64_t axis) {
  int64_t rank = static_cast<int64_t>(t.shape.size());
  if (axis < 0) axis += rank;
  return axis >= 0 && axis < rank ? t.shape[static_cast<size_t>(axis)].value : 1;
}

// Range of an integer operand, from what indexes with it; 0: nothing does.
int64_t upper_bound(const graph::Graph& graph, const Operator& op, size_t input) {
  std::string_view kind = op.kind.view();
  auto axis = [&](int64_t otherwise) {
    const graph::Attribute* dim = graph::find_attribute(op, "dim");
    const auto* d = dim ? std::get_if<graph::Dim>(dim) : nullptr;
    return d ? d->value : otherwise;
  };
  auto tensor = [&](size_t i) -> const Tensor& { return graph.tensors[op.inputs[i]]; };
  if (graph::is_floating(tensor(input).dtype)) return 0;
  if (kind == "rope" && input == 2) return size_at(tensor(1), 0);
  if ((kind == "embedding" || kind == "index_copy") && input == 1) return size_at(tensor(0), 0);
  if ((kind == "gather" || kind == "index_select") && input == 1) return size_at(tensor(0), axis(0));
  // Slots of states.
  if (kind == "causal_conv1d" && input == 2 && op.inputs.size() == 4) return size_at(tensor(3), 0);
  if (kind == "linear_attention" && input == 6 && op.inputs.size() == 8) return size_at(tensor(7), 0);
  if (kind == "expert_combine" && input == 1) return size_at(tensor(0), 0);
  if (kind == "expert_dispatch" && input == 1) {
    const graph::Attribute* experts = graph::find_attribute(op, "experts");
    const auto* count = experts ? std::get_if<graph::Dim>(experts) : nullptr;
    return count ? count->value : 1;
  }
  if (kind == "kv_cache_write" && input == 4) return size_at(tensor(2), 0) * size_at(tensor(2), 1);
  return 0;
}

}  // namespace

std::string test_input(const graph::Graph& graph, const std::vector<OperatorId>& operators, TensorId tensor) {
  const Tensor& t = graph.tensors[tensor];
  std::string shape = shape_text(t.shape), more;
  bool positive = false, distinct = false, ends = false;
  int64_t bound = 0;
  int64_t rows = 0;
  for (OperatorId id : operators) {
    const Operator& op = graph.operators[id];
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      if (graph.root(op.inputs[i]) != graph.root(tensor)) continue;
      std::string_view kind = op.kind.view();
      if (int64_t b = upper_bound(graph, op, i); b > 0) bound = bound ? std::min(bound, b) : b;
      distinct =
          distinct || (kind == "kv_cache_write" && i == 4) || (kind == "index_copy" && i == 1) || (kind == "expert_combine" && i == 1);
      if (kind == "grouped_matmul" && i == 2) {
        ends = true;
        rows = graph.tensors[op.inputs[0]].shape.empty() ? 0 : graph.tensors[op.inputs[0]].shape[0].value;
      }
      positive = positive || ((kind == "quantize" || kind == "dequantize") && i == 1) ||
                 (kind == "quantized_matmul" && (i == 2 || i == 3)) || ((kind == "rsqrt" || kind == "log" || kind == "sqrt") && i == 0) ||
                 (kind == "div" && i == 1);
    }
  }
  std::string dtype = torch_dtype(t.dtype);
  int64_t count = 1;
  for (const graph::Dim& d : t.shape) count *= d.value;
  if (ends) return fmt::format("torch.linspace(0, {}, {} + 1)[1:].floor().to({}).to(device)", rows, count, dtype);
  if (distinct && bound >= count) return fmt::format("torch.randperm({})[:{}].reshape({}).to({}).to(device)", bound, count, shape, dtype);
  if (bound > 0) more += fmt::format(", high={}", bound);
  else if (positive && graph::is_floating(t.dtype)) more += ", low=0.01, high=1.0";
  if (!graph.contiguous(t)) more += ", strides=" + shape_text(t.strides);
  return fmt::format("make({}, {}{}, device=device)", shape, dtype, more);
}

std::string tolerance(const Tensor& tensor) {
  switch (tensor.dtype) {
    case DType::BF16: return "rtol=2e-2, atol=2e-2";
    case DType::F16: return "rtol=2e-3, atol=2e-3";
    case DType::F32:
    case DType::F64: return "rtol=1e-3, atol=1e-3";
    case DType::I8:
    case DType::U8: return "rtol=0, atol=1";  // rounding of a value that lies between two
    case DType::F8E4M3:
    case DType::F8E5M2: return "rtol=0.13, atol=0.02";
    default: return "rtol=0, atol=0";
  }
}

}  // namespace fusescout::contract
