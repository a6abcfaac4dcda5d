// Views of the parts of a tensor along an axis: split, chunk, tensor_split, unbind.
#include <algorithm>

#include "torch/operation.h"

namespace fusescout::torch {
namespace {

Value parts(Bound& bound, std::string_view overload, size_t dim, const std::vector<std::pair<Dim, Dim>>& starts_and_sizes) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  CallScope call = bound.open(overload);
  call.view();
  std::vector<Value> out;
  for (auto [start, size] : starts_and_sizes) {
    Shape shape = from.shape;
    shape[dim] = size;
    out.push_back(context.make_view(bound.tensor(0), shape, from.strides,
                                    context.expressions.add(from.storage_offset, context.expressions.mul(start, from.strides[dim]))));
  }
  return call.finish(context.interpreter.tuple(std::move(out)));
}

std::vector<std::pair<Dim, Dim>> in_steps(graph::Expressions& e, Dim size, Dim step) {
  std::vector<std::pair<Dim, Dim>> out;
  int64_t count = step.value == 0 ? 1 : std::max<int64_t>((size.value + step.value - 1) / step.value, 1);
  for (int64_t i = 0; i < count; ++i) {
    Dim start = e.mul(step, Dim(i));
    Dim left = e.sub(size, start);
    out.emplace_back(start, left.value < step.value ? left : step);
  }
  return out;
}

Value split_sizes(Bound& bound, size_t dim, const Shape& sizes, std::string_view overload) {
  auto& e = bound.expressions();
  std::vector<std::pair<Dim, Dim>> list;
  Dim at(0), total = bound.info(0).shape[dim];
  for (Dim size : sizes) {
    list.emplace_back(at, size);
    at = e.add(at, size);
  }
  if (at.value != total.value) {
    bound.fail("split_with_sizes expects split_sizes to sum exactly to " + std::to_string(total.value) +
               " (input tensor's size at dimension " + std::to_string(dim) + "), but got split_sizes=" + sizes_text(sizes));
  }
  return parts(bound, overload, dim, list);
}

Value tensor_split(Bound& bound) {
  auto& e = bound.expressions();
  size_t dim = split_axis(bound, 2);
  Dim size = bound.info(0).shape[dim];
  std::vector<std::pair<Dim, Dim>> list;
  if (bound.interpreter.is_integer(bound[1])) {
    int64_t sections = bound.integer(1);
    if (sections <= 0) bound.fail("number of sections must be larger than 0, got " + std::to_string(sections));
    Dim at(0);
    Dim small = e.floor_div(size, Dim(sections));
    for (int64_t i = 0; i < sections; ++i) {
      Dim part = i < size.value % sections ? e.add(small, Dim(1)) : small;
      list.emplace_back(at, part);
      at = e.add(at, part);
    }
    return parts(bound, "sections", dim, list);
  }
  Shape indices = bound.shape(1);
  Dim at(0);
  for (size_t i = 0; i <= indices.size(); ++i) {
    Dim end = i < indices.size() ? indices[i] : size;
    if (end.value < 0) end = e.add(end, size);
    if (end.value > size.value) end = size;
    list.emplace_back(at, end.value > at.value ? e.sub(end, at) : Dim(0));
    at = end;
  }
  return parts(bound, "indices", dim, list);
}

Value unbind(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  size_t dim = split_axis(bound, 1);
  CallScope call = bound.open("int");
  call.view();
  std::vector<Value> out;
  Shape shape = from.shape, strides = from.strides;
  shape.erase(shape.begin() + static_cast<ptrdiff_t>(dim));
  strides.erase(strides.begin() + static_cast<ptrdiff_t>(dim));
  for (int64_t i = 0; i < from.shape[dim].value; ++i) {
    out.push_back(context.make_view(bound.tensor(0), shape, strides,
                                    context.expressions.add(from.storage_offset, context.expressions.mul(Dim(i), from.strides[dim]))));
  }
  return call.finish(context.interpreter.tuple(std::move(out)));
}

}  // namespace

void define_splits(Context& context) {
  define(context, "torch.split Tensor.split torch.split_with_sizes Tensor.split_with_sizes", "split",
         "input, split_size_or_sections|split_size, dim=0", [](Bound& bound) {
           size_t dim = split_axis(bound, 2);
           if (bound.interpreter.is_integer(bound[1])) {
             if (bound.integer(1) < 0)
               bound.fail("split expects split_size be non-negative, but got split_size=" + std::to_string(bound.integer(1)));
             return parts(bound, "Tensor", dim, in_steps(bound.expressions(), bound.info(0).shape[dim], bound.dim(1)));
           }
           static const Operation with_sizes{"split_with_sizes", {{"input", "", {}}, {"split_sizes", "", {}}, {"dim", "", {}}}, nullptr};
           Bound sizes{bound.context, bound.interpreter, with_sizes, false, bound.method, bound.values, bound.given};
           return split_sizes(sizes, dim, bound.shape(1), "default");
         });
  define(context, "torch.chunk Tensor.chunk", "chunk", "input, chunks, dim=0", [](Bound& bound) {
    size_t dim = split_axis(bound, 2);
    auto& e = bound.expressions();
    Dim size = bound.info(0).shape[dim], chunks = bound.dim(1);
    if (chunks.value <= 0) bound.fail("chunk expects `chunks` to be greater than 0, got: " + std::to_string(chunks.value));
    Dim step = size.value % chunks.value == 0 ? e.floor_div(size, chunks) : e.floor_div(e.add(size, e.sub(chunks, Dim(1))), chunks);
    if (step.value == 0) {   // of an empty axis: all chunks, all empty
      return parts(bound, "default", dim, std::vector<std::pair<Dim, Dim>>(static_cast<size_t>(chunks.value), {Dim(0), Dim(0)}));
    }
    return parts(bound, "default", dim, in_steps(e, size, step));
  });
  define(context, "torch.tensor_split Tensor.tensor_split", "tensor_split", "input, indices_or_sections, dim=0", tensor_split);
  define(context, "torch.unbind Tensor.unbind", "unbind", "input, dim=0", unbind);
}

}  // namespace fusescout::torch
