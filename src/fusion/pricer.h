// What fusion asks of the gain model, which is a layer above: times of a group of kernels today and after, and whether a fused kernel
// fits the device. src/gain implements it (gain/model.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace fusescout::fusion {

struct Estimate {  // microseconds
  double low = 0;
  double nominal = 0;
  double high = 0;
};

inline Estimate operator+(const Estimate& a, const Estimate& b) { return {a.low + b.low, a.nominal + b.nominal, a.high + b.high}; }
inline Estimate times(const Estimate& e, double factor) { return {e.low * factor, e.nominal * factor, e.high * factor}; }

// A kernel that would compute these operators of the graph, in this order. Several matmuls of one input are one matmul with the weights side by side.
struct ProposedKernel {
  std::vector<graph::OperatorId> operators;
  std::optional<graph::Unit> unit;  // decided from the operators when absent
  bool triton = false;              // would be written in Triton: other start cost
};

struct Price {
  Estimate before;                      // one execution of the group today, launches included
  Estimate after;
  Estimate gain;                        // before - after; the interval knows that errors of both are related
  double pessimistic_gain = 0;          // all uncertain parameters against the fusion at once
  bool worthwhile = false;              // the accept rule: pessimistic_gain > 0 and nominal > max(0.5 us, 5 % of before)
  std::string reason;                   // of a no; lower case, no full stop
  std::vector<std::string> arithmetic;  // how the numbers come about, for `explain`
};

// One requirement of the hardware on a proposed kernel, with its numbers.
struct Requirement {
  std::string name;    // "unified_buffer", "alignment", "strides", "reduction", "integers", "gather", "language", "grid"
  bool holds = true;
  bool hard = true;    // a hard one that does not hold blocks the fusion; a soft one costs time
  double value = 0;    // what the kernel needs
  double limit = 0;    // what the device gives
  std::string unit;    // "bytes", "elements", ...
  std::string reason;  // in words, with the numbers
};

struct Feasibility {
  bool possible = true;                  // all hard requirements hold
  bool triton_possible = true;
  bool ascendc_possible = true;
  int64_t tile_rows = 0;                 // proposed rows per iteration
  int64_t rows_per_core = 0;
  std::vector<Requirement> requirements;
};

class Pricer {
 public:
  virtual ~Pricer() = default;
  // `before`: the kernels of today that the group covers; `after`: what takes their place.
  virtual Price price(const graph::Graph& graph, std::span<const graph::KernelId> before, std::span<const ProposedKernel> after) const = 0;
  virtual Feasibility feasibility(const graph::Graph& graph, const ProposedKernel& kernel) const = 0;
  // The whole pass as it stands, for shares of the step.
  virtual Estimate step_time(const graph::Graph& graph) const = 0;
};

}  // namespace fusescout::fusion
