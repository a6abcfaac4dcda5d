// Copies and casts: to, contiguous, clone, copy_, fill_, and reading values back: item, tolist.
#include <cmath>
#include <limits>

#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

enum class Format : uint8_t { Preserve, Contiguous };

Format format_of(Bound& bound, size_t i, Format standard) {
  if (bound.none(i)) return standard;
  std::string name = bound.interpreter.repr(bound[i]);
  return name.find("preserve") != std::string::npos ? Format::Preserve : Format::Contiguous;
}

TensorObject* copy_to(Bound& bound, CallScope& call, TensorObject* from, DType dtype, Symbol device, Format format) {
  Context& context = bound.context;
  graph::Tensor info = context.info(from);
  auto data = context.known(from);
  Shape strides =
      format == Format::Preserve ? preserved_strides(context.expressions, info) : contiguous_strides(context.expressions, info.shape);
  TensorObject* out = context.make_strided(info.shape, strides, dtype);
  if (out->device != device) context.set_device(out, device);
  if (dtype != info.dtype) call.emit("cast", {from}, {out}, attributes({{"dtype", dtype}}));
  else call.emit("copy", {from}, {out});
  // A transfer between host and device is no launch.
  if (from->device != device && call.recording()) context.graph.kernels[call.kernel()].unit = graph::Unit::Host;
  if (data) {
    for (double& d : *data) d = round_to(dtype, d);
    context.set_known(out, *data);
  }
  return out;
}

Value convert(Bound& bound, std::string_view overload, std::optional<DType> dtype, Symbol device, bool always,
              Format format = Format::Preserve) {
  Context& context = bound.context;
  TensorObject* from = bound.tensor(0);
  DType before = context.info(from).dtype;
  CallScope call = bound.open(overload);
  if (device.empty()) device = from->device;
  if (!always && dtype.value_or(before) == before && device == from->device) return call.finish(from);
  return call.finish(copy_to(bound, call, from, dtype.value_or(before), device, format));
}

// to(dtype), to(device), to(device, dtype), to(other), each with non_blocking, copy, memory_format.
Value to(Bound& bound) {
  Context& context = bound.context;
  std::optional<DType> dtype = bound.dtype(3);
  Symbol device = context.device_of(bound[2]);
  bool copy = bound.flag(5);
  std::string_view overload = bound.none(2) ? "dtype" : "device";
  std::vector<Value> rest = bound.interpreter.to_vector(bound[1]);
  size_t next = 0;
  for (; next < rest.size(); ++next) {
    const Value& value = rest[next];
    if (auto* unknown = value.as<python::Unknown>()) throw UnknownArgument{unknown->reason};
    if (value.is_bool()) break;
    if (TensorObject* other = context.as_tensor(value)) {
      dtype = context.info(other).dtype;
      device = other->device;
      overload = "other";
    } else if (auto given = context.as_dtype(value)) {
      dtype = given;
    } else if (!value.is_none()) {
      device = context.device_of(value);
      overload = "device";
    }
  }
  if (next + 1 < rest.size() && rest[next].is_bool()) copy = copy || bound.interpreter.truth(rest[next + 1]);
  if (!dtype && device.empty() && !copy && bound.none(6)) return Value(bound.tensor(0));      // to(None): torch does not even ask its dispatcher
  return convert(bound, overload, dtype, device, copy, format_of(bound, 6, Format::Preserve));
}

// `tensor(kind)` for results of item() and tolist(), by dtype.
Value python_number(DType dtype, double value) {
  if (dtype == DType::Bool) return Value::of(value != 0);
  return is_integral(dtype) ? Value::of(static_cast<int64_t>(value)) : Value::of(value);
}

Value nested(Interpreter& interpreter, const Shape& shape, size_t axis, const std::function<Value()>& next) {
  if (axis == shape.size()) return next();
  std::vector<Value> items;
  for (int64_t i = 0; i < shape[axis].value; ++i) items.push_back(nested(interpreter, shape, axis + 1, next));
  return interpreter.list(std::move(items));
}

Value tolist(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor info = bound.info(0);
  auto data = context.known_to_python(bound.tensor(0));
  if (!data && element_count(info.shape) > Context::max_known)
    return context.interpreter.unknown(std::string(unknown_data), "torch.Tensor.tolist");
  Value unknown = data ? Value() : context.interpreter.unknown(std::string(unknown_data), "torch.Tensor.tolist");
  size_t next = 0;
  return nested(context.interpreter, info.shape, 0, [&] { return data ? python_number(info.dtype, (*data)[next++]) : unknown; });
}

// The number of elements of the mask that `sum` counts; nullopt if it counts no mask.
std::optional<Dim> most_counted(Context& context, TensorObject* sum) {
  graph::Graph& graph = context.graph;
  graph::TensorId at = context.current(sum);
  bool summed = false;
  for (graph::OperatorId id = graph.producer(at); id.valid(); id = graph.producer(at)) {
    const graph::Operator& op = graph.operators[id];
    if (op.kind.str() != "cast" && (summed || op.kind.str() != "sum")) return std::nullopt;
    summed = summed || op.kind.str() == "sum";
    at = op.inputs[0];
    const graph::Tensor& input = graph.tensors[at];
    if (summed && input.dtype == DType::Bool) return graph.element_count(input);
  }
  return std::nullopt;
}

Value item(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor info = bound.info(0);
  if (element_count(info.shape) != 1)
    bound.fail("a Tensor with " + std::to_string(element_count(info.shape)) + " elements cannot be converted to Scalar");
  if (auto data = context.known_to_python(bound.tensor(0))) return python_number(info.dtype, (*data)[0]);
  CallScope call = bound.open();
  // How many tokens go somewhere is data, and decides shapes: all of them is what a step has to hold.
  if (std::optional<Dim> most = most_counted(context, bound.tensor(0))) {
    context.interpreter.note(python::NoteKind::Assumption, "how many elements of a mask hold is data: taken to be all, " + std::to_string(most->value));
    return call.finish(context.interpreter.integer(*most));
  }
  return call.finish(context.interpreter.unknown(std::string(unknown_data), "torch.Tensor.item"));
}

Value copy_in_place(Bound& bound) {
  Context& context = bound.context;
  TensorObject* target = bound.tensor(0);
  if (!bound.is_tensor(1)) {
    bound.number(1);
    bound.fail("copy_(): argument 'other' must be Tensor");
  }
  TensorObject* from = bound.tensor(1);
  graph::Tensor to = context.info(target), source = context.info(from);
  auto both = broadcast(to.shape, source.shape);
  if (!both || !same_shape(*both, to.shape)) {
    bound.fail("The size of tensor a (" + std::to_string(to.shape.empty() ? 1 : to.shape.back().value) +
               ") must match the size of tensor b (" + std::to_string(source.shape.empty() ? 1 : source.shape.back().value) +
               ") at non-singleton dimension " + std::to_string(to.shape.empty() ? 0 : to.shape.size() - 1));
  }
  auto data = context.known(from);
  bool whole = context.is_known(target) || (!to.view_of.valid() && context.graph.contiguous(to));
  CallScope call = bound.open();
  TensorId read = context.current(from);
  // Known data stays known where the target's is, or where all of it is written.
  std::shared_ptr<std::vector<double>> kept;
  if (data && whole) kept = std::make_shared<std::vector<double>>(broadcast_data(*data, source.shape, to.shape));
  TensorId written = call.write(target, kept != nullptr);
  if (source.dtype == to.dtype) call.emit("copy", std::vector<TensorId>{read}, std::vector<TensorId>{written});
  else call.emit("cast", std::vector<TensorId>{read}, std::vector<TensorId>{written}, attributes({{"dtype", to.dtype}}));
  if (kept) {
    for (double& d : *kept) d = round_to(to.dtype, d);
    context.set_known(target, *kept);
  }
  return call.finish(target);
}

// fill_(value): of one element, whatever it is.
Value fill_with(Bound& bound) {
  Context& context = bound.context;
  TensorObject *target = bound.tensor(0), *from = bound.tensor(1);
  size_t dimensions = context.info(from).shape.size();
  if (dimensions != 0) bound.fail("fill_ only supports 0-dimension value tensor but got tensor with " + std::to_string(dimensions) + " dimensions.");
  bool same = context.info(from).dtype == context.info(target).dtype;
  CallScope call = bound.open("Tensor");
  TensorId read = context.current(from), written = call.write(target);
  call.emit(same ? "copy" : "cast", std::vector<TensorId>{read}, std::vector<TensorId>{written},
            same ? graph::Attributes{} : attributes({{"dtype", context.info(target).dtype}}));
  return call.finish(target);
}

Value fill(Bound& bound, std::optional<double> value, graph::Attribute attribute) {
  Context& context = bound.context;
  TensorObject* target = bound.tensor(0);
  graph::Tensor info = context.info(target);
  bool keep = value && element_count(info.shape) <= Context::max_known && (context.is_known(target) || !info.view_of.valid());
  CallScope call = bound.open(bound.operation.parameters.size() > 1 ? "Scalar" : "default");
  TensorId written = call.write(target, keep);
  call.emit("fill", std::vector<TensorId>{}, std::vector<TensorId>{written}, attributes({{"value", attribute}}));
  if (keep) context.fill_known(target, round_to(info.dtype, *value));
  return call.finish(target);
}

}  // namespace

void define_copies(Context& context) {
  define(context, "Tensor.to", "to", "input, *args, *, device=None, dtype=None, non_blocking=False, copy=False, memory_format=None", to);
  const std::pair<const char*, DType> casts[] = {{"float", DType::F32},  {"half", DType::F16},  {"bfloat16", DType::BF16},
                                                 {"double", DType::F64}, {"int", DType::I32},   {"long", DType::I64},
                                                 {"short", DType::I16},  {"char", DType::I8},   {"byte", DType::U8},
                                                 {"bool", DType::Bool},  {"cfloat", DType::C64}};
  for (auto [name, dtype] : casts) {
    define(context, "Tensor." + std::string(name), "to", "input, memory_format=None", [dtype = dtype](Bound& bound) {
      std::vector<python::KeywordArgument> more;
      if (!bound.none(1)) more.push_back({Symbol("memory_format"), bound[1]});
      Value dtype_object = bound.context.dtype_object(dtype);      // the dispatcher sees `to` with it
      return bound.interpreter.call(bound.interpreter.get_attribute(bound[0], Symbol("to")), Arguments{std::vector<Value>{dtype_object}, more});
    });
  }
  define(context, "Tensor.type_as", "type_as", "input, other", [](Bound& bound) {
    return convert(bound, "default", bound.info(1).dtype, bound.tensor(1)->device, false);
  });
  define(context, "Tensor.type", "to", "input, dtype=None, non_blocking=False", [](Bound& bound) -> Value {
    if (bound.none(1)) return bound.interpreter.str("torch." + std::string(graph::dtype_name(bound.info(0).dtype)));
    return convert(bound, "dtype", bound.dtype(1), {}, false);
  });
  define(context, "Tensor.cpu", "to", "input, memory_format=None",
         [](Bound& bound) { return convert(bound, "device", {}, Symbol("cpu"), false); });
  define(context, "Tensor.cuda Tensor.npu", "to", "input, device=None, non_blocking=False, memory_format=None",
         [](Bound& bound) { return convert(bound, "device", {}, bound.context.device_type, false); });
  define(context, "Tensor.contiguous", "contiguous", "input, memory_format=None", [](Bound& bound) {
    graph::Tensor info = bound.info(0);
    CallScope call = bound.open();
    if (is_contiguous(info.shape, info.strides)) return call.finish(bound[0]);
    return call.finish(copy_to(bound, call, bound.tensor(0), info.dtype, bound.tensor(0)->device, Format::Contiguous));
  });
  define(context, "torch.clone Tensor.clone", "clone", "input, *, memory_format=None", [](Bound& bound) {
    CallScope call = bound.open();
    return call.finish(
        copy_to(bound, call, bound.tensor(0), bound.info(0).dtype, bound.tensor(0)->device, format_of(bound, 1, Format::Preserve)));
  });
  define(context, "Tensor.pin_memory", "pin_memory", "input, device=None", [](Bound& bound) { return bound[0]; });
  define(context, "Tensor.copy_", "copy", "input, src, non_blocking=False", copy_in_place);
  define(context, "torch.fill_ Tensor.fill_", "fill", "input, value", [](Bound& bound) {
    if (bound.is_tensor(1)) {
      auto data = bound.context.known(bound.tensor(1));
      return data && data->size() == 1 ? fill(bound, (*data)[0], (*data)[0]) : fill_with(bound);
    }
    return fill(bound, bound.number(1), bound.scalar(1));
  });
  define(context, "torch.zero_ Tensor.zero_", "zero", "input", [](Bound& bound) { return fill(bound, 0.0, Dim(0)); });
  define(context, "Tensor.set_", "set", "input, source=None, storage_offset=None, size=None, stride=None", [](Bound& bound) {
    CallScope call = bound.open();
    if (!bound.none(1) && bound.is_tensor(1)) bound.context.set_data(bound.tensor(0), bound.tensor(1));
    return call.finish(bound[0]);
  });
  define(context, "Tensor.item", "item", "input", item);
  define(context, "Tensor.tolist", "tolist", "input", tolist);
  define_native(context, "Tensor.__bool__", [&context](Interpreter& i, const Arguments& a) -> Value {
    TensorObject* tensor = context.as_tensor(a[0]);
    int64_t count = element_count(context.info(tensor).shape);
    if (count > 1) i.raise("RuntimeError", "Boolean value of Tensor with more than one value is ambiguous");
    if (count == 0) return Value::of(false);
    if (auto data = context.known_to_python(tensor)) return Value::of((*data)[0] != 0);
    return i.unknown("the data of a tensor decides a branch", "torch.Tensor.__bool__");
  });
  auto scalar = [&context](std::string_view name, auto make) {
    define_native(context, "Tensor." + std::string(name),
                  [&context, make, name = std::string(name)](Interpreter& i, const Arguments& a) -> Value {
                    TensorObject* tensor = context.as_tensor(a[0]);
                    auto data = context.known_to_python(tensor);
                    if (element_count(context.info(tensor).shape) != 1)
                      i.raise_type_error("only one element tensors can be converted to Python scalars");
                    return data ? make((*data)[0]) : i.unknown(std::string(unknown_data), "torch.Tensor." + name);
                  });
  };
  scalar("__int__", [](double v) { return Value::of(static_cast<int64_t>(v)); });
  scalar("__index__", [](double v) { return Value::of(static_cast<int64_t>(v)); });
  scalar("__float__", [](double v) { return Value::of(v); });
  define_native(context, "Tensor.numpy Tensor.__array__", [&context](Interpreter& i, const Arguments& a) -> Value {
    // A copy: torch and numpy would share the memory.
    TensorObject* tensor = context.as_tensor(a[0]);
    if (!i.loader().exists(Symbol("numpy"))) return i.unknown(std::string(unknown_data), "torch.Tensor.numpy");
    Value numpy = i.import_module(Symbol("numpy"));
    std::string name = static_cast<DTypeObject*>(context.tensor_dtype(tensor).as<python::Instance>())->name;
    Value dtype = i.find_attribute(numpy, Symbol(name == "bool" ? "bool_" : name));
    if (!dtype.defined()) i.raise_type_error("Got unsupported ScalarType " + name);
    if (!context.is_known(tensor)) {
      // Numbers that nobody knows have a shape all the same.
      Value unfilled = i.get_attribute(i.import_module(Symbol("numpy.unfilled")), Symbol("unfilled"));
      return i.call(unfilled, {context.size(context.info(tensor).shape), dtype});
    }
    return i.call(i.get_attribute(numpy, Symbol("array")), {i.call(i.get_attribute(a[0], Symbol("tolist"))), dtype});
  });
}

}  // namespace fusescout::torch
