// Whether a fused kernel fits a core: what must be in the unified buffer at the worst point, how long rows and their ends are, which
// elements are reached how. Every requirement comes with its numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gain/kernel_cost.h"
#include "gain/model.h"
#include "gain/traffic.h"

namespace fusescout::gain {

using fusion::Feasibility;
using fusion::Requirement;
using graph::DType;
using graph::Operator;
using graph::OperatorClass;
using graph::OperatorId;
using graph::OperatorKind;
using graph::Tensor;
using graph::TensorId;
using graph::TensorKind;

namespace {

constexpr double triton_factor =
    3.5;  // a compiled Triton kernel needs this times its live tiles as they lie in memory (measured once: rope)
constexpr double tile_rows = 16, tile_columns = 256;   // of a matmul's output on one core: rows at least, columns at most
constexpr double full_stride_piece = 512;  // bytes: strided rows with pieces of this size are read at full speed
constexpr double scalar_loop = 4096;       // integer elements that a scalar loop may take
constexpr double grid_limit = 65535;
constexpr double short_row = 1024;         // elements that a top-k may sort in one core's buffer

struct Group {
  const graph::Graph& graph;
  std::vector<OperatorId> operators;       // in order
  std::vector<TensorId> inputs, outputs;   // roots; inputs as seen first

  bool makes(TensorId root) const {
    OperatorId producer = graph.producer(root);
    return producer.valid() && std::find(operators.begin(), operators.end(), producer) != operators.end();
  }
};

bool is_constant_kind(TensorKind kind) {
  return kind == TensorKind::Parameter || kind == TensorKind::Buffer || kind == TensorKind::Constant;
}

// A cache, as it was or with rows written to it: no tile of a kernel, which holds the rows that it writes.
bool is_cache(const graph::Graph& graph, TensorId root) {
  OperatorId producer = graph.producer(root);
  if (!producer.valid()) return graph.tensors[root].kind == TensorKind::Cache;
  Traits::Access access = traits_of(graph.operators[producer]).access;
  return access == Traits::Access::WritesRows || access == Traits::Access::WritesCache || graph.tensors[root].kind == TensorKind::Cache;
}

struct Live {
  double naive = 0;                // bytes of the live tiles of one row, as they lie in memory
  double single = 0, doubled = 0;  // the same in the buffer: bytes for one row of the iteration, with one or two buffers for what comes
                                   // from memory or goes there
  double persistent = 0;           // bytes that stay for the whole kernel
  double rows = 1;                 // iterations there are in all
};

struct Value {
  TensorId root;
  double bytes = 0;                // of a row in the buffer
  double memory_bytes = 0;         // the same when it comes from memory or goes there
  double naive = 0;
  size_t first = 0, last = 0;      // operators, by position
};

double block(double bytes) { return std::ceil(bytes / 32) * 32; }

// A value lives from its operator to its last use; the worst point decides.
Live live_buffers(const Group& group, const Device& device) {
  const graph::Graph& graph = group.graph;
  Live out;
  // One iteration holds whole rows of the longest kind: operators on heads take several of theirs.
  double most = 1, reduced = 0;
  for (OperatorId id : group.operators) {
    const Traits& traits = traits_of(graph.operators[id]);
    if (traits.matmul || traits.collective) continue;
    double rows = row_count(graph, graph.operators[id]);
    most = std::max(most, rows);
    if (traits.row_reduction) reduced = reduced > 0 ? std::min(reduced, rows) : rows;
  }
  out.rows = reduced > 0 ? reduced : most;
  std::vector<Value> values;
  auto touch = [&](TensorId root, double elements_in_row, graph::DType dtype, bool memory, size_t at) {
    for (Value& v : values) {
      if (v.root != root) continue;
      v.last = at;
      return;
    }
    double size = graph::dtype_size(dtype);
    bool half = dtype == DType::BF16 || dtype == DType::F16;
    Value v{root, 0, 0, block(elements_in_row * size), at, at};
    if (memory) v.memory_bytes = block(elements_in_row * size);
    if (half && !device.vector_bf16) v.bytes = block(elements_in_row * 4);  // computed as f32
    else if (!memory) v.bytes = block(elements_in_row * size);
    values.push_back(v);
  };
  std::vector<TensorId> staying;
  for (size_t at = 0; at < group.operators.size(); ++at) {
    const Operator& op = graph.operators[group.operators[at]];
    if (traits_of(op).matmul) continue;  // its operands live in the cube's buffers
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      TensorId root = graph.root(op.inputs[i]);
      const Tensor& seen = graph.tensors[op.inputs[i]];
      bool made = group.makes(root);
      if (!made && (is_cache(graph, root) || read_bytes(graph, op, i, 1) == 0)) continue;
      // Angles and rows of a table come a row at a time, however large the table is.
      std::string_view kind = op.kind.view();
      bool table =
          kind == "rope" ? i > 0 : i == 0 && (kind == "embedding" || kind == "index_select" || kind == "gather" || kind == "select_copy");
      if (!made && !table && is_constant_kind(graph.tensors[root].kind) &&
          elements(seen) <= last_axis(seen)) {  // gamma, bias: once, as f32
        if (std::find(staying.begin(), staying.end(), root) == staying.end()) {
          staying.push_back(root);
          out.persistent += block(last_axis(seen) * (device.vector_bf16 ? graph::dtype_size(seen.dtype) : 4));
        }
        continue;
      }
      touch(root, table ? last_axis(seen) : elements(seen) / out.rows, seen.dtype, !made, at);
    }
    for (TensorId output : op.outputs) {
      TensorId root = graph.root(output);
      if (is_cache(graph, root)) continue;
      bool written = std::find(group.outputs.begin(), group.outputs.end(), root) != group.outputs.end();
      touch(root, elements(graph.tensors[output]) / out.rows, graph.tensors[output].dtype, written, at);
    }
  }
  for (size_t at = 0; at < group.operators.size(); ++at) {
    double values_bytes = 0, memory_bytes = 0, naive = 0;
    const Operator& op = graph.operators[group.operators[at]];
    bool in_place = false;
    for (const Value& v : values) {
      if (v.first > at || v.last < at) continue;
      // An element-wise result may take the place of an operand that ends here.
      if (v.last == at && v.first < at && traits_of(op).elementwise && !in_place && v.memory_bytes == 0) {
        in_place = true;
        continue;
      }
      values_bytes += v.bytes;
      naive += v.naive;
      memory_bytes += v.memory_bytes;
    }
    if (traits_of(op).row_reduction && !op.inputs.empty())
      values_bytes += block(elements(graph.tensors[op.inputs[0]]) / out.rows / 8 * 4) + 32;  // partial sums
    out.naive = std::max(out.naive, naive);
    out.single = std::max(out.single, values_bytes + memory_bytes);
    out.doubled = std::max(out.doubled, values_bytes + 2 * memory_bytes);
  }
  return out;
}

class Checker {
 public:
  Checker(const Device& device, const Group& group, const fusion::ProposedKernel& kernel)
      : device_(device), group_(group), kernel_(kernel) {}

  Feasibility check() {
    for (OperatorId id : group_.operators) {
      const Traits& traits = traits_of(op(id));
      cube_ = cube_ || traits.matmul || traits.attention;
      collective_ = collective_ || traits.collective;
    }
    buffer();
    alignment();
    strides();
    reduction();
    products();
    integers();
    gather();
    language();
    grid();
    for (const Requirement& r : out_.requirements) {
      if (!r.holds && r.hard) out_.possible = false;
    }
    out_.possible = out_.possible && (out_.triton_possible || out_.ascendc_possible);
    return std::move(out_);
  }

 private:
  const Operator& op(OperatorId id) const { return group_.graph.operators[id]; }
  const Tensor& tensor(TensorId id) const { return group_.graph.tensors[id]; }
  void add(std::string name, bool holds, bool hard, double value, double limit, std::string unit, std::string reason) {
    out_.requirements.push_back({std::move(name), holds, hard, value, limit, std::move(unit), std::move(reason)});
  }
  std::string label(TensorId id) const {
    std::string_view name = tensor(id).name.view();
    return name.empty() ? "an operand" : fmt::format("`{}`", name);
  }

  void buffer() {
    Live live = live_buffers(group_, device_);
    rows_ = live.rows;
    double budget = device_.buffer_bytes;
    bool whole_row = false;
    for (OperatorId id : group_.operators) whole_row = whole_row || traits_of(op(id)).row_reduction;
    auto rows_with = [&](double row) { return std::floor((budget - live.persistent) / std::max(row, 1.0)); };
    double triton_row = triton_factor * live.naive;
    bool doubled = rows_with(live.doubled) >= 1;
    double row = kernel_.triton ? triton_row : doubled ? live.doubled : live.single;
    double rows = rows_with(row), needed = live.persistent + row;
    out_.tile_rows = static_cast<int64_t>(std::clamp(rows, 1.0, live.rows));
    out_.rows_per_core = static_cast<int64_t>(std::ceil(live.rows / device_.vector_cores));
    triton_tight_ = whole_row && rows_with(triton_row) < 1;
    std::string numbers =
        fmt::format("{:.0f} bytes for a row{} and {:.0f} that stay, of {:.0f}", row,
                    kernel_.triton ? fmt::format(", {} times the live tiles,", triton_factor) : "", live.persistent, budget);
    if (rows >= 1) {
      add("unified_buffer", true, false, needed, budget, "bytes",
          fmt::format("{}: {} rows at a time{}", numbers, out_.tile_rows, doubled || kernel_.triton ? "" : ", without double buffering"));
    } else {
      // A row can be cut; a reduction then takes a second pass, which the price counts.
      add("unified_buffer", false, false, needed, budget, "bytes",
          fmt::format("{}: {}", numbers, whole_row ? "rows are cut and read twice" : "rows are cut into pieces"));
    }
  }

  // Bytes of a row that lie together at its end: all of its last axes that are contiguous (exponents in pairs, say).
  double end_of_row(const Tensor& t) const {
    double last = last_axis(t) * graph::dtype_size(t.dtype), row = elements(t) / rows_ * graph::dtype_size(t.dtype);
    return std::fmod(elements(t), rows_) == 0 && row > last ? std::min(row, std::max(last, contiguous_bytes(t))) : last;
  }

  void alignment() {
    double worst = 0;
    std::string where;
    bool hard = false;
    double moved = 0;
    for (const auto* ids : {&group_.inputs, &group_.outputs}) {
      for (TensorId id : *ids) moved += is_cache(group_.graph, id) ? 0 : group_.graph.bytes(tensor(id));
    }
    auto look = [&](TensorId id) {
      const Tensor& t = tensor(id);
      if (is_cache(group_.graph, id) || last_axis(t) <= 1) return;
      double bytes = end_of_row(t);
      double past = std::fmod(bytes, device_.alignment);
      if (past == 0) return;
      if (worst == 0) {
        worst = bytes;
        where = label(id);
      }
      // Short rows of a big tensor: each takes a transfer of its own. Beside tensors that dwarf them (weights of the chosen experts) that
      // is no matter.
      bool counts = elements(t) * graph::dtype_size(t.dtype) / bytes * device_.alignment > 0.05 * moved;
      if (bytes < device_.alignment && t.shape.size() > 1 && elements(t) >= 4096 && counts && !is_constant_kind(t.kind)) {
        hard = true;
        worst = bytes;
        where = label(id);
      }
    };
    for (TensorId id : group_.inputs) look(id);
    for (TensorId id : group_.outputs) look(id);
    for (OperatorId id : group_.operators) {
      if (op(id).kind.view() != "rope") continue;
      const graph::Attribute* value = graph::find_attribute(op(id), "rotary_dim");
      const auto* dim = value ? std::get_if<graph::Dim>(value) : nullptr;
      double half = (dim && dim->value > 0 ? static_cast<double>(dim->value) : row_length(group_.graph, op(id))) / 2;
      double bytes = half * graph::dtype_size(tensor(op(id).inputs[0]).dtype);
      if (std::fmod(bytes, device_.alignment) != 0 && worst == 0) {
        worst = bytes;
        where = "half of the rotary axis";
      }
    }
    if (worst == 0)
      add("alignment", true, false, 0, device_.alignment, "bytes",
          fmt::format("every last axis is a multiple of {:.0f} bytes", device_.alignment));
    else
      add("alignment", false, hard, worst, device_.alignment, "bytes",
          fmt::format("the last axis of {} has {:.0f} bytes, {} {:.0f}", where, worst, hard ? "less than one block of" : "no multiple of",
                      device_.alignment));
  }

  void strides() {
    for (OperatorId id : group_.operators) {
      const Operator& o = op(id);
      if (traits_of(o).matmul) continue;
      for (TensorId input : o.inputs) {
        const Tensor& t = tensor(input);
        if (group_.makes(group_.graph.root(input)) || t.kind == TensorKind::Cache || group_.graph.contiguous(t) || t.shape.empty())
          continue;
        double size = graph::dtype_size(t.dtype);
        bool inner = t.strides.back().value == 1 || t.shape.back().value == 1 || t.strides.back().value == 0;
        if (!inner) {
          add("strides", false, false, static_cast<double>(t.strides.back().value), 1, "elements",
              fmt::format("the last axis of {} has stride {}: elements are gathered", label(input), t.strides.back().value));
          return;
        }
        double bytes = contiguous_bytes(t);
        double offset = std::fmod(static_cast<double>(t.storage_offset.value) * size, device_.alignment);
        if (bytes < full_stride_piece || offset != 0) {
          add("strides", false, false, bytes, full_stride_piece, "bytes",
              offset != 0
                  ? fmt::format("rows of {} start {:.0f} bytes off a multiple of {:.0f}", label(input), offset, device_.alignment)
                  : fmt::format("rows of {} come in pieces of {:.0f} bytes, less than {:.0f}", label(input), bytes, full_stride_piece));
          return;
        }
      }
    }
    add("strides", true, false, 0, full_stride_piece, "bytes", "inputs are contiguous, or rows of enough bytes");
  }

  void reduction() {
    bool cube_before = false, grouped = false;
    double longest = 0;
    for (OperatorId id : group_.operators) {
      const Operator& o = op(id);
      const OperatorKind& kind = *traits_of(o).kind;
      if (kind.operator_class == OperatorClass::MatMul) cube_before = true;
      grouped = grouped || traits_of(o).grouped;
      if (!traits_of(o).row_reduction) continue;
      double length = row_length(group_.graph, o);
      if (cube_before && !device_.fused_epilogue && device_.family == "ascend" && length > tile_columns) {
        // Expert matmuls go through a workspace tile by tile, as the ones that exist do; elsewhere that is the unfused kernel again.
        add("reduction", false, !grouped, length, tile_columns, "elements",
            fmt::format("`{}` needs all {:.0f} columns of a matmul whose tile has {:.0f}; cube and vector cores share no buffer{}",
                        kind.name, length, tile_columns, grouped ? ": through a workspace" : ""));
        return;
      }
      if (const graph::Attribute* dim = graph::find_attribute(o, "dim");
          dim && kind.operator_class == OperatorClass::Reduction && !o.inputs.empty()) {
        const auto* axis = std::get_if<graph::Dim>(dim);
        int64_t rank = static_cast<int64_t>(tensor(o.inputs[0]).shape.size());
        if (axis && rank > 1 && (axis->value == 0 || axis->value == -rank) && tensor(o.inputs[0]).shape[0].value > 1) {
          add("reduction", false, true, static_cast<double>(tensor(o.inputs[0]).shape[0].value), 1, "rows",
              fmt::format("`{}` over the first axis joins rows of different cores", kind.name));
          return;
        }
      }
      longest = std::max(longest, length);
    }
    if (longest == 0) add("reduction", true, false, 0, device_.row_kept, "elements", "no reduction");
    else if (longest <= device_.row_kept)
      add("reduction", true, false, longest, device_.row_kept, "elements", fmt::format("rows of {:.0f} stay on the core", longest));
    else
      add("reduction", false, false, longest, device_.row_kept, "elements",
          fmt::format("rows of {:.0f} are longer than the {:.0f} that stay on the core: a second pass", longest, device_.row_kept));
  }

  // A product that reads what another one of the kernel makes. Only a tile of that stays where a core can read it: with more columns, or with fewer
  // tiles than cores, all cores must meet in the middle, which a second launch does as well. Kernels that exchange rows between ranks meet anyway.
  void products() {
    if (device_.family != "ascend") return;
    std::vector<TensorId> made;   // roots that depend on a product
    bool exchanges = false, sorts = false, sums = false, summed = false;     // summed: what experts of this kernel made
    for (OperatorId id : group_.operators) exchanges = exchanges || op(id).kind.view() == "all_to_all";
    if (exchanges) return;
    for (OperatorId id : group_.operators) {
      const Operator& o = op(id);
      const Traits& traits = traits_of(o);
      sorts = sorts || o.kind.view() == "expert_dispatch";
      sums = sums || o.kind.view() == "expert_combine";
      bool behind = std::any_of(o.inputs.begin(), o.inputs.end(), [&](TensorId input) { return std::find(made.begin(), made.end(), group_.graph.root(input)) != made.end(); });
      if (traits.matmul && behind) {
        double columns = last_axis(tensor(o.inputs[0])), tiles = std::ceil(row_count(group_.graph, o) / (traits.grouped ? 1 : tile_rows));   // an expert's few rows are a tile
        if (columns > tile_columns || tiles < device_.cube_cores) {
          add("products", false, true, columns > tile_columns ? columns : tiles, columns > tile_columns ? tile_columns : device_.cube_cores,
              columns > tile_columns ? "columns" : "tiles",
              columns > tile_columns ? fmt::format("`{}` needs all {:.0f} columns that the product before it makes, of which a tile has {:.0f}: two kernels", o.kind.view(), columns, tile_columns)
                                     : fmt::format("`{}` behind another product gives work to {:.0f} cores of {:.0f}: two kernels", o.kind.view(), tiles, device_.cube_cores));
          return;
        }
      }
      if (summed && behind && traits.row_reduction) {
        add("products", false, true, 0, 0, "", fmt::format("`{}` needs rows that the experts' sum has finished on all cores: two kernels", o.kind.view()));
        return;
      }
      summed = summed || (behind && o.kind.view() == "expert_combine");
      if (traits.matmul || behind) {
        for (TensorId output : o.outputs) made.push_back(group_.graph.root(output));
      }
    }
    if (sorts && sums) add("products", false, true, 0, 0, "", "rows are sorted for all experts before the products and summed over all of them behind: three kernels");
    else if (sums && collective_) add("products", false, true, 0, 0, "", "the sum over ranks needs rows that the experts' sum has finished on all cores: two kernels");
    else add("products", true, false, 0, tile_columns, "columns", "no product behind a product that does not stay on the core");
  }

  void integers() {
    for (OperatorId id : group_.operators) {
      const Operator& o = op(id);
      if (!traits_of(o).elementwise || o.inputs.empty() || o.kind.view() == "cast") continue;
      const Tensor& t = tensor(o.inputs[0]);
      std::string_view kind = o.kind.view();
      bool compares = kind == "eq" || kind == "ne" || kind == "lt" || kind == "le" || kind == "gt" || kind == "ge";
      bool scalar = t.dtype == DType::I64 || (t.dtype == DType::I32 && compares);
      if (!scalar || device_.family != "ascend") continue;
      bool holds = elements(t) <= scalar_loop;
      add("integers", holds, true, elements(t), scalar_loop, "elements",
          fmt::format("`{}` on {} runs an element at a time on a vector core ({:.0f} elements)", kind, graph::dtype_name(t.dtype),
                      elements(t)));
      if (!holds) return;
    }
    if (out_.requirements.back().name != "integers")
      add("integers", true, false, 0, scalar_loop, "elements", "no integer arithmetic that runs as scalars");
  }

  // A recurrence that goes token by token keeps a sequence's state on one core: so does what feeds it, token by token.
  bool steps() const {
    return std::any_of(group_.operators.begin(), group_.operators.end(), [&](OperatorId id) {
      if (op(id).kind.view() != "linear_attention") return false;
      const graph::Attribute* chunked = graph::find_attribute(op(id), "chunked");
      return chunked != nullptr && std::holds_alternative<bool>(*chunked) && !std::get<bool>(*chunked);
    });
  }

  void gather() {
    for (OperatorId id : group_.operators) {
      const Operator& o = op(id);
      const OperatorKind& kind = *traits_of(o).kind;
      std::string_view name = kind.name;
      // Rows are gathered and summed, or scattered, one by one; but where they go is known only when all indices are.
      bool rowwise = name == "expert_combine" || name == "expert_dispatch";
      if (name == "expert_dispatch" && o.inputs.size() > 1) rowwise = !group_.makes(group_.graph.root(o.inputs[1]));
      // The best few of a short row (experts) are chosen row by row.
      if (name == "topk" && !o.inputs.empty() && last_axis(tensor(o.inputs[0])) <= short_row) rowwise = true;
      if ((name == "causal_conv1d" || name == "linear_attention") && steps()) rowwise = true;
      if (kind.operator_class == OperatorClass::Opaque && !rowwise && name != "attention" && name != "moe_gating" &&
          group_.operators.size() > 1) {
        add("gather", false, true, 0, 0, "", fmt::format("`{}` has no tiles that a neighbour could share", name));
        return;
      }
      if (name == "gather" || name == "index_select" || name == "embedding" || name == "select_copy") {
        double piece = o.outputs.empty() ? 0 : last_axis(tensor(o.outputs[0])) * graph::dtype_size(tensor(o.outputs[0]).dtype);
        if (name == "gather" || piece < full_stride_piece) {
          add("gather", false, false, piece, full_stride_piece, "bytes",
              fmt::format("`{}` picks pieces of {:.0f} bytes: load a block first", name,
                          name == "gather" ? graph::dtype_size(tensor(o.inputs[0]).dtype) : piece));
          return;
        }
      }
    }
    add("gather", true, false, 0, full_stride_piece, "bytes", "no elements at random places");
  }

  void language() {
    std::vector<std::string> against;
    for (OperatorId id : group_.operators) {
      for (const auto* list : {&op(id).inputs, &op(id).outputs}) {
        for (TensorId t : *list) {
          DType dtype = tensor(t).dtype;
          if (dtype == DType::BF16 && !device_.bf16) against.push_back("bf16");
          if ((dtype == DType::F8E4M3 || dtype == DType::F8E5M2) && !device_.fp8) against.push_back("fp8");
        }
      }
    }
    if (!against.empty()) {
      out_.triton_possible = out_.ascendc_possible = false;
      add("language", false, true, 0, 0, "", fmt::format("{} has no {}", device_.name, against[0]));
      return;
    }
    out_.triton_possible = device_.triton && !collective_ && !triton_tight_;
    std::string why = !device_.triton ? fmt::format("{} has no Triton", device_.name)
                      : collective_   ? "a Triton kernel cannot communicate"
                      : triton_tight_ ? "a row in compiled Triton needs more than the buffer"
                                      : "Triton or AscendC";
    if (device_.family != "ascend" && out_.triton_possible) why = "Triton or CUDA";
    bool holds = !kernel_.triton || out_.triton_possible;
    add("language", holds, !holds, 0, 0, "", out_.triton_possible ? why : why + ": AscendC");
  }

  void grid() {
    double cores = cube_ ? device_.cube_cores : device_.vector_cores;
    double rows = static_cast<double>(out_.rows_per_core) * device_.vector_cores;
    double programs = std::min(rows, cores);
    add("grid", true, false, programs, grid_limit, "programs",
        fmt::format("{:.0f} programs, one a {} core, {} rows each", programs, cube_ ? "cube" : "vector", out_.rows_per_core));
  }

  const Device& device_;
  const Group& group_;
  const fusion::ProposedKernel& kernel_;
  Feasibility out_;
  double rows_ = 1;
  bool cube_ = false, collective_ = false, triton_tight_ = false;
};

}  // namespace

Feasibility Model::feasibility(const graph::Graph& graph, const fusion::ProposedKernel& kernel) const {
  Group group{graph, kernel.operators, {}, {}};
  auto costs = costs_of(graph);
  for (OperatorId id : kernel.operators) {
    const Operator& op = graph.operators[id];
    for (TensorId input : op.inputs) {
      if (!group.makes(graph.root(input)) && std::find(group.inputs.begin(), group.inputs.end(), input) == group.inputs.end())
        group.inputs.push_back(input);
    }
    for (TensorId output : op.outputs) {
      if (costs->read_outside(graph.root(output), kernel.operators)) group.outputs.push_back(graph.root(output));
    }
  }
  return Checker(device_, group, kernel).check();
}

}  // namespace fusescout::gain
