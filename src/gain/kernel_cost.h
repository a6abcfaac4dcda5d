// What makes a kernel's time: read from its operators once (`Costs::kernel`), then turned into microseconds under any assignment of the
// uncertain parameters (`kernel_time`). A kernel of today and a proposed one go the same way, so their difference is the fusion and nothing
// else.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gain/device.h"
#include "gain/model.h"
#include "graph/graph.h"
#include "graph/operator_kind.h"

namespace fusescout::gain {

struct Parameters {
  double gap, triton_start, mix, absorb, spread_kept, tail, communication_start;
  double vector = 1, head_rows = 1, matmul = 1, communication = 1;  // factors
  double again = 1;                                                 // factor on second passes
  double resident = 1;                                              // factor on what the L2 cache holds
};
Parameters nominal_parameters(const Device& device);
// For each uncertain parameter the assignments with its low and its high value, all others nominal.
std::vector<std::pair<Parameters, Parameters>> parameter_sweep(const Device& device);
// All against the fusion.
Parameters pessimistic_parameters(const Device& device);

// Vector work that could be a kernel by itself.
struct VectorPart {
  const VectorCost* cost = nullptr;
  double fill = 1;             // min(1, rows/cores)
  double mb = 0;
  double cold_mb = 0;          // beyond the L2 cache
  double latency_us = 0;       // of one row's reduction
  double instruction_us = 0;   // head rows
  double short_rows = 0;       // of one core
};

struct VectorWork {
  bool any = false;
  bool state = false;          // a recurrence reads and writes its state
  double resident = 0;         // MB: the most that one of the parts together keeps
  VectorPart main;             // the heaviest part and the element-wise operators around it
  double chain_spread = 0;     // spread of those element-wise operators, times fill
  double again_us = 0;         // a second pass over rows that do not stay on the core
  std::vector<VectorPart> apart;  // of a proposed kernel: the operators of the main part, each as a kernel of its own
  std::vector<VectorPart> light;  // row operators that the main part absorbs
};

struct CubePart {
  double start = 0, memory_us = 0, compute_us = 0;
  double tiles_per_core = 1;
  bool grouped = false;
};

struct KernelCost {
  Symbol name;
  bool triton = false;
  bool host = false;           // no work on the device
  VectorWork vector;           // all of a vector kernel; the epilogue of a mixed one
  VectorWork prologue;         // what a matmul's input needs
  bool row_epilogue = false;   // a reduction along the columns of a matmul
  double epilogue_saved_mb = 0;
  std::vector<CubePart> cube;
  std::vector<double> moved_bytes;  // of collectives
};

double kernel_time(const Device& device, const KernelCost& kernel, const Parameters& p);
std::string kernel_arithmetic(const Device& device, const KernelCost& kernel, const Parameters& p);  // one line

// One graph's view for costs: who reads what, found once.
class Costs {
 public:
  Costs(const Device& device, const Options& options, const graph::Graph& graph);
  KernelCost kernel(Symbol name, std::span<const graph::OperatorId> operators, bool triton) const;
  KernelCost kernel(graph::KernelId id) const;
  // Of the whole graph. With `before`, kernels that are none of its are proposed ones.
  std::vector<KernelCost> all(const graph::Graph* before = nullptr) const;
  bool read_outside(graph::TensorId root, std::span<const graph::OperatorId> operators) const;  // or an output of the graph

 private:
  VectorWork vector_work(std::span<const graph::OperatorId> operators, std::span<const graph::OperatorId> kernel) const;
  VectorWork unknown_work(const graph::Kernel& kernel) const;
  const VectorCost& vector_cost(const graph::Operator& op) const;
  void set_traffic(VectorPart& part, std::span<const graph::OperatorId> operators) const;
  double edges_mb(std::span<const graph::OperatorId> from, std::span<const graph::OperatorId> to) const;
  VectorPart part(graph::OperatorId id) const;
  double second_pass(std::span<const graph::OperatorId> operators) const;
  CubePart matmul(std::span<const graph::OperatorId> merged) const;
  CubePart grouped_matmul(const graph::Operator& op) const;
  CubePart attention(const graph::Operator& op) const;
  double moved_bytes(const graph::Operator& op) const;
  double narrowed(graph::TensorId output, std::span<const graph::OperatorId> operators) const;
  bool free_epilogue(const graph::Operator& op) const;
  bool one_more_group(const graph::Operator& grouped, const graph::Operator& product) const;
  double efficiency(double rows, graph::DType dtype) const;

  const Device& device_;
  const Options& options_;
  const graph::Graph& graph_;
  std::vector<std::vector<graph::OperatorId>> consumers_;
  std::vector<bool> is_output_;                                      // by index of the root tensor
  std::unordered_map<Symbol, const VectorCost*> cost_of_kind_;
  const VectorCost *elementwise_ = nullptr, *slice_ = nullptr;
};

}  // namespace fusescout::gain
