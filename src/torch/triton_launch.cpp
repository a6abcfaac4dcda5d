// @triton.jit objects and their launches. A launch is one call of the graph; what the kernel computes is in the catalogue by its name, else
// one `opaque` operator from what it reads to what it writes.
#include <algorithm>

#include "python/scope.h"
#include "torch/context.h"
#include "torch/operators.h"
#include "torch/triton_access.h"
#include "torch/triton_launch.h"

namespace fusescout::torch {

using python::Class;
using python::Function;

namespace {

const Symbol fn_name("fn"), triton_space("triton");

// The arguments by parameter, in order of the parameters; launch options are left out.
std::vector<python::KeywordArgument> bind(Interpreter& interpreter, Function* kernel, const Arguments& arguments) {
  std::vector<python::KeywordArgument> bound;
  const std::vector<Symbol>& names = kernel->scope->parameter_names;
  if (arguments.size() > names.size()) {
    interpreter.raise_type_error(kernel->name.str() + "() takes " + std::to_string(names.size()) + " positional arguments but " +
                                 std::to_string(arguments.size()) + " were given");
  }
  for (size_t i = 0; i < names.size(); ++i) {
    Value value = arguments.get(i, names[i]);
    if (!value.defined() && i < kernel->defaults.size()) value = kernel->defaults[i];
    if (value.defined()) bound.push_back({names[i], value});
  }
  return bound;
}

Value launch(Interpreter& interpreter, const Value& object, const Arguments& arguments) {
  Context& context = Context::of(interpreter);
  Function* kernel = kernel_function(object);
  if (kernel == nullptr) interpreter.raise_type_error("the kernel is no Python function");
  std::vector<python::KeywordArgument> bound = bind(interpreter, kernel, arguments);
  std::map<Symbol, Value> known;
  for (const auto& argument : bound) known[argument.name] = argument.value;
  KernelAccess access = kernel_access(interpreter, kernel, known);

  Arguments by_name{{}, bound};
  CallScope call(context, "triton." + kernel->name.str(), "", by_name);
  std::vector<TensorObject*> stored;
  std::vector<TensorId> before, read;
  for (const auto& argument : bound) {
    TensorObject* tensor = context.as_tensor(argument.value);
    if (tensor == nullptr) continue;
    TensorId now = context.current(tensor);
    if (access.loaded.contains(argument.name)) read.push_back(now);
    if (!access.stored.contains(argument.name)) continue;
    stored.push_back(tensor);
    before.push_back(now);
  }
  Operators& operators = Operators::of(interpreter);
  OperatorEntry* entry = operators.find(triton_space, kernel->name);
  if (entry == nullptr) {
    operators.attribute(triton_space, kernel->name);   // the catalogue registers its kernels
    entry = operators.find(triton_space, kernel->name);
  }
  Value meant = entry != nullptr && entry->meaning ? entry->meaning(call, by_name) : Value();
  std::vector<TensorId> written;
  for (size_t i = 0; i < stored.size(); ++i) {
    // The meaning may have written it already, perhaps through a view.
    written.push_back(context.current(stored[i]) == before[i] ? call.write(stored[i]) : context.current(stored[i]));
  }
  if (!call.recording()) return Value::none();
  for (const auto& argument : bound) {
    auto* unknown = argument.value.as<python::Unknown>();
    if (unknown == nullptr) continue;
    call.opaque();
    interpreter.note(python::NoteKind::Unknown, "Triton kernel `" + kernel->name.str() + "`: `" + argument.name.str() + "` is not known: " + unknown->reason);
  }
  if (!meant.defined()) {
    if (stored.empty()) {
      call.opaque();
      interpreter.note(python::NoteKind::Unsupported, "Triton kernel `" + kernel->name.str() + "`: no store through a pointer argument was found");
    }
    call.emit("opaque", read, written, attributes({{"name", std::string(kernel->name.str())}}));
  }
  context.graph.kernels[call.kernel()].triton = true;
  return call.finish(Value::none());
}

}  // namespace

void install_triton(Context& context) {
  Interpreter& interpreter = context.interpreter;
  Class* cls = interpreter.make_class("JITFunction", {});
  cls->builtin = false;
  cls->module_name = "triton.runtime.jit";
  interpreter.add_method(cls, "__init__", [](Interpreter& in, const Arguments& a) {
    in.set_attribute_plain(a[0], fn_name, a[1]);
    for (std::string_view name : {"__name__", "__qualname__", "__module__", "__doc__"}) {
      Value value = in.find_attribute(a[1], Symbol(name));
      if (value.defined()) in.set_attribute_plain(a[0], Symbol(name), value);
    }
    if (auto* function = a[1].as<Function>()) {
      std::vector<Value> names;
      for (Symbol parameter : function->scope->parameter_names) names.push_back(in.str(parameter));
      in.set_attribute_plain(a[0], Symbol("arg_names"), in.list(std::move(names)));
    }
    return Value::none();
  });
  // run(*args, grid=..., warmup=..., **kwargs): the grid only cuts the work.
  interpreter.add_method(cls, "run", [](Interpreter& in, const Arguments& a) { return launch(in, a[0], Arguments{a.positional.subspan(1), a.keywords}); });
  interpreter.add_method(cls, "__getitem__", [](Interpreter& in, const Arguments& a) {
    Value kernel = a[0];
    return in.function("launch", [kernel](Interpreter& inner, const Arguments& arguments) { return launch(inner, kernel, arguments); });
  });
  interpreter.add_method(cls, "__call__", [](Interpreter& in, const Arguments&) -> Value {
    in.raise("RuntimeError", "Cannot call @triton.jit'd outside of the scope of a kernel");
  });
  python::Module* module = interpreter.find_module(Symbol("fusescout_torch"));
  CHECK(module != nullptr);
  module->dict->set(interpreter, Symbol("JITFunction"), cls);
  // A block size: its value matters to nothing that we compute, so it is a plain number.
  module->dict->set(interpreter, Symbol("next_power_of_2"), interpreter.function("next_power_of_2", [](Interpreter& in, const Arguments& a) {
    int64_t wanted = in.int_of(a[0]), power = 1;
    while (power < wanted) power *= 2;
    return Value::of(power);
  }));
}

}  // namespace fusescout::torch
