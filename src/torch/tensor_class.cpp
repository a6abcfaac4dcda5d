// The class torch.Tensor: what is no operator. Shapes and dtypes as attributes, identity, iteration, text.
#include "torch/operation.h"

namespace fusescout::torch {
namespace {

// Methods of torch.Tensor that exist and are not evaluated: asking for one of these gives an Unknown, for any other name AttributeError.
constexpr std::string_view other_methods =
    " acosh adjoint allclose angle apply_ arctanh asinh atanh backward baddbmm_ bernoulli bitwise_left_shift_ cauchy_ cholesky conj "
    "corrcoef cov cross cummax cummin "
    "data_ptr deg2rad det diag diag_embed diagflat diff digamma dist dot eig erfc erfinv fliplr flipud frexp gcd geometric_ geqrf "
    "hardshrink heaviside histc "
    "hypot i0 igamma index_fill index_fill_ index_reduce index_reduce_ inner inverse istft kron kthvalue lcm ldexp lerp lgamma log_normal_ "
    "logaddexp logcumsumexp "
    "logdet logit lu map_ matrix_exp matrix_power median mode msort mvlgamma nan_to_num nan_to_num_ nanmean nanmedian nanquantile "
    "nextafter orgqr ormqr pinverse "
    "polygamma put_ qr quantile rad2deg renorm resize_ resize_as_ rot90 scatter_reduce scatter_reduce_ share_memory_ sigmoid_backward "
    "signbit sinc slogdet "
    "slice_scatter sparse_mask stft sub_sparse svd take to_dense to_sparse trace triangular_solve trapz vander vdot xlogy ";

void add_attributes(Context& context) {
  Interpreter& i = context.interpreter;
  python::Class* cls = context.tensor_class;
  auto property = [&](std::string_view name, auto get) {
    i.add_property(cls, name, [&context, get](Interpreter&, const Arguments& a) -> Value { return get(context.as_tensor(a[0])); });
  };
  auto method = [&](std::string_view name, auto get) {
    i.add_method(cls, name, [&context, get](Interpreter& in, const Arguments& a) -> Value { return get(in, context.as_tensor(a[0]), a); });
  };
  property("shape", [&context](TensorObject* t) { return context.size(Shape(context.info(t).shape)); });
  property("dtype", [&context](TensorObject* t) { return context.tensor_dtype(t); });
  property("device", [&context](TensorObject* t) { return context.device_object(t->device); });
  property("ndim", [&context](TensorObject* t) { return Value::of(static_cast<int64_t>(context.info(t).shape.size())); });
  property("itemsize", [&context](TensorObject* t) {
    return Value::of(static_cast<int64_t>(std::max(1.0, graph::dtype_size(context.info(t).dtype))));
  });
  property("nbytes", [&context](TensorObject* t) {
    Dim count = product(context.expressions, Shape(context.info(t).shape));
    return context.interpreter.integer(
        context.expressions.mul(count, Dim(static_cast<int64_t>(std::max(1.0, graph::dtype_size(context.info(t).dtype))))));
  });
  property("is_cuda", [](TensorObject* t) { return Value::of(t->device.view() == "cuda"); });
  property("is_npu", [](TensorObject* t) { return Value::of(t->device.view() == "npu"); });
  property("is_cpu", [](TensorObject* t) { return Value::of(t->device.view() == "cpu"); });
  property("is_meta", [](TensorObject* t) { return Value::of(t->device.view() == "meta"); });
  for (const char* never :
       {"is_quantized", "is_sparse", "is_mkldnn", "is_nested", "is_xpu", "is_mps", "is_ipu", "is_vulkan", "is_sparse_csr"}) {
    property(never, [](TensorObject*) { return Value::of(false); });
  }
  property("is_leaf", [](TensorObject*) { return Value::of(true); });
  property("grad_fn", [](TensorObject*) { return Value::none(); });
  property("layout",
           [&context](TensorObject*) { return *context.interpreter.find_module(Symbol("torch"))->dict->find(Symbol("strided")); });
  i.add_property(
      cls, "requires_grad", [&context](Interpreter&, const Arguments& a) { return Value::of(context.as_tensor(a[0])->requires_grad); },
      [&context](Interpreter& in, const Arguments& a) {
        context.as_tensor(a[0])->requires_grad = in.truth(a[1]);
        return Value::none();
      });
  i.add_property(
      cls, "grad", [](Interpreter&, const Arguments&) { return Value::none(); },
      [](Interpreter&, const Arguments&) { return Value::none(); });
  i.add_property(
      cls, "data",
      [&context](Interpreter&, const Arguments& a) -> Value { return context.alias(context.as_tensor(a[0]), context.tensor_class); },
      [&context](Interpreter& in, const Arguments& a) {
        TensorObject* other = context.as_tensor(a[1]);
        if (other == nullptr) in.raise_type_error("data expected to be a tensor");
        context.set_data(context.as_tensor(a[0]), other);
        return Value::none();
      });
  property("_base", [](TensorObject*) { return Value::none(); });
  method("size", [&context](Interpreter& in, TensorObject* t, const Arguments& a) -> Value {
    static const Symbol dim("dim");
    Shape shape = context.info(t).shape;
    Value axis = a.get(1, dim);
    if (!axis.defined() || axis.is_none()) return context.size(shape);
    return in.integer(shape[wrap_axis(in, in.int_of(axis), shape.size())]);
  });
  method("stride", [&context](Interpreter& in, TensorObject* t, const Arguments& a) -> Value {
    static const Symbol dim("dim");
    Shape strides = context.info(t).strides;
    Value axis = a.get(1, dim);
    if (axis.defined() && !axis.is_none()) return in.integer(strides[wrap_axis(in, in.int_of(axis), strides.size())]);
    std::vector<Value> items;
    for (Dim d : strides) items.push_back(in.integer(d));
    return in.tuple(std::move(items));
  });
  for (const char* name : {"dim", "ndimension"}) {
    method(name, [&context](Interpreter&, TensorObject* t, const Arguments&) {
      return Value::of(static_cast<int64_t>(context.info(t).shape.size()));
    });
  }
  for (const char* name : {"numel", "nelement"}) {
    method(name, [&context](Interpreter& in, TensorObject* t, const Arguments&) {
      return in.integer(product(context.expressions, Shape(context.info(t).shape)));
    });
  }
  method("element_size", [&context](Interpreter&, TensorObject* t, const Arguments&) {
    return Value::of(static_cast<int64_t>(std::max(1.0, graph::dtype_size(context.info(t).dtype))));
  });
  method("storage_offset",
         [&context](Interpreter& in, TensorObject* t, const Arguments&) { return in.integer(context.info(t).storage_offset); });
  method("is_contiguous", [&context](Interpreter&, TensorObject* t, const Arguments&) {
    return Value::of(is_contiguous(context.info(t).shape, context.info(t).strides));
  });
  method("is_floating_point",
         [&context](Interpreter&, TensorObject* t, const Arguments&) { return Value::of(graph::is_floating(context.info(t).dtype)); });
  method("is_complex",
         [&context](Interpreter&, TensorObject* t, const Arguments&) { return Value::of(context.info(t).dtype == DType::C64); });
  method("is_signed", [&context](Interpreter&, TensorObject* t, const Arguments&) {
    return Value::of(context.info(t).dtype != DType::Bool && context.info(t).dtype != DType::U8);
  });
  method("is_pinned", [](Interpreter&, TensorObject*, const Arguments&) { return Value::of(false); });
  method("is_inference", [](Interpreter&, TensorObject*, const Arguments&) { return Value::of(true); });
  method("get_device",
         [](Interpreter&, TensorObject* t, const Arguments&) { return Value::of(int64_t{t->device.view() == "cpu" ? -1 : 0}); });
  method("data_ptr", [](Interpreter& in, TensorObject*, const Arguments&) {
    return in.unknown("an address in device memory", "torch.Tensor.data_ptr");
  });
  method("untyped_storage", [](Interpreter& in, TensorObject*, const Arguments&) {
    return in.unknown("the storage object of a tensor", "torch.Tensor.untyped_storage");
  });
  method("storage", [](Interpreter& in, TensorObject*, const Arguments&) {
    return in.unknown("the storage object of a tensor", "torch.Tensor.storage");
  });
  for (const char* name : {"requires_grad_", "detach_", "record_stream", "share_memory_", "retain_grad"}) {
    method(name, [](Interpreter&, TensorObject*, const Arguments& a) { return a[0]; });
  }
  method("is_set_to", [&context](Interpreter&, TensorObject* t, const Arguments& a) {
    return Value::of(context.as_tensor(a[1]) != nullptr && context.as_tensor(a[1])->id == t->id);
  });
  method("__len__", [&context](Interpreter& in, TensorObject* t, const Arguments&) -> Value {
    if (context.info(t).shape.empty()) in.raise_type_error("len() of a 0-d tensor");
    return in.integer(context.info(t).shape[0]);
  });
  method("__hash__", [](Interpreter&, TensorObject* t, const Arguments&) {
    return Value::of(static_cast<int64_t>(reinterpret_cast<uintptr_t>(t) >> 4));
  });
  method("__iter__", [&context](Interpreter& in, TensorObject* t, const Arguments& a) -> Value {
    if (context.info(t).shape.empty()) in.raise_type_error("iteration over a 0-d tensor");
    return in.iterate(in.call(in.get_attribute(a[0], Symbol("unbind"))));
  });
  auto repr = [&context](Interpreter& in, TensorObject* t, const Arguments&) -> Value {
    graph::Tensor info = context.info(t);
    if (context.is_known(t)) {
      Value list = in.call(in.get_attribute(t, Symbol("tolist")));
      return in.str("tensor(" + in.repr(list) + ")");
    }
    std::string text = "tensor(..., size=(";
    for (size_t k = 0; k < info.shape.size(); ++k) text += (k ? ", " : "") + std::to_string(info.shape[k].value);
    return in.str(text + "), dtype=torch." + static_cast<DTypeObject*>(context.tensor_dtype(t).as<python::Instance>())->name + ")");
  };
  method("__repr__", repr);
  method("__str__", repr);
  method("__format__", [](Interpreter& in, TensorObject* t, const Arguments& a) -> Value {
    Value text = in.call(in.get_attribute(t, Symbol("__repr__")));
    if (a.size() > 1 && in.is_string(a[1]) && !in.text_of(a[1]).empty())
      return in.unknown("the text of a tensor", "torch.Tensor.__format__");
    return text;
  });
  method("__deepcopy__", [](Interpreter& in, TensorObject* t, const Arguments&) { return in.call(in.get_attribute(t, Symbol("clone"))); });
  method("__contains__", [](Interpreter& in, TensorObject* t, const Arguments& a) {
    return in.call(in.get_attribute(in.call(in.get_attribute(t, Symbol("eq")), {a[1]}), Symbol("any")));
  });
  method("as_subclass",
         [&context](Interpreter&, TensorObject* t, const Arguments& a) -> Value { return context.alias(t, a[1].as<python::Class>()); });
}

}  // namespace

void define_tensor_class(Context& context) {
  Interpreter& i = context.interpreter;
  python::Class* cls = context.tensor_class;
  cls->allocate = [&context](Interpreter& in, python::Class* made) -> python::Instance* {
    auto* object = in.make<TensorObject>(made);
    TensorObject* empty = context.make_tensor({Dim(0)}, context.default_dtype);
    context.set_data(object, empty);
    return object;
  };
  cls->get_attribute = [](Interpreter& in, Value, Symbol name) -> Value {
    if (other_methods.find(" " + name.str() + " ") == std::string_view::npos) return Value();
    return in.unknown("torch.Tensor." + name.str() + " is not implemented", "torch.Tensor." + name.str());
  };
  // Tensor(2, 3), FloatTensor([1.0]): sizes or data. A subclass's own __new__ and __init__ come first.
  auto construct = [&context](std::optional<DType> dtype) {
    return [&context, dtype](Interpreter& in, const Arguments& a) -> Value {
      Value torch = in.find_module(Symbol("torch"));
      DType type = dtype.value_or(context.default_dtype);
      std::vector<Value> rest(a.positional.begin() + (dtype ? 0 : 1), a.positional.end());
      std::vector<python::KeywordArgument> keywords = {{Symbol("dtype"), context.dtype_object(type)}};
      if (rest.empty()) rest.push_back(Value::of(int64_t{0}));
      bool sizes = in.is_integer(rest[0]);
      if (context.as_tensor(rest[0]) != nullptr) {
        TensorObject* same = context.alias(context.as_tensor(rest[0]), dtype ? context.tensor_class : a[0].as<python::Class>());
        return same;
      }
      if (auto* size = rest[0].as<python::Instance>(); size != nullptr && size->cls == context.size_class) sizes = true;
      return in.call(in.get_attribute(torch, Symbol(sizes ? "empty" : "tensor")), Arguments{rest, keywords});
    };
  };
  i.add_static_method(cls, "__new__", construct(std::nullopt));
  i.add_method(cls, "__init__", [](Interpreter&, const Arguments&) { return Value::none(); });
  i.add_static_method(cls, "_make_subclass", [&context](Interpreter&, const Arguments& a) -> Value {
    return context.alias(context.as_tensor(a[1]), a[0].as<python::Class>());
  });
  python::Module* torch = i.find_module(Symbol("torch"));
  const std::pair<const char*, DType> legacy[] = {{"FloatTensor", DType::F32},     {"DoubleTensor", DType::F64}, {"HalfTensor", DType::F16},
                                                  {"BFloat16Tensor", DType::BF16}, {"LongTensor", DType::I64},   {"IntTensor", DType::I32},
                                                  {"ShortTensor", DType::I16},     {"CharTensor", DType::I8},    {"ByteTensor", DType::U8},
                                                  {"BoolTensor", DType::Bool}};
  for (auto [name, dtype] : legacy) {
    // Named in annotations and isinstance checks as well: classes, whose calls make plain tensors.
    python::Class* typed = i.make_class(name, {context.tensor_class});
    typed->module_name = "torch";
    auto make = construct(dtype);
    i.add_static_method(typed, "__new__",
                        [make](Interpreter& in, const Arguments& a) { return make(in, Arguments{a.positional.subspan(1), a.keywords}); });
    torch->dict->set(i, Symbol(name), typed);
  }
  add_attributes(context);
}

}  // namespace fusescout::torch
