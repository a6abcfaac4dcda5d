// Views: shape, strides and offset of another look at the same storage; reshape, which copies where no view can do it.
#include <algorithm>

#include "torch/operation.h"

namespace fusescout::torch {
namespace {

// A copy, since a store of tensors may grow under a reference.
graph::Tensor layout(Bound& bound, size_t i = 0) { return bound.info(i); }

Value view_call(Bound& bound, std::string_view overload, const Shape& shape, const Shape& strides, Dim offset) {
  CallScope call = bound.open(overload);
  call.view();
  return call.finish(bound.context.make_view(bound.tensor(0), shape, strides, offset));
}

// What gives its input back: an entry, but nothing new.
Value pass_through(Bound& bound) {
  CallScope call = bound.open();
  return call.finish(bound[0]);
}

Shape fitted(Bound& bound, const Shape& wanted, const Shape& from) {
  auto shape = infer_size(bound.expressions(), wanted, from);
  if (!shape) bound.fail("shape '" + sizes_text(wanted) + "' is invalid for input of size " + std::to_string(element_count(from)));
  return *shape;
}

Value view_as_dtype(Bound& bound, DType dtype) {
  Context& context = bound.context;
  graph::Tensor from = layout(bound);
  double before = graph::dtype_size(from.dtype), after = graph::dtype_size(dtype);
  Dim offset = from.storage_offset;
  if (before != after) {
    if (from.shape.empty()) bound.fail("self.dim() cannot be 0 to view as a dtype of another size");
    auto& e = bound.expressions();
    if (from.strides.back().value != 1)
      bound.fail("self.stride(-1) must be 1 to view as a dtype of another size, but got " + std::to_string(from.strides.back().value));
    if (before > after) {
      auto ratio = static_cast<int64_t>(before / after);
      for (size_t i = 0; i + 1 < from.shape.size(); ++i) from.strides[i] = e.mul(from.strides[i], Dim(ratio));
      from.shape.back() = e.mul(from.shape.back(), Dim(ratio));
      offset = e.mul(offset, Dim(ratio));
    } else {
      auto ratio = static_cast<int64_t>(after / before);
      if (from.shape.back().value % ratio != 0)
        bound.fail("self.size(-1) must be divisible by " + std::to_string(ratio) + " to view as this dtype");
      for (size_t i = 0; i + 1 < from.shape.size(); ++i) from.strides[i] = e.floor_div(from.strides[i], Dim(ratio));
      from.shape.back() = e.floor_div(from.shape.back(), Dim(ratio));
      offset = e.floor_div(offset, Dim(ratio));
    }
  }
  CallScope call = bound.open("dtype");
  call.view();
  TensorObject* view = context.make_view(bound.tensor(0), from.shape, from.strides, offset, dtype);
  if (dtype != from.dtype) context.forget_known(view);
  return call.finish(view);
}

Value view(Bound& bound) {
  Value only = bound[1];
  if (auto* tuple = bound.interpreter.unwrap(only).as<python::Tuple>(); tuple != nullptr && tuple->items.size() == 1) {
    if (bound.context.as_dtype(tuple->items[0])) return view_as_dtype(bound, *bound.context.as_dtype(tuple->items[0]));
  }
  graph::Tensor from = layout(bound);
  Shape shape = fitted(bound, bound.shape(1), from.shape);
  auto strides = view_strides(bound.expressions(), from.shape, from.strides, shape);
  if (!strides) {
    bound.fail(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). "
        "Use .reshape(...) instead.");
  }
  return view_call(bound, "default", shape, *strides, from.storage_offset);
}

// The end of every function that is a view where it can be, else a copy.
Value reshaped(Bound& bound, const Shape& shape, std::string_view overload = "default") {
  Context& context = bound.context;
  graph::Tensor from = layout(bound);
  if (auto strides = view_strides(bound.expressions(), from.shape, from.strides, shape))
    return view_call(bound, overload, shape, *strides, from.storage_offset);
  auto data = context.known(bound.tensor(0));
  CallScope call = bound.open(overload);
  TensorObject* out = context.make_tensor(shape, from.dtype);
  call.emit("copy", {bound.tensor(0)}, {out});
  if (data) context.set_known(out, *data);
  return call.finish(out);
}

Value flatten(Bound& bound) {
  graph::Tensor from = layout(bound);
  auto& e = bound.expressions();
  if (from.shape.empty()) return reshaped(bound, {Dim(1)}, "using_ints");
  size_t start = bound.axis(1, from.shape.size()), end = bound.axis(2, from.shape.size());
  if (start > end) bound.fail("flatten() has invalid args: start_dim cannot come after end_dim");
  if (start == end) return pass_through(bound);
  Shape shape(from.shape.begin(), from.shape.begin() + static_cast<ptrdiff_t>(start));
  shape.push_back(product(e, from.shape, start, end + 1));
  shape.insert(shape.end(), from.shape.begin() + static_cast<ptrdiff_t>(end) + 1, from.shape.end());
  return reshaped(bound, shape, "using_ints");
}

Value unflatten(Bound& bound) {
  graph::Tensor from = layout(bound);
  size_t dim = bound.axis(1, from.shape.size());
  auto sizes = infer_size(bound.expressions(), bound.shape(2), {from.shape[dim]});
  if (!sizes)
    bound.fail("unflatten: Provided sizes " + sizes_text(bound.shape(2)) + " don't multiply up to the size of dim " + std::to_string(dim) +
               " (" + std::to_string(from.shape[dim].value) + ") in the input tensor");
  Shape shape(from.shape.begin(), from.shape.begin() + static_cast<ptrdiff_t>(dim));
  shape.insert(shape.end(), sizes->begin(), sizes->end());
  shape.insert(shape.end(), from.shape.begin() + static_cast<ptrdiff_t>(dim) + 1, from.shape.end());
  auto strides = view_strides(bound.expressions(), from.shape, from.strides, shape);
  CHECK(strides.has_value());   // splitting one axis always works
  return view_call(bound, "int", shape, *strides, from.storage_offset);
}

Value unsqueeze(Bound& bound) {
  graph::Tensor from = layout(bound);
  size_t rank = from.shape.size();
  size_t dim = wrap_axis(bound.interpreter, bound.integer(1), rank + 1);
  Dim stride = dim < rank ? bound.expressions().mul(from.shape[dim], from.strides[dim]) : Dim(1);
  from.shape.insert(from.shape.begin() + static_cast<ptrdiff_t>(dim), Dim(1));
  from.strides.insert(from.strides.begin() + static_cast<ptrdiff_t>(dim), stride);
  return view_call(bound, "default", from.shape, from.strides, from.storage_offset);
}

Value squeeze(Bound& bound) {
  graph::Tensor from = layout(bound);
  std::vector<size_t> dims = bound.axes(1, from.shape.size());
  Shape shape, strides;
  for (size_t i = 0; i < from.shape.size(); ++i) {
    bool named = std::find(dims.begin(), dims.end(), i) != dims.end();
    if (named && from.shape[i].value == 1) continue;
    shape.push_back(from.shape[i]);
    strides.push_back(from.strides[i]);
  }
  bool list = !bound.none(1) && !bound.interpreter.is_integer(bound[1]);
  return view_call(bound, bound.none(1) ? "default" : list ? "dims" : "dim", shape, strides, from.storage_offset);
}

Value permuted(Bound& bound, const std::vector<size_t>& order, std::string_view overload = "default") {
  graph::Tensor from = layout(bound);
  Shape shape, strides;
  for (size_t dim : order) {
    shape.push_back(from.shape[dim]);
    strides.push_back(from.strides[dim]);
  }
  return view_call(bound, overload, shape, strides, from.storage_offset);
}

std::vector<size_t> identity(size_t rank) {
  std::vector<size_t> order(rank);
  for (size_t i = 0; i < rank; ++i) order[i] = i;
  return order;
}

Value transpose(Bound& bound) {
  size_t rank = bound.info(0).shape.size();
  std::vector<size_t> order = identity(rank);
  size_t a = bound.axis(1, rank), b = bound.axis(2, rank);
  if (rank > 0) std::swap(order[a], order[b]);
  return permuted(bound, order, "int");
}

Value permute(Bound& bound) {
  size_t rank = bound.info(0).shape.size();
  Shape dims = bound.shape(1);
  if (dims.size() != rank)
    bound.fail(
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions "
        "i.e. input.dim() = " +
        std::to_string(rank) + " is not equal to len(dims) = " + std::to_string(dims.size()));
  std::vector<size_t> order;
  for (Dim d : dims) {
    size_t dim = wrap_axis(bound.interpreter, d.value, rank);
    if (std::find(order.begin(), order.end(), dim) != order.end()) bound.fail("permute(): duplicate dims are not allowed.");
    order.push_back(dim);
  }
  return permuted(bound, order);
}

Value movedim(Bound& bound) {
  size_t rank = bound.info(0).shape.size();
  std::vector<size_t> from, to, order;
  for (Dim d : bound.shape(1)) from.push_back(wrap_axis(bound.interpreter, d.value, rank));
  for (Dim d : bound.shape(2)) to.push_back(wrap_axis(bound.interpreter, d.value, rank));
  if (from.size() != to.size()) bound.fail("movedim: Invalid source or destination dims");
  std::vector<size_t> place(rank, SIZE_MAX), rest;
  for (size_t i = 0; i < from.size(); ++i) place[to[i]] = from[i];
  for (size_t i = 0; i < rank; ++i) {
    if (std::find(from.begin(), from.end(), i) == from.end()) rest.push_back(i);
  }
  size_t next = 0;
  for (size_t i = 0; i < rank; ++i) order.push_back(place[i] != SIZE_MAX ? place[i] : rest[next++]);
  return permuted(bound, order, bound.interpreter.is_integer(bound[1]) ? "int" : "intlist");
}

Value expand_to(Bound& bound, const Shape& wanted) {
  graph::Tensor from = layout(bound);
  if (wanted.size() < from.shape.size())
    bound.fail("expand: the number of sizes provided (" + std::to_string(wanted.size()) +
               ") must be greater or equal to the number of dimensions in the tensor (" + std::to_string(from.shape.size()) + ")");
  size_t skip = wanted.size() - from.shape.size();
  Shape shape(wanted.size()), strides(wanted.size());
  for (size_t i = wanted.size(); i-- > 0;) {
    Dim size = i >= skip ? from.shape[i - skip] : Dim(1);
    Dim stride = i >= skip               ? from.strides[i - skip]
                 : i + 1 < wanted.size() ? bound.expressions().mul(shape[i + 1], strides[i + 1])
                                         : Dim(1);
    Dim target = wanted[i];
    if (target.value == -1) {
      if (i < skip)
        bound.fail("expand(): the expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension " +
                   std::to_string(i));
      target = size;
    }
    if (size.value != target.value) {
      if (size.value != 1) {
        bound.fail("The expanded size of the tensor (" + std::to_string(target.value) + ") must match the existing size (" +
                   std::to_string(size.value) + ") at non-singleton dimension " + std::to_string(i) +
                   ".  Target sizes: " + sizes_text(wanted) + ".  Tensor sizes: " + sizes_text(from.shape));
      }
      stride = Dim(0);
    }
    shape[i] = target;
    strides[i] = stride;
  }
  return view_call(bound, "default", shape, strides, from.storage_offset);
}

Value narrow(Bound& bound) {
  graph::Tensor from = layout(bound);
  size_t dim = split_axis(bound, 1);
  auto& e = bound.expressions();
  Dim start = bound.dim(2), length = bound.dim(3);
  if (start.value < 0) start = e.add(start, from.shape[dim]);
  if (start.value < 0 || length.value < 0 || start.value + length.value > from.shape[dim].value) {
    bound.fail("start (" + std::to_string(start.value) + ") + length (" + std::to_string(length.value) + ") exceeds dimension size (" +
               std::to_string(from.shape[dim].value) + ").");
  }
  from.shape[dim] = length;
  return view_call(bound, "default", from.shape, from.strides, e.add(from.storage_offset, e.mul(start, from.strides[dim])));
}

Value select(Bound& bound) {
  graph::Tensor from = layout(bound);
  size_t dim = split_axis(bound, 1);
  auto& e = bound.expressions();
  Dim index = bound.dim(2);
  if (index.value < 0) index = e.add(index, from.shape[dim]);
  if (index.value < 0 || index.value >= from.shape[dim].value)
    bound.interpreter.raise("IndexError", "select(): index " + std::to_string(bound.integer(2)) + " out of range for tensor of size " +
                                              sizes_text(from.shape) + " at dimension " + std::to_string(dim));
  Dim offset = e.add(from.storage_offset, e.mul(index, from.strides[dim]));
  from.shape.erase(from.shape.begin() + static_cast<ptrdiff_t>(dim));
  from.strides.erase(from.strides.begin() + static_cast<ptrdiff_t>(dim));
  return view_call(bound, "int", from.shape, from.strides, offset);
}

Value unfold(Bound& bound) {
  graph::Tensor from = layout(bound);
  size_t dim = bound.axis(1, from.shape.size());
  auto& e = bound.expressions();
  Dim size = bound.dim(2), step = bound.dim(3);
  from.shape.push_back(size);
  from.strides.push_back(from.strides[dim]);
  from.shape[dim] = e.add(e.floor_div(e.sub(from.shape[dim], size), step), Dim(1));
  from.strides[dim] = e.mul(from.strides[dim], step);
  return view_call(bound, "default", from.shape, from.strides, from.storage_offset);
}

Value diagonal(Bound& bound) {
  graph::Tensor from = layout(bound);
  auto& e = bound.expressions();
  size_t rank = from.shape.size(), a = bound.axis(2, rank), b = bound.axis(3, rank);
  Dim offset = bound.dim(1);
  Dim length = offset.value >= 0 ? e.min(from.shape[a], e.sub(from.shape[b], offset)) : e.min(e.add(from.shape[a], offset), from.shape[b]);
  if (length.value < 0) length = Dim(0);
  Dim start = from.storage_offset;
  if (length.value > 0) start = e.add(start, offset.value >= 0 ? e.mul(offset, from.strides[b]) : e.mul(e.neg(offset), from.strides[a]));
  Dim stride = e.add(from.strides[a], from.strides[b]);
  Shape shape, strides;
  for (size_t i = 0; i < rank; ++i) {
    if (i == a || i == b) continue;
    shape.push_back(from.shape[i]);
    strides.push_back(from.strides[i]);
  }
  shape.push_back(length);
  strides.push_back(stride);
  return view_call(bound, "default", shape, strides, start);
}

void property(Context& context, std::string_view name, std::string_view aten, Body body) {
  // As a method first, so that a property is the same operation without arguments.
  std::string hidden = "__get_" + std::string(name) + "__";
  define(context, "Tensor." + hidden, aten, "input", std::move(body));
  Value method = context.interpreter.find_in_class(context.tensor_class, Symbol(hidden));
  context.interpreter.add_property(context.tensor_class, name,
                                   [method](Interpreter& i, const Arguments& a) { return i.call(method, {a[0]}); });
}

}  // namespace

void define_views(Context& context) {
  define(context, "Tensor.view", "view", "input, *size, *, dtype=None", [](Bound& bound) {
    if (auto dtype = bound.dtype(2)) return view_as_dtype(bound, *dtype);
    return view(bound);
  });
  define(context, "torch.reshape Tensor.reshape", "reshape", "input, *shape",
         [](Bound& bound) { return reshaped(bound, fitted(bound, bound.shape(1), bound.info(0).shape)); });
  define(context, "Tensor.view_as", "view_as", "input, other", [](Bound& bound) {
    graph::Tensor from = layout(bound);
    Shape shape = layout(bound, 1).shape;
    auto strides = view_strides(bound.expressions(), from.shape, from.strides, fitted(bound, shape, from.shape));
    if (!strides) bound.fail("view size is not compatible with input tensor's size and stride");
    return view_call(bound, "default", shape, *strides, from.storage_offset);
  });
  define(context, "Tensor.reshape_as", "reshape_as", "input, other",
         [](Bound& bound) { return reshaped(bound, fitted(bound, layout(bound, 1).shape, layout(bound).shape)); });
  define(context, "torch.flatten Tensor.flatten", "flatten", "input, start_dim=0, end_dim=-1", flatten);
  define(context, "torch.ravel Tensor.ravel", "ravel", "input",
         [](Bound& bound) { return reshaped(bound, {product(bound.expressions(), layout(bound).shape)}); });
  define(context, "torch.unflatten Tensor.unflatten", "unflatten", "input, dim, sizes", unflatten);
  define(context, "torch.unsqueeze Tensor.unsqueeze", "unsqueeze", "input, dim", unsqueeze);
  define(context, "torch.squeeze Tensor.squeeze", "squeeze", "input, dim=None", squeeze);
  define(context, "torch.transpose torch.swapaxes torch.swapdims Tensor.transpose Tensor.swapaxes Tensor.swapdims", "transpose",
         "input, dim0|axis0, dim1|axis1", transpose);
  define(context, "torch.t Tensor.t", "t", "input", [](Bound& bound) {
    std::vector<size_t> order = identity(layout(bound).shape.size());
    if (order.size() > 2) bound.fail("t() expects a tensor with <= 2 dimensions, but self is " + std::to_string(order.size()) + "D");
    std::reverse(order.begin(), order.end());
    return permuted(bound, order);
  });
  property(context, "T", "numpy_T", [](Bound& bound) {
    std::vector<size_t> order = identity(layout(bound).shape.size());
    std::reverse(order.begin(), order.end());
    return permuted(bound, order);
  });
  for (const char* name : {"mT", "mH", "H"}) {
    property(context, name, name, [](Bound& bound) {
      std::vector<size_t> order = identity(layout(bound).shape.size());
      if (order.size() < 2) bound.fail("tensor.mT is only supported on matrices or batches of matrices");
      std::swap(order[order.size() - 1], order[order.size() - 2]);
      return permuted(bound, order);
    });
  }
  define(context, "torch.permute Tensor.permute", "permute", "input, *dims", permute);
  define(context, "torch.movedim torch.moveaxis Tensor.movedim Tensor.moveaxis", "movedim", "input, source, destination", movedim);
  define(context, "Tensor.expand", "expand", "input, *size, *, implicit=False",
         [](Bound& bound) { return expand_to(bound, bound.shape(1)); });
  define(context, "Tensor.expand_as", "expand_as", "input, other", [](Bound& bound) { return expand_to(bound, layout(bound, 1).shape); });
  define(context, "torch.broadcast_to Tensor.broadcast_to", "broadcast_to", "input, size",
         [](Bound& bound) { return expand_to(bound, bound.shape(1)); });
  define(context, "torch.narrow Tensor.narrow", "narrow", "input, dim, start, length", narrow);
  define(context, "torch.select Tensor.select", "select", "input, dim, index", select);
  define(context, "Tensor.unfold", "unfold", "input, dimension, size, step", unfold);
  define(context, "torch.diagonal Tensor.diagonal", "diagonal", "input, offset=0, dim1=0, dim2=1", diagonal);
  define(context, "torch.as_strided Tensor.as_strided", "as_strided", "input, size, stride, storage_offset=None", [](Bound& bound) {
    return view_call(bound, "default", bound.shape(1), bound.shape(2), bound.none(3) ? layout(bound).storage_offset : bound.dim(3));
  });
  // In place: the object becomes its own view.
  for (std::string name : {"squeeze", "unsqueeze", "transpose", "t", "swapaxes", "as_strided"}) {
    define_native(context, "Tensor." + name + "_", [&context, name](Interpreter& i, const Arguments& a) -> Value {
      Arguments rest{a.positional.subspan(1), a.keywords};
      TensorObject* view = context.as_tensor(i.call(i.get_attribute(a[0], Symbol(name)), rest));
      if (view != nullptr) context.set_data(context.as_tensor(a[0]), view);
      return a[0];
    });
  }
  define(context, "torch.atleast_2d", "atleast_2d", "input", [](Bound& bound) {
    graph::Tensor from = layout(bound);
    if (from.shape.size() >= 2) return pass_through(bound);
    Dim stride = from.shape.empty() ? Dim(1) : bound.expressions().mul(from.shape[0], from.strides[0]);
    while (from.shape.size() < 2) {
      from.shape.insert(from.shape.begin(), Dim(1));
      from.strides.insert(from.strides.begin(), stride);
    }
    return view_call(bound, "default", from.shape, from.strides, from.storage_offset);
  });
  define(context, "torch.alias_copy", "alias_copy", "input", [](Bound& bound) { return reshaped(bound, layout(bound).shape); });
  define(context, "torch.detach Tensor.detach", "detach", "input", [](Bound& bound) {
    graph::Tensor from = layout(bound);
    return view_call(bound, "default", from.shape, from.strides, from.storage_offset);
  });
  define(context, "Tensor.view_as_complex torch.view_as_complex", "view_as_complex", "input", [](Bound& bound) {
    graph::Tensor from = layout(bound);
    if (from.shape.empty() || from.shape.back().value != 2) bound.fail("Tensor must have a last dimension of size 2");
    auto& e = bound.expressions();
    from.shape.pop_back();
    from.strides.pop_back();
    for (Dim& stride : from.strides) stride = e.floor_div(stride, Dim(2));
    CallScope call = bound.open();
    call.view();
    return call.finish(
        bound.context.make_view(bound.tensor(0), from.shape, from.strides, e.floor_div(from.storage_offset, Dim(2)), DType::C64));
  });
  define(context, "torch.view_as_real Tensor.view_as_real", "view_as_real", "input", [](Bound& bound) {
    graph::Tensor from = layout(bound);
    if (from.dtype != DType::C64) bound.fail("view_as_real is only supported for complex tensors");
    auto& e = bound.expressions();
    for (Dim& stride : from.strides) stride = e.mul(stride, Dim(2));
    from.shape.push_back(Dim(2));
    from.strides.push_back(Dim(1));
    CallScope call = bound.open();
    call.view();
    return call.finish(bound.context.make_view(bound.tensor(0), from.shape, from.strides, e.mul(from.storage_offset, Dim(2)), DType::F32));
  });
}

}  // namespace fusescout::torch
