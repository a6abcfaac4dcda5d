// The canonical operators: what a kernel computes. Patterns, raising, gain and the reference code all speak this vocabulary.
// catalogue/*.py calls them as `op.<name>(...)`; every aten call of the torch layer maps to one of them, to a view, or to none.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fusescout::graph {

// How an operator may fuse (after TVM): from free to not at all.
enum class OperatorClass : uint8_t {
  Elementwise,  // one output element from the same element of each input, inputs broadcast
  Injective,    // one output element from one input element elsewhere: copy with permutation, gather, cat, rope's rotate
  Reduction,    // over some axes
  MatMul,       // cube core, with an epilogue
  Compound,     // defined over the ones above (rms_norm, rope, swiglu, ...)
  Collective,   // communication between devices
  Opaque,       // never fused into: attention, top-k, sort, scatter, unknown
};

inline constexpr uint8_t any_inputs = 255;

struct OperatorKind {
  std::string_view name;
  OperatorClass operator_class;
  bool commutative;          // in its first two inputs
  uint8_t inputs;            // tensor inputs when no scalar stands in for one; or any_inputs
  std::string_view meaning;  // one line; attributes named
};

const OperatorKind* find_operator_kind(std::string_view name);  // nullptr when there is none
std::span<const OperatorKind> operator_kinds();                 // all, sorted by name

}  // namespace fusescout::graph
