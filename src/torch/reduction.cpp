// Reductions over axes. The attribute `dim` counts from the last axis (-1), so that it means the same at any rank.
#include <algorithm>
#include <cmath>

#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

Dim from_end(size_t axis, size_t rank) { return Dim(static_cast<int64_t>(axis) - static_cast<int64_t>(rank)); }

}  // namespace

graph::Attributes reduction_attributes(const std::vector<size_t>& axes, size_t rank, bool keepdim) {
  graph::Attributes out;
  if (axes.size() == 1) {
    out = attributes({{"dim", from_end(axes[0], rank)}});
  } else {
    std::vector<Dim> dims;
    for (size_t axis : axes) dims.push_back(from_end(axis, rank));
    out = attributes({{"dim", dims}});
  }
  if (keepdim) out.emplace_back(Symbol("keepdim"), true);
  return out;
}

namespace {

using Fold = double (*)(const std::vector<double>&);

struct Plan {
  std::vector<size_t> axes;
  bool keepdim = false;
  DType compute = DType::F32;    // inputs are cast to it inside the kernel
  DType output = DType::F32;
  std::string_view overload;
  size_t out_parameter = SIZE_MAX;
  Fold fold = nullptr;
  std::function<void(CallScope&, TensorId, TensorId, const graph::Attributes&)> emit;
};

Shape reduced_shape(const Shape& shape, const std::vector<size_t>& axes, bool keepdim) {
  Shape out;
  for (size_t i = 0; i < shape.size(); ++i) {
    bool reduced = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (!reduced) out.push_back(shape[i]);
    else if (keepdim) out.push_back(Dim(1));
  }
  return out;
}

// Groups known data by output element.
std::optional<std::vector<double>> fold_known(Context& context, TensorObject* tensor, const std::vector<size_t>& axes, Fold fold) {
  auto data = context.known(tensor);
  if (!data || fold == nullptr) return std::nullopt;
  const Shape& shape = context.info(tensor).shape;
  std::vector<std::vector<double>> groups(1);
  size_t count = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) count *= static_cast<size_t>(shape[i].value);
  }
  groups.resize(count);
  for (size_t flat = 0; flat < data->size(); ++flat) {
    size_t rest = flat, group = 0, scale = 1;
    for (size_t i = shape.size(); i-- > 0;) {
      size_t index = rest % static_cast<size_t>(shape[i].value);
      rest /= static_cast<size_t>(shape[i].value);
      if (std::find(axes.begin(), axes.end(), i) != axes.end()) continue;
      group += index * scale;
      scale *= static_cast<size_t>(shape[i].value);
    }
    groups[group].push_back((*data)[flat]);
  }
  std::vector<double> out;
  for (const auto& group : groups) out.push_back(fold(group));
  return out;
}

Value reduce(Bound& bound, const Plan& plan) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  auto data = fold_known(context, bound.tensor(0), plan.axes, plan.fold);
  CallScope call = bound.open(plan.overload);
  TensorId in = cast_inside(context, call, context.current(bound.tensor(0)), plan.compute);
  TensorObject* out = bound.result(call, reduced_shape(from.shape, plan.axes, plan.keepdim), plan.output, plan.out_parameter);
  if (call.recording()) plan.emit(call, in, out->id, reduction_attributes(plan.axes, from.shape.size(), plan.keepdim));
  if (data) {
    for (double& d : *data) d = round_to(plan.output, d);
    context.set_known(out, *data);
  }
  return call.finish(out);
}

auto simple(std::string_view kind) {
  return [kind](CallScope& call, TensorId in, TensorId out, const graph::Attributes& list) {
    call.emit(kind, std::vector<TensorId>{in}, std::vector<TensorId>{out}, list);
  };
}

double sum_of(const std::vector<double>& v) { double s = 0; for (double x : v) s += x; return s; }
double product_of(const std::vector<double>& v) { double s = 1; for (double x : v) s *= x; return s; }
double mean_of(const std::vector<double>& v) { return sum_of(v) / static_cast<double>(v.size()); }
double max_of(const std::vector<double>& v) { return v.empty() ? NAN : *std::max_element(v.begin(), v.end()); }
double min_of(const std::vector<double>& v) { return v.empty() ? NAN : *std::min_element(v.begin(), v.end()); }
double any_of(const std::vector<double>& v) { return std::any_of(v.begin(), v.end(), [](double x) { return x != 0; }) ? 1 : 0; }
double all_of(const std::vector<double>& v) { return std::all_of(v.begin(), v.end(), [](double x) { return x != 0; }) ? 1 : 0; }
double argmax_of(const std::vector<double>& v) { return static_cast<double>(std::max_element(v.begin(), v.end()) - v.begin()); }
double argmin_of(const std::vector<double>& v) { return static_cast<double>(std::min_element(v.begin(), v.end()) - v.begin()); }

// input, dim, keepdim, *, dtype, out
Plan plan_of(Bound& bound) {
  Plan plan;
  graph::Tensor from = bound.info(0);
  plan.axes = bound.axes(1, from.shape.size());
  plan.keepdim = bound.flag(2);
  plan.compute = plan.output = from.dtype;
  plan.overload = bound.none(1) ? "default"
                  : bound.interpreter.is_integer(bound[1]) && bound.operation.name != "sum" && bound.operation.name != "mean"
                      ? "dim"
                      : "dim_IntList";
  return plan;
}

Value sum(Bound& bound) {
  Plan plan = plan_of(bound);
  if (is_integral(plan.compute)) plan.compute = DType::I64;
  if (auto dtype = bound.dtype(3)) plan.compute = *dtype;
  plan.output = plan.compute;
  plan.out_parameter = 4;
  plan.fold = sum_of;
  plan.emit = simple("sum");
  if (bound.operation.name == "prod") {
    plan.fold = product_of;
    plan.emit = simple("prod");
  }
  return reduce(bound, plan);
}

Value mean(Bound& bound) {
  Plan plan = plan_of(bound);
  if (auto dtype = bound.dtype(3)) plan.compute = *dtype;
  if (is_integral(plan.compute))
    bound.fail("mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long");
  plan.output = plan.compute;
  plan.out_parameter = 4;
  plan.fold = mean_of;
  plan.emit = simple("mean");
  return reduce(bound, plan);
}

Value extreme_values(Bound& bound, bool largest) {
  Plan plan = plan_of(bound);
  plan.overload = "default";
  plan.fold = largest ? max_of : min_of;
  plan.emit = simple(largest ? "max" : "min");
  return reduce(bound, plan);
}

Value arg_extreme(Bound& bound, bool largest) {
  Plan plan = plan_of(bound);
  plan.overload = "default";
  plan.output = DType::I64;
  plan.fold = largest ? argmax_of : argmin_of;
  Context& context = bound.context;
  plan.emit = [&context, largest](CallScope& call, TensorId in, TensorId out, const graph::Attributes& list) {
    if (!largest) {
      TensorId negative = inner(context, in, context.graph.tensors[in].dtype);
      call.emit("neg", std::vector<TensorId>{in}, std::vector<TensorId>{negative});
      in = negative;
    }
    call.emit("argmax", std::vector<TensorId>{in}, std::vector<TensorId>{out}, list);
  };
  return reduce(bound, plan);
}

// max(x), max(x, y), max(x, dim): the second is an elementwise operator, the last gives values and indices.
Value extreme(Bound& bound, bool largest) {
  Context& context = bound.context;
  if (!bound.none(1) && bound.is_tensor(1)) {
    Value function = *bound.interpreter.find_module(Symbol("torch"))->dict->find(Symbol(largest ? "maximum" : "minimum"));
    return bound.interpreter.call(function, {bound[0], bound[1]});
  }
  if (bound.none(1)) {
    Plan plan = plan_of(bound);
    plan.fold = largest ? max_of : min_of;
    plan.emit = simple(largest ? "max" : "min");
    return reduce(bound, plan);
  }
  graph::Tensor from = bound.info(0);
  size_t rank = from.shape.size();
  std::vector<size_t> axes = {bound.axis(1, rank)};
  bool keepdim = bound.flag(2);
  auto values_known = fold_known(context, bound.tensor(0), axes, largest ? max_of : min_of);
  auto indices_known = fold_known(context, bound.tensor(0), axes, largest ? argmax_of : argmin_of);
  CallScope call = bound.open("dim");
  Shape shape = rank == 0 ? from.shape : reduced_shape(from.shape, axes, keepdim);
  TensorObject* values = context.make_tensor(shape, from.dtype);
  TensorObject* indices = context.make_tensor(shape, DType::I64);
  graph::Attributes list = reduction_attributes(axes, rank, keepdim);
  call.emit(largest ? "max" : "min", {bound.tensor(0)}, {values}, list);
  call.emit("argmax", {bound.tensor(0)}, {indices}, list);
  if (values_known) context.set_known(values, *values_known);
  if (indices_known) context.set_known(indices, *indices_known);
  return call.finish(context.named_tuple(largest ? "max" : "min", {"values", "indices"}, {values, indices}));
}

Value logical(Bound& bound, bool any) {
  Plan plan = plan_of(bound);
  plan.compute = plan.output = DType::Bool;
  plan.fold = any ? any_of : all_of;
  plan.emit = simple(any ? "max" : "min");
  return reduce(bound, plan);
}

// var and std: (input, dim, unbiased, keepdim, *, correction)
Value variance(Bound& bound, bool root) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  Plan plan;
  bool flag_first = bound[1].is_bool();   // var(input, unbiased)
  plan.axes = flag_first ? std::vector<size_t>() : bound.axes(1, from.shape.size());
  if (flag_first) for (size_t i = 0; i < from.shape.size(); ++i) plan.axes.push_back(i);
  plan.keepdim = bound.flag(3);
  plan.compute = plan.output = from.dtype;
  plan.overload = "correction";
  double correction = 1;
  if (!bound.none(4)) correction = bound.number(4);
  else if (flag_first) correction = bound[1].boolean ? 1 : 0;
  else if (!bound.none(2)) correction = bound.flag(2) ? 1 : 0;
  plan.emit = [&context, root, correction](CallScope& call, TensorId in, TensorId out, graph::Attributes list) {
    list.insert(list.begin(), {Symbol("correction"), Dim(static_cast<int64_t>(correction))});
    TensorId variance = root ? inner(context, out, context.graph.tensors[out].dtype) : out;
    call.emit("var", std::vector<TensorId>{in}, std::vector<TensorId>{variance}, list);
    if (root) call.emit("sqrt", std::vector<TensorId>{variance}, std::vector<TensorId>{out});
  };
  return reduce(bound, plan);
}

// norm(input, p, dim, keepdim, *, dtype): sqrt(sum(x*x)) for p = 2, sum |x| for 1, max |x| for inf.
Value norm(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  Plan plan;
  plan.axes = bound.axes(2, from.shape.size());
  plan.keepdim = bound.flag(3);
  plan.compute = bound.dtype(4).value_or(from.dtype);
  plan.output = plan.compute;
  if (is_integral(plan.compute))
    bound.fail("linalg.vector_norm: Expected a floating point or complex tensor as input. Got " +
               std::string(graph::dtype_name(plan.compute)));
  plan.overload = bound.none(2) ? "default" : "ScalarOpt_dim";
  double p = bound.none(1) || bound.interpreter.is_string(bound[1]) ? 2 : bound.number(1);
  plan.emit = [&context, p](CallScope& call, TensorId in, TensorId out, const graph::Attributes& list) {
    DType dtype = context.graph.tensors[in].dtype;
    TensorId powers = inner(context, in, dtype);
    auto one = [](TensorId id) { return std::vector<TensorId>{id}; };
    if (p == 2) call.emit("mul", std::vector<TensorId>{in, in}, one(powers));
    else call.emit("abs", one(in), one(powers));
    if (std::isinf(p)) return void(call.emit(p > 0 ? "max" : "min", one(powers), one(out), list));
    if (p == 1) return void(call.emit("sum", one(powers), one(out), list));
    if (p != 2) {
      TensorId raised = inner(context, in, dtype);
      call.emit("pow", one(powers), one(raised), attributes({{"other", p}}));
      powers = raised;
    }
    TensorId sums = inner(context, out, dtype);
    call.emit("sum", one(powers), one(sums), list);
    if (p == 2) call.emit("sqrt", one(sums), one(out));
    else call.emit("pow", one(sums), one(out), attributes({{"other", 1 / p}}));
  };
  return reduce(bound, plan);
}

Value logsumexp(Bound& bound) {
  Context& context = bound.context;
  Plan plan = plan_of(bound);
  if (is_integral(plan.compute)) plan.compute = plan.output = context.default_dtype;
  plan.overload = "default";
  plan.emit = [&context](CallScope& call, TensorId in, TensorId out, const graph::Attributes& list) {
    DType dtype = context.graph.tensors[in].dtype;
    TensorId powers = inner(context, in, dtype), sums = inner(context, out, dtype);
    call.emit("exp", std::vector<TensorId>{in}, std::vector<TensorId>{powers});
    call.emit("sum", std::vector<TensorId>{powers}, std::vector<TensorId>{sums}, list);
    call.emit("log", std::vector<TensorId>{sums}, std::vector<TensorId>{out});
  };
  return reduce(bound, plan);
}

// cumsum and cumprod: (input, dim, *, dtype, out)
Value cumulative(Bound& bound, bool product) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  size_t rank = from.shape.size(), axis = bound.axis(1, rank);
  DType dtype = bound.dtype(2).value_or(is_integral(from.dtype) ? DType::I64 : from.dtype);
  if (bound.in_place) dtype = from.dtype;
  auto data = context.known(bound.tensor(0));
  CallScope call = bound.open();
  TensorId in = cast_inside(context, call, context.current(bound.tensor(0)), dtype);
  TensorObject* out = bound.result(call, from.shape, dtype, 3);
  graph::Attributes list = rank == 0 ? graph::Attributes{} : reduction_attributes({axis}, rank, false);
  if (product) list.emplace_back(Symbol("name"), std::string("cumprod"));
  call.emit(product ? "opaque" : "cumsum", std::vector<TensorId>{in}, std::vector<TensorId>{out->id}, list);
  if (data && rank > 0) {
    int64_t stride = 1;
    for (size_t i = axis + 1; i < rank; ++i) stride *= from.shape[i].value;
    int64_t size = from.shape[axis].value;
    for (int64_t i = 0; i < static_cast<int64_t>(data->size()); ++i) {
      if ((i / stride) % size == 0) continue;
      auto& value = (*data)[static_cast<size_t>(i)];
      double before = (*data)[static_cast<size_t>(i - stride)];
      value = round_to(dtype, product ? before * value : before + value);
    }
    context.set_known(out, *data);
  }
  return call.finish(out);
}

}  // namespace

void define_reductions(Context& context) {
  constexpr const char* with_dtype = "input, dim=None, keepdim=False, *, dtype=None, out=None";
  constexpr const char* plain = "input, dim=None, keepdim=False, *, out=None";
  define(context, "torch.sum Tensor.sum", "sum", with_dtype, sum);
  define(context, "torch.prod Tensor.prod", "prod", with_dtype, sum);
  define(context, "torch.mean Tensor.mean", "mean", with_dtype, mean);
  define(context, "torch.nansum Tensor.nansum", "nansum", with_dtype, sum);
  define(context, "torch.amax Tensor.amax", "amax", plain, [](Bound& b) { return extreme_values(b, true); });
  define(context, "torch.amin Tensor.amin", "amin", plain, [](Bound& b) { return extreme_values(b, false); });
  define(context, "torch.argmax Tensor.argmax", "argmax", plain, [](Bound& b) { return arg_extreme(b, true); });
  define(context, "torch.argmin Tensor.argmin", "argmin", plain, [](Bound& b) { return arg_extreme(b, false); });
  define(context, "torch.max Tensor.max", "max", "input, dim|other=None, keepdim=False, *, out=None",
         [](Bound& b) { return extreme(b, true); });
  define(context, "torch.min Tensor.min", "min", "input, dim|other=None, keepdim=False, *, out=None",
         [](Bound& b) { return extreme(b, false); });
  define(context, "torch.aminmax Tensor.aminmax", "aminmax", "input, *, dim=None, keepdim=False", [](Bound& b) {
    Context& c = b.context;
    graph::Tensor from = b.info(0);
    std::vector<size_t> axes = b.axes(1, from.shape.size());
    bool keepdim = b.flag(2);
    auto low = fold_known(c, b.tensor(0), axes, min_of), high = fold_known(c, b.tensor(0), axes, max_of);
    CallScope call = b.open();
    Shape shape = reduced_shape(from.shape, axes, keepdim);
    TensorObject *smallest = c.make_tensor(shape, from.dtype), *largest = c.make_tensor(shape, from.dtype);
    graph::Attributes list = reduction_attributes(axes, from.shape.size(), keepdim);
    call.emit("min", {b.tensor(0)}, {smallest}, list);
    call.emit("max", {b.tensor(0)}, {largest}, list);
    if (low) c.set_known(smallest, *low);
    if (high) c.set_known(largest, *high);
    return call.finish(c.named_tuple("aminmax", {"min", "max"}, {smallest, largest}));
  });
  define(context, "torch.cummax Tensor.cummax torch.cummin Tensor.cummin", "cummax", "input, dim", [](Bound& b) {
    Context& c = b.context;
    graph::Tensor from = b.info(0);
    b.axis(1, from.shape.size());
    CallScope call = b.open();
    TensorObject *values = c.make_tensor(from.shape, from.dtype), *indices = c.make_tensor(from.shape, DType::I64);
    call.emit("opaque", {b.tensor(0)}, {values, indices}, attributes({{"name", std::string("cummax")}}));
    return call.finish(c.named_tuple("cummax", {"values", "indices"}, {values, indices}));
  });
  define(context, "torch.any Tensor.any", "any", plain, [](Bound& b) { return logical(b, true); });
  define(context, "torch.all Tensor.all", "all", plain, [](Bound& b) { return logical(b, false); });
  define(context, "torch.var Tensor.var", "var", "input, dim=None, unbiased=None, keepdim=False, *, correction=None",
         [](Bound& b) { return variance(b, false); });
  define(context, "torch.std Tensor.std", "std", "input, dim=None, unbiased=None, keepdim=False, *, correction=None",
         [](Bound& b) { return variance(b, true); });
  // torch.norm is Python: the dispatcher sees what that calls.
  define(context, "torch.norm Tensor.norm", "linalg_vector_norm", "input, p=2, dim=None, keepdim=False, dtype=None", norm);
  define(context, "torch.linalg.norm torch.linalg.vector_norm", "linalg_vector_norm", "x, ord=2, dim=None, keepdim=False, dtype=None",
         norm);
  define(context, "torch.logsumexp Tensor.logsumexp", "logsumexp", plain, logsumexp);
  define(context, "torch.cumsum Tensor.cumsum Tensor.cumsum_", "cumsum", "input, dim, *, dtype=None, out=None",
         [](Bound& b) { return cumulative(b, false); });
  define(context, "torch.cumprod Tensor.cumprod", "cumprod", "input, dim, *, dtype=None, out=None",
         [](Bound& b) { return cumulative(b, true); });
  define(context, "torch.count_nonzero Tensor.count_nonzero", "count_nonzero", "input, dim=None", [](Bound& b) {
    Context& c = b.context;
    Plan plan;
    plan.axes = b.axes(1, b.info(0).shape.size());
    plan.compute = b.info(0).dtype;
    plan.output = DType::I64;
    plan.overload = b.none(1) ? "default" : "dim_IntList";
    plan.fold = [](const std::vector<double>& v) {
      return static_cast<double>(std::count_if(v.begin(), v.end(), [](double x) { return x != 0; }));
    };
    plan.emit = [&c](CallScope& call, TensorId in, TensorId out, const graph::Attributes& list) {
      TensorId set = inner(c, in, DType::Bool), counted = inner(c, in, DType::I64);
      call.emit("ne", std::vector<TensorId>{in}, std::vector<TensorId>{set}, attributes({{"other", Dim(0)}}));
      call.emit("cast", std::vector<TensorId>{set}, std::vector<TensorId>{counted}, attributes({{"dtype", DType::I64}}));
      call.emit("sum", std::vector<TensorId>{counted}, std::vector<TensorId>{out}, list);
    };
    return reduce(b, plan);
  });
  define(context, "torch.var_mean", "var_mean", "input, dim=None, unbiased=None, keepdim=False, *, correction=None", [](Bound& b) {
    Context& c = b.context;
    graph::Tensor from = b.info(0);
    std::vector<size_t> axes = b.axes(1, from.shape.size());
    bool keepdim = b.flag(3);
    double correction = !b.none(4) ? b.number(4) : !b.none(2) && !b.flag(2) ? 0 : 1;
    CallScope call = b.open("correction");
    Shape shape = reduced_shape(from.shape, axes, keepdim);
    TensorObject* variance = c.make_tensor(shape, from.dtype);
    TensorObject* average = c.make_tensor(shape, from.dtype);
    graph::Attributes list = reduction_attributes(axes, from.shape.size(), keepdim), with = list;
    with.insert(with.begin(), {Symbol("correction"), Dim(static_cast<int64_t>(correction))});
    call.emit("var", {b.tensor(0)}, {variance}, with);
    call.emit("mean", {b.tensor(0)}, {average}, list);
    return call.finish(c.interpreter.tuple({variance, average}));
  });
}

}  // namespace fusescout::torch
