// Shapes and strides as torch computes them. Decisions are made on the scenario's values, results stay symbolic.
#pragma once

#include <cstdint>
#include <optional>

#include "graph/graph.h"

namespace fusescout::torch {

using graph::Dim;
using graph::DType;
using graph::Expressions;
using graph::Shape;

Shape contiguous_strides(Expressions& e, const Shape& shape);
bool is_contiguous(const Shape& shape, const Shape& strides);
Dim product(Expressions& e, const Shape& shape, size_t from = 0, size_t to = SIZE_MAX);
int64_t element_count(const Shape& shape);
bool same_shape(const Shape& a, const Shape& b);               // in the scenario
// nullopt: they do not broadcast.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);
// With -1 filled in. nullopt: does not fit the number of elements.
std::optional<Shape> infer_size(Expressions& e, const Shape& wanted, const Shape& from);
// Strides of a view of another shape; nullopt: not possible without a copy.
std::optional<Shape> view_strides(Expressions& e, const Shape& shape, const Shape& strides, const Shape& to);
// Strides of an elementwise result: the order of the inputs' dimensions is kept (TensorIterator), dense.
Shape elementwise_strides(Expressions& e, const Shape& shape, const std::vector<const graph::Tensor*>& inputs);
// Strides of empty_like / clone with preserve_format.
Shape preserved_strides(Expressions& e, const graph::Tensor& tensor);

// Calls `f(offset)` for each element in order of its indices.
template <typename F>
void for_each_offset(const graph::Tensor& t, F&& f) {
  if (element_count(t.shape) == 0) return;
  std::vector<int64_t> index(t.shape.size());
  int64_t offset = t.storage_offset.value;
  while (true) {
    f(offset);
    size_t d = t.shape.size();
    while (d > 0) {
      --d;
      offset += t.strides[d].value;
      if (++index[d] < t.shape[d].value) break;
      offset -= t.strides[d].value * t.shape[d].value;
      index[d] = 0;
      if (d == 0) return;
    }
    if (t.shape.empty()) return;
  }
}

// Type promotion. A scalar's category takes part only where it is higher than that of the tensors.
enum class Rank : uint8_t { Tensor, ZeroDim, Scalar };
struct Operand { DType dtype; Rank rank; };
DType promote(DType a, DType b);
DType result_type(const std::vector<Operand>& operands, DType default_dtype);

}  // namespace fusescout::torch
