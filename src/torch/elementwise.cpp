// Unary and binary elementwise operators: a row each.
#include <cmath>
#include <numeric>

#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

enum class Result : uint8_t {
  Same,      // dtype of the promoted inputs
  Float,     // integers become the default float dtype
  Bool,      // bool; the inputs are promoted among themselves
  Logical,   // bool; each input is taken as bool
};

struct UnaryRow {
  const char* names;
  const char* aten;
  const char* kind;                 // canonical; a list "a b" is applied from left to right; "opaque" else
  Result result;
  double (*formula)(double);
};

const UnaryRow unary_rows[] = {
    {"torch.abs torch.absolute Tensor.abs Tensor.abs_ Tensor.__abs__", "abs", "abs", Result::Same, [](double x) { return std::fabs(x); }},
    {"torch.neg torch.negative Tensor.neg Tensor.neg_ Tensor.__neg__", "neg", "neg", Result::Same, [](double x) { return -x; }},
    {"torch.exp Tensor.exp Tensor.exp_", "exp", "exp", Result::Float, [](double x) { return std::exp(x); }},
    {"torch.log Tensor.log Tensor.log_", "log", "log", Result::Float, [](double x) { return std::log(x); }},
    {"torch.sqrt Tensor.sqrt Tensor.sqrt_", "sqrt", "sqrt", Result::Float, [](double x) { return std::sqrt(x); }},
    {"torch.rsqrt Tensor.rsqrt Tensor.rsqrt_", "rsqrt", "rsqrt", Result::Float, [](double x) { return 1 / std::sqrt(x); }},
    {"torch.sin Tensor.sin Tensor.sin_", "sin", "sin", Result::Float, [](double x) { return std::sin(x); }},
    {"torch.cos Tensor.cos Tensor.cos_", "cos", "cos", Result::Float, [](double x) { return std::cos(x); }},
    {"torch.tanh Tensor.tanh Tensor.tanh_ F.tanh", "tanh", "tanh", Result::Float, [](double x) { return std::tanh(x); }},
    {"torch.sigmoid Tensor.sigmoid Tensor.sigmoid_ F.sigmoid torch.special.expit", "sigmoid", "sigmoid", Result::Float,
     [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"torch.erf Tensor.erf Tensor.erf_ torch.special.erf", "erf", "erf", Result::Float, [](double x) { return std::erf(x); }},
    {"torch.floor Tensor.floor Tensor.floor_", "floor", "floor", Result::Same, [](double x) { return std::floor(x); }},
    {"torch.ceil Tensor.ceil Tensor.ceil_", "ceil", "ceil", Result::Same, [](double x) { return std::ceil(x); }},
    {"torch.trunc torch.fix Tensor.trunc Tensor.trunc_", "trunc", "opaque", Result::Same, [](double x) { return std::trunc(x); }},
    {"torch.frac Tensor.frac Tensor.frac_", "frac", "opaque", Result::Same, [](double x) { return x - std::trunc(x); }},
    {"torch.sign Tensor.sign Tensor.sign_ torch.sgn Tensor.sgn", "sign", "sign", Result::Same,
     [](double x) { return x > 0   ? 1.0
                           : x < 0 ? -1.0
                                   : 0.0; }},
    {"torch.reciprocal Tensor.reciprocal Tensor.reciprocal_", "reciprocal", "reciprocal", Result::Float, [](double x) { return 1 / x; }},
    {"torch.square Tensor.square Tensor.square_", "square", "square", Result::Same, [](double x) { return x * x; }},
    {"torch.exp2 Tensor.exp2 Tensor.exp2_ torch.special.exp2", "exp2", "mul_ln2 exp", Result::Float, [](double x) { return std::exp2(x); }},
    {"torch.log2 Tensor.log2 Tensor.log2_", "log2", "log mul_1_ln2", Result::Float, [](double x) { return std::log2(x); }},
    {"torch.log10 Tensor.log10 Tensor.log10_", "log10", "log mul_1_ln10", Result::Float, [](double x) { return std::log10(x); }},
    {"torch.log1p Tensor.log1p Tensor.log1p_", "log1p", "add_1 log", Result::Float, [](double x) { return std::log1p(x); }},
    {"torch.expm1 Tensor.expm1 Tensor.expm1_", "expm1", "exp sub_1", Result::Float, [](double x) { return std::expm1(x); }},
    {"torch.tan Tensor.tan Tensor.tan_", "tan", "opaque", Result::Float, [](double x) { return std::tan(x); }},
    {"torch.asin torch.arcsin Tensor.asin", "asin", "opaque", Result::Float, [](double x) { return std::asin(x); }},
    {"torch.acos torch.arccos Tensor.acos", "acos", "opaque", Result::Float, [](double x) { return std::acos(x); }},
    {"torch.atan torch.arctan Tensor.atan", "atan", "opaque", Result::Float, [](double x) { return std::atan(x); }},
    {"torch.sinh Tensor.sinh", "sinh", "opaque", Result::Float, [](double x) { return std::sinh(x); }},
    {"torch.cosh Tensor.cosh", "cosh", "opaque", Result::Float, [](double x) { return std::cosh(x); }},
    {"torch.logical_not Tensor.logical_not Tensor.logical_not_", "logical_not", "logical_not", Result::Logical,
     [](double x) { return x == 0 ? 1.0 : 0.0; }},
    {"torch.isfinite Tensor.isfinite", "isfinite", "isfinite", Result::Bool, [](double x) { return std::isfinite(x) ? 1.0 : 0.0; }},
    {"torch.isnan Tensor.isnan", "isnan", "ne_self", Result::Bool, [](double x) { return std::isnan(x) ? 1.0 : 0.0; }},
    {"torch.isinf Tensor.isinf", "isinf", "abs eq_inf", Result::Bool, [](double x) { return std::isinf(x) ? 1.0 : 0.0; }},
    {"torch.signbit Tensor.signbit", "signbit", "lt_0", Result::Bool, [](double x) { return std::signbit(x) ? 1.0 : 0.0; }},
    {"torch.relu Tensor.relu Tensor.relu_ torch.relu_ F.relu_", "relu", "relu", Result::Same, [](double x) { return x > 0 ? x : 0; }},
};

// One step of a composite, on a tensor of dtype `dtype` to one of dtype `output`.
void emit_step(CallScope& call, std::string_view step, TensorId from, TensorId to, std::string_view aten) {
  auto with_other = [&](std::string_view kind, double other) {
    call.emit(kind, std::vector<TensorId>{from}, std::vector<TensorId>{to}, attributes({{"other", other}}));
  };
  if (step == "square") call.emit("mul", std::vector<TensorId>{from, from}, std::vector<TensorId>{to});
  else if (step == "ne_self") call.emit("ne", std::vector<TensorId>{from, from}, std::vector<TensorId>{to});
  else if (step == "mul_ln2") with_other("mul", M_LN2);
  else if (step == "mul_1_ln2") with_other("mul", 1 / M_LN2);
  else if (step == "mul_1_ln10") with_other("mul", 1 / M_LN10);
  else if (step == "add_1") with_other("add", 1);
  else if (step == "lt_0") with_other("lt", 0);
  else if (step == "sub_1") with_other("sub", 1);
  else if (step == "eq_inf") with_other("eq", HUGE_VAL);
  else if (step == "opaque")
    call.emit("opaque", std::vector<TensorId>{from}, std::vector<TensorId>{to}, attributes({{"name", std::string(aten)}}));
  else call.emit(step, std::vector<TensorId>{from}, std::vector<TensorId>{to});
}

Value unary(Bound& bound, const UnaryRow& row) {
  Context& context = bound.context;
  Pointwise what;
  what.inputs = {bound.tensor(0)};
  DType dtype = context.info(what.inputs[0]).dtype;
  if (dtype == DType::Bool && std::string_view(row.aten) == "neg")
    bound.fail("Negation, the `-` operator, on a bool tensor is not supported.");
  what.compute = row.result == Result::Float && is_integral(dtype) ? context.default_dtype : dtype;
  if (dtype == DType::C64 && std::string_view(row.aten) == "abs") what.compute = DType::C64;
  what.output = row.result == Result::Bool || row.result == Result::Logical ? DType::Bool : what.compute;
  what.out_parameter = 1;
  what.formula = [f = row.formula](const double* x) { return f(x[0]); };
  what.emit = [&](CallScope& call, const std::vector<TensorId>& in, TensorId out) {
    std::string_view steps = row.kind;
    TensorId from = in[0];
    while (true) {
      size_t space = steps.find(' ');
      bool last = space == std::string_view::npos;
      TensorId to = last ? out : inner(context, out, what.compute);
      emit_step(call, steps.substr(0, space), from, to, row.aten);
      if (last) break;
      from = to;
      steps = steps.substr(space + 1);
    }
  };
  return pointwise(bound, "default", what);
}

double python_floor_div(double a, double b) { return std::floor(a / b); }
double python_mod(double a, double b) { return a - b * std::floor(a / b); }

struct BinaryRow {
  const char* names;
  const char* aten;
  const char* kind;                 // canonical, or "" with a recipe by aten name
  const char* signature;
  Result result;
  double (*formula)(double, double);
};

constexpr const char* two = "input, other, *, out=None";
constexpr const char* two_alpha = "input, other, *, alpha=1, out=None";

const BinaryRow binary_rows[] = {
    {"torch.add Tensor.add Tensor.add_ Tensor.__add__ Tensor.__radd__ Tensor.__iadd__", "add", "add", two_alpha, Result::Same,
     [](double a, double b) { return a + b; }},
    {"torch.sub torch.subtract Tensor.sub Tensor.subtract Tensor.sub_ Tensor.__sub__ Tensor.__isub__", "sub", "sub", two_alpha,
     Result::Same, [](double a, double b) { return a - b; }},
    {"torch.rsub Tensor.__rsub__", "rsub", "rsub", "input, other, *, alpha=1", Result::Same, [](double a, double b) { return b - a; }},
    {"torch.mul torch.multiply Tensor.mul Tensor.multiply Tensor.mul_ Tensor.multiply_ Tensor.__mul__ Tensor.__rmul__ Tensor.__imul__",
     "mul", "mul", two, Result::Same, [](double a, double b) { return a * b; }},
    {"torch.floor_divide Tensor.floor_divide Tensor.floor_divide_ Tensor.__floordiv__ Tensor.__ifloordiv__", "floor_divide", "floor_div",
     two, Result::Same, python_floor_div},
    {"torch.remainder Tensor.remainder Tensor.remainder_ Tensor.__mod__ Tensor.__imod__", "remainder", "", two, Result::Same, python_mod},
    {"torch.fmod Tensor.fmod Tensor.fmod_", "fmod", "", two, Result::Same, [](double a, double b) { return std::fmod(a, b); }},
    {"torch.pow Tensor.pow Tensor.pow_ Tensor.__pow__ Tensor.__ipow__", "pow", "pow", "input, exponent, *, out=None", Result::Same,
     [](double a, double b) { return std::pow(a, b); }},
    {"torch.float_power Tensor.float_power", "float_power", "pow", "input, exponent", Result::Same,
     [](double a, double b) { return std::pow(a, b); }},
    {"torch.maximum Tensor.maximum torch.fmax", "maximum", "maximum", two, Result::Same,
     [](double a, double b) { return std::fmax(a, b); }},
    {"torch.minimum Tensor.minimum torch.fmin", "minimum", "minimum", two, Result::Same,
     [](double a, double b) { return std::fmin(a, b); }},
    {"torch.atan2 Tensor.atan2 torch.arctan2", "atan2", "", two, Result::Float, [](double a, double b) { return std::atan2(a, b); }},
    {"torch.gcd Tensor.gcd", "gcd", "", two, Result::Same,
     [](double a, double b) { return static_cast<double>(std::gcd(static_cast<int64_t>(a), static_cast<int64_t>(b))); }},
    {"torch.lcm Tensor.lcm", "lcm", "", two, Result::Same,
     [](double a, double b) { return static_cast<double>(std::lcm(static_cast<int64_t>(a), static_cast<int64_t>(b))); }},
    {"torch.ldexp Tensor.ldexp", "ldexp", "", two, Result::Float, [](double a, double b) { return std::ldexp(a, static_cast<int>(b)); }},
    {"torch.isclose Tensor.isclose", "isclose", "", "input, other, rtol=1e-05, atol=1e-08, equal_nan=False", Result::Bool,
     [](double a, double b) { return std::fabs(a - b) <= 1e-8 + 1e-5 * std::fabs(b) ? 1.0 : 0.0; }},
    {"torch.eq Tensor.eq Tensor.eq_ Tensor.__eq__", "eq", "eq", two, Result::Bool, [](double a, double b) { return a == b ? 1.0 : 0.0; }},
    {"torch.ne torch.not_equal Tensor.ne Tensor.ne_ Tensor.__ne__", "ne", "ne", two, Result::Bool,
     [](double a, double b) { return a != b ? 1.0 : 0.0; }},
    {"torch.lt torch.less Tensor.lt Tensor.less Tensor.__lt__", "lt", "lt", two, Result::Bool,
     [](double a, double b) { return a < b ? 1.0 : 0.0; }},
    {"torch.le torch.less_equal Tensor.le Tensor.__le__", "le", "le", two, Result::Bool,
     [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
    {"torch.gt torch.greater Tensor.gt Tensor.greater Tensor.__gt__", "gt", "gt", two, Result::Bool,
     [](double a, double b) { return a > b ? 1.0 : 0.0; }},
    {"torch.ge torch.greater_equal Tensor.ge Tensor.__ge__", "ge", "ge", two, Result::Bool,
     [](double a, double b) { return a >= b ? 1.0 : 0.0; }},
    {"torch.logical_and Tensor.logical_and Tensor.logical_and_", "logical_and", "logical_and", two, Result::Logical,
     [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }},
    {"torch.logical_or Tensor.logical_or Tensor.logical_or_", "logical_or", "logical_or", two, Result::Logical,
     [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }},
    {"torch.logical_xor Tensor.logical_xor", "logical_xor", "ne", two, Result::Logical,
     [](double a, double b) { return (a != 0) != (b != 0) ? 1.0 : 0.0; }},
    {"torch.bitwise_and Tensor.bitwise_and Tensor.bitwise_and_", "bitwise_and", "bitwise_and", two, Result::Same,
     [](double a, double b) { return static_cast<double>(static_cast<int64_t>(a) & static_cast<int64_t>(b)); }},
    {"torch.bitwise_or Tensor.bitwise_or Tensor.bitwise_or_", "bitwise_or", "bitwise_or", two, Result::Same,
     [](double a, double b) { return static_cast<double>(static_cast<int64_t>(a) | static_cast<int64_t>(b)); }},
    {"torch.bitwise_xor Tensor.bitwise_xor Tensor.bitwise_xor_", "bitwise_xor", "", two, Result::Same,
     [](double a, double b) { return static_cast<double>(static_cast<int64_t>(a) ^ static_cast<int64_t>(b)); }},
    {"Tensor.__and__ Tensor.__rand__ Tensor.__iand__", "__and__", "bitwise_and", two, Result::Same,
     [](double a, double b) { return static_cast<double>(static_cast<int64_t>(a) & static_cast<int64_t>(b)); }},
    {"Tensor.__or__ Tensor.__ror__ Tensor.__ior__", "__or__", "bitwise_or", two, Result::Same,
     [](double a, double b) { return static_cast<double>(static_cast<int64_t>(a) | static_cast<int64_t>(b)); }},
    {"Tensor.__xor__ Tensor.__rxor__ Tensor.__ixor__", "__xor__", "", two, Result::Same,
     [](double a, double b) { return static_cast<double>(static_cast<int64_t>(a) ^ static_cast<int64_t>(b)); }},
    {"Tensor.__lshift__ Tensor.__ilshift__", "__lshift__", "", two, Result::Same,
     [](double a, double b) { return std::ldexp(a, static_cast<int>(b)); }},
    {"torch.bitwise_left_shift Tensor.bitwise_left_shift", "bitwise_left_shift", "", two, Result::Same,
     [](double a, double b) { return std::ldexp(a, static_cast<int>(b)); }},
    {"Tensor.__rshift__ Tensor.__irshift__", "__rshift__", "", two, Result::Same,
     [](double a, double b) { return std::floor(std::ldexp(a, -static_cast<int>(b))); }},
    {"torch.bitwise_right_shift Tensor.bitwise_right_shift", "bitwise_right_shift", "", two, Result::Same,
     [](double a, double b) { return std::floor(std::ldexp(a, -static_cast<int>(b))); }},
};

std::string_view overload_of(Bound& bound, std::string_view aten) {
  bool tensors = bound.is_tensor(0) && bound.is_tensor(1);
  if (aten == "pow" || aten == "float_power") return tensors ? "Tensor_Tensor" : bound.is_tensor(0) ? "Tensor_Scalar" : "Scalar";
  if (aten == "maximum" || aten == "minimum" || aten == "atan2") return "default";
  return bound.is_tensor(0) && !bound.is_tensor(1) ? "Scalar" : "Tensor";
}

// `formula` of (a, b) where one of them is a Python number.
Pointwise binary_plan(Bound& bound, double (*formula)(double, double), Result result) {
  Context& context = bound.context;
  Pointwise what;
  std::vector<Operand> operands = {operand(context, bound[0]), operand(context, bound[1])};
  if (!bound.is_tensor(0) && !bound.is_tensor(1)) bound.tensor(0);   // raises
  what.compute = result_type(operands, context.default_dtype);
  if (result == Result::Float && is_integral(what.compute)) what.compute = context.default_dtype;
  what.output = result == Result::Bool || result == Result::Logical ? DType::Bool : what.compute;
  for (size_t i : {size_t{0}, size_t{1}}) {
    if (bound.is_tensor(i)) what.inputs.push_back(bound.tensor(i));
  }
  if (result == Result::Logical) {
    for (TensorObject* input : what.inputs) what.input_dtypes.push_back(context.info(input).dtype);
  }
  if (what.inputs.size() == 2) {
    what.formula = [formula](const double* x) { return formula(x[0], x[1]); };
  } else if (bound.is_tensor(0)) {
    what.attributes = attributes({{"other", bound.scalar(1)}});
    what.formula = [formula, b = bound.number(1)](const double* x) { return formula(x[0], b); };
  } else {
    what.attributes = attributes({{"other", bound.scalar(0)}});
    what.formula = [formula, a = bound.number(0)](const double* x) { return formula(a, x[0]); };
  }
  return what;
}

void emit_binary(CallScope& call, std::string_view kind, const std::vector<TensorId>& in, TensorId out,
                 const graph::Attributes& attributes) {
  call.emit(kind, in, std::vector<TensorId>{out}, attributes);
}

Value binary(Bound& bound, const BinaryRow& row) {
  Context& context = bound.context;
  std::string_view aten = row.aten;
  Pointwise what = binary_plan(bound, row.formula, row.result);
  for (size_t i = 0; i < bound.operation.parameters.size(); ++i) {
    const std::string& name = bound.operation.parameters[i].name;
    if (name == "out") what.out_parameter = i;
    if (name != "alpha") continue;
    double factor = bound.number(i);
    if (factor == 1) continue;
    what.attributes.insert(what.attributes.begin(), {Symbol("alpha"), bound.scalar(i)});
    bool both = what.inputs.size() == 2;
    what.formula = [f = row.formula, factor, both, number = both ? 0.0 : bound.number(1)](const double* x) {
      return both ? f(x[0], factor * x[1]) : f(x[0], factor * number);
    };
  }
  if (aten == "pow" && what.compute == DType::Bool) what.compute = what.output = DType::I64;
  what.kind = row.kind;
  graph::Attributes given = what.attributes;
  // A number in front of an operator that does not commute.
  if (what.inputs.size() == 1 && !bound.is_tensor(0)) {
    if (aten == "sub") what.kind = "rsub";
    else if (aten != "add" && aten != "mul") what.kind.clear();
  }
  what.emit = [&context, &what, aten, given](CallScope& call, const std::vector<TensorId>& in, TensorId out) {
    auto step = [&](std::string_view kind, std::vector<TensorId> inputs, graph::Attributes list) {
      TensorId to = inner(context, out, what.compute);
      call.emit(kind, std::move(inputs), std::vector<TensorId>{to}, std::move(list));
      return to;
    };
    if (aten == "remainder" && (in.size() == 2 || !given.empty())) {
      TensorId quotient = step("floor_div", in, given);
      std::vector<TensorId> factors = {quotient};
      if (in.size() == 2) factors.push_back(in[1]);
      TensorId whole = step("mul", factors, given);
      emit_binary(call, "sub", {in[0], whole}, out, {});
    } else if (aten.find("left_shift") != std::string_view::npos || aten == "__lshift__" ||
               aten.find("right_shift") != std::string_view::npos || aten == "__rshift__") {
      bool left = aten.find("left") != std::string_view::npos || aten == "__lshift__";
      const Dim* by = given.empty() ? nullptr : std::get_if<Dim>(&given[0].second);
      if (by != nullptr && by->value >= 0 && by->value < 62)
        emit_binary(call, left ? "mul" : "floor_div", in, out, attributes({{"other", Dim(int64_t{1} << by->value)}}));
      else emit_binary(call, "opaque", in, out, attributes({{"name", std::string(aten)}}));
    } else {
      graph::Attributes list = given;
      list.insert(list.begin(), {Symbol("name"), std::string(aten)});
      emit_binary(call, "opaque", in, out, list);
    }
  };
  return pointwise(bound, overload_of(bound, aten), what);
}

Value divide(Bound& bound) {
  std::string mode = bound.none(2) ? "" : bound.text(2);
  auto quotient = [](double a, double b) { return a / b; };
  auto down = [](double a, double b) { return std::floor(a / b); };
  auto toward_zero = [](double a, double b) { return std::trunc(a / b); };
  Pointwise what = binary_plan(bound,
                               mode.empty()      ? +quotient
                               : mode == "floor" ? +down
                                                 : +toward_zero,
                               mode.empty() ? Result::Float : Result::Same);
  what.out_parameter = 3;
  what.kind = mode.empty() ? "div" : "floor_div";
  if (mode == "trunc") what.attributes.insert(what.attributes.begin(), {Symbol("mode"), std::string("trunc")});
  std::string_view overload = mode.empty() ? overload_of(bound, "div") : bound.is_tensor(1) ? "Tensor_mode" : "Scalar_mode";
  if (!bound.is_tensor(0)) {   // torch.div(2, x) does not exist, __rtruediv__ is reciprocal() * 2
    bound.tensor(0);
  }
  return pointwise(bound, overload, what);
}

}  // namespace

void define_elementwise(Context& context) {
  for (const UnaryRow& row : unary_rows) {
    define(context, row.names, row.aten, "input, *, out=None", [&row](Bound& bound) { return unary(bound, row); });
  }
  for (const BinaryRow& row : binary_rows) {
    define(context, row.names, row.aten, row.signature, [&row](Bound& bound) { return binary(bound, row); });
  }
  define(context,
         "torch.div torch.divide torch.true_divide Tensor.div Tensor.divide Tensor.true_divide Tensor.div_ Tensor.__truediv__ "
         "Tensor.__itruediv__",
         "div", "input, other, *, rounding_mode=None, out=None", divide);
  define(context, "torch.bitwise_not Tensor.bitwise_not Tensor.bitwise_not_ Tensor.__invert__", "bitwise_not", "input, *, out=None",
         [](Bound& bound) {
           Pointwise what;
           what.inputs = {bound.tensor(0)};
           what.compute = what.output = bound.info(0).dtype;
           if (!is_integral(what.compute))
             bound.fail("\"bitwise_not_cpu\" not implemented for '" + std::string(graph::dtype_name(what.compute)) + "'");
           what.kind = what.compute == DType::Bool ? "logical_not" : "bitwise_not";
           what.out_parameter = 1;
           bool boolean = what.compute == DType::Bool;
           what.formula = [boolean](const double* x) {
             return boolean ? (x[0] == 0 ? 1.0 : 0.0) : static_cast<double>(~static_cast<int64_t>(x[0]));
           };
           return pointwise(bound, "default", what);
         });
  define(context, "torch.round Tensor.round Tensor.round_", "round", "input, *, decimals=0, out=None", [](Bound& bound) {
    Pointwise what;
    what.inputs = {bound.tensor(0)};
    what.compute = what.output = bound.info(0).dtype;
    what.kind = "round";
    what.out_parameter = 2;
    double scale = std::pow(10.0, bound.number(1));
    if (scale != 1) what.attributes = attributes({{"decimals", bound.scalar(1)}});
    what.formula = [scale](const double* x) { return std::nearbyint(x[0] * scale) / scale; };
    return pointwise(bound, "default", what);
  });
  // number - tensor, number / tensor, number // tensor, number ** tensor, number % tensor: as torch's Python layer writes them.
  auto dunder = [&context](std::string_view name, auto body) {
    define_native(context, "Tensor." + std::string(name), [&context, body](Interpreter& i, const Arguments& a) -> Value {
      if (a.size() != 2 || (!i.is_number(a[1]) && context.as_tensor(a[1]) == nullptr)) return i.not_implemented();
      return body(i, a);
    });
  };
  auto torch_function = [](Interpreter& i, std::string_view name) { return *i.find_module(Symbol("torch"))->dict->find(Symbol(name)); };
  dunder("__rtruediv__", [](Interpreter& i, const Arguments& a) {
    Value inverse = i.call(i.get_attribute(a[0], Symbol("reciprocal")));
    return i.call(i.get_attribute(inverse, Symbol("mul")), {a[1]});
  });
  dunder("__rpow__", [torch_function](Interpreter& i, const Arguments& a) { return i.call(torch_function(i, "pow"), {a[1], a[0]}); });
  dunder("__rfloordiv__",
         [torch_function](Interpreter& i, const Arguments& a) { return i.call(torch_function(i, "floor_divide"), {a[1], a[0]}); });
  dunder("__rmod__", [torch_function](Interpreter& i, const Arguments& a) { return i.call(torch_function(i, "remainder"), {a[1], a[0]}); });
}

}  // namespace fusescout::torch
