// Operators with an index tensor along an axis, and masked reads.
#include <algorithm>

#include "torch/index.h"
#include "torch/operation.h"

namespace fusescout::torch {

Dim true_count(Context& context, TensorObject* mask) {
  if (auto data = context.known(mask))
    return Dim(static_cast<int64_t>(std::count_if(data->begin(), data->end(), [](double d) { return d != 0; })));
  context.interpreter.note(python::NoteKind::Assumption, "the number of true elements of a mask is data: taken as all of them");
  return product(context.expressions, Shape(context.info(mask).shape));
}

std::optional<std::vector<double>> picked(Context& context, TensorObject* from, TensorObject* index, size_t axis) {
  auto data = context.known(from), indices = context.known(index);
  if (!data || !indices) return std::nullopt;
  const Shape& shape = context.info(from).shape;
  int64_t inner = 1, outer = 1, size = shape[axis].value;
  for (size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i].value;
  for (size_t i = 0; i < axis; ++i) outer *= shape[i].value;
  std::vector<double> out;
  for (int64_t o = 0; o < outer; ++o) {
    for (double d : *indices) {
      auto at = static_cast<int64_t>(d);
      if (at < 0) at += size;
      if (at < 0 || at >= size) return std::nullopt;
      for (int64_t k = 0; k < inner; ++k) out.push_back((*data)[static_cast<size_t>((o * size + at) * inner + k)]);
    }
  }
  return out;
}

bool picks_all_in_order(Context& context, TensorObject* from, TensorObject* index, size_t axis) {
  const graph::Tensor& whose = context.graph.tensors[context.graph.root(context.current(index))];
  if (whose.kind == graph::TensorKind::Input || whose.kind == graph::TensorKind::Intermediate) return false;
  auto indices = context.known(index);
  Dim size = context.info(from).shape[axis];
  if (!indices || size.symbolic() || static_cast<int64_t>(indices->size()) != size.value) return false;
  for (size_t i = 0; i < indices->size(); ++i) {
    if ((*indices)[i] != static_cast<double>(i)) return false;
  }
  return true;
}

namespace {

Value index_select(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0), index = bound.info(2);
  if (index.shape.size() > 1) bound.interpreter.raise("IndexError", "index_select(): Index is supposed to be a vector");
  size_t axis = bound.axis(1, from.shape.size());
  auto data = from.shape.empty() ? std::nullopt : picked(context, bound.tensor(0), bound.tensor(2), axis);
  CallScope call = bound.open();
  Shape shape = from.shape;
  if (!shape.empty()) shape[axis] = index.shape.empty() ? Dim(1) : index.shape[0];
  TensorObject* out = bound.result(call, shape, from.dtype, 3);
  if (!shape.empty() && picks_all_in_order(context, bound.tensor(0), bound.tensor(2), axis)) call.emit("copy", {bound.tensor(0)}, {out});
  else call.emit("index_select", {bound.tensor(0), bound.tensor(2)}, {out},
                 attributes({{"dim", Dim(static_cast<int64_t>(axis) - static_cast<int64_t>(from.shape.size()))}}));
  if (data) context.set_known(out, *data);
  return call.finish(out);
}

graph::Attributes dim_attribute(size_t axis, size_t rank) {
  return attributes({{"dim", Dim(static_cast<int64_t>(axis) - static_cast<int64_t>(rank))}});
}

// out[i, j, k] = from[i, index[i, j, k], k]
std::optional<std::vector<double>> gathered(Context& context, TensorObject* from, TensorObject* index, size_t axis) {
  auto data = context.known(from), indices = context.known(index);
  if (!data || !indices) return std::nullopt;
  const Shape of = context.info(from).shape, to = context.info(index).shape;
  std::vector<double> out;
  for (size_t n = 0; n < indices->size(); ++n) {
    size_t left = n, at = 0, stride = 1;
    for (size_t d = to.size(); d-- > 0;) {
      auto size = static_cast<size_t>(of[d].value), place = d == axis ? static_cast<size_t>((*indices)[n]) : left % static_cast<size_t>(to[d].value);
      if (place >= size) return std::nullopt;
      at += place * stride;
      stride *= size;
      left /= static_cast<size_t>(to[d].value);
    }
    out.push_back((*data)[at]);
  }
  return out;
}

Value gather(Bound& bound) {
  graph::Tensor from = bound.info(0);
  Shape shape = bound.info(2).shape;
  size_t axis = bound.axis(1, from.shape.size());
  if (shape.size() != from.shape.size() && !shape.empty())
    bound.fail("Index tensor must have the same number of dimensions as input tensor");
  auto data = shape.empty() ? std::nullopt : gathered(bound.context, bound.tensor(0), bound.tensor(2), axis);
  CallScope call = bound.open();
  TensorObject* out = bound.result(call, shape, from.dtype, 4);
  call.emit("gather", {bound.tensor(0), bound.tensor(2)}, {out}, dim_attribute(axis, from.shape.size()));
  if (data) bound.context.set_known(out, *data);
  return call.finish(out);
}

// scatter, scatter_add, index_add, index_copy, index_fill: the input with some elements replaced.
Value replaced(Bound& bound, std::string_view kind, size_t index_at, size_t source_at) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  size_t axis = bound.axis(1, from.shape.size());
  bool tensor_source = bound.is_tensor(source_at);
  CallScope call = bound.open(tensor_source ? "src" : "value");
  std::vector<TensorId> inputs = {context.current(bound.tensor(0)), context.current(bound.tensor(index_at))};
  graph::Attributes list = dim_attribute(axis, from.shape.size());
  if (tensor_source) inputs.push_back(context.current(bound.tensor(source_at)));
  else list.emplace_back(Symbol("value"), bound.scalar(source_at));
  if (kind == "scatter") list.emplace_back(Symbol("name"), bound.operation.name);
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first.view() < b.first.view(); });
  TensorObject* out = bound.result(call, from.shape, from.dtype);
  call.emit(kind, inputs, std::vector<TensorId>{out->id}, list);
  return call.finish(out);
}

}  // namespace

void define_gathers(Context& context) {
  define(context, "torch.index_select Tensor.index_select", "index_select", "input, dim, index, *, out=None", index_select);
  define(context, "torch.gather Tensor.gather", "gather", "input, dim, index, *, sparse_grad=False, out=None", gather);
  define(context, "torch.take_along_dim Tensor.take_along_dim", "take_along_dim", "input, indices, dim=-1", [](Bound& bound) {
    graph::Tensor from = bound.info(0);
    Shape shape = bound.info(1).shape;
    size_t axis = bound.axis(2, from.shape.size());
    Shape other = from.shape;
    other[axis] = shape[axis];
    auto both = broadcast(other, shape);
    if (!both) bound.fail("take_along_dim: shapes do not broadcast");
    CallScope call = bound.open();
    TensorObject* out = bound.result(call, *both, from.dtype);
    call.emit("gather", {bound.tensor(0), bound.tensor(1)}, {out}, dim_attribute(axis, from.shape.size()));
    return call.finish(out);
  });
  define(context, "torch.scatter Tensor.scatter Tensor.scatter_", "scatter", "input, dim, index, src|value, *, reduce=None",
         [](Bound& b) { return replaced(b, "scatter", 2, 3); });
  define(context, "torch.scatter_add Tensor.scatter_add Tensor.scatter_add_", "scatter_add", "input, dim, index, src",
         [](Bound& b) { return replaced(b, "scatter", 2, 3); });
  define(context, "torch.scatter_reduce Tensor.scatter_reduce Tensor.scatter_reduce_", "scatter_reduce",
         "input, dim, index, src, reduce, *, include_self=True", [](Bound& b) { return replaced(b, "scatter", 2, 3); });
  define(context, "torch.index_add Tensor.index_add Tensor.index_add_", "index_add", "input, dim, index, source, *, alpha=1",
         [](Bound& b) { return replaced(b, "scatter", 2, 3); });
  define(context, "torch.index_copy Tensor.index_copy Tensor.index_copy_", "index_copy", "input, dim, index, source",
         [](Bound& b) { return replaced(b, "index_copy", 2, 3); });
  define(context, "torch.index_fill Tensor.index_fill Tensor.index_fill_", "index_fill", "input, dim, index, value",
         [](Bound& b) { return replaced(b, "scatter", 2, 3); });
  define(context, "torch.index_put Tensor.index_put Tensor.index_put_ torch.index_put_", "index_put",
         "input, indices, values, accumulate=False", [](Bound& bound) {
           Context& context = bound.context;
           graph::Tensor from = bound.info(0);
           CallScope call = bound.open();
           std::vector<TensorId> inputs = {context.current(bound.tensor(0))};
           for (const Value& index : bound.interpreter.to_vector(bound[1])) {
             if (TensorObject* t = context.as_tensor(index)) inputs.push_back(context.current(t));
           }
           inputs.push_back(context.current(bound.tensor(2)));
           TensorObject* out = bound.result(call, from.shape, from.dtype);
           if (bound.flag(3))
             call.emit("scatter", inputs, std::vector<TensorId>{out->id}, attributes({{"name", std::string("index_put accumulate")}}));
           else
             call.emit("index_copy", inputs, std::vector<TensorId>{out->id});
           return call.finish(out);
         });
  define(context, "torch.masked_scatter Tensor.masked_scatter Tensor.masked_scatter_", "masked_scatter", "input, mask, source",
         [](Bound& bound) {
           graph::Tensor from = bound.info(0);
           CallScope call = bound.open();
           std::vector<TensorId> inputs;
           for (size_t i = 0; i < 3; ++i) inputs.push_back(bound.context.current(bound.tensor(i)));
           TensorObject* out = bound.result(call, from.shape, from.dtype);
           call.emit("scatter", inputs, std::vector<TensorId>{out->id}, attributes({{"name", bound.operation.name}}));
           return call.finish(out);
         });
  define(context, "torch.masked_select Tensor.masked_select", "masked_select", "input, mask", [](Bound& bound) {
    Context& context = bound.context;
    graph::Tensor from = bound.info(0);
    Dim count = true_count(context, bound.tensor(1));
    CallScope call = bound.open();
    TensorObject* out = context.make_tensor({count}, from.dtype);
    call.emit("select_copy", {bound.tensor(0), bound.tensor(1)}, {out});
    return call.finish(out);
  });
  define(context, "torch.nonzero Tensor.nonzero torch.argwhere Tensor.argwhere", "nonzero", "input, *, as_tuple=False",
         [](Bound& bound) -> Value {
           Context& context = bound.context;
           graph::Tensor from = bound.info(0);
           Dim count = true_count(context, bound.tensor(0));
           auto data = context.known(bound.tensor(0));
           CallScope call = bound.open();
           std::vector<TensorObject*> parts;
           TensorObject* whole = context.make_tensor({count, Dim(static_cast<int64_t>(from.shape.size()))}, DType::I64);
           call.emit("opaque", {bound.tensor(0)}, {whole}, attributes({{"name", std::string("nonzero")}}));
           if (data) {
             std::vector<double> places;
             for (size_t flat = 0; flat < data->size(); ++flat) {
               if ((*data)[flat] == 0) continue;
               std::vector<double> index(from.shape.size());
               size_t rest = flat;
               for (size_t i = from.shape.size(); i-- > 0;) {
                 index[i] = static_cast<double>(rest % static_cast<size_t>(from.shape[i].value));
                 rest /= static_cast<size_t>(from.shape[i].value);
               }
               places.insert(places.end(), index.begin(), index.end());
             }
             context.set_known(whole, places);
           }
           Value result = call.finish(whole);
           if (!bound.flag(1)) return result;
           return bound.interpreter.call(bound.interpreter.get_attribute(result, Symbol("unbind")), {Value::of(int64_t{1})});
         });
}

}  // namespace fusescout::torch
