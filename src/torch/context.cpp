#include "torch/context.h"

#include <algorithm>

#include "torch/layout.h"
#include "torch/operation.h"

namespace fusescout::torch {

using graph::Tensor;

Context::Context(Interpreter& i, graph::Graph& g) : interpreter(i), graph(g), expressions(i.expressions()) {
  CHECK(interpreter.user_data == nullptr);
  interpreter.user_data = this;
  interpreter.lasting_write_hook = [this](const python::Frame& writer) {
    if (!recording || once_per_process_ || graph.entries.size() == 0) return;
    // Was the last call made by this function, or by one that it called?
    graph::FrameId caller = graph.frames[frame()].parent;
    for (graph::FrameId f = graph.entries[graph::EntryId{static_cast<uint32_t>(graph.entries.size() - 1)}].frame; f.valid(); f = graph.frames[f].parent) {
      if (graph.frames[f].parent == caller && graph.frames[f].function == writer.qualname) once_per_process_ = true;
    }
  };
}

Context::~Context() {
  interpreter.user_data = nullptr;
  interpreter.lasting_write_hook = nullptr;
}

TensorObject* Context::as_tensor(const Value& value) const {
  auto* instance = value.as<python::Instance>();
  return instance != nullptr && tensor_class != nullptr && instance->cls->derives_from(tensor_class) ? static_cast<TensorObject*>(instance)
                                                                                                     : nullptr;
}

graph::StorageId Context::new_storage() {
  if (storages_.size() < graph.storages) storages_.resize(graph.storages);   // made by others
  storages_.emplace_back();
  return graph::StorageId{graph.storages++};
}

TensorObject* Context::object(TensorId id) {
  auto* tensor = interpreter.make<TensorObject>(tensor_class);
  tensor->id = id;
  tensor->seen_version = storages_[graph.tensors[id].storage.index].version;
  Storage& storage = storages_[graph.tensors[id].storage.index];
  if (!calls_.empty() && !calls_.back()->device_.empty()) tensor->device = calls_.back()->device_;
  else tensor->device = usual_device();
  if (storage.version == 0 && tensor->device.view() == "cpu") storage.host = true;
  return tensor;
}

TensorObject* Context::make_strided(const Shape& shape, const Shape& strides, DType dtype) {
  int64_t bytes = 8;   // of the largest dtype
  for (graph::Dim d : shape) {
    if (!__builtin_mul_overflow(bytes, std::max<int64_t>(d.value, 1), &bytes)) continue;
    interpreter.raise("RuntimeError", "Storage size calculation overflowed with sizes=" + sizes_text(shape));
  }
  Tensor tensor;
  tensor.shape = shape;
  tensor.strides = strides;
  tensor.dtype = dtype;
  tensor.kind = recording ? TensorKind::Intermediate : TensorKind::Constant;
  tensor.storage = new_storage();
  if (recording && !calls_.empty()) {
    tensor.producer = calls_.back()->entry_;
  }
  return object(graph.tensors.add(std::move(tensor)));
}

TensorObject* Context::make_tensor(const Shape& shape, DType dtype, TensorKind kind, Symbol name) {
  TensorObject* tensor = make_strided(shape, contiguous_strides(expressions, shape), dtype);
  if (kind != TensorKind::Intermediate) set_kind(tensor, kind, name);
  return tensor;
}

TensorObject* Context::make_view(TensorObject* base, const Shape& shape, const Shape& strides, Dim offset) {
  return make_view(base, shape, strides, offset, info(base).dtype);
}

TensorObject* Context::make_view(TensorObject* base, const Shape& shape, const Shape& strides, Dim offset, DType dtype) {
  Tensor tensor;
  tensor.shape = shape;
  tensor.strides = strides;
  tensor.storage_offset = offset;
  tensor.dtype = dtype;
  const Tensor& of = info(base);
  tensor.kind = recording ? TensorKind::Intermediate : of.kind;
  tensor.storage = of.storage;
  tensor.view_of = base->id;
  if (recording && !calls_.empty()) tensor.producer = calls_.back()->entry_;
  TensorObject* view = object(graph.tensors.add(std::move(tensor)));
  view->seen_version = base->seen_version;
  view->device = base->device;
  return view;
}

TensorObject* Context::wrap(TensorId id) {
  if (storages_.size() < graph.storages) storages_.resize(graph.storages);
  return object(id);
}

TensorObject* Context::alias(TensorObject* tensor, python::Class* cls) {
  auto* other = interpreter.make<TensorObject>(cls);
  other->id = tensor->id;
  other->seen_version = tensor->seen_version;
  other->requires_grad = tensor->requires_grad;
  other->device = tensor->device;
  return other;
}

void Context::set_kind(TensorObject* tensor, TensorKind kind, Symbol name) {
  Tensor& t = info(tensor);
  t.kind = kind;
  if (t.name.empty()) t.name = name;
}

void Context::set_device(TensorObject* tensor, Symbol device) {
  tensor->device = device;
  storages_[info(tensor).storage.index].host = device.view() == "cpu";
}

void Context::set_data(TensorObject* tensor, TensorObject* other) {
  tensor->id = other->id;
  tensor->seen_version = other->seen_version;
  tensor->device = other->device;
}

// Two regions of one storage. Exact enough for parts of a merged projection (q, k, v of one row), else by extent: never says no wrongly.
bool Context::may_overlap(const Tensor& a, const Tensor& b) const {
  struct Region { int64_t low, high; };
  int64_t row = 1;   // the largest stride in either
  auto extent = [&](const Tensor& t, int64_t below) {
    int64_t high = 0;
    for (size_t i = 0; i < t.shape.size(); ++i) {
      if (t.shape[i].value == 0) return int64_t{-1};
      if (t.strides[i].value < below) high += (t.shape[i].value - 1) * t.strides[i].value;
    }
    return high;
  };
  int64_t extent_a = extent(a, INT64_MAX), extent_b = extent(b, INT64_MAX);
  if (extent_a < 0 || extent_b < 0) return false;
  int64_t a0 = a.storage_offset.value, b0 = b.storage_offset.value;
  double scale_a = graph::dtype_size(a.dtype), scale_b = graph::dtype_size(b.dtype);
  if (scale_a != scale_b) return true;
  if (a0 + extent_a < b0 || b0 + extent_b < a0) return false;
  for (const Tensor* t : {&a, &b}) {
    for (size_t i = 0; i < t->shape.size(); ++i) {
      if (t->shape[i].value > 1) row = std::max(row, t->strides[i].value);
    }
  }
  for (const Tensor* t : {&a, &b}) {
    for (size_t i = 0; i < t->shape.size(); ++i) {
      if (t->shape[i].value > 1 && t->strides[i].value >= row && t->strides[i].value % row != 0) return true;
    }
  }
  int64_t inner_a = extent(a, row), inner_b = extent(b, row);
  Region in_a{a0 % row, a0 % row + inner_a}, in_b{b0 % row, b0 % row + inner_b};
  if (in_a.high >= row || in_b.high >= row) return true;
  return !(in_a.high < in_b.low || in_b.high < in_a.low);
}

TensorId Context::current(TensorObject* tensor) {
  graph::StorageId storage_id = info(tensor).storage;
  if (storage_id.index >= storages_.size()) storages_.resize(graph.storages);
  Storage& storage = storages_[storage_id.index];
  if (tensor->seen_version == storage.version) return tensor->id;
  if (recording) {
    for (const Write& write : storage.writes) {
      if (write.version <= tensor->seen_version || !may_overlap(info(tensor), graph.tensors[write.tensor])) continue;
      graph::Entry entry;
      entry.kind = graph::EntryKind::Refresh;
      entry.module = module();
      entry.frame = frame();
      entry.parent = parent();
      entry.inputs = {tensor->id, write.tensor};
      graph::EntryId id = graph.entries.add(std::move(entry));
      graph.entries[id].end = graph::EntryId{id.index + 1};
      Tensor fresh = info(tensor);
      fresh.producer = id;
      fresh.producer_output = 0;
      fresh.kind = TensorKind::Intermediate;
      fresh.name = {};
      tensor->id = graph.tensors.add(std::move(fresh));
      graph.entries[id].outputs = {tensor->id};
    }
  }
  tensor->seen_version = storage.version;
  return tensor->id;
}

bool Context::is_known(TensorObject* tensor) {
  const Tensor& t = info(tensor);
  return t.storage.index < storages_.size() && storages_[t.storage.index].data != nullptr && element_count(t.shape) <= max_known;
}

std::optional<std::vector<double>> Context::known(TensorObject* tensor) {
  if (!is_known(tensor)) return std::nullopt;
  const Tensor& t = info(tensor);
  const Data& data = *storages_[t.storage.index].data;
  std::vector<double> out;
  out.reserve(static_cast<size_t>(element_count(t.shape)));
  bool inside = true;
  for_each_offset(t, [&](int64_t offset) {
    if (offset < 0 || offset >= static_cast<int64_t>(data.size)) inside = false;
    else out.push_back(data.items.empty() ? data.value : data.items[static_cast<size_t>(offset)]);
  });
  if (!inside) return std::nullopt;
  estimate_read_ |= storages_[t.storage.index].estimated;
  return out;
}

// What is known of the storage, to write a tensor's part of it; null: there is nothing to keep, the tensor being a part of an unknown whole.
Context::Data* Context::data_to_write(const Tensor& t) {
  Storage& storage = storages_[t.storage.index];
  storage.estimated = estimate_read_ || (storage.data != nullptr && storage.estimated);
  if (storage.data != nullptr) return storage.data.get();
  if (t.view_of.valid() || !graph.contiguous(t) || t.storage_offset.value != 0) return nullptr;
  storage.data = std::make_shared<Data>();
  return storage.data.get();
}

void Context::set_known(TensorObject* tensor, std::vector<double> values) {
  const Tensor& t = info(tensor);
  Data* data = data_to_write(t);
  if (data == nullptr) return;
  if (data->size == 0) {
    data->size = values.size();
    data->items = std::move(values);
    return;
  }
  if (data->items.empty()) data->items.assign(data->size, data->value);
  size_t next = 0;
  for_each_offset(t, [&](int64_t offset) {
    if (offset >= 0 && offset < static_cast<int64_t>(data->size)) data->items[static_cast<size_t>(offset)] = values[next];
    ++next;
  });
}

void Context::fill_known(TensorObject* tensor, double value) {
  const Tensor& t = info(tensor);
  auto count = static_cast<size_t>(element_count(t.shape));
  Data* data = data_to_write(t);
  if (data == nullptr) return;
  if (data->size == 0) *data = {count, value, {}};
  else if (!data->items.empty() || data->value != value) set_known(tensor, std::vector<double>(count, value));
}

void Context::forget_known(TensorObject* tensor) { storages_[info(tensor).storage.index].data = nullptr; }

void Context::set_even(TensorObject* tensor, int64_t total) {
  int64_t bins = element_count(info(tensor).shape);
  if (bins == 0 || bins > max_known) return;
  std::vector<double> data;
  for (int64_t i = 0; i < bins; ++i) data.push_back(static_cast<double>((i + 1) * total / bins - i * total / bins));
  estimate_read_ = true;
  set_known(tensor, std::move(data));
}

std::optional<std::vector<double>> Context::known_to_python(TensorObject* tensor) {
  auto data = known(tensor);
  if (data && estimated(tensor)) interpreter.note(python::NoteKind::Assumption, "how many of the tokens go where is data: taken to be spread evenly");
  return data;
}

void Context::begin_again() {
  for (graph::Tensor& tensor : graph.tensors) {
    if (!tensor.producer.valid()) continue;
    const graph::Entry& made_by = graph.entries[tensor.producer];
    TensorId before = made_by.kind == graph::EntryKind::Refresh ? made_by.inputs[0] : tensor.view_of;
    if (before.valid()) {
      tensor.kind = graph.tensors[before].kind;
      tensor.name = graph.tensors[before].name;
    } else {
      tensor.kind = TensorKind::Buffer;
    }
    tensor.producer = {};
  }
  for (Storage& storage : storages_) storage.writes.clear();
  graph.begin_again();
  once_per_process_ = false;
}

graph::FrameId Context::frame() {
  std::vector<python::Frame*> stack;
  // The program's own Python (torch.nn, ...) is no place in the trees.
  for (python::Frame* f = interpreter.frame(); f != nullptr; f = f->back) {
    std::string_view path = f->file != nullptr ? f->file->path.view() : std::string_view();
    if (!path.starts_with("library/") && !path.starts_with("catalogue/")) stack.push_back(f);
  }
  graph::FrameId id;
  for (auto it = stack.rbegin(); it != stack.rend(); ++it) {
    // Our own Python (nn.Linear's forward, einops, the catalogue) is no place in the sources that are analysed.
    Symbol file = (*it)->file != nullptr ? (*it)->file->path : Symbol();
    if (file.view().starts_with("library/") || file.view().starts_with("catalogue/")) continue;
    id = graph.frame(id, file, (*it)->line, (*it)->qualname);
  }
  return id;
}

graph::Argument Context::argument(const Value& value, Symbol name) {
  graph::Argument out;
  out.name = name;
  if (TensorObject* tensor = as_tensor(value)) {
    out.value = current(tensor);
  } else if (value.is_none() || !value.defined()) {
    out.value = graph::NoneArgument{};
  } else if (value.is_bool()) {
    out.value = value.boolean;
  } else if (interpreter.is_integer(value)) {
    out.value = interpreter.dim_of(value);
  } else if (value.is_float()) {
    out.value = value.number;
  } else if (interpreter.is_string(value)) {
    out.value = std::string(interpreter.text_of(value));
  } else {
    Value plain = interpreter.unwrap(value);
    auto* instance = value.as<python::Instance>();
    auto list = std::make_shared<graph::ArgumentList>();
    if (instance != nullptr && instance->cls == dtype_class) {
      out.value = static_cast<DTypeObject*>(instance)->dtype;
    } else if (instance != nullptr && instance->cls == device_class) {
      auto* device = static_cast<DeviceObject*>(instance);
      out.value = graph::OpaqueArgument{device->type.str() + (device->index ? ":" + std::to_string(*device->index) : "")};
    } else if (auto* items = plain.as<python::List>()) {
      for (const Value& item : items->items) list->push_back(argument(item));
      out.value = list;
    } else if (auto* tuple = plain.as<python::Tuple>()) {
      for (const Value& item : tuple->items) list->push_back(argument(item));
      out.value = list;
    } else if (auto* dict = plain.as<python::Dict>()) {
      for (const auto& entry : dict->entries) {
        if (entry.key.defined())
          list->push_back(argument(entry.value, interpreter.is_string(entry.key) ? Symbol(interpreter.text_of(entry.key)) : Symbol()));
      }
      out.value = list;
    } else if (auto* unknown = value.as<python::Unknown>()) {
      out.value = graph::OpaqueArgument{unknown->path.empty() ? "unknown" : unknown->path};
    } else {
      out.value = graph::OpaqueArgument{interpreter.type_name(value)};
    }
  }
  return out;
}

void collect_tensors(Context& context, const Value& value, std::vector<TensorObject*>& out) {
  if (!value.is_object()) return;
  if (TensorObject* tensor = context.as_tensor(value)) {
    out.push_back(tensor);
    return;
  }
  Value plain = context.interpreter.unwrap(value);
  if (auto* list = plain.as<python::List>()) {
    for (const Value& item : list->items) collect_tensors(context, item, out);
  } else if (auto* tuple = plain.as<python::Tuple>()) {
    for (const Value& item : tuple->items) collect_tensors(context, item, out);
  } else if (auto* dict = plain.as<python::Dict>()) {
    for (const auto& entry : dict->entries) {
      if (entry.key.defined()) collect_tensors(context, entry.value, out);
    }
  }
}

Value Context::opaque_call(std::string_view op, const Arguments& arguments, std::string_view reason) {
  if (recording) {
    CallScope call(*this, op, "", arguments);
    call.opaque();
    call.kernel();
  }
  return interpreter.unknown(std::string(reason), std::string(op));
}

graph::Attributes attributes(std::initializer_list<std::pair<std::string_view, graph::Attribute>> list) {
  graph::Attributes out;
  for (const auto& [name, value] : list) out.emplace_back(Symbol(name), value);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first.view() < b.first.view(); });
  return out;
}

}  // namespace fusescout::torch
