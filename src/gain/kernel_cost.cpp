#include "gain/kernel_cost.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "gain/traffic.h"

namespace fusescout::gain {

using graph::Operator;
using graph::OperatorClass;
using graph::OperatorId;
using graph::OperatorKind;
using graph::Tensor;
using graph::TensorId;

namespace {

constexpr double megabyte = 1e6;
constexpr double slice_piece = 512;     // bytes: pieces of rows that are copied at full speed
constexpr double head_row_limit = 256;  // elements; longer rows are bound by bytes

bool contains(std::span<const OperatorId> operators, OperatorId id) {
  return std::find(operators.begin(), operators.end(), id) != operators.end();
}

// `nominal` time, enough to find the heaviest part.
double weight_of(const Device& device, const VectorPart& part) {
  double near = std::min(part.mb, part.cost->resident), far = part.mb - near;
  double transfer = device.near * near + part.cost->far * (far + part.cold_mb);
  return part.cost->start + part.latency_us + std::max(part.cost->spread * part.fill + transfer, part.instruction_us);
}

const VectorCost& find_cost(const Device& device, const OperatorKind& kind, bool norm) {
  auto found = device.vector_kinds.find(kind.name);
  if (found == device.vector_kinds.end()) {
    std::string_view fallback = "opaque";
    if (norm) fallback = "norm";
    else if (kind.operator_class == OperatorClass::Elementwise || kind.operator_class == OperatorClass::Compound) fallback = "elementwise";
    else if (kind.operator_class == OperatorClass::Injective) fallback = "injective";
    else if (kind.operator_class == OperatorClass::Reduction) fallback = "reduction";
    found = device.vector_kinds.find(fallback);
  }
  return found->second;
}

// Several entries of one tensor count once; different views of one tensor at most as much as the tensor.
class Reads {
 public:
  void add(TensorId view, TensorId root, double bytes, double root_bytes) {
    for (Entry& e : entries_) {
      if (e.root != root) continue;
      if (std::find(e.views.begin(), e.views.end(), view) == e.views.end()) {
        e.views.push_back(view);
        e.bytes = std::min(e.bytes + bytes, std::max(root_bytes, e.bytes));
      }
      return;
    }
    entries_.push_back({root, {view}, bytes});
  }
  double sum() const {
    double bytes = 0;
    for (const Entry& e : entries_) bytes += e.bytes;
    return bytes;
  }

 private:
  struct Entry {
    TensorId root;
    std::vector<TensorId> views;
    double bytes;
  };
  std::vector<Entry> entries_;
};

}  // namespace

Costs::Costs(const Device& device, const Options& options, const graph::Graph& graph)
    : device_(device), options_(options), graph_(graph), consumers_(graph.consumers()), is_output_(graph.tensors.size()) {
  for (TensorId output : graph.outputs) is_output_[graph.root(output).index] = true;
  for (const OperatorKind& kind : graph::operator_kinds()) {
    Operator op;
    op.kind = Symbol(kind.name);
    cost_of_kind_[op.kind] = &find_cost(device, kind, traits_of(op).norm);
  }
  elementwise_ = &device.vector_kinds.find("elementwise")->second;
  slice_ = &device.vector_kinds.find("slice")->second;
}

bool Costs::read_outside(TensorId root, std::span<const OperatorId> operators) const {
  if (is_output_[root.index]) return true;
  const auto& readers = consumers_[root.index];
  if (readers.empty()) return true;  // nobody: the kernel writes it all the same
  return std::any_of(readers.begin(), readers.end(), [&](OperatorId reader) { return !contains(operators, reader); });
}

const VectorCost& Costs::vector_cost(const Operator& op) const {
  const Traits& traits = traits_of(op);
  if (traits.mul && op.inputs.size() > 1) return *elementwise_;  // `mul` is by a number
  if (traits.copy && !op.inputs.empty() && contiguous_bytes(graph_.tensors[op.inputs[0]]) >= slice_piece) return *slice_;
  return *cost_of_kind_.at(op.kind);
}

void Costs::set_traffic(VectorPart& part, std::span<const OperatorId> operators) const {
  Reads warm, cold;
  double written_warm = 0, written_cold = 0;
  bool broadcasts = false;
  for (OperatorId id : operators) {
    const Operator& op = graph_.operators[id];
    double walked = op.outputs.empty() ? 0 : elements(graph_.tensors[op.outputs[0]]);
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      TensorId root = graph_.root(op.inputs[i]);
      OperatorId producer = graph_.producer(root);
      if (producer.valid() && contains(operators, producer)) continue;
      const Tensor& whole = graph_.tensors[root];
      (producer.valid() || !device_.cold_inputs ? warm : cold)
          .add(op.inputs[i], root, read_bytes(graph_, op, i, options_.sequences), elements(whole) * graph::dtype_size(whole.dtype));
      double operand = elements(graph_.tensors[op.inputs[i]]);
      if (operand > 1 && operand < walked && traits_of(op).elementwise) broadcasts = true;
    }
    for (size_t i = 0; i < op.outputs.size(); ++i) {
      TensorId root = graph_.root(op.outputs[i]);
      if (!read_outside(root, operators)) continue;
      bool last = device_.cold_inputs && (is_output_[root.index] || consumers_[root.index].empty());
      (last ? written_cold : written_warm) += written_bytes(graph_, op, i);
    }
    (device_.cold_inputs ? written_cold : written_warm) += written_in_part(graph_, op, options_.sequences);
  }
  double factor = (broadcasts && operators.size() == 1 ? device_.broadcast : 1) / megabyte;
  part.mb = (warm.sum() + written_warm) * factor;
  part.cold_mb = (cold.sum() + written_cold) * factor;
}

double Costs::edges_mb(std::span<const OperatorId> from, std::span<const OperatorId> to) const {
  double bytes = 0;
  for (OperatorId id : to) {
    const Operator& op = graph_.operators[id];
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      OperatorId producer = graph_.producer(op.inputs[i]);
      if (!producer.valid() || !contains(from, producer)) continue;
      double read = read_bytes(graph_, op, i, options_.sequences);
      bytes += read;
      TensorId root = graph_.root(op.inputs[i]);
      const auto& readers = consumers_[root.index];
      bool written = is_output_[root.index] ||
                     std::any_of(readers.begin(), readers.end(), [&](OperatorId r) { return !contains(from, r) && !contains(to, r); });
      if (!written) bytes += read;
    }
  }
  return bytes / megabyte;
}

VectorPart Costs::part(OperatorId id) const {
  const Operator& op = graph_.operators[id];
  VectorPart out;
  out.cost = &vector_cost(op);
  double rows = row_count(graph_, op), length = row_length(graph_, op);
  out.fill = std::min(1.0, rows / device_.vector_cores);
  set_traffic(out, std::span(&id, 1));
  if (traits_of(op).row_reduction) out.latency_us = length / 1000 * device_.row_latency;
  if (out.cost->head_row > 0 && length <= head_row_limit)
    out.instruction_us = rows / device_.vector_cores * out.cost->head_row * std::max(1.0, length / 128);
  bool column_operand = false;
  for (TensorId input : op.inputs) {
    double count = elements(graph_.tensors[input]);
    column_operand = column_operand || (count > 1 && count <= last_axis(graph_.tensors[input]));
  }
  if (column_operand && length <= head_row_limit && out.instruction_us == 0 && traits_of(op).elementwise) {
    out.short_rows = rows / device_.vector_cores;
  }
  if (traits_of(op).select) out.instruction_us = device_.topk_row * rows / 1000 * length / 128;
  return out;
}

// Rows longer than the core keeps are read again, and what was computed before the reduction is computed again.
double Costs::second_pass(std::span<const OperatorId> operators) const {
  double us = 0;
  for (OperatorId id : operators) {
    const Operator& op = graph_.operators[id];
    if (!traits_of(op).row_reduction || op.inputs.empty() || row_length(graph_, op) <= device_.row_kept) continue;
    bool heavy = false, feeds = false, reduced = false;
    for (OperatorId other : operators) {
      if (other == id) break;
      feeds = true;
      heavy = heavy || traits_of(graph_.operators[other]).heavy;
      reduced = reduced || traits_of(graph_.operators[other]).row_reduction;
    }
    double length = row_length(graph_, op);
    double count = std::max(row_count(graph_, op), device_.vector_cores) * length;  // few rows take as long as one on every core
    if (reduced) us += row_count(graph_, op) / 1000 * device_.again_row;
    if (device_.again > 0) us += feeds ? count / 1e6 * (heavy ? device_.again_heavy : device_.again) : 0;
    else us += row_count(graph_, op) * length * graph::dtype_size(graph_.tensors[op.inputs[0]].dtype) / megabyte * device_.near;
  }
  return us;
}

VectorWork Costs::vector_work(std::span<const OperatorId> operators, std::span<const OperatorId> kernel) const {
  VectorWork work;
  if (operators.empty()) return work;
  work.any = true;
  // The sum before a norm belongs to it: the pair was measured as one.
  std::vector<bool> absorbed_add(operators.size());
  std::vector<VectorPart> parts(operators.size());
  std::vector<bool> head_rows(operators.size());
  for (size_t i = 0; i < operators.size(); ++i) {
    parts[i] = part(operators[i]);
    head_rows[i] = parts[i].instruction_us > 0 && parts[i].cost->head_row > 0;
  }
  const std::vector<VectorPart> alone = parts;
  const VectorCost& add_norm = device_.vector_kinds.find("add_norm")->second;
  for (size_t i = 0; i < operators.size(); ++i) {
    const Operator& op = graph_.operators[operators[i]];
    if (!traits_of(op).norm || head_rows[i]) continue;
    OperatorId producer = graph_.producer(op.inputs[0]);
    for (size_t j = 0; j < i; ++j) {
      if (operators[j] != producer || !traits_of(graph_.operators[producer]).add || graph_.operators[producer].inputs.size() != 2) continue;
      absorbed_add[j] = true;
      std::array<OperatorId, 2> pair{operators[j], operators[i]};
      parts[i].cost = &add_norm;
      set_traffic(parts[i], pair);
    }
  }
  size_t anchor = 0;
  double heaviest = -1;
  for (size_t i = 0; i < operators.size(); ++i) {
    double weight = absorbed_add[i] ? -1 : weight_of(device_, parts[i]);
    if (weight > heaviest) {
      heaviest = weight;
      anchor = i;
    }
  }
  bool shares = device_.absorb.nominal > 0;
  std::vector<OperatorId> together;
  work.main = parts[anchor];
  if (head_rows[anchor]) work.main.instruction_us = 0;
  for (size_t i = 0; i < operators.size(); ++i) {
    const Traits& traits = traits_of(graph_.operators[operators[i]]);
    bool with_heads = head_rows[anchor] && head_rows[i];
    work.state = work.state || traits.access == Traits::Access::State;
    if (i == anchor || absorbed_add[i] || !traits.row || !shares || with_heads) work.apart.push_back(alone[i]);
    if (i == anchor || absorbed_add[i]) {
      together.push_back(operators[i]);
    } else if (traits.row && shares && !with_heads) {
      work.light.push_back(parts[i]);
      continue;
    } else {
      together.push_back(operators[i]);
      bool moves_heads = head_rows[anchor] && traits.injective;  // strided rows are read for free
      work.main.latency_us += parts[i].latency_us;
      if (!with_heads && !moves_heads) work.chain_spread += parts[i].cost->spread * parts[i].fill;
      work.main.fill = std::max(work.main.fill, parts[i].fill);
    }
    if (with_heads || i != anchor) work.main.instruction_us += parts[i].instruction_us;
    work.main.short_rows = std::max(work.main.short_rows, parts[i].short_rows);
    if (!absorbed_add[i]) work.resident = std::max(work.resident, parts[i].cost->resident);
  }
  work.chain_spread = std::min(work.chain_spread, 2 * std::max(work.main.cost->spread, 1.0) * work.main.fill);
  if (together.size() > 1 || kernel.size() > operators.size()) set_traffic(work.main, together);
  work.again_us = second_pass(operators);
  return work;
}

bool Costs::one_more_group(const Operator& grouped, const Operator& product) const {
  const Traits& traits = traits_of(product);
  if (!traits.matmul || traits.grouped || traits.attention || grouped.inputs.size() < 2 || product.inputs.size() < 2) return false;
  auto size = [&](const Operator& op) {
    const Tensor &x = graph_.tensors[op.inputs[0]], &y = graph_.tensors[op.outputs[0]];
    return std::tuple(x.dtype, last_axis(x), last_axis(y));
  };
  return size(grouped) == size(product);
}

bool Costs::free_epilogue(const Operator& op) const {
  const Traits& traits = traits_of(op);
  if (traits.free_epilogue) return true;
  if (traits.add || traits.mul) {  // a bias or scale for each column
    return op.inputs.size() == 2 && std::any_of(op.inputs.begin(), op.inputs.end(), [&](TensorId input) {
      const Tensor& t = graph_.tensors[input];
      return elements(t) <= last_axis(t) && last_axis(t) > 1;
    });
  }
  return false;
}

// A kernel without a meaning moves what its calls name, caches aside: how much of a cache it touches is not known.
VectorWork Costs::unknown_work(const graph::Kernel& kernel) const {
  VectorWork work;
  work.any = true;
  work.main.cost = &device_.vector_kinds.find("opaque")->second;
  work.resident = work.main.cost->resident;
  double bytes = 0;
  for (graph::EntryId call : kernel.calls) {
    const graph::Entry& entry = graph_.entries[call];
    for (const auto* list : {&entry.inputs, &entry.outputs}) {
      for (TensorId id : *list) {
        const Tensor& t = graph_.tensors[id];
        if (graph_.tensors[graph_.root(id)].kind != graph::TensorKind::Cache) bytes += elements(t) * graph::dtype_size(t.dtype);
      }
    }
  }
  work.main.mb = bytes / megabyte;
  return work;
}

KernelCost Costs::kernel(graph::KernelId id) const {
  const graph::Kernel& k = graph_.kernels[id];
  KernelCost cost = kernel(k.name, k.operators, k.triton);
  cost.host = k.unit == graph::Unit::Host;
  cost.vector.apart.clear();   // it is there, and takes what kernels like it were measured to take
  if (k.operators.empty()) cost.vector = unknown_work(k);
  return cost;
}

std::vector<KernelCost> Costs::all(const graph::Graph* before) const {
  auto work_of = [](const graph::Graph& graph, const graph::Kernel& kernel) {
    std::vector<Symbol> kinds;
    for (OperatorId op : kernel.operators) kinds.push_back(graph.operators[op].kind);
    return kinds;
  };
  std::set<std::vector<Symbol>> today;
  if (before != nullptr) {
    for (const graph::Kernel& kernel : before->kernels) today.insert(work_of(*before, kernel));
  }
  std::vector<KernelCost> out;
  for (uint32_t i = 0; i < graph_.kernels.size(); ++i) {
    const graph::Kernel& kernel = graph_.kernels[graph::KernelId{i}];
    bool proposed = before != nullptr && kernel.unit != graph::Unit::Host && !kernel.operators.empty() && !today.contains(work_of(graph_, kernel));
    out.push_back(proposed ? this->kernel(kernel.name, kernel.operators, kernel.triton) : this->kernel(graph::KernelId{i}));
  }
  return out;
}

KernelCost Costs::kernel(Symbol name, std::span<const OperatorId> operators, bool triton) const {
  KernelCost out;
  out.name = name;
  out.triton = triton;
  std::vector<OperatorId> vector, prologue, cube;
  bool seen_cube = false;
  bool has_cube = false;
  for (OperatorId id : operators) {
    const Traits& traits = traits_of(graph_.operators[id]);
    has_cube = has_cube || traits.matmul || traits.attention;
  }
  for (OperatorId id : operators) {
    const Operator& op = graph_.operators[id];
    const Traits& traits = traits_of(op);
    if (traits.collective) {
      bool rows = op.kind.view() == "all_gather" || op.kind.view() == "all_to_all";
      out.moved_bytes.push_back(moved_bytes(op) * (rows && !op.outputs.empty() ? narrowed(op.outputs[0], operators) : 1));
    } else if (traits.matmul || traits.attention) {
      seen_cube = true;
      cube.push_back(id);
    } else if (has_cube && !seen_cube) {
      // A copy in front of a matmul is the matmul reading strided rows itself.
      if (!traits.copy) prologue.push_back(id);
    } else if (!has_cube || !free_epilogue(op)) {
      vector.push_back(id);
    }
  }
  // Matmuls of one input are one, with the weights side by side.
  std::vector<bool> done(cube.size());
  for (size_t i = 0; i < cube.size(); ++i) {
    if (done[i]) continue;
    const Operator& op = graph_.operators[cube[i]];
    done[i] = true;
    if (traits_of(op).attention) {
      out.cube.push_back(attention(op));
    } else if (traits_of(op).grouped) {
      out.cube.push_back(grouped_matmul(op));
      // A product of the same size that does not depend on it is one more group.
      for (size_t j = 0; j < cube.size(); ++j) {
        const Operator& other = graph_.operators[cube[j]];
        if (j == i || done[j] || !one_more_group(op, other)) continue;
        CubePart more = matmul(std::span(&cube[j], 1));
        out.cube.back().memory_us += more.memory_us;
        out.cube.back().compute_us += more.compute_us;
        done[j] = true;
      }
    } else {
      std::vector<OperatorId> merged{cube[i]};
      for (size_t j = i + 1; j < cube.size(); ++j) {
        const Operator& other = graph_.operators[cube[j]];
        if (other.kind != op.kind || other.inputs.empty() || op.inputs.empty() || other.inputs[0] != op.inputs[0]) continue;
        merged.push_back(cube[j]);
        done[j] = true;
      }
      out.cube.push_back(matmul(merged));
    }
  }
  out.vector = vector_work(vector, operators);
  out.prologue = vector_work(prologue, operators);
  for (OperatorId id : vector) {
    if (has_cube && traits_of(graph_.operators[id]).row_reduction) out.row_epilogue = true;
  }
  if (has_cube) out.epilogue_saved_mb = edges_mb(cube, vector) + edges_mb(vector, vector);
  return out;
}

}  // namespace fusescout::gain
