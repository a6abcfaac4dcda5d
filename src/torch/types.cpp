// torch.dtype, torch.device, torch.Size, the named tuples of return_types; memory formats and layouts.
#include <algorithm>

#include "torch/operation.h"

namespace fusescout::torch {
namespace {

struct DTypeRow {
  const char* names;      // the first is its own
  DType dtype;            // of the graph; the nearest one where it lacks this
  int64_t itemsize;
  bool floating;
  bool is_signed;
  bool complex = false;
};

const DTypeRow dtype_rows[] = {
    {"bool", DType::Bool, 1, false, false},
    {"int8", DType::I8, 1, false, true},
    {"uint8", DType::U8, 1, false, false},
    {"int16 short", DType::I16, 2, false, true},
    {"int32 int", DType::I32, 4, false, true},
    {"int64 long", DType::I64, 8, false, true},
    {"float16 half", DType::F16, 2, true, true},
    {"bfloat16", DType::BF16, 2, true, true},
    {"float32 float", DType::F32, 4, true, true},
    {"float64 double", DType::F64, 8, true, true},
    {"float8_e4m3fn", DType::F8E4M3, 1, true, true},
    {"float8_e5m2", DType::F8E5M2, 1, true, true},
    {"complex64 cfloat", DType::C64, 8, false, true, true},
    {"int4", DType::I4, 1, false, true},
    // Without a counterpart in the graph.
    {"uint16", DType::I16, 2, false, false},
    {"uint32", DType::I32, 4, false, false},
    {"uint64", DType::I64, 8, false, false},
    {"float8_e4m3fnuz", DType::F8E4M3, 1, true, true},
    {"float8_e5m2fnuz", DType::F8E5M2, 1, true, true},
    {"float8_e8m0fnu", DType::U8, 1, true, false},
    {"float4_e2m1fn_x2", DType::U8, 1, true, true},
    {"complex32 chalf", DType::C64, 4, false, true, true},
    {"complex128 cdouble", DType::C64, 16, false, true, true},
    {"quint4x2", DType::I4, 1, false, false},
    {"qint8", DType::I8, 1, false, true},
    {"quint8", DType::U8, 1, false, false},
    {"qint32", DType::I32, 4, false, true},
    {"uint4", DType::U8, 1, false, false},
};

const DTypeRow& row_of(const std::string& name) {
  for (const DTypeRow& row : dtype_rows) {
    if (std::string_view names = row.names; names.substr(0, names.find(' ')) == name) return row;
  }
  CHECK(false);
  __builtin_unreachable();
}

std::string device_text(const DeviceObject& device) {
  return device.type.str() + (device.index ? ":" + std::to_string(*device.index) : "");
}

void fill_device(Context& context, DeviceObject* device, const Value& what, const Value& index) {
  Interpreter& i = context.interpreter;
  if (auto* other = what.as<python::Instance>(); other != nullptr && other->cls == context.device_class) {
    device->type = static_cast<DeviceObject*>(other)->type;
    device->index = static_cast<DeviceObject*>(other)->index;
  } else if (i.is_string(what)) {
    std::string_view text = i.text_of(what);
    size_t colon = text.find(':');
    device->type = Symbol(text.substr(0, colon));
    if (colon != std::string_view::npos) {
      std::string number(text.substr(colon + 1));
      if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos)
        i.raise("RuntimeError", "Invalid device string: '" + std::string(text) + "'");
      device->index = std::strtoll(number.c_str(), nullptr, 10);
    }
  } else if (i.is_integer(what)) {
    device->type = context.device_type;
    device->index = i.int_of(what);
  } else {
    i.raise_type_error("Device(): argument 'type' (position 1) must be str, not " + i.type_name(what));
  }
  if (index.defined() && !index.is_none()) device->index = i.int_of(index);
}

// A named constant such as torch.preserve_format: only its identity and its text count.
Value named_object(Context& context, python::Class* cls, const std::string& name) {
  auto* object = context.interpreter.make<python::Instance>(cls);
  object->payload = context.interpreter.str(Symbol("torch." + name));
  return object;
}

}  // namespace

Value Context::dtype_object(DType dtype) const { return dtypes_[static_cast<size_t>(dtype)]; }

Value Context::tensor_dtype(TensorObject* tensor) { return dtype_object(info(tensor).dtype); }

std::optional<DType> Context::as_dtype(const Value& value) const {
  if (auto* instance = value.as<python::Instance>(); instance != nullptr && instance->cls == dtype_class)
    return static_cast<DTypeObject*>(instance)->dtype;
  if (auto* cls = value.as<python::Class>()) {
    if (cls == interpreter.builtin_class("float")) return DType::F64;
    if (cls == interpreter.builtin_class("int")) return DType::I64;
    if (cls == interpreter.builtin_class("bool")) return DType::Bool;
  }
  return std::nullopt;
}

Value Context::device_object(Symbol type, std::optional<int64_t> index) {
  auto* device = interpreter.make<DeviceObject>(device_class);
  device->type = type;
  device->index = type.view() == "cpu" || type.view() == "meta" ? std::nullopt : index;
  return device;
}

Symbol Context::device_of(const Value& value) {
  if (!value.defined() || value.is_none()) return {};
  DeviceObject device(device_class);
  if (value.as<python::Unknown>() != nullptr) return device_type;
  fill_device(*this, &device, value, Value());
  return device.type;
}

Value Context::size(const Shape& shape) {
  std::vector<Value> items;
  items.reserve(shape.size());
  for (Dim d : shape) items.push_back(interpreter.integer(d));
  auto* instance = interpreter.make<python::Instance>(size_class);
  instance->payload = interpreter.tuple(std::move(items));
  return instance;
}

std::optional<Shape> Context::as_shape(const Value& value) {
  if (interpreter.is_integer(value)) return Shape{interpreter.dim_of(value)};
  Value plain = interpreter.unwrap(value);
  const std::vector<Value>* items = nullptr;
  if (auto* list = plain.as<python::List>()) items = &list->items;
  if (auto* tuple = plain.as<python::Tuple>()) items = &tuple->items;
  if (items == nullptr) return std::nullopt;
  Shape out;
  for (const Value& item : *items) {
    if (interpreter.is_integer(item)) {
      out.push_back(interpreter.dim_of(item));
    } else if (TensorObject* tensor = as_tensor(item)) {
      auto data = known(tensor);
      if (!data || data->size() != 1) return std::nullopt;
      out.push_back(Dim(static_cast<int64_t>((*data)[0])));
    } else {
      return std::nullopt;
    }
  }
  return out;
}

Value Context::named_tuple(std::string_view name, std::initializer_list<std::string_view> fields, std::vector<Value> items) {
  python::Class*& cls = named_tuples_[std::string(name)];
  if (cls == nullptr) {
    cls = interpreter.make_class(name, {interpreter.builtin_class("tuple")}, python::Layout::Tuple);
    cls->module_name = "torch.return_types";
    size_t at = 0;
    for (std::string_view field : fields) {
      interpreter.add_property(cls, field, [at](Interpreter&, const Arguments& a) {
        return a[0].as<python::Instance>()->payload.as<python::Tuple>()->items[at];
      });
      ++at;
    }
  }
  auto* instance = interpreter.make<python::Instance>(cls);
  instance->payload = interpreter.tuple(std::move(items));
  return instance;
}

void define_types(Context& context) {
  Interpreter& i = context.interpreter;
  python::Module* torch = i.find_module(Symbol("torch"));
  torch->dict->set(i, Symbol("torch"), torch);       // a module that imports itself
  auto set = [&](std::string_view name, const Value& value) { torch->dict->set(i, Symbol(name), value); };

  // dtype
  context.dtype_class = i.make_class("dtype", {}, python::Layout::Native);
  context.dtype_class->module_name = "torch";
  set("dtype", context.dtype_class);
  context.dtypes_.resize(16);
  for (const DTypeRow& row : dtype_rows) {
    std::string_view names = row.names;
    std::string own(names.substr(0, names.find(' ')));
    auto* object = i.make<DTypeObject>(context.dtype_class, own, row.dtype);
    auto& slot = context.dtypes_[static_cast<size_t>(row.dtype)];
    if (slot == nullptr) slot = object;
    for (; !names.empty(); names = names.find(' ') == std::string_view::npos ? std::string_view() : names.substr(names.find(' ') + 1))
      set(names.substr(0, names.find(' ')), object);
  }
  auto dtype_property = [&](std::string_view name, auto get) {
    i.add_property(context.dtype_class, name, [get](Interpreter&, const Arguments& a) {
      return get(row_of(static_cast<DTypeObject*>(a[0].as<python::Instance>())->name));
    });
  };
  dtype_property("itemsize", [](const DTypeRow& row) { return Value::of(row.itemsize); });
  dtype_property("is_floating_point", [](const DTypeRow& row) { return Value::of(row.floating); });
  dtype_property("is_complex", [](const DTypeRow& row) { return Value::of(row.complex); });
  dtype_property("is_signed", [](const DTypeRow& row) { return Value::of(row.is_signed); });
  auto dtype_text = [](Interpreter& i, const Arguments& a) {
    return i.str("torch." + static_cast<DTypeObject*>(a[0].as<python::Instance>())->name);
  };
  i.add_method(context.dtype_class, "__repr__", dtype_text);
  i.add_method(context.dtype_class, "__str__", dtype_text);
  i.add_method(context.dtype_class, "__reduce__", dtype_text);

  // device
  context.device_class = i.make_class("device", {}, python::Layout::Native);
  context.device_class->module_name = "torch";
  python::Class* device_class = context.device_class;
  device_class->allocate = [](Interpreter& in, python::Class* cls) -> python::Instance* { return in.make<DeviceObject>(cls); };
  set("device", device_class);
  i.add_method(device_class, "__init__", [&context](Interpreter& in, const Arguments& a) {
    static const Symbol type("type"), index("index"), device("device");
    Value what = a.get(1, type);
    if (!what.defined()) what = a.keyword(device);
    if (!what.defined()) in.raise_type_error("Device(): missing argument 'type'");
    fill_device(context, static_cast<DeviceObject*>(a[0].as<python::Instance>()), what, a.get(2, index));
    return Value::none();
  });
  auto as_device = [](const Value& value) { return static_cast<DeviceObject*>(value.as<python::Instance>()); };
  i.add_property(device_class, "type", [as_device](Interpreter& in, const Arguments& a) { return in.str(as_device(a[0])->type); });
  i.add_property(device_class, "index", [as_device](Interpreter&, const Arguments& a) {
    return as_device(a[0])->index ? Value::of(*as_device(a[0])->index) : Value::none();
  });
  i.add_method(device_class, "__str__", [as_device](Interpreter& in, const Arguments& a) { return in.str(device_text(*as_device(a[0]))); });
  i.add_method(device_class, "__repr__", [as_device](Interpreter& in, const Arguments& a) {
    const DeviceObject& device = *as_device(a[0]);
    return in.str("device(type='" + device.type.str() + "'" + (device.index ? ", index=" + std::to_string(*device.index) : "") + ")");
  });
  i.add_method(device_class, "__eq__", [as_device, device_class](Interpreter& in, const Arguments& a) -> Value {
    auto* other = a[1].as<python::Instance>();
    if (other == nullptr || other->cls != device_class) return in.not_implemented();
    return Value::of(as_device(a[0])->type == as_device(a[1])->type && as_device(a[0])->index == as_device(a[1])->index);
  });
  i.add_method(device_class, "__hash__", [as_device](Interpreter&, const Arguments& a) {
    return Value::of(static_cast<int64_t>(as_device(a[0])->type.id() * 64 + static_cast<uint32_t>(as_device(a[0])->index.value_or(63))));
  });
  // `with torch.device(...)`: the device of what is made inside.
  i.add_method(device_class, "__enter__", [&context, as_device](Interpreter& in, const Arguments& a) {
    auto* device = as_device(a[0]);
    in.set_attribute_plain(a[0], Symbol("_before"), in.str(context.default_device));
    context.default_device = device->type;
    return a[0];
  });
  i.add_method(device_class, "__exit__", [&context](Interpreter& in, const Arguments& a) {
    context.default_device = Symbol(in.text_of(in.get_attribute(a[0], Symbol("_before"))));
    return Value::of(false);
  });

  // Size
  context.size_class = i.make_class("Size", {i.builtin_class("tuple")}, python::Layout::Tuple);
  context.size_class->module_name = "torch";
  set("Size", context.size_class);
  i.add_method(context.size_class, "numel", [&context](Interpreter& in, const Arguments& a) {
    Shape shape = context.as_shape(a[0]).value_or(Shape{});
    return in.integer(product(context.expressions, shape));
  });
  // A part of a Size is one.
  i.add_method(context.size_class, "__getitem__", [&context](Interpreter& in, const Arguments& a) {
    Value plain = in.get_item(in.unwrap(a[0]), a[1]);
    std::optional<Shape> shape = a[1].as<python::Slice>() != nullptr ? context.as_shape(plain) : std::nullopt;
    return shape ? context.size(*shape) : plain;
  });
  i.add_method(context.size_class, "__add__", [&context](Interpreter& in, const Arguments& a) -> Value {
    std::optional<Shape> left = context.as_shape(a[0]),
                         right = in.unwrap(a[1]).as<python::Tuple>() != nullptr ? context.as_shape(a[1]) : std::nullopt;
    if (!left || !right) return in.not_implemented();
    left->insert(left->end(), right->begin(), right->end());
    return context.size(*left);
  });
  i.add_method(context.size_class, "__repr__", [](Interpreter& in, const Arguments& a) {
    std::string text = "torch.Size([";
    auto* tuple = in.unwrap(a[0]).as<python::Tuple>();
    for (size_t k = 0; k < tuple->items.size(); ++k) text += (k ? ", " : "") + in.repr(tuple->items[k]);
    return in.str(text + "])");
  });

  // memory formats and layouts
  for (const auto& [class_name, members] :
       {std::pair<std::string, std::vector<std::string>>{"memory_format",
                                                         {"contiguous_format", "preserve_format", "channels_last", "channels_last_3d"}},
        {"layout", {"strided", "sparse_coo", "sparse_csr", "jagged"}}}) {
    python::Class* cls = i.make_class(class_name, {});
    cls->module_name = "torch";
    set(class_name, cls);
    auto repr = [](Interpreter&, const Arguments& a) { return a[0].as<python::Instance>()->payload; };
    i.add_method(cls, "__repr__", repr);
    i.add_method(cls, "__str__", repr);
    for (const std::string& member : members) set(member, named_object(context, cls, member));
  }
  set("legacy_contiguous_format", *torch->dict->find(Symbol("contiguous_format")));
}

}  // namespace fusescout::torch
