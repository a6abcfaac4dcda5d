// Matmuls, attention and collectives: rooflines with the fitted start, bandwidth and efficiency.
#include <algorithm>
#include <cmath>

#include "gain/kernel_cost.h"
#include "gain/traffic.h"

namespace fusescout::gain {

using graph::DType;
using graph::Operator;
using graph::OperatorId;
using graph::Tensor;
using graph::TensorId;

namespace {

constexpr double megabyte = 1e6;
constexpr double tile_rows = 128, tile_columns = 256;

bool flag(const Operator& op, std::string_view name) {
  const graph::Attribute* value = graph::find_attribute(op, name);
  return value && std::holds_alternative<bool>(*value) && std::get<bool>(*value);
}

double number(const Operator& op, std::string_view name, double otherwise) {
  const graph::Attribute* value = graph::find_attribute(op, name);
  const auto* dim = value ? std::get_if<graph::Dim>(value) : nullptr;
  return dim && dim->value > 0 ? static_cast<double>(dim->value) : otherwise;
}

double axis(const Tensor& tensor, size_t from_end) {
  return from_end <= tensor.shape.size() ? std::max<double>(1, static_cast<double>(tensor.shape[tensor.shape.size() - from_end].value)) : 1;
}

struct Product {
  double rows = 1, depth = 1, columns = 1, batch = 1;
};

Product product_of(const Operator& op, const Tensor& x, const Tensor& w, const Tensor& y) {
  Product p;
  if (op.kind.view() == "conv") {     // the windows are the rows: of the results, or of the operand where each makes a window
    bool transposed = flag(op, "transposed");
    p.batch = number(op, "groups", 1);
    double channels = axis(w, w.shape.size()), window = std::max(1.0, elements(w) / channels);
    p.rows = std::max(1.0, elements(transposed ? x : y) / channels);
    p.depth = transposed ? channels / p.batch : window;
    p.columns = transposed ? window : channels / p.batch;
    return p;
  }
  p.depth = axis(x, flag(op, "transpose_a") ? 2 : 1);
  p.batch = w.shape.size() > 2 ? std::max(1.0, elements(w) / (axis(w, 1) * axis(w, 2))) : 1;
  p.columns = axis(y, 1);
  p.rows = std::max(1.0, elements(y) / p.columns / p.batch);
  return p;
}

double bytes_of(const Tensor& tensor) { return elements(tensor) * graph::dtype_size(tensor.dtype); }

}  // namespace

double Costs::efficiency(double rows, DType dtype) const {
  const auto& points = device_.matmul_efficiency;
  double factor = graph::dtype_size(dtype) <= 1 ? device_.matmul_8bit : 1;
  if (rows <= points.front().first) return factor * points.front().second * std::max(rows, 1.0) / points.front().first;
  for (size_t i = 1; i < points.size(); ++i) {
    if (rows > points[i].first) continue;
    double part = std::log(rows / points[i - 1].first) / std::log(points[i].first / points[i - 1].first);
    return factor * (points[i - 1].second + part * (points[i].second - points[i - 1].second));
  }
  return factor * points.back().second;
}

CubePart Costs::matmul(std::span<const OperatorId> merged) const {
  CubePart out;
  out.start = device_.matmul_start;
  double rows = 1, depth = 1, columns = 0, batch = 1, weights = 0, activations = 0;
  DType dtype = DType::BF16;
  for (OperatorId id : merged) {
    const Operator& op = graph_.operators[id];
    if (op.inputs.size() < 2 || op.outputs.empty()) continue;
    const Tensor &x = graph_.tensors[op.inputs[0]], &w = graph_.tensors[op.inputs[1]], &y = graph_.tensors[op.outputs[0]];
    dtype = x.dtype;
    Product product = product_of(op, x, w, y);
    depth = product.depth;
    batch = product.batch;
    columns += product.columns;
    rows = product.rows;
    weights += bytes_of(w);
    if (id == merged.front()) activations += bytes_of(x);
    activations += bytes_of(y);
  }
  out.memory_us =
      std::max(weights / megabyte / device_.matmul_tb + activations / megabyte * device_.near, depth / 1000 * device_.matmul_depth);
  double peak = device_.peak(dtype) > 0 ? device_.peak(dtype) : device_.peak(DType::F16) / (graph::dtype_size(dtype) > 2 ? 4 : 1);
  out.compute_us = 2 * batch * rows * depth * columns / (peak * 1e6 * efficiency(rows, dtype));
  if (device_.matmul_tile > 0) {  // fewer tiles than cores: splitting along K helps, in part
    double tiles = batch * std::ceil(rows / device_.matmul_tile) * std::ceil(columns / device_.matmul_tile);
    out.compute_us /= std::sqrt(std::min(1.0, tiles / device_.cube_cores));
  }
  double tiles = batch * std::ceil(rows / tile_rows) * std::ceil(columns / tile_columns);
  out.tiles_per_core = std::max(1.0, tiles / device_.cube_cores);
  return out;
}

CubePart Costs::grouped_matmul(const Operator& op) const {
  CubePart out;
  out.grouped = true;
  out.start = device_.matmul_start;
  if (op.inputs.size() < 2 || op.outputs.empty()) return out;
  const Tensor &x = graph_.tensors[op.inputs[0]], &w = graph_.tensors[op.inputs[1]], &y = graph_.tensors[op.outputs[0]];
  double experts = w.shape.size() > 2 ? static_cast<double>(w.shape[0].value) : 1;
  double rows = std::max(1.0, elements(x) / axis(x, 1));
  // How many experts see a row when rows fall on them evenly by chance.
  double active = std::min(experts, std::max(1.0, experts * (1 - std::pow(1 - 1 / experts, rows))));
  double per_expert = rows / active;
  double activations = (bytes_of(x) + bytes_of(y)) / megabyte;
  out.memory_us = bytes_of(w) / experts * active / megabyte / device_.matmul_tb + activations * device_.near;
  double peak = device_.peak(x.dtype) > 0 ? device_.peak(x.dtype) : device_.peak(DType::F16);
  out.compute_us = 2 * rows * axis(x, 1) * axis(y, 1) / (peak * 1e6 * efficiency(per_expert, x.dtype));
  double items = active * std::ceil(per_expert / tile_rows) * std::ceil(axis(y, 1) / tile_columns);
  out.tiles_per_core = items / device_.cube_cores;  // below 1: some cores idle
  return out;
}

CubePart Costs::attention(const Operator& op) const {
  CubePart out;
  out.start = device_.attention_start;
  if (op.inputs.empty() || op.outputs.empty()) return out;
  const Tensor& q = graph_.tensors[op.inputs[0]];
  double head_dim = number(op, "head_dim", axis(q, 1)), heads = number(op, "heads", std::max(1.0, axis(q, 2)));
  double kv_heads = number(op, "kv_heads", heads);
  double queries = std::max(1.0, elements(q) / (heads * head_dim));
  double sequences = static_cast<double>(std::max<int64_t>(1, options_.sequences));
  double kv_bytes = 0;
  for (size_t i = 1; i < op.inputs.size() && i < 3; ++i) {
    const Tensor& t = graph_.tensors[op.inputs[i]];
    bool cached = graph_.tensors[graph_.root(op.inputs[i])].kind == graph::TensorKind::Cache;
    double row = kv_heads * head_dim * graph::dtype_size(t.dtype);
    kv_bytes += cached ? sequences * static_cast<double>(options_.context) * row : bytes_of(t);
  }
  double keys = options_.prefill ? queries / sequences / 2 : static_cast<double>(options_.context);  // causal: half on the average
  double flops = 4 * queries * keys * heads * head_dim;
  double peak = device_.peak(q.dtype) > 0 ? device_.peak(q.dtype) : device_.peak(DType::F16);
  out.memory_us =
      kv_bytes / megabyte / device_.attention_tb + (bytes_of(q) + bytes_of(graph_.tensors[op.outputs[0]])) / megabyte * device_.near;
  out.compute_us = flops / (peak * 1e6 * device_.attention_efficiency * (options_.prefill ? 1 : 0.25));
  out.tiles_per_core = std::max(1.0, heads * sequences / device_.cube_cores);
  return out;
}

double Costs::moved_bytes(const Operator& op) const {
  double ranks = number(op, "world_size", 2);
  if (ranks <= 1 || op.inputs.empty()) return 0;
  double bytes = bytes_of(graph_.tensors[op.inputs[0]]);
  std::string_view kind = op.kind.view();
  double share = (ranks - 1) / ranks;
  if (kind == "all_reduce") return 2 * share * bytes;
  if (kind == "all_gather") return (ranks - 1) * bytes;
  return kind == "send_recv" ? bytes : share * bytes;
}

// Rows that are exchanged, sorted perhaps, and then quantised, all in one kernel, are quantised where they come from: what share of their bytes is moved.
double Costs::narrowed(TensorId output, std::span<const OperatorId> operators) const {
  TensorId root = graph_.root(output);
  if (read_outside(root, operators)) return 1;
  double share = 0;
  for (OperatorId id : consumers_[root.index]) {
    const Operator& reader = graph_.operators[id];
    std::string_view kind = reader.kind.view();
    bool rows = !reader.inputs.empty() && graph_.root(reader.inputs[0]) == root && !reader.outputs.empty();
    if (rows && (kind == "quantize" || kind == "dynamic_quantize"))
      share = std::max(share, static_cast<double>(graph::dtype_size(graph_.tensors[reader.outputs[0]].dtype)) / graph::dtype_size(graph_.tensors[root].dtype));
    else if (rows && (kind == "expert_dispatch" || kind == "copy" || kind == "index_select")) share = std::max(share, narrowed(reader.outputs[0], operators));
    else return 1;
  }
  return share == 0 ? 1 : share;
}

}  // namespace fusescout::gain
