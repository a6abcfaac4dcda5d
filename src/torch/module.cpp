// The module `torch`: what is no operator, and how its other names are found.
#include <cmath>
#include <limits>

#include "torch/nn_module.h"
#include "torch/operation.h"
#include "torch/operators.h"
#include "torch/triton_launch.h"

namespace fusescout::torch {
namespace {

struct Limits { DType dtype; double eps, max, tiny; int64_t bits; };
const Limits float_limits[] = {
    {DType::F64, 2.220446049250313e-16, 1.7976931348623157e308, 2.2250738585072014e-308, 64},
    {DType::F32, 1.1920928955078125e-07, 3.4028234663852886e38, 1.1754943508222875e-38, 32},
    {DType::F16, 0.0009765625, 65504.0, 6.103515625e-05, 16},
    {DType::BF16, 0.0078125, 3.3895313892515355e38, 1.1754943508222875e-38, 16},
    {DType::F8E4M3, 0.125, 448.0, 0.015625, 8},
    {DType::F8E5M2, 0.25, 57344.0, 6.103515625e-05, 8},
};
struct IntLimits { DType dtype; int64_t min, max, bits; };
const IntLimits int_limits[] = {
    {DType::U8, 0, 255, 8}, {DType::I8, -128, 127, 8}, {DType::I16, -32768, 32767, 16}, {DType::I32, INT32_MIN, INT32_MAX, 32},
    {DType::I64, INT64_MIN, INT64_MAX, 64}, {DType::I4, -8, 7, 4},
};

void define_limits(Context& context) {
  Interpreter& i = context.interpreter;
  python::Module* torch = i.find_module(Symbol("torch"));
  for (bool floating : {true, false}) {
    python::Class* cls = i.make_class(floating ? "finfo" : "iinfo", {});
    cls->module_name = "torch";
    i.add_method(cls, "__init__", [&context, floating](Interpreter& in, const Arguments& a) {
      std::optional<DType> dtype = a.size() > 1 ? context.as_dtype(a[1]) : context.default_dtype;
      if (!dtype) in.raise_type_error("finfo(): argument must be torch.dtype");
      auto set = [&](std::string_view name, Value value) { in.set_attribute_plain(a[0], Symbol(name), value); };
      bool found = false;
      for (const Limits& row : float_limits) {
        if (!floating || row.dtype != *dtype) continue;
        found = true;
        set("eps", Value::of(row.eps));
        set("max", Value::of(row.max));
        set("min", Value::of(-row.max));
        set("tiny", Value::of(row.tiny));
        set("smallest_normal", Value::of(row.tiny));
        set("resolution", Value::of(std::pow(10.0, std::floor(std::log10(row.eps)) + 1)));
        set("bits", Value::of(row.bits));
      }
      for (const IntLimits& row : int_limits) {
        if (floating || row.dtype != *dtype) continue;
        found = true;
        set("max", Value::of(row.max));
        set("min", Value::of(row.min));
        set("bits", Value::of(row.bits));
      }
      if (!found)
        in.raise_type_error(floating ? "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch." +
                                           std::string(graph::dtype_name(*dtype)) + "'"
                                     : "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch." +
                                           std::string(graph::dtype_name(*dtype)) + "'");
      set("dtype", in.str("torch." + std::string(graph::dtype_name(*dtype))));
      return Value::none();
    });
    torch->dict->set(i, Symbol(floating ? "finfo" : "iinfo"), cls);
  }
}

}  // namespace

void define_modes(Context& context) {
  Interpreter& i = context.interpreter;
  python::Module* torch = i.find_module(Symbol("torch"));
  define_limits(context);
  auto set = [&](std::string_view name, const Value& value) { torch->dict->set(i, Symbol(name), value); };
  set("pi", Value::of(M_PI));
  set("e", Value::of(M_E));
  set("inf", Value::of(HUGE_VAL));
  set("nan", Value::of(std::nan("")));
  set("newaxis", Value::none());
  set("__version__", i.str(Symbol("2.9.0")));
  for (const char* name : {"SymInt", "SymFloat", "SymBool"}) {
    // Symbolic integers are ints here; these classes have no instances.
    python::Class* cls = i.make_class(name, {});
    cls->module_name = "torch";
    set(name, cls);
  }
  define_native(context, "torch.get_default_dtype",
                [&context](Interpreter&, const Arguments&) { return context.dtype_object(context.default_dtype); });
  define_native(context, "torch.set_default_dtype", [&context](Interpreter& in, const Arguments& a) {
    auto dtype = context.as_dtype(a[0]);
    if (!dtype) in.raise_type_error("invalid dtype object: only floating-point types are supported as the default type");
    context.default_dtype = *dtype;
    return Value::none();
  });
  define_native(context, "torch.get_default_device", [&context](Interpreter&, const Arguments&) {
    return context.device_object(context.usual_device());
  });
  define_native(context, "torch.set_default_device", [&context](Interpreter&, const Arguments& a) {
    context.default_device = context.device_of(a[0]);
    return Value::none();
  });
  define_native(context, "torch.is_tensor",
                [&context](Interpreter&, const Arguments& a) { return Value::of(context.as_tensor(a[0]) != nullptr); });
  define_native(context, "torch.is_floating_point",
                [](Interpreter& in, const Arguments& a) { return in.call(in.get_attribute(a[0], Symbol("is_floating_point"))); });
  define_native(context, "torch.is_complex",
                [](Interpreter& in, const Arguments& a) { return in.call(in.get_attribute(a[0], Symbol("is_complex"))); });
  define_native(context, "torch.numel",
                [](Interpreter& in, const Arguments& a) { return in.call(in.get_attribute(a[0], Symbol("numel"))); });
  define_native(context, "torch.is_nonzero", [](Interpreter& in, const Arguments& a) { return Value::of(in.truth(a[0])); });
  define_native(context, "torch.equal Tensor.equal torch.allclose Tensor.allclose",
                [&context](Interpreter& in, const Arguments& a) -> Value {
                  TensorObject *x = context.as_tensor(a[0]), *y = context.as_tensor(a[1]);
                  if (x == nullptr || y == nullptr) in.raise_type_error("equal(): arguments must be Tensor");
                  if (!same_shape(context.info(x).shape, context.info(y).shape)) return Value::of(false);
                  auto left = context.known(x), right = context.known(y);
                  if (!left || !right) return in.unknown("the data of tensors", "torch.equal");
                  return Value::of(*left == *right);
                });
  define_native(context, "torch.result_type", [&context](Interpreter& in, const Arguments& a) {
    std::vector<Operand> operands;
    for (const Value& value : a.positional) {
      if (TensorObject* t = context.as_tensor(value))
        operands.push_back({context.info(t).dtype, context.info(t).shape.empty() ? Rank::ZeroDim : Rank::Tensor});
      else operands.push_back({value.is_bool() ? DType::Bool : in.is_integer(value) ? DType::I64 : DType::F64, Rank::Scalar});
    }
    return context.dtype_object(result_type(operands, context.default_dtype));
  });
  define_native(context, "torch.promote_types", [&context](Interpreter& in, const Arguments& a) {
    auto x = context.as_dtype(a[0]), y = context.as_dtype(a[1]);
    if (!x || !y) in.raise_type_error("promote_types(): arguments must be torch.dtype");
    return context.dtype_object(promote(*x, *y));
  });
  define_native(context, "torch.broadcast_shapes", [&context](Interpreter& in, const Arguments& a) {
    Shape shape;
    for (const Value& value : a.positional) {
      auto both = broadcast(shape, context.as_shape(value).value_or(Shape{}));
      if (!both) in.raise("RuntimeError", "Shape mismatch: objects cannot be broadcast to a single shape");
      shape = *both;
    }
    return context.size(shape);
  });
  define_native(context, "torch.cond", [](Interpreter& in, const Arguments& a) {
    std::vector<Value> operands = a.size() > 3 ? in.to_vector(a[3]) : std::vector<Value>();
    return in.call(in.truth(a[0]) ? a[1] : a[2], Arguments{operands, {}});
  });
}

void install(Context& context) {
  Interpreter& i = context.interpreter;
  python::Module* torch = i.add_native_module("torch");
  torch->package = true;
  context.tensor_class = i.make_class("Tensor", {}, python::Layout::Native);
  context.tensor_class->module_name = "torch";
  torch->dict->set(i, Symbol("Tensor"), context.tensor_class);
  python::Module* functional = i.add_native_module("torch.nn.functional");
  for (const char* name : {"torch.special", "torch.linalg", "torch.fft"})
    torch->dict->set(i, Symbol(std::string_view(name).substr(6)), i.add_native_module(name));
  // Names that are no operators are in library/torch: first a submodule, then `_names`. The rest is not evaluated.
  torch->get_attribute = [](Interpreter& in, Symbol name) -> Value {
    if (name.view().starts_with("__")) return Value();
    Symbol submodule("torch." + name.str());
    if (in.find_module(submodule) != nullptr || in.loader().exists(submodule)) return in.import_module(submodule);
    if (in.loader().exists(Symbol("torch._names"))) {
      Value names = in.import_module(Symbol("torch._names"));
      Value found = in.find_attribute(names, name);
      if (found.defined()) return found;
    }
    return in.unknown("torch." + name.str() + " is not implemented", "torch." + name.str());
  };
  for (python::Module* module :
       {functional, i.find_module(Symbol("torch.special")), i.find_module(Symbol("torch.linalg")), i.find_module(Symbol("torch.fft"))}) {
    std::string prefix = module->name.str() + ".";
    module->get_attribute = [prefix](Interpreter& in, Symbol name) -> Value {
      if (name.view().starts_with("__")) return Value();
      return in.unknown(prefix + name.str() + " is not implemented", prefix + name.str());
    };
  }
  define_types(context);
  define_tensor_class(context);
  define_elementwise(context);
  define_ternary(context);
  define_reductions(context);
  define_views(context);
  define_splits(context);
  define_joins(context);
  define_matmul(context);
  define_indexing(context);
  define_gathers(context);
  define_creation(context);
  define_copies(context);
  define_functional(context);
  define_sorting(context);
  define_modes(context);
  install_nn(context);
  install_operators(context);
  install_triton(context);
  auto before = i.unknown_call_hook;
  i.unknown_call_hook = [&context, before](Interpreter& in, const python::Unknown& unknown, const Arguments& arguments) -> Value {
    if (context.recording && !unknown.path.empty()) {
      std::vector<TensorObject*> tensors;
      for (const Value& value : arguments.positional) collect_tensors(context, value, tensors);
      for (const auto& keyword : arguments.keywords) collect_tensors(context, keyword.value, tensors);
      if (!tensors.empty()) return context.opaque_call(unknown.path, arguments, "`" + unknown.path + "` has no meaning: " + unknown.reason);
    }
    return before ? before(in, unknown, arguments) : in.unknown(unknown.reason, unknown.path + "()");
  };
}

}  // namespace fusescout::torch
