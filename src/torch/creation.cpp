// Tensors from nothing: empty, zeros, full, arange, tensor, random numbers.
#include <cmath>

#include "torch/operation.h"

namespace fusescout::torch {
namespace {

constexpr const char* options =
    ", *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, memory_format=None";

struct Options {
  std::optional<DType> dtype;
  Symbol device;
  size_t out = SIZE_MAX;
};

// The options of a creating function are its parameters from `out` on.
Options options_of(Bound& bound) {
  Options result;
  const auto& parameters = bound.operation.parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == "dtype") result.dtype = bound.dtype(i);
    else if (parameters[i].name == "device") result.device = bound.context.device_of(bound[i]);
    else if (parameters[i].name == "out") result.out = i;
  }
  return result;
}

TensorObject* made(Bound& bound, CallScope& call, const Options& o, const Shape& shape, DType dtype, const Shape* strides = nullptr) {
  Context& context = bound.context;
  TensorObject* tensor = o.out != SIZE_MAX && !bound.none(o.out) ? bound.result(call, shape, dtype, o.out)
                         : strides != nullptr                    ? context.make_strided(shape, *strides, dtype)
                                                                 : context.make_tensor(shape, dtype);
  if (!o.device.empty() && tensor->device != o.device) context.set_device(tensor, o.device);
  return tensor;
}

void fill(Context& context, CallScope& call, TensorObject* tensor, std::optional<double> value, const graph::Attribute& attribute) {
  call.emit("fill", {}, {tensor}, attributes({{"value", attribute}}));
  graph::Tensor info = context.info(tensor);
  if (value && element_count(info.shape) <= Context::max_known) context.fill_known(tensor, round_to(info.dtype, *value));
}

enum class Content : uint8_t { Nothing, Zeros, Ones, Random };

void give_content(Context& context, CallScope& call, TensorObject* tensor, Content content) {
  if (content == Content::Zeros) fill(context, call, tensor, 0.0, Dim(0));
  else if (content == Content::Ones) fill(context, call, tensor, 1.0, Dim(1));
  else if (content == Content::Random) call.emit("random", {}, {tensor});
  // Nobody reads what nobody wrote: of numbers that are put together before the step (lengths, slots) what was written so far is known.
  DType dtype = context.info(tensor).dtype;
  bool numbers = !context.recording && content == Content::Nothing && (dtype == DType::I32 || dtype == DType::I64);
  if (numbers && element_count(context.info(tensor).shape) <= Context::max_known) context.fill_known(tensor, 0);
}

Value create(Bound& bound, Content content, size_t shape_at, DType standard) {
  Options o = options_of(bound);
  Shape shape = bound.shape(shape_at);
  for (Dim d : shape) {
    if (d.value < 0) bound.fail("Trying to create tensor with negative dimension " + std::to_string(d.value));
  }
  CallScope call = bound.open(bound.operation.name == "empty" ? "memory_format" : "default");
  TensorObject* tensor = made(bound, call, o, shape, o.dtype.value_or(standard));
  give_content(bound.context, call, tensor, content);
  return call.finish(tensor);
}

// zeros_like(x), x.new_zeros(size): dtype and device of x unless given.
Value create_like(Bound& bound, Content content, bool own_shape) {
  Context& context = bound.context;
  Options o = options_of(bound);
  graph::Tensor like = bound.info(0);
  Shape shape = own_shape ? like.shape : bound.shape(1);
  Shape strides = own_shape ? preserved_strides(context.expressions, like) : contiguous_strides(context.expressions, shape);
  if (o.device.empty()) o.device = bound.tensor(0)->device;
  CallScope call = bound.open();
  TensorObject* tensor = made(bound, call, o, shape, o.dtype.value_or(like.dtype), &strides);
  give_content(context, call, tensor, content);
  return call.finish(tensor);
}

Value full(Bound& bound, const Shape& shape, size_t value_at, std::optional<DType> standard, Symbol device,
           const Shape* strides = nullptr) {
  Context& context = bound.context;
  Options o = options_of(bound);
  if (o.device.empty()) o.device = device;
  std::optional<double> value;
  graph::Attribute attribute = std::string("tensor");
  DType dtype = standard.value_or(context.default_dtype);
  if (TensorObject* tensor = context.as_tensor(bound[value_at])) {
    if (auto data = context.known(tensor); data && data->size() == 1) value = (*data)[0];
    if (!standard) dtype = context.info(tensor).dtype;
  } else {
    value = bound.number(value_at);
    attribute = bound.scalar(value_at);
    if (!standard && !bound[value_at].is_float()) dtype = bound[value_at].is_bool() ? DType::Bool : DType::I64;
  }
  CallScope call = bound.open();
  TensorObject* out = made(bound, call, o, shape, o.dtype.value_or(dtype), strides);
  fill(context, call, out, value, attribute);
  return call.finish(out);
}

Value arange(Bound& bound) {
  Context& context = bound.context;
  auto& e = context.expressions;
  Options o = options_of(bound);
  // arange(end), arange(start, end), arange(start, end, step); range(start, end, step) has its end, too, and floating numbers
  bool with_end = bound.operation.name == "range";
  size_t end_at = bound.none(1) ? 0 : 1;
  bool integers = !with_end;
  for (size_t i = 0; i < 3; ++i) {
    if (bound.none(i)) continue;
    if (auto* tensor = context.as_tensor(bound[i])) integers = integers && is_integral(context.info(tensor).dtype);
    else integers = integers && !bound[i].is_float();
  }
  double start = end_at == 0 ? 0 : bound.number(0), end = bound.number(end_at), step = bound.none(2) ? 1 : bound.number(2);
  if (step == 0) bound.fail("step must be nonzero");
  if ((end - start) * step < 0) bound.fail("upper bound and larger bound inconsistent with step sign");
  Dim count(static_cast<int64_t>(with_end ? std::floor((end - start) / step) + 1 : std::ceil((end - start) / step)));
  graph::Attributes numbers = attributes({{"start", start}, {"step", step}});
  if (integers) {
    Dim from = end_at == 0 ? Dim(0) : bound.dim(0), by = bound.none(2) ? Dim(1) : bound.dim(2);
    numbers = attributes({{"start", from}, {"step", by}});
    Dim length = e.sub(bound.dim(end_at), from);
    count = by.value == 1 ? length : e.floor_div(e.add(length, e.sub(by, Dim(by.value > 0 ? 1 : -1))), by);
  }
  CallScope call = bound.open(end_at == 0 ? "default" : bound.none(2) ? "start" : "start_step");
  TensorObject* tensor = made(bound, call, o, {count}, o.dtype.value_or(integers ? DType::I64 : context.default_dtype));
  call.emit("arange", {}, {tensor}, start == 0 && step == 1 ? graph::Attributes{} : numbers);
  if (count.value <= Context::max_known) {
    DType dtype = context.info(tensor).dtype;
    std::vector<double> data;
    for (int64_t i = 0; i < count.value; ++i) data.push_back(round_to(dtype, start + static_cast<double>(i) * step));
    context.set_known(tensor, data);
  }
  return call.finish(tensor);
}

Value linspace(Bound& bound, bool logarithmic) {
  Context& context = bound.context;
  Options o = options_of(bound);
  Dim steps = bound.dim(2);
  double start = bound.number(0), end = bound.number(1);
  CallScope call = bound.open();
  TensorObject* tensor = made(bound, call, o, {steps}, o.dtype.value_or(context.default_dtype));
  graph::Attributes numbers = attributes({{"start", start}, {"end", end}});
  if (logarithmic) numbers = attributes({{"start", start}, {"end", end}, {"logarithmic", true}});
  call.emit("linspace", {}, {tensor}, numbers);
  if (steps.value <= Context::max_known) {
    std::vector<double> data;
    for (int64_t i = 0; i < steps.value; ++i) {
      double at = steps.value == 1 ? start : start + (end - start) * static_cast<double>(i) / static_cast<double>(steps.value - 1);
      data.push_back(round_to(context.info(tensor).dtype, logarithmic ? std::pow(10.0, at) : at));
    }
    context.set_known(tensor, data);
  }
  return call.finish(tensor);
}

// The shape, the kind and the values of nested lists.
struct Nested {
  Shape shape;
  std::optional<DType> dtype;
  std::vector<double> data;
  bool known = true;
};

void read_nested(Context& context, const Value& value, size_t depth, Nested& out) {
  Interpreter& interpreter = context.interpreter;
  if (TensorObject* tensor = context.as_tensor(value)) {
    graph::Tensor info = context.info(tensor);
    if (out.shape.size() == depth) out.shape.insert(out.shape.end(), info.shape.begin(), info.shape.end());
    out.dtype = out.dtype ? promote(*out.dtype, info.dtype) : info.dtype;
    if (auto data = context.known(tensor)) out.data.insert(out.data.end(), data->begin(), data->end());
    else out.known = false;
    return;
  }
  auto number = [&](DType dtype, double v) {
    out.dtype = out.dtype ? promote(*out.dtype, dtype) : dtype;
    out.data.push_back(v);
  };
  if (value.is_bool()) return number(DType::Bool, value.boolean ? 1 : 0);
  if (interpreter.is_integer(value)) return number(DType::I64, static_cast<double>(interpreter.int_of(value)));
  if (interpreter.is_number(value)) return number(context.default_dtype, interpreter.float_of(value));
  if (auto* unknown = value.as<python::Unknown>()) {
    if (depth == 0) throw UnknownArgument{unknown->reason};
    out.known = false;
    return;
  }
  static const Symbol unfilled_name("_unfilled"), as_tensor_name("_as_tensor");
  if (value.as<python::Instance>() != nullptr) {   // an array of numpy whose numbers nobody knows
    Value unfilled = interpreter.find_attribute(value, unfilled_name);
    if (unfilled.defined() && unfilled.is_bool() && unfilled.boolean) {
      RecordingGuard guard(context, false);
      return read_nested(context, interpreter.call(interpreter.find_attribute(value, as_tensor_name), {}), depth, out);
    }
  }
  std::vector<Value> items = interpreter.to_vector(value);
  if (out.shape.size() == depth) out.shape.push_back(Dim(static_cast<int64_t>(items.size())));
  else if (depth < out.shape.size() && out.shape[depth].value != static_cast<int64_t>(items.size())) {
    interpreter.raise("ValueError", "expected sequence of length " + std::to_string(out.shape[depth].value) + " at dim " +
                                        std::to_string(depth) + " (got " + std::to_string(items.size()) + ")");
  }
  for (const Value& item : items) read_nested(context, item, depth + 1, out);
  // An array of numpy says itself what its numbers are.
  static const Symbol dtype_name("dtype"), name_name("name");
  if (value.as<python::Instance>() == nullptr) return;
  Value dtype = interpreter.find_attribute(value, dtype_name);
  Value name = dtype.as<python::Instance>() != nullptr ? interpreter.find_attribute(dtype, name_name) : Value();
  if (!name.defined() || !interpreter.is_string(name)) return;
  Value same = interpreter.find_attribute(interpreter.import_module(Symbol("torch")), Symbol(interpreter.text_of(name)));
  if (auto known = context.as_dtype(same)) out.dtype = *known;
}

Value tensor(Bound& bound) {
  Context& context = bound.context;
  Options o = options_of(bound);
  Nested nested;
  read_nested(context, bound[0], 0, nested);
  TensorObject* out;
  // What Python hands over in a step may be numbers of that step: no weight.
  TensorKind kind = context.recording ? TensorKind::Input : TensorKind::Constant;
  {
    // The data comes from Python, not from a kernel; the dispatcher sees `detach_` of it.
    RecordingGuard guard(context, false);
    out = context.make_tensor(nested.shape, o.dtype.value_or(nested.dtype.value_or(context.default_dtype)), kind);
    // Not that of the operator whose body this is in.
    context.set_device(out, o.device.empty() ? context.usual_device() : o.device);
    graph::Tensor info = context.info(out);
    if (nested.known && static_cast<int64_t>(nested.data.size()) == element_count(info.shape) &&
        element_count(info.shape) <= Context::max_known) {
      for (double& d : nested.data) d = round_to(info.dtype, d);
      context.set_known(out, nested.data);
    }
  }
  CallScope call(context, "aten.detach_", "default", {out});
  return call.finish(out);
}

Value eye(Bound& bound) {
  Context& context = bound.context;
  Options o = options_of(bound);
  Dim n = bound.dim(0), m = bound.none(1) ? n : bound.dim(1);
  CallScope call = bound.open(bound.none(1) ? "default" : "m");
  TensorObject* out = made(bound, call, o, {n, m}, o.dtype.value_or(context.default_dtype));
  call.emit("eye", {}, {out});
  if (n.value * m.value <= Context::max_known) {
    std::vector<double> data;
    for (int64_t i = 0; i < n.value * m.value; ++i) data.push_back(i / m.value == i % m.value ? 1 : 0);
    context.set_known(out, data);
  }
  return call.finish(out);
}

}  // namespace

void define_creation(Context& context) {
  auto with_options = [](std::string signature) { return signature + options; };
  const std::pair<const char*, Content> contents[] = {{"empty", Content::Nothing},
                                                      {"zeros", Content::Zeros},
                                                      {"ones", Content::Ones},
                                                      {"rand", Content::Random},
                                                      {"randn", Content::Random}};
  for (auto [name, content] : contents) {
    std::string n = name;
    define(context, "torch." + n, n, with_options("*size") + (content == Content::Random ? ", generator=None" : ""),
           [content = content](Bound& bound) { return create(bound, content, 0, bound.context.default_dtype); });
    define(context, "torch." + n + "_like", n + "_like", with_options("input"),
           [content = content](Bound& bound) { return create_like(bound, content, true); });
    if (content != Content::Random)
      define(context, "Tensor.new_" + n, "new_" + n, with_options("input, *size"),
             [content = content](Bound& bound) { return create_like(bound, content, false); });
  }
  define(context, "torch.randint", "randint", with_options("low, high=None, size=None") + ", generator=None", [](Bound& bound) {
    return create(bound, Content::Random, bound.none(2) ? 1 : 2, DType::I64);   // randint(high, size) or randint(low, high, size)
  });
  define(context, "torch.randint_like", "randint_like", with_options("input, low, high=None"),
         [](Bound& bound) { return create_like(bound, Content::Random, true); });
  define(context, "torch.randperm", "randperm", with_options("n") + ", generator=None",
         [](Bound& bound) { return create(bound, Content::Random, 0, DType::I64); });
  define(context, "torch.empty_strided", "empty_strided", with_options("size, stride"), [](Bound& bound) {
    Options o = options_of(bound);
    Shape strides = bound.shape(1);
    CallScope call = bound.open();
    return call.finish(made(bound, call, o, bound.shape(0), o.dtype.value_or(bound.context.default_dtype), &strides));
  });
  define(context, "Tensor.new_empty_strided", "new_empty_strided", with_options("input, size, stride"), [](Bound& bound) {
    Options o = options_of(bound);
    Shape strides = bound.shape(2);
    CallScope call = bound.open();
    return call.finish(made(bound, call, o, bound.shape(1), o.dtype.value_or(bound.info(0).dtype), &strides));
  });
  define(context, "torch.full", "full", with_options("size, fill_value"),
         [](Bound& bound) { return full(bound, bound.shape(0), 1, {}, {}); });
  auto full_like = [](Bound& bound) {
    graph::Tensor like = bound.info(0);
    Shape strides = preserved_strides(bound.expressions(), like);
    return full(bound, like.shape, 1, like.dtype, bound.tensor(0)->device, &strides);
  };
  define(context, "torch.full_like", "full_like", with_options("input, fill_value"), full_like);
  define(context, "torch.fill", "fill", "input, value", full_like);
  define(context, "Tensor.new_full", "new_full", with_options("input, size, fill_value"), [](Bound& bound) {
    return full(bound, bound.shape(1), 2, bound.info(0).dtype, bound.tensor(0)->device);
  });
  define(context, "torch.scalar_tensor", "scalar_tensor", with_options("value"),
         [](Bound& bound) { return full(bound, {}, 0, bound.context.default_dtype, {}); });
  define(context, "torch.arange", "arange", with_options("start, end=None, step=None"), arange);
  define(context, "torch.range", "range", with_options("start, end, step=None"), arange);
  define(context, "torch.linspace", "linspace", with_options("start, end, steps"), [](Bound& bound) { return linspace(bound, false); });
  define(context, "torch.logspace", "logspace", with_options("start, end, steps"), [](Bound& bound) { return linspace(bound, true); });
  define(context, "torch.eye", "eye", with_options("n, m=None"), eye);
  define(context, "torch.tensor", "tensor", with_options("data"), tensor);
  define(context, "Tensor.new_tensor", "tensor", with_options("input, data"), [](Bound& bound) {
    Bound inner = bound;
    inner.values.erase(inner.values.begin());
    inner.given.erase(inner.given.begin());
    Operation same = bound.operation;
    same.parameters.erase(same.parameters.begin());
    Bound moved{bound.context, bound.interpreter, same, false, false, inner.values, inner.given};
    return tensor(moved);
  });
  define(context, "torch.as_tensor torch.asarray torch.from_numpy", "tensor", "data, dtype=None, device=None", [](Bound& bound) -> Value {
    Interpreter& i = bound.interpreter;
    Value data = bound[0];
    if (data.as<python::Instance>() != nullptr && !bound.is_tensor(0)) {
      Value array = i.find_attribute(data, Symbol("_as_tensor"));          // it stays on the host
      if (array.defined()) data = i.call(array);
    }
    if (bound.context.as_tensor(data) == nullptr) return tensor(bound);
    std::vector<Value> where;
    if (!bound.none(2)) where.push_back(bound[2]);
    if (!bound.none(1)) where.push_back(bound[1]);
    if (where.empty()) return data;
    return i.call(i.get_attribute(data, Symbol("to")), Arguments{where, {}});
  });
  auto random_in_place = [&context](std::string_view name, std::string_view signature) {
    define(context, "Tensor." + std::string(name) + "_ torch." + std::string(name) + "_", name, signature, [](Bound& bound) {
      CallScope call = bound.open();
      TensorId written = call.write(bound.tensor(0));
      call.emit("random", std::vector<TensorId>{}, std::vector<TensorId>{written});
      return call.finish(bound[0]);
    });
  };
  random_in_place("normal", "input, mean=0, std=1, *, generator=None");
  random_in_place("uniform", "input, from|a=0, to|b=1, *, generator=None");
  random_in_place("exponential", "input, lambd=1, *, generator=None");
  random_in_place("random", "input, from=0, to=None, *, generator=None");
  random_in_place("bernoulli", "input, p=0.5, *, generator=None");
  define(context, "torch.normal", "normal", with_options("mean, std, size=None") + ", generator=None", [](Bound& bound) {
    if (bound.is_tensor(0)) return create_like(bound, Content::Random, true);
    return create(bound, Content::Random, 2, bound.context.default_dtype);
  });
  define(context, "torch.multinomial Tensor.multinomial", "multinomial",
         "input, num_samples, replacement=False, *, generator=None, out=None", [](Bound& bound) {
           graph::Tensor from = bound.info(0);
           Shape shape = from.shape;
           shape.back() = bound.dim(1);
           CallScope call = bound.open();
           TensorObject* out = bound.result(call, shape, DType::I64, 4);
           call.emit("random", {bound.tensor(0)}, {out});
           return call.finish(out);
         });
  define(context, "torch.bernoulli", "bernoulli", "input, p=None, *, generator=None, out=None",
         [](Bound& bound) { return create_like(bound, Content::Random, true); });
}

}  // namespace fusescout::torch
