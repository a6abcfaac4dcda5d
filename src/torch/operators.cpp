#include "torch/operators.h"

#include <algorithm>

#include "python/names.h"
#include "python/scope.h"
#include "torch/context.h"
#include "torch/operator_schema.h"

namespace fusescout::torch {

using python::Class;

namespace {

// torch.ops.vllm.moe_forward, or one of its overloads.
struct OperatorObject final : python::Instance {
  OperatorEntry* entry;
  Symbol overload;     // empty: the packet of all
  OperatorObject(Class* cls, OperatorEntry* e, Symbol o) : Instance(cls), entry(e), overload(o) {}
};

struct SpaceObject final : python::Instance {
  Symbol space;
  SpaceObject(Class* cls, Symbol s) : Instance(cls), space(s) {}
};

// torch.ops.aten.mul and its overloads: torch's own function, which finds out by its arguments which of them it is.
struct AtenObject final : python::Instance {
  Value function;
  python::Dict* overloads;
  AtenObject(Class* cls, Value f, python::Dict* o) : Instance(cls), function(f), overloads(o) {}
};

OperatorObject* as_operator(const Value& value) {
  auto* instance = value.as<python::Instance>();
  return instance != nullptr ? dynamic_cast<OperatorObject*>(instance) : nullptr;
}

bool holds_unknown(const Value& value) {
  if (value.as<python::Unknown>() != nullptr) return true;
  const std::vector<Value>* items = nullptr;
  if (auto* tuple = value.as<python::Tuple>()) items = &tuple->items;
  if (auto* list = value.as<python::List>()) items = &list->items;
  return items != nullptr && std::any_of(items->begin(), items->end(), holds_unknown);
}

// The tensors in the arguments that belong to the named parameters.
std::vector<TensorObject*> tensors_of(Context& context, const OperatorEntry& entry, const Arguments& arguments, const std::vector<Symbol>& names) {
  std::vector<TensorObject*> result;
  for (Symbol name : names) {
    auto at = std::find(entry.parameters.begin(), entry.parameters.end(), name);
    Value value = arguments.get(static_cast<size_t>(at - entry.parameters.begin()), name);
    if (value.defined()) collect_tensors(context, value, result);
  }
  return result;
}

// "vllm::moe_forward.default" to its parts; the namespace may be missing.
struct Qualified { Symbol space, name, overload; };
Qualified split_name(std::string_view text, Symbol space) {
  size_t colons = text.find("::");
  if (colons != std::string_view::npos) {
    space = Symbol(text.substr(0, colons));
    text = text.substr(colons + 2);
  }
  size_t dot = text.find('.');
  std::string_view overload = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  // An overload has a body of its own: an operator of the name with the dot. Those of aten are the functions of torch.
  bool own = !overload.empty() && overload != "default" && space.view() != "aten";
  return {space, Symbol(own ? text : text.substr(0, dot)), Symbol(overload)};
}

// A result without recording, made again as outputs of the open call.
Value made_by_call(Context& context, const Value& value) {
  if (TensorObject* tensor = context.as_tensor(value)) {
    graph::Tensor info = context.info(tensor);
    return context.make_strided(info.shape, info.strides, info.dtype);
  }
  if (auto* tuple = value.as<python::Tuple>()) {
    std::vector<Value> items;
    for (const Value& item : tuple->items) items.push_back(made_by_call(context, item));
    return context.interpreter.tuple(std::move(items));
  }
  if (auto* list = value.as<python::List>()) {
    std::vector<Value> items;
    for (const Value& item : list->items) items.push_back(made_by_call(context, item));
    return context.interpreter.list(std::move(items));
  }
  return value;
}

}  // namespace

Operators& Operators::of(Interpreter& interpreter) { return *Context::of(interpreter).operators; }

OperatorEntry* Operators::find(Symbol space, Symbol name) {
  auto it = entries_.find({space, name});
  return it == entries_.end() ? nullptr : it->second.get();
}

OperatorEntry& Operators::add(Symbol space, Symbol name) {
  std::unique_ptr<OperatorEntry>& entry = entries_[{space, name}];
  if (entry == nullptr) {
    entry = std::make_unique<OperatorEntry>();
    entry->space = space;
    entry->name = name;
  }
  return *entry;
}

Value Operators::object(OperatorEntry& entry, Symbol overload) {
  Value& object = objects_[{Symbol(entry.qualified()), overload}];
  if (!object.defined()) object = context_.interpreter.make<OperatorObject>(overload.empty() ? packet_class_ : overload_class_, &entry, overload);
  return object;
}

Value Operators::attribute(Symbol space, Symbol name) {
  OperatorEntry* entry = find(space, name);
  if (owned_.count(space) > 0 && (entry == nullptr || entry->schema.empty())) return Value();
  if (entry != nullptr && (entry->meaning || !entry->implementations.empty())) return object(*entry);
  auto source = sources_.find(space);
  Value found = source != sources_.end() ? source->second(context_.interpreter, name) : Value();
  return found.defined() || entry == nullptr ? found : object(*entry);
}

Value Operators::fake_result(OperatorEntry& entry, CallScope& call, const Arguments& arguments, const std::string& reason) {
  Interpreter& interpreter = context_.interpreter;
  call.opaque();
  interpreter.note(python::NoteKind::Unknown, "`" + entry.qualified() + "`: " + reason + ": the shapes are those of its fake implementation");
  Value shapes;
  {
    RecordingGuard off(context_, false);
    shapes = interpreter.call(entry.fake, arguments);
  }
  for (TensorObject* tensor : tensors_of(context_, entry, arguments, entry.mutates)) call.write(tensor);
  return made_by_call(context_, shapes);
}

Value Operators::call(OperatorEntry& entry, Symbol overload, const Arguments& arguments) {
  Interpreter& interpreter = context_.interpreter;
  static const Symbol default_name("default");
  CallScope call(context_, entry.qualified(), (overload.empty() ? default_name : overload).view(), arguments);
  Value body;
  for (const std::string& key : context_.dispatch_keys) {
    auto it = entry.implementations.find(key);
    if (it == entry.implementations.end()) continue;
    body = it->second;
    break;
  }
  if (!body.defined() && entry.meaning) return entry.meaning(call, arguments);
  if (!body.defined()) {
    if (entry.fake.defined()) return call.finish(fake_result(entry, call, arguments, "no implementation for this device is registered"));
    if (owned_.count(entry.space) > 0 && sources_.count(entry.space) > 0) {     // it is built, and not in the catalogue
      call.opaque();
      for (TensorObject* tensor : tensors_of(context_, entry, arguments, entry.mutates)) call.write(tensor);
      return interpreter.unknown("`" + entry.qualified() + "` has no meaning here", entry.qualified() + "()");
    }
    interpreter.raise("NotImplementedError", "Could not run '" + entry.space.str() + "::" + entry.name.str() + "' with arguments from the '" +
                                                 context_.dispatch_keys.front() + "' backend.");
  }
  // Inside, other calls write; here it is said which of the inputs they were.
  std::vector<TensorId> written;
  if (call.recording()) {
    for (TensorObject* tensor : tensors_of(context_, entry, arguments, entry.mutates)) written.push_back(context_.current(tensor));
  }
  size_t notes = interpreter.notes().size();
  auto met_unknown = [&] {
    return std::any_of(interpreter.notes().begin() + static_cast<ptrdiff_t>(notes), interpreter.notes().end(),
                       [](const python::Note& note) { return note.kind == python::NoteKind::Unknown || note.kind == python::NoteKind::Unsupported; });
  };
  Value result;
  try {
    result = interpreter.call(body, arguments);
    if (entry.fake.defined() && holds_unknown(result)) result = fake_result(entry, call, arguments, "its body gives a value that is not known");
  } catch (python::PythonException& exception) {
    if (!entry.fake.defined() || !met_unknown()) throw;
    result = fake_result(entry, call, arguments, "its body cannot be followed (" + interpreter.to_str(exception.value) + ")");
  }
  if (call.recording()) {
    graph::Entry& made = call.entry();
    for (TensorId id : written) {
      auto at = std::find(made.inputs.begin(), made.inputs.end(), id);
      auto index = static_cast<uint8_t>(at - made.inputs.begin());
      if (at != made.inputs.end() && std::find(made.mutates.begin(), made.mutates.end(), index) == made.mutates.end()) made.mutates.push_back(index);
    }
  }
  return call.finish(result);
}

namespace {

Value operator_attribute(Interpreter& interpreter, const Value& self, Symbol name) {
  OperatorObject* object = as_operator(self);
  OperatorEntry& entry = *object->entry;
  std::string_view text = name.view();
  if (text == "__name__") return interpreter.str(entry.name.str() + (object->overload.empty() ? "" : "." + object->overload.str()));
  if (text == "_qualified_op_name") return interpreter.str(entry.space.str() + "::" + entry.name.str());
  if (text == "namespace") return interpreter.str(entry.space);
  if (text == "_overloadname") return interpreter.str(object->overload);
  if (text == "overloadpacket") return Operators::of(interpreter).object(entry);
  if (text == "tags") return interpreter.list({});
  if (text == "_schema") return schema_object(interpreter, entry);
  if (text.starts_with("__") || !object->overload.empty()) return Value();
  // An overload: `default`, or a name that was registered with a dot; the catalogue sets `out` itself.
  static const Symbol default_name("default");
  if (name == default_name || text == "Tensor" || text == "Scalar" || text == "int") return Operators::of(interpreter).object(entry, name);
  OperatorEntry* overload = Operators::of(interpreter).find(entry.space, Symbol(entry.name.str() + "." + name.str()));
  return overload != nullptr ? Operators::of(interpreter).object(*overload) : Value();
}

// register_fake(f) and @register_fake, register_kernel(devices, f), ...: how torch.library.custom_op's result is completed.
void add_registration(Interpreter& interpreter, Class* cls) {
  auto decorator = [](Interpreter& in, Value function, std::function<void(const Value&)> action) -> Value {
    if (function.defined() && !function.is_none()) {
      action(function);
      return function;
    }
    return in.function("decorator", [action = std::move(action)](Interpreter&, const Arguments& a) {
      action(a[0]);
      return a[0];
    });
  };
  interpreter.add_method(cls, "register_fake", [decorator](Interpreter& in, const Arguments& a) {
    OperatorEntry* entry = as_operator(a[0])->entry;
    return decorator(in, a.size() > 1 ? a[1] : Value(), [entry](const Value& f) { entry->fake = f; });
  });
  for (std::string_view name : {"register_kernel", "register_autograd", "register_vmap", "register_torch_dispatch", "register_autocast"}) {
    interpreter.add_method(cls, name, [decorator, name](Interpreter& in, const Arguments& a) {
      OperatorEntry* entry = as_operator(a[0])->entry;
      bool npu = name == "register_kernel" && a.size() > 1 && in.is_string(a[1]) && in.text_of(a[1]) == "npu";
      return decorator(in, a.size() > 2 ? a[2] : Value(), [entry, npu](const Value& f) {
        if (npu) entry->implementations["PrivateUse1"] = f;
      });
    });
  }
}

Value call_object(Interpreter& interpreter, const Arguments& arguments) {
  OperatorObject* object = as_operator(arguments[0]);
  return Operators::of(interpreter).call(*object->entry, object->overload, Arguments{arguments.positional.subspan(1), arguments.keywords});
}

// --- torch.library

// Registers a schema: "foo(Tensor x) -> Tensor" or "foo" and the rest apart.
void define(Operators& operators, std::string_view text, Symbol space) {
  size_t open = text.find('(');
  std::string_view head = text.substr(0, open);
  while (!head.empty() && head.back() == ' ') head.remove_suffix(1);
  Qualified name = split_name(head, space);
  OperatorEntry& entry = operators.add(name.space, name.name);
  if (open == std::string_view::npos) return;
  entry.schema = std::string(text.substr(open));
  read_schema(entry);
}

// What `impl` registers: for a device, or the shapes.
void implement(OperatorEntry& entry, const std::string& key, const Value& function) {
  if (key == "Meta") {
    entry.fake = function;
    return;
  }
  entry.implementations[key.empty() ? "CompositeImplicitAutograd" : key] = function;
  if (auto* python_function = function.as<python::Function>(); python_function != nullptr && entry.parameters.empty())
    entry.parameters = python_function->scope->parameter_names;
}

struct LibraryObject final : python::Instance {
  Symbol space;
  std::string key;
  explicit LibraryObject(Class* cls) : Instance(cls) {}
};

LibraryObject* as_library(const Value& value) { return dynamic_cast<LibraryObject*>(value.object); }

std::string text_or(Interpreter& interpreter, const Value& value, std::string otherwise) {
  return value.defined() && interpreter.is_string(value) ? std::string(interpreter.text_of(value)) : otherwise;
}

// The operator that a first argument names: "vllm::foo", an operator object, or "foo" of a library.
OperatorEntry& named(Interpreter& interpreter, const Value& value, Symbol space = {}) {
  if (OperatorObject* object = as_operator(value)) return *object->entry;
  Qualified name = split_name(interpreter.text_of(value), space);
  return Operators::of(interpreter).add(name.space, name.name);
}

Class* make_library_class(Interpreter& interpreter) {
  Class* cls = interpreter.make_class("Library", {}, python::Layout::Native);
  cls->module_name = "torch.library";
  cls->allocate = [](Interpreter& in, Class* made) -> python::Instance* { return in.make<LibraryObject>(made); };
  interpreter.add_method(cls, "__init__", [](Interpreter& in, const Arguments& a) {
    static const Symbol ns("ns"), kind("kind"), key("dispatch_key");
    LibraryObject* library = as_library(a[0]);
    library->space = Symbol(in.text_of(a.get(1, ns)));
    if (text_or(in, a.get(2, kind), "") == "DEF") Operators::of(in).own(library->space);
    library->key = text_or(in, a.get(3, key), "");
    return Value::none();
  });
  interpreter.add_method(cls, "define", [](Interpreter& in, const Arguments& a) {
    define(Operators::of(in), in.text_of(a[1]), as_library(a[0])->space);
    return a[1];
  });
  interpreter.add_method(cls, "impl", [](Interpreter& in, const Arguments& a) {
    static const Symbol key("dispatch_key"), op_name("op_name"), fn("fn");
    LibraryObject* library = as_library(a[0]);
    OperatorEntry& entry = named(in, a.get(1, op_name), library->space);
    implement(entry, text_or(in, a.get(3, key), library->key), a.get(2, fn));
    static const Symbol aten("aten");
    if (entry.space == aten) in.note(python::NoteKind::Unsupported, "another implementation of `aten." + entry.name.str() + "` is registered: calls do not lead there");
    return Value::none();
  });
  for (std::string_view name : {"_register_fake", "_impl_abstract"}) {
    interpreter.add_method(cls, name, [](Interpreter& in, const Arguments& a) {
      named(in, a[1], as_library(a[0])->space).fake = a[2];
      return Value::none();
    });
  }
  interpreter.add_method(cls, "_destroy", [](Interpreter&, const Arguments&) { return Value::none(); });
  interpreter.add_method(cls, "fallback", [](Interpreter&, const Arguments&) { return Value::none(); });
  return cls;
}

void add_library(Context& context) {
  Interpreter& interpreter = context.interpreter;
  python::Module* module = interpreter.add_native_module("torch.library");
  auto set = [&](std::string_view name, python::NativeBody body) { module->dict->set(interpreter, Symbol(name), interpreter.function(name, std::move(body))); };
  module->dict->set(interpreter, Symbol("Library"), make_library_class(interpreter));
  set("infer_schema", [](Interpreter& in, const Arguments& a) {
    static const Symbol mutates("mutates_args");
    return in.str(infer_schema(in, a[0], a.get(1, mutates)));
  });
  set("define", [](Interpreter& in, const Arguments& a) {
    std::string text(in.text_of(a[0]));
    if (a.size() > 1 && in.is_string(a[1])) text += in.text_of(a[1]);
    define(Operators::of(in), text, Symbol());
    return Value::none();
  });
  // @register_fake("vllm::foo") and register_fake("vllm::foo", f); impl alike, with the devices between.
  auto registration = [](Interpreter& in, const Value& function, std::function<void(const Value&)> action) -> Value {
    if (function.defined() && !function.is_none()) {
      action(function);
      return function;
    }
    return in.function("register", [action = std::move(action)](Interpreter&, const Arguments& a) {
      action(a[0]);
      return a[0];
    });
  };
  for (std::string_view name : {"register_fake", "impl_abstract"}) {
    set(name, [registration](Interpreter& in, const Arguments& a) {
      static const Symbol func("func");
      OperatorEntry* entry = &named(in, a[0]);
      return registration(in, a.get(1, func), [entry](const Value& f) { entry->fake = f; });
    });
  }
  for (std::string_view name : {"impl", "register_kernel"}) {
    set(name, [registration](Interpreter& in, const Arguments& a) {
      static const Symbol func("func");
      OperatorEntry* entry = &named(in, a[0]);
      std::string key = a.size() > 1 && in.is_string(a[1]) ? std::string(in.text_of(a[1])) : "CompositeExplicitAutograd";
      if (key == "npu") key = "PrivateUse1";
      return registration(in, a.get(2, func), [entry, key](const Value& f) { implement(*entry, key, f); });
    });
  }
  set("register_autograd", [](Interpreter&, const Arguments&) { return Value::none(); });
  for (std::string_view name : {"custom_op", "triton_op"}) {
    set(name, [registration](Interpreter& in, const Arguments& a) {
      static const Symbol fn("fn"), mutates("mutates_args"), schema("schema");
      std::string qualified(in.text_of(a[0]));
      Value writes = a.keyword(mutates), given = a.keyword(schema), function = a.get(1, fn);
      auto make = [qualified, writes, given](Interpreter& interpreter, const Value& f) {
        std::string text = text_or(interpreter, given, "");
        if (text.empty()) text = infer_schema(interpreter, f, writes);
        define(Operators::of(interpreter), qualified + text, Symbol());
        Qualified name = split_name(qualified, Symbol());
        OperatorEntry& entry = Operators::of(interpreter).add(name.space, name.name);
        implement(entry, "CompositeExplicitAutograd", f);
        return Operators::of(interpreter).object(entry);
      };
      if (function.defined() && !function.is_none()) return make(in, function);
      return in.function("custom_op", [make](Interpreter& interpreter, const Arguments& inner) { return make(interpreter, inner[0]); });
    });
  }
  set("wrap_triton", [](Interpreter&, const Arguments& a) { return a[0]; });
  set("opcheck", [](Interpreter&, const Arguments&) { return Value::none(); });
}

}  // namespace

void install_operators(Context& context) {
  Interpreter& interpreter = context.interpreter;
  auto operators = std::make_shared<Operators>(context);
  context.operators = operators;

  auto make_operator_class = [&](std::string_view name) {
    Class* cls = interpreter.make_class(name, {}, python::Layout::Native);
    cls->module_name = "torch._ops";
    cls->get_attribute = operator_attribute;
    interpreter.add_method(cls, "__call__", call_object);
    interpreter.add_method(cls, "__repr__", [](Interpreter& in, const Arguments& a) {
      OperatorObject* object = as_operator(a[0]);
      return in.str("<Op" + std::string(object->overload.empty() ? "OverloadPacket" : "Overload") + "(op='" + object->entry->qualified() + "')>");
    });
    interpreter.add_method(cls, "name", [](Interpreter& in, const Arguments& a) {
      return in.str(as_operator(a[0])->entry->space.str() + "::" + as_operator(a[0])->entry->name.str());
    });
    interpreter.add_method(cls, "overloads", [](Interpreter& in, const Arguments&) { return in.list({in.str(Symbol("default"))}); });
    add_registration(interpreter, cls);
    return cls;
  };
  operators->packet_class_ = make_operator_class("OpOverloadPacket");
  operators->overload_class_ = make_operator_class("OpOverload");

  Class* space_class = interpreter.make_class("_OpNamespace", {}, python::Layout::Native);
  space_class->module_name = "torch._ops";
  space_class->get_attribute = [](Interpreter& in, const Value& self, Symbol name) {
    if (name.view().starts_with("__")) return Value();
    Symbol space = static_cast<SpaceObject*>(self.object)->space;
    Value found = Operators::of(in).attribute(space, name);
    // A look for what may be there (hasattr, getattr with a default) takes this for "no" as well.
    if (!found.defined()) in.raise("AttributeError", "'_OpNamespace' '" + space.str() + "' object has no attribute '" + name.str() + "'");
    return found;
  };
  Class* ops_class = interpreter.make_class("_Ops", {}, python::Layout::Native);
  ops_class->module_name = "torch._ops";
  // A namespace is there as soon as it is looked at; its operators are not.
  ops_class->get_attribute = [space_class](Interpreter& in, const Value& self, Symbol name) {
    if (name.view().starts_with("__")) return Value();
    Value space = in.make<SpaceObject>(space_class, name);
    in.set_attribute_plain(self, name, space);
    return space;
  };
  for (std::string_view name : {"load_library", "import_module"})
    interpreter.add_method(ops_class, name, [](Interpreter&, const Arguments&) { return Value::none(); });
  Value ops = interpreter.make<python::Instance>(ops_class);
  python::Module* ops_module = interpreter.add_native_module("torch._ops");
  ops_module->dict->set(interpreter, Symbol("ops"), ops);
  ops_module->dict->set(interpreter, Symbol("OpOverload"), operators->overload_class_);
  ops_module->dict->set(interpreter, Symbol("OpOverloadPacket"), operators->packet_class_);
  if (python::Module* torch_module = interpreter.find_module(Symbol("torch"))) torch_module->dict->set(interpreter, Symbol("ops"), ops);

  // aten operators are the functions and methods of the same name.
  Class* aten_class = interpreter.make_class("OpOverloadPacket", {}, python::Layout::Native);
  aten_class->module_name = "torch._ops";
  aten_class->get_attribute = [](Interpreter& in, const Value& self, Symbol name) -> Value {
    auto* object = static_cast<AtenObject*>(self.object);
    if (name == python::names::__name__) return in.find_attribute(object->function, name);
    if (name.view().starts_with("_")) return Value();
    if (object->overloads->find(name) == nullptr) object->overloads->set(in, name, in.make<AtenObject>(object->cls, object->function, in.dict()));
    return *object->overloads->find(name);
  };
  interpreter.add_method(aten_class, "__call__", [](Interpreter& in, const Arguments& a) {
    return in.call(static_cast<AtenObject*>(a[0].object)->function, Arguments{a.positional.subspan(1), a.keywords});
  });
  python::Dict* known = interpreter.dict();
  operators->add_source(Symbol("aten"), [aten_class, known](Interpreter& in, Symbol name) -> Value {
    if (Value* made = known->find(name)) return *made;
    Value found;
    for (Symbol from : {Symbol("torch"), Symbol("torch.nn.functional")}) {
      python::Module* module = in.find_module(from);
      Value* function = module != nullptr ? module->dict->find(name) : nullptr;
      if (function != nullptr && !found.defined()) found = *function;
    }
    if (!found.defined()) found = in.find_in_class(Context::of(in).tensor_class, name);
    if (!found.defined()) return Value();
    known->set(in, name, in.make<AtenObject>(aten_class, found, in.dict()));
    return *known->find(name);
  });
  add_library(context);
}

}  // namespace fusescout::torch
