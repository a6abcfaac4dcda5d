#include "torch/operation.h"

#include <charconv>
#include <cmath>

namespace fusescout::torch {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Value literal(Interpreter& interpreter, std::string_view text) {
  if (text == "None") return Value::none();
  if (text == "True") return Value::of(true);
  if (text == "False") return Value::of(false);
  if (text == "()") return interpreter.tuple({});
  if (text.front() == '\'') return interpreter.str(Symbol(text.substr(1, text.size() - 2)));
  if (text.find_first_of(".e") != std::string_view::npos) return Value::of(std::stod(std::string(text)));
  return Value::of(static_cast<int64_t>(std::stoll(std::string(text))));
}

std::vector<Parameter> parse(Interpreter& interpreter, std::string_view signature) {
  std::vector<Parameter> out;
  bool keyword_only = false;
  while (!signature.empty()) {
    size_t comma = signature.find(',');
    std::string_view part = trimmed(signature.substr(0, comma));
    signature = comma == std::string_view::npos ? std::string_view() : signature.substr(comma + 1);
    if (part == "*") {
      keyword_only = true;
      continue;
    }
    Parameter parameter;
    parameter.keyword_only = keyword_only;
    if (part.front() == '*') {
      parameter.rest = true;
      part.remove_prefix(1);
    }
    if (size_t equals = part.find('='); equals != std::string_view::npos) {
      parameter.standard = literal(interpreter, part.substr(equals + 1));
      part = part.substr(0, equals);
    }
    if (size_t bar = part.find('|'); bar != std::string_view::npos) {
      parameter.other_name = part.substr(bar + 1);
      part = part.substr(0, bar);
    }
    parameter.name = part;
    // numpy's words are understood everywhere.
    if (part == "dim") parameter.other_name = "axis";
    else if (part == "keepdim") parameter.other_name = "keepdims";
    out.push_back(std::move(parameter));
  }
  return out;
}

// Gives false (and says why) when the arguments do not fit.
void bind(Bound& bound, const Arguments& arguments) {
  Interpreter& interpreter = bound.interpreter;
  const auto& parameters = bound.operation.parameters;
  bound.values.assign(parameters.size(), Value());
  bound.given.assign(parameters.size(), false);
  const std::string& name = bound.operation.name;
  size_t next = 0;
  for (size_t i = 0; i < parameters.size() && next < arguments.size(); ++i) {
    if (parameters[i].keyword_only) break;
    if (parameters[i].rest) {
      std::vector<Value> rest(arguments.positional.begin() + static_cast<ptrdiff_t>(next), arguments.positional.end());
      if (rest.size() == 1) {
        Value plain = interpreter.unwrap(rest[0]);
        if (plain.as<python::List>() != nullptr || plain.as<python::Tuple>() != nullptr || plain.as<python::Unknown>() != nullptr)
          bound.values[i] = rest[0];
      }
      if (!bound.values[i].defined()) bound.values[i] = interpreter.tuple(std::move(rest));
      next = arguments.size();
    } else {
      bound.values[i] = arguments[next++];
    }
    bound.given[i] = true;
  }
  if (next < arguments.size()) {
    interpreter.raise_type_error(name + "() takes " + std::to_string(next) + " positional arguments but " +
                                 std::to_string(arguments.size()) + " were given");
  }
  for (const auto& keyword : arguments.keywords) {
    bool found = false;
    for (size_t i = 0; i < parameters.size() && !found; ++i) {
      bool self = i == 0 && (keyword.name.view() == "self" || keyword.name.view() == "input");
      if (keyword.name.view() != parameters[i].name &&
          (parameters[i].other_name.empty() || keyword.name.view() != parameters[i].other_name) && !self)
        continue;
      found = true;
      if (bound.given[i]) interpreter.raise_type_error(name + "() got multiple values for argument '" + keyword.name.str() + "'");
      bound.values[i] = keyword.value;
      bound.given[i] = true;
    }
    if (!found) interpreter.raise_type_error(name + "() got an unexpected keyword argument '" + keyword.name.str() + "'");
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (bound.values[i].defined()) continue;
    if (parameters[i].rest && !parameters[i].standard.defined()) bound.values[i] = interpreter.tuple({});
    else if (!parameters[i].standard.defined())
      interpreter.raise_type_error(name + "() missing 1 required positional argument: '" + parameters[i].name + "'");
    else bound.values[i] = parameters[i].standard;
  }
}

bool works_in_place(std::string_view name) {
  if (name.starts_with("__"))
    return name.starts_with("__i") && name != "__invert__" && name != "__init__" && name != "__int__" && name != "__index__";
  return name.ends_with("_");
}

}  // namespace

void define_native(Context& context, std::string_view names, python::NativeBody body) {
  Interpreter& interpreter = context.interpreter;
  while (!names.empty()) {
    size_t space = names.find(' ');
    std::string_view full = names.substr(0, space);
    names = space == std::string_view::npos ? std::string_view() : names.substr(space + 1);
    if (full.empty()) continue;
    size_t dot = full.rfind('.');
    std::string_view place = full.substr(0, dot), name = full.substr(dot + 1);
    if (place == "Tensor") {
      interpreter.add_method(context.tensor_class, name, body);
    } else {
      std::string module_name = place == "F" ? "torch.nn.functional" : std::string(place);
      python::Module* module = interpreter.find_module(Symbol(module_name));
      CHECK(module != nullptr);
      auto* function = interpreter.make<python::NativeFunction>(Symbol(name), body);
      function->binds = false;
      module->dict->set(interpreter, Symbol(name), function);
    }
  }
}

void define(Context& context, std::string_view names, std::string_view aten, std::string_view signature, Body body) {
  Interpreter& interpreter = context.interpreter;
  auto operation = std::make_shared<Operation>();
  operation->name = aten;
  operation->parameters = parse(interpreter, signature);
  operation->body = std::move(body);
  while (!names.empty()) {
    size_t space = names.find(' ');
    std::string_view full = names.substr(0, space);
    names = space == std::string_view::npos ? std::string_view() : names.substr(space + 1);
    if (full.empty()) continue;
    std::string_view name = full.substr(full.rfind('.') + 1);
    bool in_place = works_in_place(name);
    bool method = full.starts_with("Tensor.");
    bool dunder = name.starts_with("__");
    std::string shown = full.starts_with("F.")        ? "torch.nn.functional." + std::string(name)
                        : full.starts_with("Tensor.") ? "torch." + std::string(full)
                                                      : std::string(full);
    define_native(
        context, full,
        [&context, operation, in_place, method, dunder, shown](Interpreter& interpreter, const Arguments& arguments) -> Value {
          for (const Value& value : arguments.positional) {
            if (value.as<python::Unknown>() != nullptr && context.recording) {
              auto* unknown = value.as<python::Unknown>();
              return context.opaque_call(shown, arguments, "an argument of `" + shown + "` is unknown: " + unknown->reason);
            }
          }
          Bound bound{context, interpreter, *operation, in_place, method, {}, {}};
          if (dunder && arguments.size() == 2 && context.as_tensor(arguments[1]) == nullptr && !interpreter.is_number(arguments[1])) {
            if (auto* unknown = arguments[1].as<python::Unknown>()) return interpreter.unknown(unknown->reason, shown);
            return interpreter.not_implemented();
          }
          bind(bound, arguments);
          context.begin_operation();
          try {
            return operation->body(bound);
          } catch (UnknownArgument& unknown) {
            return context.opaque_call(shown, arguments, "an argument of `" + shown + "` is unknown: " + unknown.reason);
          }
        });
  }
}

namespace {
void check_known(const Value& value) {
  if (auto* unknown = value.as<python::Unknown>()) throw UnknownArgument{unknown->reason};
}
}  // namespace

TensorObject* Bound::tensor(size_t i) {
  if (TensorObject* tensor = context.as_tensor(values[i])) return tensor;
  check_known(values[i]);
  interpreter.raise_type_error(operation.name + "(): argument '" + operation.parameters[i].name + "' (position " + std::to_string(i + 1) +
                               ") must be Tensor, not " + interpreter.type_name(values[i]));
}

TensorObject* Bound::tensor_or_null(size_t i) { return none(i) ? nullptr : tensor(i); }

std::vector<TensorObject*> Bound::tensors(size_t i) {
  std::vector<TensorObject*> out;
  check_known(values[i]);
  for (const Value& item : interpreter.to_vector(values[i])) {
    check_known(item);
    TensorObject* tensor = context.as_tensor(item);
    if (tensor == nullptr)
      interpreter.raise_type_error("expected Tensor as element " + std::to_string(out.size()) + " in argument " + std::to_string(i) +
                                   ", but got " + interpreter.type_name(item));
    out.push_back(tensor);
  }
  return out;
}

Dim Bound::dim(size_t i) {
  if (interpreter.is_integer(values[i])) return interpreter.dim_of(values[i]);
  check_known(values[i]);
  if (TensorObject* tensor = context.as_tensor(values[i])) {
    if (auto data = context.known(tensor); data && data->size() == 1) return Dim(static_cast<int64_t>((*data)[0]));
    throw UnknownArgument{"the data of a tensor"};
  }
  if (values[i].is_float() && values[i].number == std::floor(values[i].number) && operation.name == "arange")
    return Dim(static_cast<int64_t>(values[i].number));
  interpreter.raise_type_error(operation.name + "(): argument '" + operation.parameters[i].name + "' (position " + std::to_string(i + 1) +
                               ") must be int, not " + interpreter.type_name(values[i]));
}

double Bound::number(size_t i) {
  if (interpreter.is_number(values[i])) return interpreter.float_of(values[i]);
  check_known(values[i]);
  if (TensorObject* tensor = context.as_tensor(values[i])) {
    if (auto data = context.known(tensor); data && data->size() == 1) return (*data)[0];
    throw UnknownArgument{"the data of a tensor"};
  }
  interpreter.raise_type_error(operation.name + "(): argument '" + operation.parameters[i].name + "' must be Number, not " +
                               interpreter.type_name(values[i]));
}

bool Bound::flag(size_t i) { return interpreter.truth(values[i]); }

std::string Bound::text(size_t i) {
  check_known(values[i]);
  if (!interpreter.is_string(values[i]))
    interpreter.raise_type_error(operation.name + "(): argument '" + operation.parameters[i].name + "' must be str");
  return std::string(interpreter.text_of(values[i]));
}

Shape Bound::shape(size_t i) {
  check_known(values[i]);
  Value plain = interpreter.unwrap(values[i]);
  auto check_items = [&](const std::vector<Value>& items) { for (const Value& item : items) check_known(item); };
  if (auto* list = plain.as<python::List>()) check_items(list->items);
  if (auto* tuple = plain.as<python::Tuple>()) check_items(tuple->items);
  if (auto shape = context.as_shape(values[i])) return *shape;
  interpreter.raise_type_error(operation.name + "(): argument '" + operation.parameters[i].name + "' must be tuple of ints, not " +
                               interpreter.type_name(values[i]));
}

size_t wrap_axis(Interpreter& interpreter, int64_t axis, size_t rank) {
  auto n = static_cast<int64_t>(std::max<size_t>(rank, 1));
  if (axis < -n || axis >= n) {
    interpreter.raise("IndexError", "Dimension out of range (expected to be in range of [" + std::to_string(-n) + ", " +
                                        std::to_string(n - 1) + "], but got " + std::to_string(axis) + ")");
  }
  return static_cast<size_t>(axis < 0 ? axis + n : axis);
}

size_t split_axis(Bound& bound, size_t i) {
  size_t rank = bound.info(0).shape.size();
  if (rank == 0) bound.fail(bound.operation.name + " expects at least a 1-dimensional tensor");
  return bound.axis(i, rank);
}

std::string sizes_text(const Shape& shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i].value);
  return out + "]";
}

size_t Bound::axis(size_t i, size_t rank) { return wrap_axis(interpreter, integer(i), rank); }

std::vector<size_t> Bound::axes(size_t i, size_t rank) {
  std::vector<size_t> out;
  Shape wanted;
  if (!none(i)) wanted = shape(i);
  if (wanted.empty()) {
    for (size_t d = 0; d < rank; ++d) out.push_back(d);
    return out;
  }
  for (Dim d : wanted) out.push_back(wrap_axis(interpreter, d.value, rank));
  return out;
}

std::optional<DType> Bound::dtype(size_t i) {
  if (none(i)) return std::nullopt;
  check_known(values[i]);
  if (auto dtype = context.as_dtype(values[i])) return dtype;
  interpreter.raise_type_error(operation.name + "(): argument '" + operation.parameters[i].name + "' must be torch.dtype, not " +
                               interpreter.type_name(values[i]));
}

graph::Attribute Bound::scalar(size_t i) {
  const Value& value = values[i];
  check_known(value);
  if (value.is_bool()) return value.boolean;
  if (interpreter.is_integer(value)) return interpreter.dim_of(value);
  return number(i);
}

void Bound::fail(std::string message) { interpreter.raise("RuntimeError", std::move(message)); }

CallScope Bound::open(std::string_view overload) {
  std::vector<Value> positional;
  std::vector<python::KeywordArgument> keywords;
  size_t last = 0;
  const auto& parameters = operation.parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].keyword_only && given[i]) last = i + 1;
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].keyword_only) {
      if (i < last) positional.push_back(values[i]);
    } else if (given[i] && !values[i].is_none()) {
      keywords.push_back({Symbol(parameters[i].name), values[i]});
    }
  }
  return CallScope(context, aten(), overload, Arguments{positional, keywords});
}

TensorObject* Bound::result(CallScope& call, const Shape& shape, DType dtype, size_t out_parameter) {
  TensorObject* target = nullptr;
  if (in_place) target = tensor(0);
  else if (out_parameter != SIZE_MAX) target = tensor_or_null(out_parameter);
  if (target == nullptr) return context.make_tensor(shape, dtype);
  call.write(target);
  return target;
}

Shape shape_of(Context& context, TensorObject* tensor) { return context.info(tensor).shape; }

bool is_integral(DType dtype) { return !graph::is_floating(dtype) && dtype != DType::C64; }

double round_to(DType dtype, double value) {
  switch (dtype) {
    case DType::Bool: return value != 0 ? 1 : 0;
    case DType::F32: return static_cast<double>(static_cast<float>(value));
    case DType::BF16: {
      auto f = static_cast<float>(value);
      if (!std::isfinite(f) || f == 0) return f;
      int exponent;
      double mantissa = std::frexp(f, &exponent);
      return std::ldexp(std::nearbyint(std::ldexp(mantissa, 8)), exponent - 8);
    }
    case DType::F16: {
      if (!std::isfinite(value) || value == 0) return value;
      int exponent;
      double mantissa = std::frexp(value, &exponent);
      int bits = exponent < -13 ? 11 - (-13 - exponent) : 11;
      return std::ldexp(std::nearbyint(std::ldexp(mantissa, bits)), exponent - bits);
    }
    default: return is_integral(dtype) && std::isfinite(value) ? std::trunc(value) : value;
  }
}

}  // namespace fusescout::torch
