// Native torch functions as rows of tables: Python names, a signature, a body. `Bound` is one call with its arguments bound.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "torch/context.h"
#include "torch/layout.h"

namespace fusescout::torch {

struct Operation;
struct Bound;
using Body = std::function<Value(Bound&)>;

struct Parameter {
  std::string name;
  std::string other_name;            // numpy's spelling ("axis"), accepted as keyword
  Value standard;                    // Undefined: required
  bool keyword_only = false;
  bool rest = false;                 // `*size`: ints, or one list of them
};

// names: "torch.add Tensor.add Tensor.add_ Tensor.__add__ F.relu"; a name with `_` at its end or `__i...__` works in place.
struct Operation {
  std::string name;                  // of the aten operator, without `_`
  std::vector<Parameter> parameters;
  Body body;
};
// signature: "input, other, *, alpha=1, out=None"; "input, *size"; "input, dim|axis=None".
void define(Context& context, std::string_view names, std::string_view aten, std::string_view signature, Body body);
// A plain native function or method without binding: `name` as above.
void define_native(Context& context, std::string_view names, python::NativeBody body);

// Thrown where an argument that must be known is not; the call becomes opaque.
struct UnknownArgument { std::string reason; };

struct Bound {
  Context& context;
  Interpreter& interpreter;
  const Operation& operation;
  bool in_place = false;
  bool method = false;
  std::vector<Value> values;         // by parameter
  std::vector<bool> given;

  graph::Expressions& expressions() { return context.expressions; }
  const Value& operator[](size_t i) const { return values[i]; }
  bool none(size_t i) const { return !values[i].defined() || values[i].is_none(); }
  TensorObject* tensor(size_t i);                    // TypeError when it is none
  TensorObject* tensor_or_null(size_t i);            // nullptr for None
  bool is_tensor(size_t i) const { return context.as_tensor(values[i]) != nullptr; }
  std::vector<TensorObject*> tensors(size_t i);      // of a list or tuple
  Dim dim(size_t i);
  int64_t integer(size_t i) { return dim(i).value; }
  double number(size_t i);
  bool flag(size_t i);
  std::string text(size_t i);
  Shape shape(size_t i);                             // ints, list, tuple, Size
  size_t axis(size_t i, size_t rank);                // IndexError when out of range
  std::vector<size_t> axes(size_t i, size_t rank);   // None: all of them
  std::optional<DType> dtype(size_t i);              // nullopt for None
  graph::Attribute scalar(size_t i);                 // a Python number as an attribute
  [[noreturn]] void fail(std::string message);       // RuntimeError
  // Opens the entry `aten.<name>[_]` with the arguments as the dispatcher sees them.
  CallScope open(std::string_view overload = "default");
  std::string aten() const { return "aten." + operation.name + (in_place ? "_" : ""); }
  const graph::Tensor& info(size_t i) { return context.info(tensor(i)); }
  // The result of an operator that fills a tensor: `out` or the first input when in place, else a new one.
  TensorObject* result(CallScope& call, const Shape& shape, DType dtype, size_t out_parameter = SIZE_MAX);
};

// The axis of argument `i` in a tensor that has axes.
size_t split_axis(Bound& bound, size_t i);
std::string sizes_text(const Shape& shape);          // "[2, 3]", of the scenario's values
size_t wrap_axis(Interpreter& interpreter, int64_t axis, size_t rank);
Shape shape_of(Context& context, TensorObject* tensor);
double round_to(DType dtype, double value);          // as a cast would
bool is_integral(DType dtype);                       // Bool included

void define_elementwise(Context& context);
void define_ternary(Context& context);
void define_reductions(Context& context);
void define_views(Context& context);
void define_splits(Context& context);
void define_joins(Context& context);
void define_matmul(Context& context);
void define_indexing(Context& context);
void define_gathers(Context& context);
void define_creation(Context& context);
void define_copies(Context& context);
void define_functional(Context& context);
void define_convolution(Context& context);
void define_sorting(Context& context);
void define_tensor_class(Context& context);
void define_types(Context& context);
void define_modes(Context& context);                 // no_grad, inference_mode, manual_seed, ...

}  // namespace fusescout::torch
