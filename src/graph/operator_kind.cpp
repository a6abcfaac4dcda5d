#include "graph/operator_kind.h"

#include <algorithm>
#include <array>

namespace fusescout::graph {
namespace {

using enum OperatorClass;
constexpr uint8_t any = any_inputs;

// A scalar operand is the attribute `other`. The dtype changes only by `cast` and where the line says so.
constexpr auto table = std::to_array<OperatorKind>({
    {"abs", Elementwise, false, 1, "|x|"},
    {"add", Elementwise, true, 2, "x + y; other; alpha"},
    {"all_gather", Collective, false, 1, "concatenates over ranks along dim; group, world_size"},
    {"all_reduce", Collective, false, 1, "sums over ranks; group, world_size"},
    {"all_to_all", Collective, false, 1, "exchanges between ranks; group, world_size"},
    {"arange", Opaque, false, 0, "start + step * (0..n-1); start, step"},
    {"argmax", Reduction, false, 1, "index of the maximum along dim; keepdim"},
    {"attention", Opaque, false, any, "softmax(q k^T * scale + mask) v; q, k, v, ...; heads, kv_heads, head_dim, scale, causal, layout, paged"},
    {"bitwise_and", Elementwise, true, 2, "x & y; other"},
    {"bitwise_not", Elementwise, false, 1, "~x"},
    {"bitwise_or", Elementwise, true, 2, "x | y; other"},
    {"broadcast_to", Injective, false, 1, "copies while broadcasting"},
    {"cast", Elementwise, false, 1, "to another dtype; dtype"},
    {"cat", Injective, false, any, "concatenates along dim"},
    {"causal_conv1d", Opaque, false, any, "depthwise causal convolution with state; activation"},
    {"ceil", Elementwise, false, 1, "rounds up"},
    {"clamp", Elementwise, false, 1, "min, max"},
    {"conv", MatMul, false, any, "convolution; stride, padding, groups"},
    {"copy", Injective, false, 1, "writes x to another place or layout"},
    {"cos", Elementwise, false, 1, "cosine"},
    {"cumsum", Reduction, false, 1, "running sum along dim"},
    {"dequantize", Elementwise, false, any, "int x * scale (+ zero point); dtype"},
    {"div", Elementwise, false, 2, "x / y; other"},
    {"dynamic_quantize", Compound, false, any, "per-row scale = max|x|/qmax, q = round(x/scale); outputs q, scale; x, smooth scale?; dtype"},
    {"embedding", Injective, false, 2, "rows of a table; weight, indices"},
    {"eq", Elementwise, true, 2, "x == y as bool; other"},
    {"erf", Elementwise, false, 1, "error function"},
    {"exp", Elementwise, false, 1, "exponential"},
    {"expert_combine", Opaque, false, any, "weighted sum of expert rows back in token order"},
    {"expert_dispatch", Opaque, false, any, "sorts and expands token rows by expert; outputs rows, indices, counts"},
    {"eye", Opaque, false, 0, "ones on the diagonal"},
    {"fill", Injective, false, any, "a constant into a tensor; value"},
    {"floor", Elementwise, false, 1, "rounds down"},
    {"floor_div", Elementwise, false, 2, "rounded-down quotient; other"},
    {"gather", Injective, false, 2, "picks along dim by an index tensor"},
    {"ge", Elementwise, false, 2, "x >= y as bool; other"},
    {"gelu", Elementwise, false, 1, "approximate: none or tanh"},
    {"gelu_mul", Compound, false, 1, "gelu(first half) * second half of the last axis; approximate"},
    {"gemma_rms_norm", Compound, false, 2, "rms_norm with weight + 1; eps"},
    {"group_norm", Compound, false, any, "groups, eps"},
    {"grouped_matmul", MatMul, false, any, "rows times the weight of their group; x, weight, group_list, bias?"},
    {"gt", Elementwise, false, 2, "x > y as bool; other"},
    {"hadamard", MatMul, false, any, "Hadamard or Kronecker rotation"},
    {"index_copy", Injective, false, any, "writes rows at an index (scatter of rows), or along dim; mutates its first input"},
    {"index_select", Injective, false, 2, "rows along dim by an index"},
    {"isfinite", Elementwise, false, 1, "neither infinite nor nan, as bool"},
    {"kv_cache_write", Injective, false, any, "key, value, key_cache, value_cache, slot_mapping; mutates the caches"},
    {"l2_norm", Compound, false, 1, "x * rsqrt(sum(x^2) + eps); eps"},
    {"layer_norm", Compound, false, any, "(x - mean) * rsqrt(var + eps) * weight + bias; eps"},
    {"le", Elementwise, false, 2, "x <= y as bool; other"},
    {"linear_attention", Opaque, false, any, "recurrent or chunked linear attention (gated delta rule, selective scan, ...) with state"},
    {"linspace", Opaque, false, 0, "n numbers from start to end; start, end, logarithmic"},
    {"log", Elementwise, false, 1, "natural logarithm"},
    {"logical_and", Elementwise, true, 2, "bool and"},
    {"logical_not", Elementwise, false, 1, "bool not"},
    {"logical_or", Elementwise, true, 2, "bool or"},
    {"lt", Elementwise, false, 2, "x < y as bool; other"},
    {"masked_fill", Elementwise, false, any, "x where mask is false, value elsewhere; x, mask, value?; value"},
    {"matmul", MatMul, false, any, "x @ w (+ bias); transpose_a, transpose_b; batched when rank > 2"},
    {"max", Reduction, false, 1, "maximum along dim; keepdim"},
    {"maximum", Elementwise, true, 2, "element-wise maximum"},
    {"mean", Reduction, false, 1, "mean along dim; keepdim"},
    {"min", Reduction, false, 1, "minimum along dim; keepdim"},
    {"minimum", Elementwise, true, 2, "element-wise minimum"},
    {"moe_gating", Opaque, false, any, "softmax or sigmoid, bias, groups, top-k, renormalise in one; k, norm_type, renormalize, routed_scaling_factor"},
    {"mul", Elementwise, true, 2, "x * y; other"},
    {"ne", Elementwise, true, 2, "x != y as bool; other"},
    {"neg", Elementwise, false, 1, "-x"},
    {"one_hot", Injective, false, 1, "classes"},
    {"opaque", Opaque, false, any, "meaning unknown; name"},
    {"pad", Injective, false, 1, "pad, mode, value"},
    {"pow", Elementwise, false, 2, "x ** y; other"},
    {"prod", Reduction, false, 1, "product along dim"},
    {"quantize", Elementwise, false, any, "round(x / scale + zero point) clamped; x, scale, zero point?; dtype"},
    {"quantized_matmul", MatMul, false, any, "int8 or fp8 x @ w, then dequantise; x, weight, weight_scale, token_scale?, bias?; dtype"},
    {"random", Opaque, false, any, "random numbers"},
    {"reciprocal", Elementwise, false, 1, "1 / x"},
    {"reduce_scatter", Collective, false, 1, "sums over ranks, scatters along dim; group, world_size"},
    {"relu", Elementwise, false, 1, "max(x, 0)"},
    {"repeat", Injective, false, 1, "tiles; repeats"},
    {"rms_norm", Compound, false, any, "x * rsqrt(mean(x^2) + eps) * weight (weight may be absent); eps"},
    {"roll", Injective, false, 1, "shifts, dims"},
    {"rope", Compound, false, any, "rotary position embedding of one tensor; x, cos, sin or x, cos_sin_cache, positions; rotary_dim, neox"},
    {"rotate_half", Injective, false, 1, "[-x2, x1] of the halves of the last axis, or of even and odd elements; interleaved"},
    {"round", Elementwise, false, 1, "to nearest even"},
    {"rsqrt", Elementwise, false, 1, "1 / sqrt(x)"},
    {"rsub", Elementwise, false, 2, "y - x; other"},
    {"scatter", Opaque, false, any, "writes along dim by an index tensor"},
    {"select_copy", Injective, false, any, "masked or indexed read"},
    {"send_recv", Collective, false, any, "point to point; group"},
    {"sigmoid", Elementwise, false, 1, "1 / (1 + exp(-x))"},
    {"sign", Elementwise, false, 1, "-1, 0 or 1"},
    {"silu", Elementwise, false, 1, "x * sigmoid(x)"},
    {"silu_mul", Compound, false, 1, "silu(first half) * second half of the last axis (swiglu)"},
    {"sin", Elementwise, false, 1, "sine"},
    {"softmax", Compound, false, 1, "along dim"},
    {"softplus", Elementwise, false, 1, "log(1 + exp(x)); beta, threshold"},
    {"sort", Opaque, false, 1, "along dim; outputs values, indices"},
    {"sqrt", Elementwise, false, 1, "square root"},
    {"stack", Injective, false, any, "concatenates along a new dim"},
    {"sub", Elementwise, false, 2, "x - y; other; alpha"},
    {"sum", Reduction, false, 1, "sum along dim; keepdim"},
    {"tanh", Elementwise, false, 1, "hyperbolic tangent"},
    {"topk", Opaque, false, 1, "k largest along dim; outputs values, indices"},
    {"transpose", Injective, false, 1, "copy into another order of axes"},
    {"tril", Elementwise, false, 1, "lower triangle; diagonal"},
    {"triu", Elementwise, false, 1, "upper triangle; diagonal"},
    {"var", Reduction, false, 1, "variance along dim; correction"},
    {"where", Elementwise, false, 3, "condition, x, y; other"},
});

constexpr bool sorted() {
  for (size_t i = 1; i < table.size(); ++i) {
    if (!(table[i - 1].name < table[i].name)) return false;
  }
  return true;
}
static_assert(sorted());

}  // namespace

const OperatorKind* find_operator_kind(std::string_view name) {
  auto it = std::lower_bound(table.begin(), table.end(), name, [](const OperatorKind& kind, std::string_view n) { return kind.name < n; });
  return it != table.end() && it->name == name ? &*it : nullptr;
}

std::span<const OperatorKind> operator_kinds() { return table; }

}  // namespace fusescout::graph
