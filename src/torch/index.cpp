// x[...] and x[...] = y, step by step as torch's own indexing: views first, then one `index` or `index_put_` for tensor indices.
#include <algorithm>

#include "torch/index.h"
#include "torch/operation.h"
#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

struct Indexer {
  Context& context;
  Interpreter& interpreter;
  TensorObject* at;                       // the tensor so far
  size_t dim = 0;                         // of `at`, next to be indexed
  std::vector<TensorObject*> tensors;     // by dim of `at`; nullptr: whole axis
  bool optimize = true;                   // drop slices of a whole axis

  graph::Expressions& e() { return context.expressions; }
  graph::Tensor info() { return context.info(at); }

  void set_tensor(size_t axis, TensorObject* index) {
    if (tensors.size() <= axis) tensors.resize(axis + 1, nullptr);
    tensors[axis] = index;
  }

  void unsqueeze() {
    graph::Tensor t = info();
    CallScope call(context, "aten.unsqueeze", "default", {at, Value::of(static_cast<int64_t>(dim))});
    call.view();
    Dim stride = dim < t.shape.size() ? e().mul(t.shape[dim], t.strides[dim]) : Dim(1);
    t.shape.insert(t.shape.begin() + static_cast<ptrdiff_t>(dim), Dim(1));
    t.strides.insert(t.strides.begin() + static_cast<ptrdiff_t>(dim), stride);
    at = context.make_view(at, t.shape, t.strides, t.storage_offset);
    call.finish(at);
    ++dim;
  }

  void select(Dim index) {
    graph::Tensor t = info();
    if (dim >= t.shape.size())
      interpreter.raise("IndexError", t.shape.empty() ? "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
                                                        "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
                                                      : too_many(t));
    Dim size = t.shape[dim];
    if (index.value < -size.value || index.value >= size.value) {
      interpreter.raise("IndexError", "index " + std::to_string(index.value) + " is out of bounds for dimension " + std::to_string(dim) +
                                          " with size " + std::to_string(size.value));
    }
    CallScope call(context, "aten.select", "int", {at, Value::of(static_cast<int64_t>(dim)), interpreter.integer(index)});
    call.view();
    Dim real = index.value < 0 ? e().add(index, size) : index;
    Dim offset = e().add(t.storage_offset, e().mul(real, t.strides[dim]));
    t.shape.erase(t.shape.begin() + static_cast<ptrdiff_t>(dim));
    t.strides.erase(t.strides.begin() + static_cast<ptrdiff_t>(dim));
    at = context.make_view(at, t.shape, t.strides, offset);
    call.finish(at);
  }

  static std::string too_many(const graph::Tensor& t) {
    return "too many indices for tensor of dimension " + std::to_string(t.shape.size());
  }

  Dim bound_of(const Value& value, int64_t standard) {
    if (value.is_none()) return Dim(standard);
    if (interpreter.is_integer(value)) return interpreter.dim_of(value);
    if (auto* unknown = value.as<python::Unknown>()) throw UnknownArgument{unknown->reason};
    if (TensorObject* tensor = context.as_tensor(value)) {
      if (auto data = context.known(tensor); data && data->size() == 1) return Dim(static_cast<int64_t>((*data)[0]));
      throw UnknownArgument{std::string(unknown_data)};
    }
    interpreter.raise_type_error("slice indices must be integers or None or have an __index__ method");
  }

  // A number out of a tensor's data, that of a sequence's slot say: some element, and another one each time.
  void select_unknown(const python::Unknown& unknown) {
    graph::Tensor t = info();
    if (unknown.reason != unknown_data || dim >= t.shape.size() || t.shape[dim].value == 0) throw UnknownArgument{unknown.reason};
    interpreter.note(python::NoteKind::Assumption, "which element is meant is data: taken to be any");
    select(Dim(context.some_element(t.shape[dim].value)));
  }

  void slice(const python::Slice& s) {
    graph::Tensor t = info();
    if (t.shape.empty()) interpreter.raise("IndexError", "slice() cannot be applied to a 0-dim tensor.");
    if (dim >= t.shape.size()) interpreter.raise("IndexError", too_many(t));
    Dim size = t.shape[dim];
    Dim start = bound_of(s.start, 0), stop = bound_of(s.stop, INT64_MAX), step = bound_of(s.step, 1);
    if (step.value <= 0) interpreter.raise("ValueError", "step must be greater than zero");
    if (optimize && start.value == 0 && stop.value >= size.value && step.value == 1) {
      ++dim;
      return;
    }
    std::vector<Value> arguments = {at, Value::of(static_cast<int64_t>(dim)), interpreter.integer(start), interpreter.integer(stop)};
    if (step.value != 1) arguments.push_back(interpreter.integer(step));
    CallScope call(context, "aten.slice", "Tensor", Arguments{arguments, {}});
    call.view();
    auto clamp = [&](Dim x) {
      if (x.value < 0) x = x.value == INT64_MIN ? Dim(0) : e().add(x, size);
      if (x.value < 0) return Dim(0);
      return x.value > size.value ? size : x;
    };
    Dim from = clamp(start), to = clamp(stop);
    if (to.value < from.value) to = from;
    Dim length = e().sub(to, from);
    if (step.value != 1) length = e().floor_div(e().add(length, e().sub(step, Dim(1))), step);
    t.shape[dim] = length;
    Dim offset = e().add(t.storage_offset, e().mul(from, t.strides[dim]));
    t.strides[dim] = e().mul(t.strides[dim], step);
    at = context.make_view(at, t.shape, t.strides, offset);
    call.finish(at);
    ++dim;
  }

  void tensor(TensorObject* index) {
    graph::Tensor t = context.info(index);
    bool mask = t.dtype == DType::Bool || t.dtype == DType::U8;
    if (t.shape.empty() && !mask) {
      if (auto data = context.known(index)) return select(Dim(static_cast<int64_t>((*data)[0])));
    }
    set_tensor(dim, index);
    dim += mask ? t.shape.size() : 1;
    if (dim > info().shape.size()) interpreter.raise("IndexError", too_many(info()));
  }

  // How many axes of the tensor an index takes.
  size_t consumed(const Value& item) {
    if (item.is_none() || item.is_bool() || item.identical(interpreter.ellipsis())) return 0;
    if (TensorObject* t = context.as_tensor(item)) {
      const graph::Tensor& index = context.info(t);
      return index.dtype == DType::Bool || index.dtype == DType::U8 ? index.shape.size() : 1;
    }
    return 1;
  }

  void apply(const std::vector<Value>& items) {
    size_t specified = 0;
    for (const Value& item : items) specified += consumed(item);
    size_t rank = info().shape.size();
    if (specified > rank)
      interpreter.raise("IndexError", rank == 0 && items.size() == 1 && interpreter.is_integer(items[0])
                                          ? "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ "
                                            "to convert a 0-dim tensor to a number"
                                          : too_many(info()));
    for (const Value& item : items) {
      if (item.is_none()) unsqueeze();
      else if (item.identical(interpreter.ellipsis())) dim += rank - specified;
      else if (item.is_bool()) {
        unsqueeze();
        Value mask = interpreter.call(*interpreter.find_module(Symbol("torch"))->dict->find(Symbol("tensor")), {interpreter.list({item})});
        set_tensor(dim - 1, context.as_tensor(mask));
      } else if (interpreter.is_integer(item)) select(interpreter.dim_of(item));
      else if (auto* s = item.as<python::Slice>()) slice(*s);
      else if (TensorObject* t = context.as_tensor(item)) tensor(t);
      else if (auto* unknown = item.as<python::Unknown>()) select_unknown(*unknown);
      else if (item.as<python::List>() != nullptr || item.as<python::Tuple>() != nullptr || item.as<python::Range>() != nullptr) {
        Value made = interpreter.call(*interpreter.find_module(Symbol("torch"))->dict->find(Symbol("tensor")),
                                      {interpreter.list(interpreter.to_vector(item))});
        tensor(context.as_tensor(made));
      } else {
        interpreter.raise("IndexError",
                          "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got " +
                              interpreter.type_name(item) + ")");
      }
    }
  }

  Shape result_shape() {
    graph::Tensor t = info();
    Shape index_shape;
    std::vector<bool> indexed(t.shape.size(), false);
    for (size_t axis = 0; axis < tensors.size(); ++axis) {
      if (tensors[axis] == nullptr) continue;
      graph::Tensor index = context.info(tensors[axis]);
      bool mask = index.dtype == DType::Bool || index.dtype == DType::U8;
      Shape shape = mask ? Shape{true_count(context, tensors[axis])} : index.shape;
      auto both = broadcast(index_shape, shape);
      if (!both) interpreter.raise("IndexError", "shape mismatch: indexing tensors could not be broadcast together");
      index_shape = *both;
      for (size_t k = 0; k < (mask ? index.shape.size() : 1); ++k) indexed[axis + k] = true;
      if (mask) {
        for (size_t k = 0; k < index.shape.size(); ++k) {
          if (index.shape[k].value != t.shape[axis + k].value) {
            interpreter.raise("IndexError", "The shape of the mask at index " + std::to_string(k) +
                                                " does not match the shape of the indexed tensor at index " + std::to_string(axis + k));
          }
        }
      }
    }
    size_t first = static_cast<size_t>(std::find(indexed.begin(), indexed.end(), true) - indexed.begin());
    size_t last = indexed.size();
    while (last > first && !indexed[last - 1]) --last;
    bool adjacent = std::all_of(indexed.begin() + static_cast<ptrdiff_t>(first), indexed.begin() + static_cast<ptrdiff_t>(last),
                                [](bool b) { return b; });
    Shape out;
    if (!adjacent) out = index_shape;
    for (size_t i = 0; i < t.shape.size(); ++i) {
      if (adjacent && i == first) out.insert(out.end(), index_shape.begin(), index_shape.end());
      if (!indexed[i]) out.push_back(t.shape[i]);
    }
    if (adjacent && first == t.shape.size()) out.insert(out.end(), index_shape.begin(), index_shape.end());
    return out;
  }

  Value index_list() {
    std::vector<Value> list;
    for (TensorObject* t : tensors) list.push_back(t == nullptr ? Value::none() : Value(t));
    return interpreter.list(std::move(list));
  }

  std::vector<TensorId> index_ids() {
    std::vector<TensorId> ids;
    for (TensorObject* t : tensors) if (t != nullptr) ids.push_back(context.current(t));
    return ids;
  }
};

std::vector<Value> items_of(Interpreter& interpreter, const Value& index) {
  if (auto* tuple = interpreter.unwrap(index).as<python::Tuple>()) return tuple->items;
  return {index};
}

Value get_item(Context& context, TensorObject* self, const Value& index) {
  Interpreter& interpreter = context.interpreter;
  std::vector<Value> items = items_of(interpreter, index);
  Indexer indexer{context, interpreter, self, 0, {}, true};
  bool tuple = interpreter.unwrap(index).as<python::Tuple>() != nullptr;
  if (!tuple && index.as<python::Slice>() != nullptr) indexer.optimize = false;
  indexer.apply(items);
  if (indexer.tensors.empty()) {
    if (indexer.at != self) return indexer.at;
    graph::Tensor t = context.info(self);
    CallScope call(context, "aten.alias", "default", {self});
    call.view();
    return call.finish(context.make_view(self, t.shape, t.strides, t.storage_offset));
  }
  TensorObject* from = indexer.at;
  graph::Tensor t = context.info(from);
  Shape shape = indexer.result_shape();
  size_t used = 0, axis = 0;
  for (size_t i = 0; i < indexer.tensors.size(); ++i) {
    if (indexer.tensors[i] == nullptr) continue;
    ++used;
    axis = i;
  }
  TensorObject* only = used == 1 ? indexer.tensors[axis] : nullptr;
  bool mask = only != nullptr && (context.info(only).dtype == DType::Bool || context.info(only).dtype == DType::U8);
  std::optional<std::vector<double>> data;
  if (only != nullptr && !mask) data = picked(context, from, only, axis);
  CallScope call(context, "aten.index", "Tensor", {from, indexer.index_list()});
  std::vector<TensorId> inputs = {context.current(from)};
  for (TensorId id : indexer.index_ids()) inputs.push_back(id);
  TensorObject* out = context.make_tensor(shape, t.dtype);
  if (only != nullptr && !mask && picks_all_in_order(context, from, only, axis))
    call.emit("copy", std::vector<TensorId>{inputs[0]}, std::vector<TensorId>{out->id});
  else if (only != nullptr && !mask)
    call.emit("index_select", inputs, std::vector<TensorId>{out->id},
              attributes({{"dim", Dim(static_cast<int64_t>(axis) - static_cast<int64_t>(t.shape.size()))}}));
  else call.emit("select_copy", inputs, std::vector<TensorId>{out->id});
  if (data && static_cast<int64_t>(data->size()) == element_count(shape)) context.set_known(out, *data);
  return call.finish(out);
}

// A view without leading axes of size 1, as torch makes of the value of an assignment.
TensorObject* without_leading_ones(Context& context, TensorObject* value) {
  graph::Tensor t = context.info(value);
  size_t skip = 0;
  while (skip < t.shape.size() && t.shape[skip].value == 1) ++skip;
  if (skip == 0) return value;
  Shape shape(t.shape.begin() + static_cast<ptrdiff_t>(skip), t.shape.end()),
      strides(t.strides.begin() + static_cast<ptrdiff_t>(skip), t.strides.end());
  CallScope call(context, "aten.view", "default", {value, context.size(shape)});
  call.view();
  TensorObject* view = context.make_view(value, shape, strides, t.storage_offset);
  call.finish(view);
  return view;
}

// The known elements of `target` after target[index] = value, where index and value are known as well: a map of experts is made so. One index
// tensor before all axes, of numbers for the first axis or a mask.
std::optional<std::vector<double>> replaced_elements(Context& context, TensorObject* target, const std::vector<TensorObject*>& indices, TensorObject* value) {
  if (indices.empty() || indices[0] == nullptr || std::count(indices.begin(), indices.end(), nullptr) + 1 != static_cast<std::ptrdiff_t>(indices.size())) return {};
  auto data = context.known(target), places = context.known(indices[0]), given = context.known(value);
  if (!data || !places || !given) return {};
  const graph::Tensor& index = context.info(indices[0]);
  Shape rest = context.info(target).shape;
  if (index.dtype == DType::Bool || index.dtype == DType::U8) {
    std::vector<double> chosen;
    for (size_t i = 0; i < places->size(); ++i) if ((*places)[i] != 0) chosen.push_back(static_cast<double>(i));
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(index.shape.size()));
    places = std::move(chosen);
  } else {
    rest.erase(rest.begin());
  }
  Shape shape = rest;
  if (index.dtype == DType::Bool || index.dtype == DType::U8) shape.insert(shape.begin(), Dim(static_cast<int64_t>(places->size())));
  else shape.insert(shape.begin(), index.shape.begin(), index.shape.end());
  auto fits = broadcast(shape, context.info(value).shape);
  if (!fits || !same_shape(*fits, shape)) return {};
  int64_t each = element_count(rest), rows = each == 0 ? 0 : static_cast<int64_t>(data->size()) / each;
  std::vector<double> written = broadcast_data(*given, context.info(value).shape, shape);
  for (size_t i = 0; i < places->size(); ++i) {
    int64_t row = static_cast<int64_t>((*places)[i]);
    if (row < 0) row += rows;
    if (row < 0 || row >= rows) return {};
    for (int64_t k = 0; k < each; ++k) {
      (*data)[static_cast<size_t>(row * each + k)] = round_to(context.info(target).dtype, written[i * static_cast<size_t>(each) + static_cast<size_t>(k)]);
    }
  }
  return data;
}

void set_item(Context& context, TensorObject* self, const Value& index, const Value& given) {
  Interpreter& interpreter = context.interpreter;
  if (auto* unknown = given.as<python::Unknown>()) throw UnknownArgument{unknown->reason};
  std::vector<Value> items = items_of(interpreter, index);
  DType dtype = context.info(self).dtype;
  TensorObject* value = context.as_tensor(given);
  if (value == nullptr) {
    if (!interpreter.is_number(given))
      interpreter.raise_type_error("can't assign a " + interpreter.type_name(given) + " to a torch." +
                                   std::string(graph::dtype_name(dtype)) + " tensor");
    std::vector<Value> arguments = {given};
    std::vector<python::KeywordArgument> keywords = {{Symbol("dtype"), context.dtype_object(dtype)},
                                                     {Symbol("device"), context.device_object(self->device)}};
    value = context.as_tensor(
        interpreter.call(*interpreter.find_module(Symbol("torch"))->dict->find(Symbol("scalar_tensor")), Arguments{arguments, keywords}));
  }
  Indexer indexer{context, interpreter, self, 0, {}, true};
  bool tuple = interpreter.unwrap(index).as<python::Tuple>() != nullptr;
  if (!tuple && index.as<python::Slice>() != nullptr) indexer.optimize = false;
  indexer.apply(items);
  TensorObject* target = indexer.at;
  if (indexer.tensors.empty()) {
    graph::Tensor to = context.info(target);
    if (!same_shape(context.info(value).shape, to.shape)) {
      value = without_leading_ones(context, value);
      if (!same_shape(context.info(value).shape, to.shape)) {
        value = context.as_tensor(interpreter.call(interpreter.get_attribute(value, Symbol("expand")), {context.size(to.shape)}));
      }
    }
    interpreter.call(interpreter.get_attribute(target, Symbol("copy_")), {value});
    return;
  }
  value = without_leading_ones(context, value);
  // A single number fits whatever is selected: how many elements a mask selects plays no role.
  if (!context.info(value).shape.empty()) {
    Shape shape = indexer.result_shape();
    auto fits = broadcast(shape, context.info(value).shape);
    if (!fits || !same_shape(*fits, shape)) {
      bool mask = std::any_of(indexer.tensors.begin(), indexer.tensors.end(),
                              [&](TensorObject* t) { return t != nullptr && context.info(t).dtype == DType::Bool; });
      if (!mask) interpreter.raise("RuntimeError", "shape mismatch: value tensor cannot be broadcast to indexing result");
    }
  }
  std::optional<std::vector<double>> data = replaced_elements(context, target, indexer.tensors, value);
  CallScope call(context, "aten.index_put_", "default", {target, indexer.index_list(), value});
  std::vector<TensorId> inputs = {context.current(target)};
  for (TensorId id : indexer.index_ids()) inputs.push_back(id);
  inputs.push_back(context.current(value));
  TensorId written = call.write(target, data.has_value());
  // One index behind the first axis; several are no matter of one axis.
  size_t axis = 0, indexed = 0;
  for (size_t i = 0; i < indexer.tensors.size(); ++i) {
    if (indexer.tensors[i] == nullptr) continue;
    ++indexed;
    axis = i;
  }
  graph::Attributes where;
  if (indexed == 1 && axis > 0) where = attributes({{"dim", Dim(static_cast<int64_t>(axis) - static_cast<int64_t>(context.info(target).shape.size()))}});
  call.emit("index_copy", inputs, std::vector<TensorId>{written}, where);
  if (data) context.set_known(target, *data);
  call.finish(target);
}

}  // namespace

void define_indexing(Context& context) {
  define_native(context, "Tensor.__getitem__", [&context](Interpreter&, const Arguments& a) -> Value {
    try {
      return get_item(context, context.as_tensor(a[0]), a[1]);
    } catch (UnknownArgument& unknown) {
      return context.opaque_call("torch.Tensor.__getitem__", a, "an index is unknown: " + unknown.reason);
    }
  });
  define_native(context, "Tensor.__setitem__", [&context](Interpreter&, const Arguments& a) -> Value {
    try {
      set_item(context, context.as_tensor(a[0]), a[1], a[2]);
    } catch (UnknownArgument& unknown) {
      context.opaque_call("torch.Tensor.__setitem__", a, "an index or a value is unknown: " + unknown.reason);
    }
    return Value::none();
  });
}

}  // namespace fusescout::torch
