// torch.nn.Parameter, and the native part of torch.nn: what library/torch/nn builds on.
#include "torch/context.h"
#include "torch/nn_module.h"

namespace fusescout::torch {

using python::Class;

void install_nn(Context& context) {
  Interpreter& interpreter = context.interpreter;
  context.module_class = make_module_class(interpreter);
  context.parameter_class = interpreter.make_class("Parameter", {context.tensor_class});
  Class* cls = context.parameter_class;
  cls->module_name = "torch.nn.parameter";
  interpreter.add_static_method(cls, "__new__", [](Interpreter& in, const Arguments& a) -> Value {
    static const Symbol data_key("data"), grad_key("requires_grad");
    Context& context = Context::of(in);
    Class* made_class = a[0].as<Class>();
    Value data = a.get(1, data_key), grad = a.get(2, grad_key);
    if (data.defined() && data.as<python::Unknown>() != nullptr) return data;
    TensorObject* tensor = !data.defined() || data.is_none() ? context.make_tensor({Dim(0)}, context.default_dtype) : context.as_tensor(data);
    if (tensor == nullptr) in.raise_type_error("cannot make a Parameter of '" + in.type_name(data) + "'");
    TensorObject* parameter = context.alias(tensor, made_class);
    context.set_kind(parameter, TensorKind::Parameter, Symbol());
    parameter->requires_grad = !grad.defined() || in.truth(grad);
    return parameter;
  });
  // A subclass's own __init__ takes what its __new__ took; there is nothing left to do.
  interpreter.add_method(cls, "__init__", [](Interpreter&, const Arguments&) { return Value::none(); });
  python::Module* module = interpreter.add_native_module("fusescout_torch");
  module->dict->set(interpreter, Symbol("Module"), context.module_class);
  module->dict->set(interpreter, Symbol("Parameter"), cls);
}

}  // namespace fusescout::torch
