// What elementwise operators share: broadcast, promotion, casts inside the kernel, in-place results, known data.
#pragma once

#include <functional>

#include "torch/operation.h"

namespace fusescout::torch {

using Formula = std::function<double(const double*)>;   // of one element of each input

struct Pointwise {
  std::string kind;                  // canonical operator; empty: `emit` says it
  graph::Attributes attributes;
  std::vector<TensorObject*> inputs;
  std::vector<DType> input_dtypes;   // what they are cast to inside the kernel; empty: compute for all
  DType compute = DType::F32;
  DType output = DType::F32;         // of the operator: bool of a comparison
  size_t out_parameter = SIZE_MAX;   // of `out=`
  bool contiguous = false;           // the result, whatever the inputs are
  Formula formula;                   // may be empty
  // Emits the operators of a composite from inputs (already cast) to a tensor of dtype `output`; used when kind is empty.
  std::function<void(CallScope&, const std::vector<TensorId>&, TensorId)> emit;
};

// Shape of all inputs together; RuntimeError when they do not broadcast.
Shape broadcast_all(Bound& bound, const std::vector<TensorObject*>& inputs);
Value pointwise(Bound& bound, std::string_view overload, const Pointwise& what);
// Promotion over tensors and numbers.
Operand operand(Context& context, const Value& value);
// A tensor inside a kernel that no code sees: shape and strides of another.
TensorId inner(Context& context, TensorId like, DType dtype);
TensorId inner(Context& context, const Shape& shape, DType dtype);
// Emits a cast unless it is that dtype already.
TensorId cast_inside(Context& context, CallScope& call, TensorId tensor, DType dtype);
// Repeats known data to a broadcast shape.
std::vector<double> broadcast_data(const std::vector<double>& data, const Shape& from, const Shape& to);

}  // namespace fusescout::torch
