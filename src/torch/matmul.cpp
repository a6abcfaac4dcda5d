// Matrix products: one canonical matmul each, a bias or addend as its third input.
#include <algorithm>
#include <map>

#include "torch/pointwise.h"

namespace fusescout::torch {
namespace {

std::string matrix_text(const Shape& s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) out += (i ? "x" : "") + std::to_string(s[i].value);
  return out;
}

void same_dtype(Bound& bound, TensorObject* a, TensorObject* b) {
  DType x = bound.context.info(a).dtype, y = bound.context.info(b).dtype;
  if (x != y)
    bound.fail("expected m1 and m2 to have the same dtype, but got: " + std::string(graph::dtype_name(x)) +
               " != " + std::string(graph::dtype_name(y)));
}

[[noreturn]] void mismatch(Bound& bound, const Shape& a, const Shape& b) {
  bound.fail("mat1 and mat2 shapes cannot be multiplied (" + matrix_text(a) + " and " + matrix_text(b) + ")");
}

Value product_call(Bound& bound, std::string_view overload, std::vector<TensorObject*> inputs, const Shape& shape, DType dtype,
                   graph::Attributes list = {}, size_t out_parameter = SIZE_MAX) {
  Context& context = bound.context;
  CallScope call = bound.open(overload);
  std::vector<TensorId> ids;
  for (TensorObject* input : inputs) if (input != nullptr) ids.push_back(context.current(input));
  TensorObject* out = bound.result(call, shape, dtype, out_parameter);
  call.emit("matmul", ids, std::vector<TensorId>{out->id}, std::move(list));
  return call.finish(out);
}

// Of torch.matmul: vectors, matrices and batches.
Shape matmul_shape(Bound& bound, Shape a, Shape b) {
  if (a.empty() || b.empty())
    bound.fail("both arguments to matmul need to be at least 1D, but they are " + std::to_string(a.size()) + "D and " +
               std::to_string(b.size()) + "D");
  bool row = a.size() == 1, column = b.size() == 1;
  if (row) a.insert(a.begin(), Dim(1));
  if (column) b.push_back(Dim(1));
  if (a.back().value != b[b.size() - 2].value) mismatch(bound, a, b);
  auto batch = broadcast(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  if (!batch) bound.fail("The size of tensor a must match the size of tensor b at a batch dimension of matmul");
  Shape out = *batch;
  if (!row) out.push_back(a[a.size() - 2]);
  if (!column) out.push_back(b.back());
  return out;
}

Value matmul(Bound& bound) {
  TensorObject *a = bound.tensor(0), *b = bound.tensor(1);
  same_dtype(bound, a, b);
  Shape shape = matmul_shape(bound, bound.info(0).shape, bound.info(1).shape);
  return product_call(bound, "default", {a, b}, shape, bound.info(0).dtype, {}, 2);
}

Value fixed_rank(Bound& bound, size_t rank_a, size_t rank_b, const char* message) {
  if (bound.info(0).shape.size() != rank_a || bound.info(1).shape.size() != rank_b) bound.fail(message);
  if (rank_a == 3 && bound.info(0).shape[0].value != bound.info(1).shape[0].value)
    bound.fail("Expected size for first two dimensions of batch2 tensor to be equal to batch1's");
  return matmul(bound);
}

// addmm(input, a, b, *, beta, alpha): input + a @ b; baddbmm and addmv likewise.
Value added(Bound& bound) {
  Context& context = bound.context;
  TensorObject *addend = bound.tensor(0), *a = bound.tensor(1), *b = bound.tensor(2);
  same_dtype(bound, a, b);
  Shape shape = matmul_shape(bound, bound.info(1).shape, bound.info(2).shape);
  auto both = broadcast(shape, bound.info(0).shape);
  if (!both || !same_shape(*both, shape)) bound.fail("The expanded size of the tensor must match the existing size");
  double beta = bound.number(3), alpha = bound.number(4);
  if (beta == 1 && alpha == 1) return product_call(bound, "default", {a, b, addend}, shape, bound.info(1).dtype, {}, 5);
  CallScope call = bound.open();
  std::vector<TensorId> ids = {context.current(addend), context.current(a), context.current(b)};
  TensorObject* out = bound.result(call, shape, context.info(a).dtype, 5);
  if (call.recording()) {
    TensorId whole = inner(context, shape, context.info(a).dtype);
    TensorId target = beta == 0 && alpha == 1 ? out->id : whole;
    call.emit("matmul", {ids[1], ids[2]}, std::vector<TensorId>{target});
    auto scaled = [&](TensorId id, double factor, TensorId to) {
      call.emit("mul", std::vector<TensorId>{id}, std::vector<TensorId>{to}, attributes({{"other", factor}}));
      return to;
    };
    if (beta == 0 && alpha != 1) scaled(whole, alpha, out->id);
    if (beta != 0) {
      if (alpha != 1) whole = scaled(whole, alpha, inner(context, shape, context.info(a).dtype));
      if (beta != 1) ids[0] = scaled(ids[0], beta, inner(context, ids[0], context.info(a).dtype));
      call.emit("add", std::vector<TensorId>{whole, ids[0]}, std::vector<TensorId>{out->id});
    }
  }
  return call.finish(out);
}

Value linear(Bound& bound) {
  TensorObject *x = bound.tensor(0), *weight = bound.tensor(1), *bias = bound.tensor_or_null(2);
  same_dtype(bound, x, weight);
  Shape shape = bound.info(0).shape, w = bound.info(1).shape;
  if (shape.empty() || w.empty()) bound.fail("both arguments to linear need to be at least 1D");
  if (shape.back().value != w.back().value) mismatch(bound, shape, {w.back(), w[0]});
  if (w.size() == 1) shape.pop_back();
  else shape.back() = w[0];
  return product_call(bound, "default", {x, weight, bias}, shape, bound.info(0).dtype, attributes({{"transpose_b", true}}));
}

Value outer(Bound& bound) {
  Context& context = bound.context;
  Shape a = bound.info(0).shape, b = bound.info(1).shape;
  if (a.size() != 1 || b.size() != 1) bound.fail("outer: Expected 1-D argument");
  DType dtype = promote(bound.info(0).dtype, bound.info(1).dtype);
  auto x = context.known(bound.tensor(0)), y = context.known(bound.tensor(1));
  CallScope call = bound.open();
  TensorId left = cast_inside(context, call, context.current(bound.tensor(0)), dtype),
           right = cast_inside(context, call, context.current(bound.tensor(1)), dtype);
  TensorObject* out = context.make_tensor({a[0], b[0]}, dtype);
  call.emit("mul", std::vector<TensorId>{left, right}, std::vector<TensorId>{out->id}, attributes({{"outer", true}}));
  if (x && y && a[0].value * b[0].value <= Context::max_known) {
    std::vector<double> data;
    for (double i : *x) for (double j : *y) data.push_back(round_to(dtype, i * j));
    context.set_known(out, data);
  }
  return call.finish(out);
}

Value einsum(Bound& bound) {
  Context& context = bound.context;
  std::string text = bound.text(0);
  std::erase(text, ' ');
  std::vector<Value> items = bound.interpreter.to_vector(bound[1]);
  if (items.size() == 1 && context.as_tensor(items[0]) == nullptr) items = bound.interpreter.to_vector(items[0]);
  std::vector<TensorObject*> operands;
  for (const Value& item : items) {
    if (auto* unknown = item.as<python::Unknown>()) throw UnknownArgument{unknown->reason};
    TensorObject* tensor = context.as_tensor(item);
    if (tensor == nullptr) bound.interpreter.raise_type_error("einsum(): operands must be tensors");
    operands.push_back(tensor);
  }
  size_t arrow = text.find("->");
  std::string left = text.substr(0, arrow), out;
  std::map<char, Dim> sizes;
  std::map<char, int> uses;
  Shape ellipsis;
  size_t at = 0, operand_index = 0;
  while (at <= left.size()) {
    size_t comma = std::min(left.find(',', at), left.size());
    std::string letters = left.substr(at, comma - at);
    at = comma + 1;
    if (operand_index >= operands.size()) bound.fail("einsum(): fewer operands were provided than specified in the equation");
    Shape shape = context.info(operands[operand_index++]).shape;
    size_t dots = letters.find("...");
    size_t named = letters.size() - (dots == std::string::npos ? 0 : 3);
    if (named > shape.size() || (dots == std::string::npos && named != shape.size()))
      bound.fail("einsum(): the number of subscripts in the equation does not match the number of dimensions for operand " +
                 std::to_string(operand_index - 1));
    size_t dim = 0;
    for (size_t i = 0; i < letters.size();) {
      if (letters[i] == '.') {
        Shape part(shape.begin() + static_cast<ptrdiff_t>(dim), shape.begin() + static_cast<ptrdiff_t>(dim + shape.size() - named));
        auto both = broadcast(ellipsis, part);
        if (!both) bound.fail("einsum(): operands do not broadcast");
        ellipsis = *both;
        dim += part.size();
        i += 3;
        continue;
      }
      Dim size = shape[dim++];
      auto [it, added] = sizes.try_emplace(letters[i], size);
      if (!added && it->second.value == 1) it->second = size;
      else if (!added && size.value != 1 && it->second.value != size.value)
        bound.fail("einsum(): subscript " + std::string(1, letters[i]) + " has size " + std::to_string(size.value) +
                   " which does not broadcast with previously seen size " + std::to_string(it->second.value));
      ++uses[letters[i]];
      ++i;
    }
  }
  if (arrow != std::string::npos) {
    out = text.substr(arrow + 2);
  } else {
    out = ellipsis.empty() ? "" : "...";
    for (auto [letter, count] : uses) if (count == 1) out += letter;
  }
  Shape shape;
  for (size_t i = 0; i < out.size();) {
    if (out[i] == '.') {
      shape.insert(shape.end(), ellipsis.begin(), ellipsis.end());
      i += 3;
    } else {
      shape.push_back(sizes[out[i++]]);
    }
  }
  DType dtype = context.info(operands[0]).dtype;
  for (TensorObject* operand : operands) dtype = promote(dtype, context.info(operand).dtype);
  return product_call(bound, "default", operands, shape, dtype, attributes({{"equation", text}}));
}

}  // namespace

void define_matmul(Context& context) {
  constexpr const char* two = "input, other|mat2, *, out=None";
  define(context, "torch.matmul Tensor.matmul Tensor.__matmul__", "matmul", two, matmul);
  define_native(context, "Tensor.__rmatmul__", [&context](Interpreter& i, const Arguments& a) -> Value {
    if (context.as_tensor(a[1]) == nullptr) return i.not_implemented();
    return i.call(i.get_attribute(a[1], Symbol("matmul")), {a[0]});
  });
  define(context, "torch.mm Tensor.mm", "mm", two, [](Bound& b) { return fixed_rank(b, 2, 2, "self must be a matrix"); });
  define(context, "torch.bmm Tensor.bmm", "bmm", two, [](Bound& b) { return fixed_rank(b, 3, 3, "batch1 must be a 3D tensor"); });
  define(context, "torch.mv Tensor.mv", "mv", "input, vec|other",
         [](Bound& b) { return fixed_rank(b, 2, 1, "vector + matrix @ vector expected"); });
  define(context, "torch.dot Tensor.dot", "dot", "input, tensor|other",
         [](Bound& b) { return fixed_rank(b, 1, 1, "1D tensors expected"); });
  constexpr const char* three = ", *, beta=1, alpha=1, out=None";
  define(context, "torch.addmm Tensor.addmm Tensor.addmm_", "addmm", std::string("input, mat1, mat2") + three, added);
  define(context, "torch.baddbmm Tensor.baddbmm Tensor.baddbmm_", "baddbmm", std::string("input, batch1, batch2") + three, added);
  define(context, "torch.addmv Tensor.addmv", "addmv", std::string("input, mat, vec") + three, added);
  define(context, "F.linear", "linear", "input, weight, bias=None", linear);
  define(context, "torch._scaled_mm", "_scaled_mm",
         "input, mat2, scale_a, scale_b, bias=None, scale_result=None, out_dtype=None, use_fast_accum=False", [](Bound& b) {
           Context& c = b.context;
           Shape shape = matmul_shape(b, b.info(0).shape, b.info(1).shape);
           DType dtype = b.dtype(6).value_or(b.info(0).dtype);
           CallScope call = b.open();
           std::vector<TensorId> ids = {c.current(b.tensor(0)), c.current(b.tensor(1)), c.current(b.tensor(3)), c.current(b.tensor(2))};
           if (TensorObject* bias = b.tensor_or_null(4)) ids.push_back(c.current(bias));
           TensorObject* out = c.make_tensor(shape, dtype);
           call.emit("quantized_matmul", ids, std::vector<TensorId>{out->id}, attributes({{"dtype", dtype}}));
           return call.finish(out);
         });
  define(context, "torch.outer torch.ger Tensor.outer Tensor.ger", "outer", "input, vec2", outer);
  define(context, "torch.einsum", "einsum", "equation, *operands", einsum);
}

}  // namespace fusescout::torch
