// Order and sets: topk, sort, argsort, unique, searchsorted, isin, bincount.
#include <algorithm>
#include <numeric>
#include <set>

#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

using Ids = std::vector<TensorId>;

Dim from_end(size_t axis, size_t rank) { return Dim(static_cast<int64_t>(axis) - static_cast<int64_t>(std::max<size_t>(rank, 1))); }

// topk(input, k, dim, largest, sorted)
Value topk(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  size_t rank = from.shape.size(), axis = bound.axis(2, rank);
  Shape shape = from.shape;
  if (!shape.empty()) {
    if (bound.integer(1) > shape[axis].value || bound.integer(1) < 0) bound.fail("selected index k out of range");
    shape[axis] = bound.dim(1);
  }
  CallScope call = bound.open();
  TensorObject* values = context.make_tensor(shape, from.dtype);
  TensorObject* indices = context.make_tensor(shape, DType::I64);
  graph::Attributes list = attributes({{"dim", from_end(axis, rank)}, {"k", bound.dim(1)}});
  if (!bound.flag(3)) list.emplace_back(Symbol("largest"), false);
  call.emit("topk", {bound.tensor(0)}, {values, indices}, list);
  return call.finish(context.named_tuple("topk", {"values", "indices"}, {values, indices}));
}

std::vector<size_t> order_of(const std::vector<double>& data, bool descending) {
  std::vector<size_t> order(data.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return descending ? data[a] > data[b] : data[a] < data[b]; });
  return order;
}

// sort(input, dim, descending, stable) and argsort
Value sort(Bound& bound, bool only_indices) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  size_t rank = from.shape.size(), axis = bound.axis(1, rank);
  bool descending = bound.flag(2);
  auto data = context.known(bound.tensor(0));
  CallScope call = bound.open(bound.given[3] ? "stable" : "default");
  Shape strides = preserved_strides(context.expressions, from);
  TensorObject* values = context.make_strided(from.shape, strides, from.dtype);
  TensorObject* indices = context.make_strided(from.shape, strides, DType::I64);
  graph::Attributes list = attributes({{"descending", descending}, {"dim", from_end(axis, rank)}});
  call.emit("sort", {bound.tensor(0)}, {values, indices}, list);
  if (data && rank == 1) {
    std::vector<double> sorted, places;
    for (size_t i : order_of(*data, descending)) {
      sorted.push_back((*data)[i]);
      places.push_back(static_cast<double>(i));
    }
    context.set_known(values, sorted);
    context.set_known(indices, places);
  }
  if (only_indices) return call.finish(indices);
  return call.finish(context.named_tuple("sort", {"values", "indices"}, {values, indices}));
}

// unique and unique_consecutive: how many there are is data.
Value unique(Bound& bound, bool consecutive, size_t inverse_at, size_t counts_at) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  bool inverse = bound.flag(inverse_at), counts = bound.flag(counts_at);
  Dim count = product(context.expressions, from.shape);
  std::vector<double> values, times;
  auto data = context.known(bound.tensor(0));
  if (data) {
    std::vector<double> ordered = *data;
    if (!consecutive) std::sort(ordered.begin(), ordered.end());
    for (double d : ordered) {
      if (values.empty() || values.back() != d) {
        values.push_back(d);
        times.push_back(0);
      }
      ++times.back();
    }
    count = Dim(static_cast<int64_t>(values.size()));
  } else {
    bound.interpreter.note(python::NoteKind::Assumption, "the number of different elements is data: taken as all of them");
  }
  CallScope call = bound.open();
  // What is not asked for comes out empty, and Python leaves it away.
  TensorObject* out = context.make_tensor({count}, from.dtype);
  TensorObject* places = context.make_tensor(inverse ? from.shape : Shape{Dim(0)}, DType::I64);
  TensorObject* numbers = context.make_tensor({counts ? count : Dim(0)}, DType::I64);
  std::vector<Value> results = {out};
  Ids outputs = {out->id};
  if (inverse) {
    results.push_back(places);
    outputs.push_back(places->id);
  }
  if (counts) {
    results.push_back(numbers);
    outputs.push_back(numbers->id);
    if (data) context.set_known(numbers, times);
  }
  call.emit("opaque", Ids{context.current(bound.tensor(0))}, outputs, attributes({{"name", bound.operation.name}}));
  if (data) context.set_known(out, values);
  call.finish(context.interpreter.tuple({out, places, numbers}));
  return results.size() == 1 ? results[0] : context.interpreter.tuple(results);
}

Value plain(Bound& bound, const Shape& shape, DType dtype, std::initializer_list<TensorObject*> inputs,
            const std::optional<std::vector<double>>& data = {}) {
  Context& context = bound.context;
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, dtype);
  call.emit("opaque", inputs, {out}, attributes({{"name", bound.operation.name}}));
  if (data) context.set_known(out, *data);
  return call.finish(out);
}

// searchsorted(sorted, values, *, right, out_int32) and bucketize(values, boundaries, ...)
Value search(Bound& bound, size_t sorted_at, size_t values_at) {
  Context& context = bound.context;
  Interpreter& i = bound.interpreter;
  bool right = bound.flag(3);
  if (!bound.is_tensor(values_at))
    bound.values[values_at] = i.call(*i.find_module(Symbol("torch"))->dict->find(Symbol("tensor")), {bound[values_at]});
  graph::Tensor values = bound.info(values_at);
  auto known_values = context.known(bound.tensor(values_at)), sorted = context.known(bound.tensor(sorted_at));
  std::optional<std::vector<double>> data;
  if (known_values && sorted && bound.info(sorted_at).shape.size() == 1) {
    data.emplace();
    for (double v : *known_values) {
      auto at = right ? std::upper_bound(sorted->begin(), sorted->end(), v) : std::lower_bound(sorted->begin(), sorted->end(), v);
      data->push_back(static_cast<double>(at - sorted->begin()));
    }
  }
  return plain(bound, values.shape, bound.flag(2) ? DType::I32 : DType::I64, {bound.tensor(0), bound.tensor(1)}, data);
}

Value isin(Bound& bound) {
  Context& context = bound.context;
  Interpreter& i = bound.interpreter;
  for (size_t k : {size_t{0}, size_t{1}}) {
    if (!bound.is_tensor(k)) bound.values[k] = i.call(*i.find_module(Symbol("torch"))->dict->find(Symbol("tensor")), {bound[k]});
  }
  graph::Tensor elements = bound.info(0);
  auto a = context.known(bound.tensor(0)), b = context.known(bound.tensor(1));
  std::optional<std::vector<double>> data;
  if (a && b) {
    data.emplace();
    for (double v : *a) data->push_back((std::find(b->begin(), b->end(), v) != b->end()) != bound.flag(3) ? 1 : 0);
  }
  return plain(bound, elements.shape, DType::Bool, {bound.tensor(0), bound.tensor(1)}, data);
}

// How many elements of the input fall into each bin.
Value counted(Bound& bound, const Shape& shape, DType dtype, const std::optional<std::vector<double>>& counts) {
  int64_t total = element_count(bound.info(0).shape);
  Value out = plain(bound, shape, dtype, {bound.tensor(0)}, counts);
  if (!counts) bound.context.set_even(bound.context.as_tensor(out), total);
  return out;
}

Value bincount(Bound& bound) {
  Context& context = bound.context;
  int64_t size = bound.integer(2);
  auto data = context.known(bound.tensor(0));
  std::optional<std::vector<double>> counts;
  if (data) {
    for (double d : *data) size = std::max(size, static_cast<int64_t>(d) + 1);
    counts.emplace(static_cast<size_t>(size), 0);
    for (double d : *data) ++(*counts)[static_cast<size_t>(d)];
  } else {
    bound.interpreter.note(python::NoteKind::Assumption, "the largest element of `bincount` is data: taken as below minlength");
  }
  return counted(bound, {Dim(size)}, DType::I64, counts);
}

Value histc(Bound& bound) { return counted(bound, {bound.dim(1)}, bound.info(0).dtype, {}); }

// diff(input, n, dim): x[1:] - x[:-1]
Value diff(Bound& bound) {
  Interpreter& i = bound.interpreter;
  Value now = bound[0];
  for (int64_t n = 0; n < bound.integer(1); ++n) {
    graph::Tensor from = bound.context.info(bound.context.as_tensor(now));
    size_t axis = bound.axis(2, from.shape.size());
    Dim rest = bound.context.expressions.sub(from.shape[axis], Dim(1));
    Value dim = Value::of(static_cast<int64_t>(axis)), narrow = i.get_attribute(now, Symbol("narrow"));
    Value later = i.call(narrow, {dim, Value::of(int64_t{1}), i.integer(rest)}),
          earlier = i.call(narrow, {dim, Value::of(int64_t{0}), i.integer(rest)});
    now = i.call(i.get_attribute(later, Symbol("sub")), {earlier});
  }
  return now;
}

}  // namespace

void define_sorting(Context& context) {
  define(context, "torch.topk Tensor.topk", "topk", "input, k, dim=-1, largest=True, sorted=True, *, out=None", topk);
  define(context, "torch.sort Tensor.sort", "sort", "input, dim=-1, descending=False, stable=False, *, out=None",
         [](Bound& b) { return sort(b, false); });
  define(context, "torch.argsort Tensor.argsort", "argsort", "input, dim=-1, descending=False, stable=False",
         [](Bound& b) { return sort(b, true); });
  define(context, "torch.unique Tensor.unique", "_unique2", "input, sorted=True, return_inverse=False, return_counts=False, dim=None",
         [](Bound& b) { return unique(b, false, 2, 3); });
  define(context, "torch.unique_consecutive Tensor.unique_consecutive", "unique_consecutive",
         "input, return_inverse=False, return_counts=False, dim=None", [](Bound& b) { return unique(b, true, 1, 2); });
  define(context, "torch.searchsorted", "searchsorted", "sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None",
         [](Bound& b) { return search(b, 0, 1); });
  define(context, "torch.bucketize", "bucketize", "input, boundaries, *, out_int32=False, right=False",
         [](Bound& b) { return search(b, 1, 0); });
  define(context, "torch.isin", "isin", "elements, test_elements, *, assume_unique=False, invert=False", isin);
  define(context, "torch.bincount Tensor.bincount", "bincount", "input, weights=None, minlength=0", bincount);
  define(context, "torch.histc Tensor.histc", "histc", "input, bins=100, min=0, max=0", histc);
  define(context, "torch.diff Tensor.diff", "diff", "input, n=1, dim=-1", diff);
  define(context, "torch.block_diag", "block_diag", "*tensors", [](Bound& b) {
    auto& e = b.expressions();
    Dim rows(0), columns(0);
    std::vector<TensorObject*> parts = b.tensors(0);
    for (TensorObject* part : parts) {
      Shape shape = b.context.info(part).shape;
      while (shape.size() < 2) shape.insert(shape.begin(), Dim(1));
      rows = e.add(rows, shape[0]);
      columns = e.add(columns, shape[1]);
    }
    if (parts.empty()) b.fail("block_diag: expected at least one tensor");
    DType dtype = b.context.info(parts[0]).dtype;
    CallScope call = b.open();
    TensorObject* out = b.context.make_tensor({rows, columns}, dtype);
    Ids ids;
    for (TensorObject* part : parts) ids.push_back(b.context.current(part));
    call.emit("opaque", ids, Ids{out->id}, attributes({{"name", b.operation.name}}));
    return call.finish(out);
  });
  define(context, "torch.hann_window", "hann_window",
         "window_length, periodic=True, *, dtype=None, layout=None, device=None, requires_grad=False",
         [](Bound& b) { return plain(b, {b.dim(0)}, b.dtype(2).value_or(b.context.default_dtype), {}); });
  define(context, "torch.complex torch.polar", "complex", "real, imag, *, out=None", [](Bound& b) {
    Shape shape = broadcast_all(b, {b.tensor(0), b.tensor(1)});
    return plain(b, shape, DType::C64, {b.tensor(0), b.tensor(1)});
  });
  define(context, "torch.real Tensor.real torch.imag", "real", "input",
         [](Bound& b) { return plain(b, b.info(0).shape, DType::F32, {b.tensor(0)}); });
}

}  // namespace fusescout::torch
