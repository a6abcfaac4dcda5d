// Normalisations, softmax, embedding, attention, convolution, pooling: torch.nn.functional beyond single elements.
#include <algorithm>
#include <cmath>

#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

using Ids = std::vector<TensorId>;

Dim from_end(size_t axis, size_t rank) { return Dim(static_cast<int64_t>(axis) - static_cast<int64_t>(rank)); }

// softmax(input, dim, _stacklevel, dtype)
Value softmax(Bound& bound, bool log, size_t dtype_at) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  DType dtype = bound.dtype(dtype_at).value_or(from.dtype);
  if (is_integral(dtype)) bound.fail("\"softmax_kernel_impl\" not implemented for '" + std::string(graph::dtype_name(dtype)) + "'");
  size_t rank = from.shape.size();
  size_t axis = bound.none(1) ? (rank == 0 || rank == 1 || rank == 3 ? 0 : 1) : bound.axis(1, rank);
  CallScope call = bound.open("int");
  TensorId in = cast_inside(context, call, context.current(bound.tensor(0)), dtype);
  TensorObject* out = context.make_tensor(from.shape, dtype);
  graph::Attributes list = attributes({{"dim", from_end(axis, std::max<size_t>(rank, 1))}});
  if (!log) {
    call.emit("softmax", Ids{in}, Ids{out->id}, list);
  } else if (call.recording()) {
    TensorId share = inner(context, from.shape, dtype);
    call.emit("softmax", Ids{in}, Ids{share}, list);
    call.emit("log", Ids{share}, Ids{out->id});
  }
  return call.finish(out);
}

void check_normalized(Bound& bound, const Shape& shape, const Shape& tail) {
  bool fits = shape.size() >= tail.size() && !tail.empty();
  for (size_t i = 0; fits && i < tail.size(); ++i) fits = shape[shape.size() - tail.size() + i].value == tail[i].value;
  if (!fits) bound.fail("Given normalized_shape, expected input with a shape that ends with it");
}

// layer_norm(input, normalized_shape, weight, bias, eps)
Value layer_norm(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  Shape tail = bound.shape(1);
  check_normalized(bound, from.shape, tail);
  CallScope call = bound.open();
  Ids inputs = {context.current(bound.tensor(0))};
  for (size_t i : {size_t{2}, size_t{3}}) if (TensorObject* t = bound.tensor_or_null(i)) inputs.push_back(context.current(t));
  TensorObject* out = context.make_tensor(from.shape, from.dtype);
  graph::Attributes list = attributes({{"eps", bound.number(4)}});
  if (tail.size() > 1) list.emplace_back(Symbol("normalized_dims"), Dim(static_cast<int64_t>(tail.size())));
  call.emit("layer_norm", inputs, Ids{out->id}, list);
  return call.finish(out);
}

double epsilon_of(DType dtype) {
  switch (dtype) {
    case DType::BF16: return 0.0078125;
    case DType::F16: return 0.0009765625;
    case DType::F64: return 2.220446049250313e-16;
    default: return 1.1920928955078125e-07;
  }
}

Value rms_norm(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  check_normalized(bound, from.shape, bound.shape(1));
  CallScope call = bound.open();
  Ids inputs = {context.current(bound.tensor(0))};
  if (TensorObject* weight = bound.tensor_or_null(2)) inputs.push_back(context.current(weight));
  TensorObject* out = context.make_tensor(from.shape, from.dtype);
  call.emit("rms_norm", inputs, Ids{out->id}, attributes({{"eps", bound.none(3) ? epsilon_of(from.dtype) : bound.number(3)}}));
  return call.finish(out);
}

Value group_norm(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  CallScope call = bound.open();
  Ids inputs = {context.current(bound.tensor(0))};
  for (size_t i : {size_t{2}, size_t{3}}) if (TensorObject* t = bound.tensor_or_null(i)) inputs.push_back(context.current(t));
  TensorObject* out = context.make_tensor(from.shape, from.dtype);
  call.emit("group_norm", inputs, Ids{out->id}, attributes({{"eps", bound.number(4)}, {"groups", bound.dim(1)}}));
  return call.finish(out);
}

// batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps): a per-channel scale and shift.
Value batch_norm(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  CallScope call = bound.open();
  Ids inputs;
  for (size_t i : {size_t{0}, size_t{1}, size_t{2}, size_t{3}, size_t{4}})
    if (TensorObject* t = bound.tensor_or_null(i)) inputs.push_back(context.current(t));
  TensorObject* out = context.make_tensor(from.shape, from.dtype);
  call.emit("opaque", inputs, Ids{out->id}, attributes({{"eps", bound.number(7)}, {"name", std::string("batch_norm")}}));
  return call.finish(out);
}

// normalize(input, p, dim, eps): x / max(norm(x), eps), as torch's Python layer writes it.
Value normalize(Bound& bound) {
  Interpreter& i = bound.interpreter;
  std::vector<Value> none;
  std::vector<python::KeywordArgument> keepdim = {{Symbol("keepdim"), Value::of(true)}};
  std::vector<Value> first = {bound[1], bound[2]};
  Value norm = i.call(i.get_attribute(bound[0], Symbol("norm")), Arguments{first, keepdim});
  norm = i.call(i.get_attribute(norm, Symbol("clamp_min")), {bound[3]});
  norm = i.call(i.get_attribute(norm, Symbol("expand_as")), {bound[0]});
  return i.call(i.get_attribute(bound[0], Symbol("div")), {norm});
}

Value embedding(Bound& bound) {
  Context& context = bound.context;
  // F.embedding(input, weight, ...); the dispatcher sees embedding(weight, input).
  TensorObject *indices = bound.tensor(0), *weight = bound.tensor(1);
  graph::Tensor table = context.info(weight);
  Shape shape = context.info(indices).shape;
  if (table.shape.size() != 2) bound.fail("'weight' must be 2-D");
  shape.push_back(table.shape[1]);
  CallScope call(context, "aten.embedding", "default", {weight, indices});
  TensorObject* out = context.make_tensor(shape, table.dtype);
  call.emit("embedding", {weight, indices}, {out});
  return call.finish(out);
}

Value dropout(Bound& bound) {
  // Inference: the input itself.
  CallScope call = bound.open();
  return call.finish(bound[0]);
}

// scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, *, scale, enable_gqa)
Value attention(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor q = bound.info(0), k = bound.info(1), v = bound.info(2);
  if (q.shape.size() < 2 || k.shape.size() < 2 || v.shape.size() < 2)
    bound.fail("scaled_dot_product_attention: query, key and value must have at least 2 dimensions");
  Shape shape = q.shape;
  shape.back() = v.shape.back();
  size_t rank = q.shape.size();
  CallScope call = bound.open();
  Ids inputs;
  for (size_t i : {size_t{0}, size_t{1}, size_t{2}, size_t{3}})
    if (TensorObject* t = bound.tensor_or_null(i)) inputs.push_back(context.current(t));
  TensorObject* out = context.make_tensor(shape, q.dtype);
  double scale = bound.none(6) ? 1 / std::sqrt(static_cast<double>(q.shape.back().value)) : bound.number(6);
  call.emit("attention", inputs, Ids{out->id},
            attributes({{"causal", bound.flag(5)},
                        {"head_dim", q.shape.back()},
                        {"heads", rank >= 3 ? q.shape[rank - 3] : Dim(1)},
                        {"kv_heads", k.shape.size() >= 3 ? k.shape[k.shape.size() - 3] : Dim(1)},
                        {"layout", std::string("BNSD")},
                        {"scale", scale}}));
  return call.finish(out);
}

Value glu(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  size_t axis = bound.axis(1, from.shape.size());
  Shape shape = from.shape;
  if (shape[axis].value % 2 != 0)
    bound.fail("Halving dimension must be even, but dimension " + std::to_string(axis) + " is size " + std::to_string(shape[axis].value));
  shape[axis] = context.expressions.floor_div(shape[axis], Dim(2));
  from.shape = shape;
  CallScope call = bound.open();
  TensorObject* out = context.make_strided(shape, preserved_strides(context.expressions, from), from.dtype);
  call.emit("opaque", {bound.tensor(0)}, {out}, attributes({{"name", std::string("glu")}}));
  return call.finish(out);
}

Value cosine_similarity(Bound& bound) {
  Context& context = bound.context;
  Shape shape = broadcast_all(bound, {bound.tensor(0), bound.tensor(1)});
  size_t axis = bound.axis(2, shape.size());
  shape.erase(shape.begin() + static_cast<ptrdiff_t>(axis));
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, bound.info(0).dtype);
  call.emit("opaque", {bound.tensor(0), bound.tensor(1)}, {out}, attributes({{"name", std::string("cosine_similarity")}}));
  return call.finish(out);
}

// --- convolution and pooling

Shape per_axis(Bound& bound, size_t i, size_t axes) {
  Shape list = bound.shape(i);
  if (list.size() == 1) list.assign(axes, list[0]);
  return list;
}

// conv(input, weight, bias, stride, padding, dilation, groups)
Value convolution(Bound& bound, size_t axes) {
  Context& context = bound.context;
  auto& e = context.expressions;
  Shape x = bound.info(0).shape, w = bound.info(1).shape;
  bool batched = x.size() == axes + 2;
  if (!batched && x.size() != axes + 1)
    bound.fail("Expected " + std::to_string(axes + 1) + "D (unbatched) or " + std::to_string(axes + 2) + "D (batched) input to conv" +
               std::to_string(axes) + "d");
  if (w.size() != axes + 2) bound.fail("weight of conv" + std::to_string(axes) + "d must have " + std::to_string(axes + 2) + " dimensions");
  Shape stride = per_axis(bound, 3, axes), dilation = per_axis(bound, 5, axes);
  bool same = bound.interpreter.is_string(bound[4]) && bound.text(4) == "same";
  Shape padding = bound.interpreter.is_string(bound[4]) ? Shape(axes, Dim(0)) : per_axis(bound, 4, axes);
  size_t first = batched ? 2 : 1;
  if (x[first - 1].value != w[1].value * bound.integer(6)) {
    bound.fail("Given groups=" + std::to_string(bound.integer(6)) + ", expected input to have " +
               std::to_string(w[1].value * bound.integer(6)) + " channels, but got " + std::to_string(x[first - 1].value) +
               " channels instead");
  }
  Shape shape = x;
  shape[first - 1] = w[0];
  for (size_t i = 0; i < axes; ++i) {
    if (same) continue;
    Dim reach = e.add(e.mul(dilation[i], e.sub(w[2 + i], Dim(1))), Dim(1));
    Dim room = e.sub(e.add(x[first + i], e.mul(Dim(2), padding[i])), reach);
    if (room.value < 0) bound.fail("Calculated padded input size per channel is smaller than the kernel size");
    shape[first + i] = e.add(e.floor_div(room, stride[i]), Dim(1));
  }
  CallScope call = bound.open();
  Ids inputs = {context.current(bound.tensor(0)), context.current(bound.tensor(1))};
  if (TensorObject* bias = bound.tensor_or_null(2)) inputs.push_back(context.current(bias));
  TensorObject* out = context.make_tensor(shape, context.info(bound.tensor(0)).dtype);
  call.emit("conv", inputs, Ids{out->id},
            attributes({{"dilation", dilation}, {"groups", bound.dim(6)}, {"padding", padding}, {"stride", stride}}));
  return call.finish(out);
}

// conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation)
Value transposed_convolution(Bound& bound, size_t axes) {
  Context& context = bound.context;
  auto& e = context.expressions;
  Shape x = bound.info(0).shape, w = bound.info(1).shape;
  Shape stride = per_axis(bound, 3, axes), padding = per_axis(bound, 4, axes), extra = per_axis(bound, 5, axes),
        dilation = per_axis(bound, 7, axes);
  size_t first = x.size() - axes;
  Shape shape = x;
  shape[first - 1] = e.mul(w[1], bound.dim(6));
  for (size_t i = 0; i < axes; ++i) {
    Dim size = e.mul(e.sub(x[first + i], Dim(1)), stride[i]);
    size = e.sub(size, e.mul(Dim(2), padding[i]));
    size = e.add(size, e.mul(dilation[i], e.sub(w[2 + i], Dim(1))));
    shape[first + i] = e.add(size, e.add(extra[i], Dim(1)));
  }
  CallScope call = bound.open();
  Ids inputs = {context.current(bound.tensor(0)), context.current(bound.tensor(1))};
  if (TensorObject* bias = bound.tensor_or_null(2)) inputs.push_back(context.current(bias));
  TensorObject* out = context.make_tensor(shape, context.info(bound.tensor(0)).dtype);
  call.emit("conv", inputs, Ids{out->id},
            attributes({{"groups", bound.dim(6)}, {"padding", padding}, {"stride", stride}, {"transposed", true}}));
  return call.finish(out);
}

// pool(input, kernel_size, stride, padding, ...)
Value pool(Bound& bound, size_t axes, const char* name) {
  Context& context = bound.context;
  auto& e = context.expressions;
  graph::Tensor from = bound.info(0);
  Shape kernel = per_axis(bound, 1, axes), stride = bound.none(2) ? kernel : per_axis(bound, 2, axes), padding = per_axis(bound, 3, axes);
  bool up = bound.flag(4);
  Shape shape = from.shape;
  for (size_t i = 0; i < axes; ++i) {
    Dim& size = shape[shape.size() - axes + i];
    Dim room = e.sub(e.add(size, e.mul(Dim(2), padding[i])), kernel[i]);
    if (up) room = e.add(room, e.sub(stride[i], Dim(1)));
    size = e.add(e.floor_div(room, stride[i]), Dim(1));
  }
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, from.dtype);
  call.emit("opaque", {bound.tensor(0)}, {out}, attributes({{"kernel", kernel}, {"name", std::string(name)}, {"stride", stride}}));
  return call.finish(out);
}

Value adaptive_pool(Bound& bound, size_t axes) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  std::vector<Value> wanted =
      bound.interpreter.is_integer(bound[1]) ? std::vector<Value>(axes, bound[1]) : bound.interpreter.to_vector(bound[1]);
  Shape shape = from.shape;
  for (size_t i = 0; i < axes; ++i) {
    if (!wanted[i].is_none()) shape[shape.size() - axes + i] = bound.interpreter.dim_of(wanted[i]);
  }
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, from.dtype);
  call.emit("opaque", {bound.tensor(0)}, {out}, attributes({{"name", bound.operation.name}}));
  return call.finish(out);
}

// interpolate(input, size, scale_factor, mode, ...)
Value interpolate(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0);
  size_t axes = from.shape.size() - 2;
  Shape shape = from.shape;
  if (!bound.none(1)) {
    Shape wanted = per_axis(bound, 1, axes);
    for (size_t i = 0; i < axes; ++i) shape[2 + i] = wanted[i];
  } else {
    std::vector<Value> factors =
        bound.interpreter.is_number(bound[2]) ? std::vector<Value>(axes, bound[2]) : bound.interpreter.to_vector(bound[2]);
    for (size_t i = 0; i < axes; ++i)
      shape[2 + i] =
          Dim(static_cast<int64_t>(std::floor(static_cast<double>(shape[2 + i].value) * bound.interpreter.float_of(factors[i]))));
  }
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, from.dtype);
  call.emit("opaque", {bound.tensor(0)}, {out}, attributes({{"mode", bound.text(3)}, {"name", std::string("interpolate")}}));
  return call.finish(out);
}

// unfold(input, kernel_size, dilation, padding, stride): patches as columns.
Value unfold(Bound& bound) {
  Context& context = bound.context;
  auto& e = context.expressions;
  graph::Tensor from = bound.info(0);
  Shape kernel = per_axis(bound, 1, 2), dilation = per_axis(bound, 2, 2), padding = per_axis(bound, 3, 2), stride = per_axis(bound, 4, 2);
  size_t first = from.shape.size() - 2;
  Dim columns(1);
  for (size_t i = 0; i < 2; ++i) {
    Dim reach = e.add(e.mul(dilation[i], e.sub(kernel[i], Dim(1))), Dim(1));
    Dim room = e.sub(e.add(from.shape[first + i], e.mul(Dim(2), padding[i])), reach);
    columns = e.mul(columns, e.add(e.floor_div(room, stride[i]), Dim(1)));
  }
  Shape shape(from.shape.begin(), from.shape.end() - 2);
  shape.back() = e.mul(shape.back(), e.mul(kernel[0], kernel[1]));
  shape.push_back(columns);
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, from.dtype);
  call.emit("opaque", {bound.tensor(0)}, {out}, attributes({{"name", std::string("im2col")}}));
  return call.finish(out);
}

Value grid_sample(Bound& bound) {
  Context& context = bound.context;
  graph::Tensor from = bound.info(0), grid = bound.info(1);
  Shape shape(from.shape.begin(), from.shape.begin() + 2);
  shape.insert(shape.end(), grid.shape.begin() + 1, grid.shape.end() - 1);
  CallScope call = bound.open();
  TensorObject* out = context.make_tensor(shape, from.dtype);
  call.emit("opaque", {bound.tensor(0), bound.tensor(1)}, {out}, attributes({{"name", std::string("grid_sample")}}));
  return call.finish(out);
}

}  // namespace

void define_functional(Context& context) {
  define(context, "F.softmax", "softmax", "input, dim=None, _stacklevel=3, dtype=None", [](Bound& b) { return softmax(b, false, 3); });
  define(context, "torch.softmax Tensor.softmax torch.special.softmax", "softmax", "input, dim, dtype=None",
         [](Bound& b) { return softmax(b, false, 2); });
  define(context, "F.log_softmax", "log_softmax", "input, dim=None, _stacklevel=3, dtype=None",
         [](Bound& b) { return softmax(b, true, 3); });
  define(context, "torch.log_softmax Tensor.log_softmax", "log_softmax", "input, dim, dtype=None",
         [](Bound& b) { return softmax(b, true, 2); });
  define(context, "F.layer_norm torch.layer_norm", "layer_norm", "input, normalized_shape, weight=None, bias=None, eps=1e-05", layer_norm);
  define(context, "F.rms_norm torch.rms_norm", "rms_norm", "input, normalized_shape, weight=None, eps=None", rms_norm);
  define(context, "F.group_norm torch.group_norm", "group_norm", "input, num_groups, weight=None, bias=None, eps=1e-05", group_norm);
  define(context, "F.batch_norm", "batch_norm",
         "input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05", batch_norm);
  define(context, "F.normalize", "normalize", "input, p=2.0, dim=1, eps=1e-12, out=None", normalize);
  define(context, "F.embedding", "embedding",
         "input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False", embedding);
  define(context, "torch.embedding", "embedding", "weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False", [](Bound& b) {
    std::swap(b.values[0], b.values[1]);
    return embedding(b);
  });
  define(context, "F.dropout torch.dropout F.dropout1d F.dropout2d F.dropout3d F.alpha_dropout", "dropout",
         "input, p=0.5, training=False, inplace=False", dropout);
  define(context, "F.scaled_dot_product_attention", "scaled_dot_product_attention",
         "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, *, scale=None, enable_gqa=False", attention);
  define(context, "F.glu", "glu", "input, dim=-1", glu);
  define(context, "F.cosine_similarity torch.cosine_similarity", "cosine_similarity", "x1, x2, dim=1, eps=1e-08", cosine_similarity);
  for (size_t axes : {size_t{1}, size_t{2}, size_t{3}}) {
    std::string n = std::to_string(axes);
    define(context, "F.conv" + n + "d torch.conv" + n + "d", "conv" + n + "d",
           "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1", [axes](Bound& b) { return convolution(b, axes); });
    define(context, "F.conv_transpose" + n + "d torch.conv_transpose" + n + "d", "conv_transpose" + n + "d",
           "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1",
           [axes](Bound& b) { return transposed_convolution(b, axes); });
    define(context, "F.max_pool" + n + "d", "max_pool" + n + "d",
           "input, kernel_size, stride=None, padding=0, ceil_mode=False, dilation=1, return_indices=False",
           [axes](Bound& b) { return pool(b, axes, "max_pool"); });
    define(context, "F.avg_pool" + n + "d", "avg_pool" + n + "d",
           "input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None",
           [axes](Bound& b) { return pool(b, axes, "avg_pool"); });
    define(context, "F.adaptive_avg_pool" + n + "d", "adaptive_avg_pool" + n + "d", "input, output_size",
           [axes](Bound& b) { return adaptive_pool(b, axes); });
    define(context, "F.adaptive_max_pool" + n + "d", "adaptive_max_pool" + n + "d", "input, output_size",
           [axes](Bound& b) { return adaptive_pool(b, axes); });
  }
  define(context, "F.unfold", "im2col", "input, kernel_size, dilation=1, padding=0, stride=1", unfold);
  define(context, "F.grid_sample", "grid_sampler", "input, grid, mode='bilinear', padding_mode='zeros', align_corners=None", grid_sample);
  define(context, "F.interpolate F.upsample", "interpolate",
         "input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False",
         interpolate);
}

}  // namespace fusescout::torch
