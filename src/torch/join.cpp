// Tensors put together or repeated: cat, stack, repeat, flip, roll, pad, meshgrid, one_hot.
#include <algorithm>

#include "torch/operation.h"

namespace fusescout::torch {
namespace {

Dim from_end(size_t axis, size_t rank) { return Dim(static_cast<int64_t>(axis) - static_cast<int64_t>(rank)); }

// Known data of a copy whose element (i, j, ...) is the input's element at `source(index)`.
template <typename F>
void copy_known(Context& context, TensorObject* from, TensorObject* out, F&& source) {
  auto data = context.known(from);
  graph::Tensor to = context.info(out), in = context.info(from);
  if (!data || element_count(to.shape) > Context::max_known) return;
  std::vector<double> result;
  std::vector<int64_t> index(to.shape.size(), 0);
  for (int64_t flat = 0; flat < element_count(to.shape); ++flat) {
    int64_t rest = flat;
    for (size_t i = to.shape.size(); i-- > 0;) {
      index[i] = rest % to.shape[i].value;
      rest /= to.shape[i].value;
    }
    std::vector<int64_t> at = source(index);
    int64_t where = 0;
    for (size_t i = 0; i < in.shape.size(); ++i) where = where * in.shape[i].value + at[i];
    result.push_back((*data)[static_cast<size_t>(where)]);
  }
  context.set_known(out, result);
}

Value cat(Bound& bound) {
  Context& context = bound.context;
  auto& e = context.expressions;
  std::vector<TensorObject*> parts = bound.tensors(0);
  if (parts.empty()) bound.fail("torch.cat(): expected a non-empty list of Tensors");
  // An empty vector takes part in nothing but the dtype.
  auto skipped = [&](TensorObject* t) { return context.info(t).shape.size() == 1 && context.info(t).shape[0].value == 0; };
  TensorObject* first = parts[0];
  for (TensorObject* part : parts) {
    if (!skipped(part)) {
      first = part;
      break;
    }
  }
  Shape shape = context.info(first).shape;
  if (shape.empty()) bound.fail("zero-dimensional tensor (at position 0) cannot be concatenated");
  size_t axis = wrap_axis(bound.interpreter, bound.integer(1), shape.size());
  std::vector<Operand> operands;
  std::optional<Dim> total;
  for (TensorObject* part : parts) {
    const graph::Tensor& info = context.info(part);
    operands.push_back({info.dtype, Rank::Tensor});
    if (skipped(part) && !(shape.size() == 1)) continue;
    if (info.shape.size() != shape.size()) {
      bound.fail("Tensors must have same number of dimensions: got " + std::to_string(shape.size()) + " and " +
                 std::to_string(info.shape.size()));
    }
    for (size_t i = 0; i < shape.size(); ++i) {
      if (i != axis && info.shape[i].value != shape[i].value) {
        bound.fail("Sizes of tensors must match except in dimension " + std::to_string(axis) + ". Expected size " +
                   std::to_string(shape[i].value) + " but got size " + std::to_string(info.shape[i].value) + " for tensor number " +
                   std::to_string(&part - parts.data()) + " in the list.");
      }
    }
    total = total ? e.add(*total, info.shape[axis]) : info.shape[axis];
  }
  shape[axis] = total.value_or(Dim(0));
  DType dtype = result_type(operands, context.default_dtype);
  std::optional<std::vector<double>> data;
  if (axis == 0 && element_count(shape) <= Context::max_known) {
    data.emplace();
    for (TensorObject* part : parts) {
      auto known = context.known(part);
      if (!known) {
        data.reset();
        break;
      }
      data->insert(data->end(), known->begin(), known->end());
    }
  }
  CallScope call = bound.open();
  std::vector<TensorId> inputs;
  for (TensorObject* part : parts) inputs.push_back(context.current(part));
  TensorObject* out = bound.result(call, shape, dtype, 2);
  call.emit("cat", inputs, std::vector<TensorId>{out->id}, attributes({{"dim", from_end(axis, shape.size())}}));
  if (data) context.set_known(out, *data);
  return call.finish(out);
}

Value stack(Bound& bound) {
  Context& context = bound.context;
  std::vector<TensorObject*> parts = bound.tensors(0);
  if (parts.empty()) bound.fail("stack expects a non-empty TensorList");
  Shape shape = context.info(parts[0]).shape;
  std::vector<Operand> operands;
  for (TensorObject* part : parts) {
    if (!same_shape(context.info(part).shape, shape)) bound.fail("stack expects each tensor to be equal size");
    operands.push_back({context.info(part).dtype, Rank::Tensor});
  }
  size_t axis = wrap_axis(bound.interpreter, bound.integer(1), shape.size() + 1);
  shape.insert(shape.begin() + static_cast<ptrdiff_t>(axis), Dim(static_cast<int64_t>(parts.size())));
  std::optional<std::vector<double>> data;
  if (element_count(shape) <= Context::max_known) {
    std::vector<std::vector<double>> columns;
    for (TensorObject* part : parts) {
      auto known = context.known(part);
      if (!known) break;
      columns.push_back(*known);
    }
    if (columns.size() == parts.size()) {
      int64_t inner = 1;
      for (size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i].value;
      data.emplace();
      for (size_t at = 0; at < columns[0].size(); at += static_cast<size_t>(inner)) {
        for (const auto& column : columns)
          data->insert(data->end(), column.begin() + static_cast<ptrdiff_t>(at),
                       column.begin() + static_cast<ptrdiff_t>(at + static_cast<size_t>(inner)));
      }
    }
  }
  CallScope call = bound.open();
  std::vector<TensorId> inputs;
  for (TensorObject* part : parts) inputs.push_back(context.current(part));
  TensorObject* out = bound.result(call, shape, result_type(operands, context.default_dtype), 2);
  call.emit("stack", inputs, std::vector<TensorId>{out->id}, attributes({{"dim", from_end(axis, shape.size())}}));
  if (data) context.set_known(out, *data);
  return call.finish(out);
}

Value repeat(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  Shape repeats = bound.shape(1);
  if (bound.operation.name == "tile") {
    while (repeats.size() < from.shape.size()) repeats.insert(repeats.begin(), Dim(1));
  }
  if (repeats.size() < from.shape.size())
    bound.fail("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  size_t skip = repeats.size() - from.shape.size();
  Shape shape = repeats;
  for (size_t i = 0; i < from.shape.size(); ++i) shape[skip + i] = context.expressions.mul(repeats[skip + i], from.shape[i]);
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, from.dtype);
  call.emit("repeat", {bound.tensor(0)}, {out}, attributes({{"repeats", repeats}}));
  copy_known(context, bound.tensor(0), out, [&](const std::vector<int64_t>& index) {
    std::vector<int64_t> at;
    for (size_t i = 0; i < from.shape.size(); ++i) at.push_back(index[skip + i] % from.shape[i].value);
    return at;
  });
  return call.finish(out);
}

Value repeat_interleave(Bound& bound) {
  Context& context = bound.context;
  auto& e = context.expressions;
  graph::Tensor from = bound.info(0);
  Shape shape = from.shape;
  size_t axis = 0;
  if (bound.none(2)) shape = {product(e, from.shape)};
  else axis = bound.axis(2, shape.size());
  std::optional<std::vector<double>> counts;
  if (bound.interpreter.is_integer(bound[1])) {
    shape[axis] = e.mul(shape[axis], bound.dim(1));
  } else if (!bound.none(3)) {
    shape[axis] = bound.dim(3);
  } else {
    counts = context.known_to_python(bound.tensor(1));
    if (!counts) {
      bound.interpreter.note(python::NoteKind::Assumption, "the repeats of `repeat_interleave` are data: taken as 1 each");
    } else {
      double total = 0;
      for (double d : *counts) total += d;
      shape[axis] = Dim(static_cast<int64_t>(total) * (counts->size() == 1 ? shape[axis].value : 1));
    }
  }
  CallScope call = bound.open(bound.is_tensor(1) ? "self_Tensor" : "self_int");
  TensorObject* out = context.make_tensor(shape, from.dtype);
  graph::Attributes list = attributes({{"dim", from_end(axis, shape.size())}});
  if (bound.interpreter.is_integer(bound[1])) list.emplace_back(Symbol("interleave"), bound.dim(1));
  std::vector<TensorId> inputs = {context.current(bound.tensor(0))};
  if (bound.is_tensor(1)) inputs.push_back(context.current(bound.tensor(1)));
  call.emit(bound.is_tensor(1) ? "select_copy" : "repeat", inputs, std::vector<TensorId>{out->id}, list);
  if (!bound.none(2) || from.shape.size() == 1) {
    std::vector<int64_t> source;   // along the axis
    int64_t size = from.shape.empty() ? 1 : from.shape[axis].value;
    for (int64_t i = 0; i < size; ++i) {
      int64_t times = counts ? static_cast<int64_t>((*counts)[counts->size() == 1 ? 0 : static_cast<size_t>(i)])
                      : bound.interpreter.is_integer(bound[1]) ? bound.integer(1)
                                                               : 0;
      source.insert(source.end(), static_cast<size_t>(times), i);
    }
    if (static_cast<int64_t>(source.size()) == shape[axis].value) {
      copy_known(context, bound.tensor(0), out, [&](std::vector<int64_t> index) {
        index[axis] = source[static_cast<size_t>(index[axis])];
        return index;
      });
    }
  }
  return call.finish(out);
}

Value flip(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  std::vector<size_t> axes;
  std::vector<Dim> dims;
  for (Dim d : bound.shape(1)) {
    axes.push_back(wrap_axis(bound.interpreter, d.value, from.shape.size()));
    dims.push_back(from_end(axes.back(), from.shape.size()));
  }
  CallScope call = bound.open();
  TensorObject* out = context.make_strided(from.shape, preserved_strides(context.expressions, from), from.dtype);
  call.emit("roll", {bound.tensor(0)}, {out}, attributes({{"dims", dims}, {"flip", true}}));
  copy_known(context, bound.tensor(0), out, [&](std::vector<int64_t> index) {
    for (size_t axis : axes) index[axis] = from.shape[axis].value - 1 - index[axis];
    return index;
  });
  return call.finish(out);
}

Value roll(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  Shape shifts = bound.shape(1), dims = bound.none(2) ? Shape{} : bound.shape(2);
  std::vector<Dim> named;
  for (Dim d : dims) named.push_back(from_end(wrap_axis(bound.interpreter, d.value, from.shape.size()), from.shape.size()));
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(from.shape, from.dtype);
  call.emit("roll", {bound.tensor(0)}, {out}, attributes({{"dims", named}, {"shifts", shifts}}));
  return call.finish(out);
}

// pad(input, (left, right, top, bottom, ...), mode, value): from the last axis on.
Value pad(Bound& bound) {
  Context& context = bound.context;
  auto& e = context.expressions;
  graph::Tensor from = bound.info(0);
  Shape amounts = bound.shape(1);
  if (amounts.size() % 2 != 0 || amounts.size() / 2 > from.shape.size())
    bound.fail("Padding length must be divisible by 2 and at most twice the number of dimensions of the input");
  Shape shape = from.shape;
  for (size_t i = 0; i < amounts.size() / 2; ++i) {
    Dim& size = shape[shape.size() - 1 - i];
    size = e.add(size, e.add(amounts[2 * i], amounts[2 * i + 1]));
    if (size.value < 0) bound.fail("The input size plus negative padding resulted in a negative output size");
  }
  std::string mode = bound.text(2);
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, from.dtype);
  graph::Attributes list = attributes({{"mode", mode}, {"pad", amounts}});
  if (!bound.none(3)) list.emplace_back(Symbol("value"), bound.scalar(3));
  call.emit("pad", {bound.tensor(0)}, {out}, list);
  if (auto data = context.known(bound.tensor(0)); data && mode == "constant" && element_count(shape) <= Context::max_known) {
    double value = bound.none(3) ? 0 : bound.number(3);
    std::vector<double> result;
    for (int64_t flat = 0; flat < element_count(shape); ++flat) {
      int64_t rest = flat, at = 0, scale = 1;
      bool inside = true;
      for (size_t i = shape.size(); i-- > 0;) {
        size_t pair = shape.size() - 1 - i;
        int64_t left = pair * 2 < amounts.size() ? amounts[pair * 2].value : 0;
        int64_t index = rest % shape[i].value - left;
        rest /= shape[i].value;
        inside = inside && index >= 0 && index < from.shape[i].value;
        at += index * scale;
        scale *= from.shape[i].value;
      }
      result.push_back(inside ? (*data)[static_cast<size_t>(at)] : value);
    }
    context.set_known(out, result);
  }
  return call.finish(out);
}

Value one_hot(Bound& bound) {
  Context& context = bound.context;
  Shape shape = bound.info(0).shape;
  Dim classes = bound.dim(1);
  if (classes.value < 0) {
    auto data = context.known(bound.tensor(0));
    if (!data) throw UnknownArgument{"the number of classes of `one_hot` is data"};
    classes = Dim(1 + static_cast<int64_t>(data->empty() ? 0 : *std::max_element(data->begin(), data->end())));
  }
  shape.push_back(classes);
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, DType::I64);
  call.emit("one_hot", {bound.tensor(0)}, {out}, attributes({{"classes", classes}}));
  return call.finish(out);
}

std::vector<Value> tensor_arguments(Bound& bound) {
  std::vector<Value> items = bound.interpreter.to_vector(bound[0]);
  if (items.size() == 1 && bound.context.as_tensor(items[0]) == nullptr) items = bound.interpreter.to_vector(items[0]);
  return items;
}

Value broadcast_tensors(Bound& bound) {
  Context& context = bound.context;
  Shape shape;
  std::vector<Value> out, items = tensor_arguments(bound);
  for (const Value& item : items) {
    auto both = broadcast(shape, context.info(context.as_tensor(item)).shape);
    if (!both) bound.fail("broadcast_tensors: shapes do not broadcast");
    shape = *both;
  }
  for (const Value& item : items)
    out.push_back(bound.interpreter.call(bound.interpreter.get_attribute(item, Symbol("expand")), {context.size(shape)}));
  return bound.interpreter.tuple(std::move(out));
}

// Views: every tensor expanded along the axes of the others.
Value meshgrid(Bound& bound) {
  Context& context = bound.context;
  std::vector<Value> items = tensor_arguments(bound);
  bool xy = !bound.none(1) && bound.text(1) == "xy" && items.size() > 1;
  if (xy) std::swap(items[0], items[1]);
  Shape shape;
  for (const Value& item : items) {
    const graph::Tensor& t = context.info(context.as_tensor(item));
    shape.push_back(t.shape.empty() ? Dim(1) : t.shape[0]);
  }
  std::vector<Value> grids;
  CallScope call = bound.open(bound.none(1) ? "default" : "indexing");
  call.view();
  for (size_t i = 0; i < items.size(); ++i) {
    TensorObject* tensor = context.as_tensor(items[i]);
    graph::Tensor t = context.info(tensor);
    Shape strides(shape.size(), Dim(0));
    strides[i] = t.shape.empty() ? Dim(1) : t.strides[0];
    grids.push_back(context.make_view(tensor, shape, strides, t.storage_offset));
  }
  if (xy) std::swap(grids[0], grids[1]);
  return call.finish(context.interpreter.tuple(std::move(grids)));
}

}  // namespace

void define_joins(Context& context) {
  for (std::string_view name : {"cat", "concat", "concatenate"})
    define(context, "torch." + std::string(name), name, "tensors, dim=0, *, out=None", cat);
  define(context, "torch.stack", "stack", "tensors, dim=0, *, out=None", stack);
  auto over_cat = [&context](std::string_view name, std::string_view function, int64_t at_least, int64_t dim) {
    define(context, "torch." + std::string(name), name, "tensors", [function = std::string(function), at_least, dim](Bound& bound) {
      Interpreter& i = bound.interpreter;
      Value torch = i.find_module(Symbol("torch"));
      std::vector<Value> parts;
      bool vectors = true;
      for (const Value& part : i.to_vector(bound[0])) {
        Value now = part;
        auto rank = static_cast<int64_t>(bound.context.info(bound.context.as_tensor(part)).shape.size());
        for (; rank < at_least; ++rank) now = i.call(i.get_attribute(now, Symbol("unsqueeze")), {Value::of(int64_t{0})});
        vectors = vectors && rank == 1;
        parts.push_back(now);
      }
      return i.call(i.get_attribute(torch, Symbol(function)), {i.list(parts), Value::of(dim == 1 && vectors ? int64_t{0} : dim)});
    });
  };
  over_cat("hstack", "cat", 1, 1);
  over_cat("vstack", "cat", 2, 0);
  define(context, "Tensor.repeat", "repeat", "input, *repeats", repeat);
  define(context, "torch.tile Tensor.tile", "tile", "input, *dims", repeat);
  define(context, "torch.repeat_interleave Tensor.repeat_interleave", "repeat_interleave",
         "input, repeats=None, dim=None, *, output_size=None", repeat_interleave);
  define(context, "torch.flip Tensor.flip", "flip", "input, *dims", flip);
  define(context, "torch.roll Tensor.roll", "roll", "input, shifts, dims=None", roll);
  define(context, "F.pad torch.constant_pad_nd", "pad", "input, pad, mode='constant', value=None", pad);
  define(context, "F.one_hot", "one_hot", "input, num_classes=-1", one_hot);
  define(context, "torch.broadcast_tensors", "broadcast_tensors", "*tensors", broadcast_tensors);
  define(context, "torch.meshgrid", "meshgrid", "*tensors, *, indexing=None", meshgrid);
}

}  // namespace fusescout::torch
