#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

int category(DType t) { return t == DType::Bool ? 0 : is_integral(t) ? 1 : t == DType::C64 ? 3 : 2; }

}  // namespace

Operand operand(Context& context, const Value& value) {
  if (TensorObject* tensor = context.as_tensor(value)) {
    const graph::Tensor& info = context.info(tensor);
    return {info.dtype, info.shape.empty() ? Rank::ZeroDim : Rank::Tensor};
  }
  if (value.is_bool()) return {DType::Bool, Rank::Scalar};
  if (context.interpreter.is_integer(value)) return {DType::I64, Rank::Scalar};
  if (value.is_float() || context.interpreter.is_number(value)) return {DType::F64, Rank::Scalar};
  if (auto* unknown = value.as<python::Unknown>()) throw UnknownArgument{unknown->reason};
  context.interpreter.raise_type_error("unsupported operand type: '" + context.interpreter.type_name(value) + "'");
}

Shape broadcast_all(Bound& bound, const std::vector<TensorObject*>& inputs) {
  Shape shape;
  for (TensorObject* input : inputs) {
    const Shape& other = bound.context.info(input).shape;
    auto both = broadcast(shape, other);
    if (!both) {
      size_t at = 0;
      for (size_t i = 1; i <= std::min(shape.size(), other.size()); ++i) {
        int64_t a = shape[shape.size() - i].value, b = other[other.size() - i].value;
        if (a != b && a != 1 && b != 1) {
          at = std::max(shape.size(), other.size()) - i;
          bound.fail("The size of tensor a (" + std::to_string(a) + ") must match the size of tensor b (" + std::to_string(b) +
                     ") at non-singleton dimension " + std::to_string(at));
        }
      }
      bound.fail("shapes do not broadcast: " + sizes_text(shape) + " and " + sizes_text(other));
    }
    shape = *both;
  }
  return shape;
}

TensorId inner(Context& context, TensorId like, DType dtype) {
  Shape shape = context.graph.tensors[like].shape;
  return inner(context, shape, dtype);
}

TensorId inner(Context& context, const Shape& shape, DType dtype) { return context.make_tensor(shape, dtype)->id; }

TensorId cast_inside(Context& context, CallScope& call, TensorId tensor, DType dtype) {
  if (!call.recording() || context.graph.tensors[tensor].dtype == dtype) return tensor;
  TensorId out = inner(context, tensor, dtype);
  call.emit("cast", std::vector<TensorId>{tensor}, std::vector<TensorId>{out}, attributes({{"dtype", dtype}}));
  return out;
}

std::vector<double> broadcast_data(const std::vector<double>& data, const Shape& from, const Shape& to) {
  graph::Tensor view;
  view.shape = to;
  view.strides.assign(to.size(), Dim(0));
  int64_t stride = 1;
  for (size_t i = from.size(); i-- > 0;) {
    size_t at = to.size() - from.size() + i;
    if (from[i].value != 1) view.strides[at] = Dim(stride);
    stride *= from[i].value;
  }
  std::vector<double> out;
  for_each_offset(view, [&](int64_t offset) { out.push_back(data[static_cast<size_t>(offset)]); });
  return out;
}

Value pointwise(Bound& bound, std::string_view overload, const Pointwise& what) {
  Context& context = bound.context;
  Shape shape = broadcast_all(bound, what.inputs);
  TensorObject* target = bound.in_place                   ? bound.tensor(0)
                         : what.out_parameter != SIZE_MAX ? bound.tensor_or_null(what.out_parameter)
                                                          : nullptr;
  if (target != nullptr) {
    const graph::Tensor& info = context.info(target);
    if (bound.in_place && !same_shape(info.shape, shape))
      bound.fail("output with shape " + sizes_text(info.shape) + " doesn't match the broadcast shape " + sizes_text(shape));
    if (category(what.output) > category(info.dtype) && !(category(what.output) == 1 && info.dtype != DType::Bool)) {
      bound.fail("result type " + std::string(graph::dtype_name(what.output)) + " can't be cast to the desired output type " +
                 std::string(graph::dtype_name(info.dtype)));
    }
  }
  // Known data is computed before an in-place result forgets it.
  std::optional<std::vector<double>> data;
  if (what.formula && element_count(shape) <= Context::max_known) {
    std::vector<std::vector<double>> columns;
    for (TensorObject* input : what.inputs) {
      auto known = context.known(input);
      if (!known) break;
      columns.push_back(broadcast_data(*known, context.info(input).shape, shape));
    }
    if (columns.size() == what.inputs.size()) {
      std::vector<double> row(columns.size());
      data.emplace();
      for (size_t i = 0; i < static_cast<size_t>(element_count(shape)); ++i) {
        for (size_t c = 0; c < columns.size(); ++c) row[c] = columns[c][i];
        data->push_back(round_to(what.output, what.formula(row.data())));
      }
    }
  }
  std::vector<const graph::Tensor*> infos;
  for (TensorObject* input : what.inputs) infos.push_back(&context.info(input));
  Shape strides = what.contiguous ? contiguous_strides(context.expressions, shape) : elementwise_strides(context.expressions, shape, infos);
  CallScope call = bound.open(bound.none(what.out_parameter == SIZE_MAX ? 0 : what.out_parameter) ? overload
                              : target != nullptr && !bound.in_place                              ? "out"
                                                                                                  : overload);
  std::vector<TensorId> ids;
  for (TensorObject* input : what.inputs) ids.push_back(context.current(input));
  for (size_t i = 0; i < ids.size(); ++i) {
    // A 0-dim tensor takes part as a number does: no cast of its own.
    ids[i] = cast_inside(context, call, ids[i], what.input_dtypes.empty() ? what.compute : what.input_dtypes[i]);
  }
  TensorObject* result = target;
  if (target == nullptr) result = context.make_strided(shape, strides, what.output);
  TensorId made = result->id;
  bool cast_back = target != nullptr && context.info(target).dtype != what.output;
  if (target != nullptr) made = call.write(target, data.has_value());
  TensorId computed = cast_back ? inner(context, shape, what.output) : made;
  if (call.recording()) {
    if (!what.kind.empty()) call.emit(what.kind, ids, std::vector<TensorId>{computed}, what.attributes);
    else what.emit(call, ids, computed);
    if (cast_back)
      call.emit("cast", std::vector<TensorId>{computed}, std::vector<TensorId>{made},
                attributes({{"dtype", context.graph.tensors[made].dtype}}));
  }
  if (data) {
    if (cast_back) for (double& d : *data) d = round_to(context.info(result).dtype, d);
    context.set_known(result, *data);
  }
  return call.finish(result);
}

}  // namespace fusescout::torch
