// Elementwise operators of three inputs or with parameters: where, clamp, masked_fill, lerp, tril, the activations of torch.nn.functional.
#include <algorithm>
#include <cmath>

#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

using Ids = std::vector<TensorId>;

// The operators of one composite kernel: each call makes an inner tensor.
struct Recipe {
  Context& context;
  CallScope& call;
  TensorId like;
  DType dtype;
  TensorId op(std::string_view kind, Ids inputs, graph::Attributes list = {}) {
    TensorId out = inner(context, like, dtype);
    call.emit(kind, std::move(inputs), Ids{out}, std::move(list));
    return out;
  }
  TensorId with(std::string_view kind, TensorId x, double other) { return op(kind, {x}, attributes({{"other", other}})); }
};

Value where(Bound& bound) {
  Context& context = bound.context;
  if (bound.none(1))
    return bound.interpreter.call(
        *bound.interpreter.find_module(Symbol("torch"))->dict->find(Symbol("nonzero")),
        Arguments{std::vector<Value>{bound[0]}, std::vector<python::KeywordArgument>{{Symbol("as_tuple"), Value::of(true)}}});
  Pointwise what;
  std::vector<Operand> operands = {operand(context, bound[1]), operand(context, bound[2])};
  what.compute = what.output = result_type(operands, context.default_dtype);
  what.inputs = {bound.tensor(0)};
  what.input_dtypes = {bound.info(0).dtype};
  bool x = bound.is_tensor(1), y = bound.is_tensor(2);
  double a = x ? 0 : bound.number(1), b = y ? 0 : bound.number(2);
  for (size_t i : {size_t{1}, size_t{2}}) {
    if (!bound.is_tensor(i)) continue;
    what.inputs.push_back(bound.tensor(i));
    what.input_dtypes.push_back(what.compute);
  }
  what.kind = "where";
  if (!y) what.attributes.emplace_back(Symbol("other"), bound.scalar(2));
  if (!x) what.attributes.emplace_back(Symbol("value"), bound.scalar(1));
  what.out_parameter = 3;
  what.formula = [x, y, a, b](const double* v) { return v[0] != 0 ? (x ? v[1] : a) : y ? v[x ? 2 : 1] : b; };
  return pointwise(bound, x && y ? "self" : x ? "ScalarOther" : y ? "ScalarSelf" : "Scalar", what);
}

// clamp(input, min, max): either may be missing, or a tensor.
Value clamp(Bound& bound) {
  Context& context = bound.context;
  if (bound.none(1) && bound.none(2)) bound.fail("torch.clamp: At least one of 'min' or 'max' must not be None");
  Pointwise what;
  std::vector<Operand> operands = {operand(context, bound[0])};
  what.inputs = {bound.tensor(0)};
  bool tensors = false;
  for (size_t i : {size_t{1}, size_t{2}}) {
    if (bound.none(i)) continue;
    operands.push_back(operand(context, bound[i]));
    if (bound.is_tensor(i)) {
      tensors = true;
      what.inputs.push_back(bound.tensor(i));
    }
  }
  what.compute = what.output = bound.in_place ? bound.info(0).dtype : result_type(operands, context.default_dtype);
  what.out_parameter = 3;
  if (tensors) {
    bool low = !bound.none(1), both = low && !bound.none(2) && bound.is_tensor(1) && bound.is_tensor(2);
    what.emit = [&context, low, both, dtype = what.compute](CallScope& call, const Ids& in, TensorId out) {
      Recipe recipe{context, call, out, dtype};
      TensorId from = in[0];
      if (both) from = recipe.op("maximum", {in[0], in[1]});
      call.emit(low && !both ? "maximum" : "minimum", Ids{from, in.back()}, Ids{out});
    };
    return pointwise(bound, "Tensor", what);
  }
  what.kind = "clamp";
  double low = bound.none(1) ? -HUGE_VAL : bound.number(1), high = bound.none(2) ? HUGE_VAL : bound.number(2);
  if (!bound.none(2)) what.attributes.emplace_back(Symbol("max"), bound.scalar(2));
  if (!bound.none(1)) what.attributes.emplace_back(Symbol("min"), bound.scalar(1));
  what.formula = [low, high](const double* v) { return std::min(std::max(v[0], low), high); };
  return pointwise(bound, "default", what);
}

Value one_sided(Bound& bound, std::string_view side) {
  Pointwise what;
  what.inputs = {bound.tensor(0)};
  what.compute = what.output = bound.info(0).dtype;
  what.out_parameter = 2;
  if (bound.is_tensor(1)) {
    what.inputs.push_back(bound.tensor(1));
    what.kind = side == "min" ? "maximum" : "minimum";
    return pointwise(bound, "Tensor", what);
  }
  what.kind = "clamp";
  what.attributes = attributes({{side, bound.scalar(1)}});
  double limit = bound.number(1);
  bool low = side == "min";
  what.formula = [limit, low](const double* v) { return low ? std::max(v[0], limit) : std::min(v[0], limit); };
  return pointwise(bound, "default", what);
}

Value masked_fill(Bound& bound) {
  Pointwise what;
  what.inputs = {bound.tensor(0), bound.tensor(1)};
  what.compute = what.output = bound.info(0).dtype;
  what.input_dtypes = {what.compute, bound.info(1).dtype};
  if (bound.info(1).dtype != DType::Bool) bound.fail("masked_fill_ only supports boolean masks");
  what.kind = "masked_fill";
  double value = 0;
  bool known = true;
  if (bound.is_tensor(2)) {
    auto data = bound.context.known(bound.tensor(2));
    known = data && data->size() == 1;
    if (known) value = (*data)[0];
    else {
      what.inputs.push_back(bound.tensor(2));
      what.input_dtypes.push_back(what.compute);
    }
  } else {
    value = bound.number(2);
  }
  if (known) {
    what.attributes = attributes({{"value", bound.is_tensor(2) ? graph::Attribute(value) : bound.scalar(2)}});
    what.formula = [value](const double* v) { return v[1] != 0 ? value : v[0]; };
  }
  return pointwise(bound, bound.is_tensor(2) ? "Tensor" : "Scalar", what);
}

// addcmul(x, a, b, value): x + value * a * b; addcdiv likewise; lerp(x, end, weight): x + weight * (end - x).
Value combined(Bound& bound, std::string_view kind) {
  Context& context = bound.context;
  Pointwise what;
  what.inputs = {bound.tensor(0), bound.tensor(1)};
  double value = 1;
  if (bound.is_tensor(2)) what.inputs.push_back(bound.tensor(2));
  else value = bound.number(2);
  bool third = bound.is_tensor(2);
  if (kind != "lerp") value = bound.number(3);
  std::vector<Operand> operands;
  for (TensorObject* input : what.inputs) operands.push_back(operand(context, input));
  what.compute = what.output = result_type(operands, context.default_dtype);
  what.emit = [&context, kind, value, third, dtype = what.compute](CallScope& call, const Ids& in, TensorId out) {
    Recipe recipe{context, call, out, dtype};
    TensorId term;
    if (kind == "lerp") {
      TensorId difference = recipe.op("sub", {in[1], in[0]});
      term = third ? recipe.op("mul", {difference, in[2]}) : recipe.with("mul", difference, value);
    } else {
      term = recipe.op(kind == "addcmul" ? "mul" : "div", {in[1], in[2]});
      if (value != 1) term = recipe.with("mul", term, value);
    }
    call.emit("add", Ids{in[0], term}, Ids{out});
  };
  return pointwise(bound, kind == "lerp" ? (third ? "Tensor" : "Scalar") : "default", what);
}

Value triangle(Bound& bound, std::string_view kind) {
  graph::Tensor from = bound.info(0);
  if (from.shape.size() < 2) bound.fail(std::string(kind) + ": input tensor must have at least 2 dimensions");
  int64_t diagonal = bound.integer(1);
  Pointwise what;
  what.inputs = {bound.tensor(0)};
  what.compute = what.output = from.dtype;
  what.kind = kind;
  what.contiguous = true;
  what.attributes = attributes({{"diagonal", bound.dim(1)}});
  auto data = bound.context.known(bound.tensor(0));
  Value result = pointwise(bound, "default", what);
  if (data) {
    int64_t rows = from.shape[from.shape.size() - 2].value, columns = from.shape.back().value;
    for (size_t i = 0; i < data->size(); ++i) {
      int64_t row = static_cast<int64_t>(i) / columns % rows, column = static_cast<int64_t>(i) % columns;
      bool kept = kind == "tril" ? column - row <= diagonal : column - row >= diagonal;
      if (!kept) (*data)[i] = 0;
    }
    bound.context.set_known(bound.context.as_tensor(result), *data);
  }
  return result;
}

// --- activations

struct Activation {
  const char* names;
  const char* aten;
  const char* signature;
  void (*emit)(Bound&, Recipe&, TensorId in, TensorId out);
  double (*formula)(Bound&, double);
};

void last(Recipe& r, std::string_view kind, Ids inputs, TensorId out, graph::Attributes list = {}) {
  r.call.emit(kind, std::move(inputs), Ids{out}, std::move(list));
}

// A rational start (Winitzki) and Newton's method.
double inverse_erf(Bound&, double x) {
  if (x <= -1 || x >= 1) return x == 1 ? HUGE_VAL : x == -1 ? -HUGE_VAL : std::nan("");
  double logarithm = std::log(1 - x * x), a = 2 / (M_PI * 0.147) + logarithm / 2;
  double y = std::copysign(std::sqrt(std::sqrt(a * a - logarithm / 0.147) - a), x);
  for (int i = 0; i < 4; ++i) y -= (std::erf(y) - x) / (M_2_SQRTPI * std::exp(-y * y));
  return y;
}

const Activation activations[] = {
    {"F.relu", "relu", "input, inplace=False", [](Bound&, Recipe& r, TensorId in, TensorId out) { last(r, "relu", {in}, out); },
     [](Bound&, double x) { return std::max(x, 0.0); }},
    {"F.silu", "silu", "input, inplace=False", [](Bound&, Recipe& r, TensorId in, TensorId out) { last(r, "silu", {in}, out); },
     [](Bound&, double x) { return x / (1 + std::exp(-x)); }},
    {"F.gelu", "gelu", "input, *, approximate='none'",
     [](Bound& b, Recipe& r, TensorId in, TensorId out) { last(r, "gelu", {in}, out, attributes({{"approximate", b.text(1)}})); },
     [](Bound&, double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
    {"F.softplus", "softplus", "input, beta=1, threshold=20",
     [](Bound& b, Recipe& r, TensorId in, TensorId out) {
       last(r, "softplus", {in}, out, attributes({{"beta", b.number(1)}, {"threshold", b.number(2)}}));
     },
     [](Bound& b, double x) { return x * b.number(1) > b.number(2) ? x : std::log1p(std::exp(x * b.number(1))) / b.number(1); }},
    {"F.mish", "mish", "input, inplace=False",
     [](Bound&, Recipe& r, TensorId in, TensorId out) { last(r, "mul", {in, r.op("tanh", {r.op("softplus", {in})})}, out); }, nullptr},
    {"F.logsigmoid", "log_sigmoid", "input",
     [](Bound&, Recipe& r, TensorId in, TensorId out) { last(r, "log", {r.op("sigmoid", {in})}, out); }, nullptr},
    {"F.leaky_relu", "leaky_relu", "input, negative_slope=0.01, inplace=False",
     [](Bound& b, Recipe& r, TensorId in, TensorId out) { last(r, "maximum", {in, r.with("mul", in, b.number(1))}, out); }, nullptr},
    {"F.elu", "elu", "input, alpha=1.0, inplace=False",
     [](Bound& b, Recipe& r, TensorId in, TensorId out) {
       TensorId negative = r.with("sub", r.op("exp", {in}), 1);
       if (b.number(1) != 1) negative = r.with("mul", negative, b.number(1));
       last(r, "add", {r.op("relu", {in}), r.op("clamp", {negative}, attributes({{"max", Dim(0)}}))}, out);
     },
     nullptr},
    {"F.hardtanh", "hardtanh", "input, min_val=-1.0, max_val=1.0, inplace=False",
     [](Bound& b, Recipe& r, TensorId in, TensorId out) {
       last(r, "clamp", {in}, out, attributes({{"max", b.number(2)}, {"min", b.number(1)}}));
     },
     nullptr},
    {"F.threshold", "threshold", "input, threshold, value, inplace=False",
     [](Bound& b, Recipe& r, TensorId in, TensorId out) {
       TensorId mask = inner(r.context, in, DType::Bool);
       r.call.emit("le", Ids{in}, Ids{mask}, attributes({{"other", b.number(1)}}));
       last(r, "masked_fill", {in, mask}, out, attributes({{"value", b.number(2)}}));
     },
     [](Bound& b, double x) { return x > b.number(1) ? x : b.number(2); }},
    {"F.relu6", "relu6", "input, inplace=False",
     [](Bound&, Recipe& r, TensorId in, TensorId out) { last(r, "clamp", {in}, out, attributes({{"max", Dim(6)}, {"min", Dim(0)}})); },
     nullptr},
    {"F.hardsigmoid", "hardsigmoid", "input, inplace=False",
     [](Bound&, Recipe& r, TensorId in, TensorId out) {
       last(r, "clamp", {r.with("add", r.with("div", in, 6), 0.5)}, out, attributes({{"max", Dim(1)}, {"min", Dim(0)}}));
     },
     nullptr},
    {"F.hardswish", "hardswish", "input, inplace=False",
     [](Bound&, Recipe& r, TensorId in, TensorId out) {
       TensorId gate = r.op("clamp", {r.with("add", r.with("div", in, 6), 0.5)}, attributes({{"max", Dim(1)}, {"min", Dim(0)}}));
       last(r, "mul", {in, gate}, out);
     },
     nullptr},
    {"F.softsign", "softsign", "input",
     [](Bound&, Recipe& r, TensorId in, TensorId out) { last(r, "div", {in, r.with("add", r.op("abs", {in}), 1)}, out); }, nullptr},
    {"torch.erfinv Tensor.erfinv", "erfinv", "input",
     [](Bound&, Recipe& r, TensorId in, TensorId out) { last(r, "opaque", {in}, out, attributes({{"name", std::string("erfinv")}})); },
     inverse_erf},
    {"torch.nan_to_num Tensor.nan_to_num Tensor.nan_to_num_", "nan_to_num", "input, nan=0.0, posinf=None, neginf=None",
     [](Bound& b, Recipe& r, TensorId in, TensorId out) {
       TensorId mask = inner(r.context, in, DType::Bool);
       r.call.emit("ne", Ids{in, in}, Ids{mask});
       last(r, "masked_fill", {in, mask}, out, attributes({{"value", b.number(1)}}));
     },
     nullptr},
};

Value activation(Bound& bound, const Activation& row) {
  Context& context = bound.context;
  Pointwise what;
  what.inputs = {bound.tensor(0)};
  what.compute = what.output = bound.info(0).dtype;
  const auto& parameters = bound.operation.parameters;
  if (parameters.back().name == "inplace" && bound.flag(parameters.size() - 1)) bound.in_place = true;
  what.emit = [&](CallScope& call, const Ids& in, TensorId out) {
    Recipe recipe{context, call, out, what.compute};
    row.emit(bound, recipe, in[0], out);
  };
  if (row.formula != nullptr) what.formula = [&](const double* x) { return row.formula(bound, x[0]); };
  return pointwise(bound, "default", what);
}

}  // namespace

void define_ternary(Context& context) {
  define(context, "torch.where", "where", "condition, input=None, other=None, *, out=None", where);
  define(context, "Tensor.where", "where", "input, condition, other", [](Bound& bound) {
    std::swap(bound.values[0], bound.values[1]);
    bound.values.push_back(Value::none());
    bound.given.push_back(false);
    return where(bound);
  });
  define(context, "torch.clamp torch.clip Tensor.clamp Tensor.clip Tensor.clamp_ Tensor.clip_", "clamp",
         "input, min=None, max=None, *, out=None", clamp);
  define(context, "torch.clamp_min Tensor.clamp_min Tensor.clamp_min_", "clamp_min", "input, min, *, out=None",
         [](Bound& b) { return one_sided(b, "min"); });
  define(context, "torch.clamp_max Tensor.clamp_max Tensor.clamp_max_", "clamp_max", "input, max, *, out=None",
         [](Bound& b) { return one_sided(b, "max"); });
  define(context, "torch.masked_fill Tensor.masked_fill Tensor.masked_fill_", "masked_fill", "input, mask, value", masked_fill);
  define(context, "torch.addcmul Tensor.addcmul Tensor.addcmul_", "addcmul", "input, tensor1, tensor2, *, value=1",
         [](Bound& b) { return combined(b, "addcmul"); });
  define(context, "torch.addcdiv Tensor.addcdiv Tensor.addcdiv_", "addcdiv", "input, tensor1, tensor2, *, value=1",
         [](Bound& b) { return combined(b, "addcdiv"); });
  define(context, "torch.lerp Tensor.lerp Tensor.lerp_", "lerp", "input, end, weight", [](Bound& b) { return combined(b, "lerp"); });
  define(context, "torch.tril Tensor.tril Tensor.tril_", "tril", "input, diagonal=0", [](Bound& b) { return triangle(b, "tril"); });
  define(context, "torch.triu Tensor.triu Tensor.triu_", "triu", "input, diagonal=0", [](Bound& b) { return triangle(b, "triu"); });
  for (const Activation& row : activations) {
    define(context, row.names, row.aten, row.signature, [&row](Bound& bound) { return activation(bound, row); });
  }
}

}  // namespace fusescout::torch
