#include "torch/nn_module.h"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "python/names.h"
#include "torch/context.h"

namespace fusescout::torch {

using python::Arguments;
using python::Class;
using python::Dict;
using python::Interpreter;
using python::Value;

namespace {

const Symbol forward_name("forward"), training_name("training");

std::string class_name(const ModuleObject* module) { return module->cls->name.str(); }

ModuleObject* self_of(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = arguments.size() > 0 ? as_module(arguments[0]) : nullptr;
  if (module == nullptr) interpreter.raise_type_error("expected a torch.nn.Module as `self`");
  return module;
}

void require_init(Interpreter& interpreter, const ModuleObject* module, std::string_view what) {
  if (module->modules == nullptr) interpreter.raise("AttributeError", "cannot assign " + std::string(what) + " before Module.__init__() call");
}

// A name lives in one place: the instance's own attributes, parameters, buffers or modules.
void remove_elsewhere(ModuleObject* module, Symbol name, const Dict* keep) {
  for (Dict* table : {module->attributes, module->parameters, module->buffers, module->modules}) {
    if (table != nullptr && table != keep) table->erase(name);
  }
  if (keep != module->buffers && module->non_persistent != nullptr) module->non_persistent->table->erase(name);
}

void check_new_name(Interpreter& interpreter, ModuleObject* module, Symbol name, const Dict* own, std::string_view what) {
  if (name.view().find('.') != std::string_view::npos) interpreter.raise("KeyError", std::string(what) + " name can't contain \".\", got: " + name.str());
  if (name.empty()) interpreter.raise("KeyError", std::string(what) + " name can't be empty string \"\"");
  if (const_cast<Dict*>(own)->find(name) == nullptr && interpreter.find_attribute(module, name).defined())
    interpreter.raise("KeyError", "attribute '" + name.str() + "' already exists");
}

bool is_parameter(Interpreter& interpreter, const Value& value) {
  auto* instance = value.as<python::Instance>();
  return instance != nullptr && instance->cls->derives_from(Context::of(interpreter).parameter_class);
}

Value empty_set(Interpreter& interpreter) { return interpreter.make<python::Set>(interpreter.dict(), false); }

Value init(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = self_of(interpreter, arguments);
  module->parameters = interpreter.dict();
  module->buffers = interpreter.dict();
  module->modules = interpreter.dict();
  module->non_persistent = empty_set(interpreter).as<python::Set>();
  interpreter.set_attribute_plain(module, training_name, Value::of(true));
  return Value::none();
}

// Attributes that are in no dict of the instance or its class.
Value fallback_attribute(Interpreter& interpreter, const Value& self, Symbol name) {
  ModuleObject* module = as_module(self);
  if (module == nullptr || module->modules == nullptr) return Value();
  for (Dict* table : {module->parameters, module->buffers, module->modules}) {
    if (Value* found = table->find(name)) return *found;
  }
  static const Symbol parameters("_parameters"), buffers("_buffers"), modules("_modules"), non_persistent("_non_persistent_buffers_set"),
      pre_hooks("_forward_pre_hooks"), hooks("_forward_hooks");
  if (name == parameters) return module->parameters;
  if (name == modules) return module->modules;
  if (name == buffers) return module->buffers;
  if (name == non_persistent) return module->non_persistent;
  auto made = [&](Dict*& table) { return table != nullptr ? table : (table = interpreter.dict()); };
  if (name == pre_hooks) return made(module->forward_pre_hooks);
  if (name == hooks) return made(module->forward_hooks);
  return Value();
}

// torch.nn.modules.module.register_module_module_registration_hook: each hook may put another module in the place of one that is registered.
Value after_registration_hooks(Interpreter& interpreter, ModuleObject* module, Symbol name, Value value) {
  static const Symbol home("fusescout_torch"), table_name("module_registration_hooks");
  python::Module* native = interpreter.find_module(home);
  Value* table = native != nullptr ? native->dict->find(table_name) : nullptr;
  auto* hooks = table != nullptr ? table->as<Dict>() : nullptr;
  if (hooks == nullptr || hooks->live == 0) return value;
  for (size_t i = 0; i < hooks->entries.size(); ++i) {
    if (!hooks->entries[i].key.defined()) continue;
    Value changed = interpreter.call(hooks->entries[i].value, {module, interpreter.str(name), value});
    if (!changed.is_none()) value = changed;
  }
  return value;
}

Value set_attribute(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = self_of(interpreter, arguments);
  auto* plain = arguments[1].as<python::Str>();
  Symbol name = plain != nullptr ? plain->symbol() : Symbol(interpreter.text_of(arguments[1]));
  const Value& value = arguments[2];
  if (is_parameter(interpreter, value)) {
    require_init(interpreter, module, "parameters");
    register_parameter(interpreter, module, name, value);
    return Value::none();
  }
  auto refuse = [&](std::string_view what, std::string_view wanted) {
    interpreter.raise_type_error("cannot assign '" + interpreter.type_name(value) + "' as " + std::string(what) + " '" + name.str() + "' (" + std::string(wanted) +
                                 " or None expected)");
  };
  if (module->parameters != nullptr && module->parameters->find(name) != nullptr) {
    if (!value.is_none()) refuse("parameter", "torch.nn.Parameter");
    module->parameters->set(interpreter, name, value);
    return Value::none();
  }
  if (as_module(value) != nullptr) {
    require_init(interpreter, module, "module");
    remove_elsewhere(module, name, module->modules);
    module->modules->set(interpreter, name, after_registration_hooks(interpreter, module, name, value));
    return Value::none();
  }
  if (module->modules != nullptr && module->modules->find(name) != nullptr) {
    if (!value.is_none()) refuse("child module", "torch.nn.Module");
    module->modules->set(interpreter, name, value);
    return Value::none();
  }
  if (module->buffers != nullptr && module->buffers->find(name) != nullptr) {
    if (!value.is_none() && Context::of(interpreter).as_tensor(value) == nullptr) refuse("buffer", "torch.Tensor");
    module->buffers->set(interpreter, name, value);
    return Value::none();
  }
  interpreter.set_attribute_plain(module, name, value);
  return Value::none();
}

Value delete_attribute(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = self_of(interpreter, arguments);
  Symbol name(interpreter.text_of(arguments[1]));
  for (Dict* table : {module->parameters, module->buffers, module->modules, module->attributes}) {
    if (table == nullptr || !table->erase(name)) continue;
    if (table == module->buffers) module->non_persistent->table->erase(name);
    return Value::none();
  }
  interpreter.raise("AttributeError", "'" + class_name(module) + "' object has no attribute '" + name.str() + "'");
}

Value register_buffer(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = self_of(interpreter, arguments);
  require_init(interpreter, module, "buffer");
  static const Symbol name_key("name"), tensor_key("tensor"), persistent_key("persistent");
  Symbol name(interpreter.text_of(arguments.get(1, name_key)));
  Value tensor = arguments.get(2, tensor_key), persistent = arguments.get(3, persistent_key);
  check_new_name(interpreter, module, name, module->buffers, "buffer");
  if (tensor.as<python::Unknown>() != nullptr) {   // a table that is not evaluated: its use says so
    interpreter.set_attribute_plain(arguments[0], name, tensor);
    return Value::none();
  }
  if (!tensor.is_none() && Context::of(interpreter).as_tensor(tensor) == nullptr)
    interpreter.raise_type_error("cannot assign '" + interpreter.type_name(tensor) + "' object to buffer '" + name.str() + "' (torch Tensor or None required)");
  module->buffers->set(interpreter, name, tensor);
  Dict* transient = module->non_persistent->table;
  if (persistent.defined() && !interpreter.truth(persistent)) transient->set(interpreter, name, Value::none());
  else transient->erase(name);
  return Value::none();
}

// --- the call

// Of torch.nn if what runs is torch's: a subclass with a forward of its own is the model's own code.
bool is_library(Context& context, Class* cls) {
  static const Symbol forward("forward");
  for (Class* c : cls->mro) {
    if (c == context.module_class || c->dict->find(forward) == nullptr) continue;
    if (c->module_name.starts_with("torch.nn.")) return true;
    break;
  }
  return context.is_library_class && context.is_library_class(cls);
}

graph::ModuleId module_id(Context& context, ModuleObject* module) {
  if (module->id.valid()) return module->id;
  graph::ModuleInfo info;
  info.path = module->path;
  info.layer = module->layer;
  info.class_name = info.upstream_class = module->cls->name;
  info.class_file = info.upstream_file = module->cls->file;
  info.class_line = info.upstream_line = module->cls->line;
  if (context.describe_class) context.describe_class(module->cls, info);
  if (module->parent != nullptr) info.parent = module_id(context, module->parent);
  return module->id = context.graph.modules.add(std::move(info));
}

void for_each_hook(Interpreter& interpreter, const ModuleObject* module, const Dict* hooks, const std::function<void(const Value& hook, bool with_keywords)>& action) {
  if (hooks == nullptr || hooks->live == 0) return;
  const std::vector<Symbol>& with_keywords = module->hooks_with_keywords;
  for (size_t i = 0; i < hooks->entries.size(); ++i) {
    const Dict::Entry entry = hooks->entries[i];   // a hook may take itself away
    if (!entry.key.defined()) continue;
    action(entry.value, std::find(with_keywords.begin(), with_keywords.end(), Symbol(interpreter.text_of(entry.key))) != with_keywords.end());
  }
}

Value as_dict(Interpreter& interpreter, const std::vector<python::KeywordArgument>& keywords) {
  Dict* dict = interpreter.dict();
  for (const auto& keyword : keywords) dict->set(interpreter, keyword.name, keyword.value);
  return dict;
}

Value call_module(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = self_of(interpreter, arguments);
  Value self = module;
  std::vector<Value> positional(arguments.positional.begin() + 1, arguments.positional.end());
  std::vector<python::KeywordArgument> keywords(arguments.keywords.begin(), arguments.keywords.end());
  // What a hook gives back replaces the inputs, or the output.
  for_each_hook(interpreter, module, module->forward_pre_hooks, [&](const Value& hook, bool with_keywords) {
    Value inputs = interpreter.tuple(positional);
    Value changed = with_keywords ? interpreter.call(hook, {self, inputs, as_dict(interpreter, keywords)}) : interpreter.call(hook, {self, inputs});
    if (changed.is_none()) return;
    auto* tuple = changed.as<python::Tuple>();
    if (!with_keywords) {
      positional = tuple != nullptr ? tuple->items : std::vector<Value>{changed};
      return;
    }
    if (tuple == nullptr || tuple->items.size() != 2 || tuple->items[1].as<Dict>() == nullptr)
      interpreter.raise("RuntimeError", "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got " + interpreter.repr(changed) + ".");
    positional = interpreter.to_vector(tuple->items[0]);
    keywords.clear();
    for (const Dict::Entry& entry : tuple->items[1].as<Dict>()->entries) {
      if (entry.key.defined()) keywords.push_back({Symbol(interpreter.text_of(entry.key)), entry.value});
    }
  });
  Arguments inputs{positional, keywords};
  Context& context = Context::of(interpreter);
  std::optional<ModuleScope> scope;
  open_module_scope(context, module, inputs, scope);
  Value output = interpreter.call(interpreter.get_attribute(self, forward_name), inputs);
  for_each_hook(interpreter, module, module->forward_hooks, [&](const Value& hook, bool with_keywords) {
    Value given = interpreter.tuple(positional);
    Value changed = with_keywords ? interpreter.call(hook, {self, given, as_dict(interpreter, keywords), output}) : interpreter.call(hook, {self, given, output});
    if (!changed.is_none()) output = changed;
  });
  return scope ? scope->finish(output) : output;
}

Value find_path(Interpreter& interpreter, const Value& root, std::string_view path) {
  Value at = root;
  while (!path.empty()) {
    size_t dot = path.find('.');
    Symbol name(path.substr(0, dot));
    Value next = interpreter.find_attribute(at, name);
    if (!next.defined()) interpreter.raise("AttributeError", interpreter.type_name(at) + " has no attribute `" + name.str() + "`");
    at = next;
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return at;
}

}  // namespace

// nn_walk.cpp
void add_module_walks(Interpreter& interpreter, Class* cls);
void add_module_changes(Interpreter& interpreter, Class* cls);
void add_module_text(Interpreter& interpreter, Class* cls);

ModuleObject* as_module(const Value& value) {
  auto* instance = value.as<python::Instance>();
  return instance != nullptr ? dynamic_cast<ModuleObject*>(instance) : nullptr;
}

void open_module_scope(Context& context, ModuleObject* module, const Arguments& inputs, std::optional<ModuleScope>& scope) {
  if (!context.recording) return;
  graph::ModuleId id = module_id(context, module);
  graph::EntryId around = context.parent();
  if (around.valid() && context.graph.entries[around].kind == graph::EntryKind::Module && context.module() == id) return;
  const graph::ModuleInfo& info = context.graph.modules[id];
  scope.emplace(context, id, info.upstream_class, info.class_name, is_library(context, module->cls), inputs);
}

void register_parameter(Interpreter& interpreter, ModuleObject* module, Symbol name, const Value& parameter) {
  remove_elsewhere(module, name, module->parameters);
  module->parameters->set(interpreter, name, parameter);
}

void register_submodule(Interpreter& interpreter, ModuleObject* module, Symbol name, const Value& submodule) {
  remove_elsewhere(module, name, module->modules);
  module->modules->set(interpreter, name, submodule);
}

Class* make_module_class(Interpreter& interpreter) {
  Class* cls = interpreter.make_class("Module", {}, python::Layout::Native);
  cls->module_name = "torch.nn.modules.module";
  cls->allocate = [](Interpreter& in, Class* made) -> python::Instance* { return in.make<ModuleObject>(made); };
  cls->get_attribute = fallback_attribute;
  cls->dict->set(interpreter, Symbol("dump_patches"), Value::of(false));
  cls->dict->set(interpreter, Symbol("call_super_init"), Value::of(false));
  interpreter.add_method(cls, "__init__", init);
  interpreter.add_method(cls, "__setattr__", set_attribute);
  interpreter.add_method(cls, "__delattr__", delete_attribute);
  interpreter.add_method(cls, "__getattr__", [](Interpreter& in, const Arguments& a) {
    Symbol name(in.text_of(a[1]));
    Value found = fallback_attribute(in, a[0], name);
    if (!found.defined()) in.raise("AttributeError", "'" + in.type_name(a[0]) + "' object has no attribute '" + name.str() + "'");
    return found;
  });
  for (std::string_view name : {"__call__", "_call_impl", "_wrapped_call_impl"}) interpreter.add_method(cls, name, call_module);
  interpreter.add_method(cls, "forward", [](Interpreter& in, const Arguments& a) -> Value {
    in.raise("NotImplementedError", "Module [" + in.type_name(a[0]) + "] is missing the required \"forward\" function");
  });
  interpreter.add_method(cls, "register_buffer", register_buffer);
  interpreter.add_method(cls, "register_parameter", [](Interpreter& in, const Arguments& a) {
    static const Symbol name_key("name"), param_key("param");
    ModuleObject* module = self_of(in, a);
    require_init(in, module, "parameter");
    Symbol name(in.text_of(a.get(1, name_key)));
    Value parameter = a.get(2, param_key);
    check_new_name(in, module, name, module->parameters, "parameter");
    if (!parameter.is_none() && !is_parameter(in, parameter))
      in.raise_type_error("cannot assign '" + in.type_name(parameter) + "' object to parameter '" + name.str() + "' (torch.nn.Parameter or None required)");
    register_parameter(in, module, name, parameter);
    return Value::none();
  });
  for (std::string_view method : {"add_module", "register_module"}) {
    interpreter.add_method(cls, method, [](Interpreter& in, const Arguments& a) {
      static const Symbol name_key("name"), module_key("module");
      ModuleObject* module = self_of(in, a);
      require_init(in, module, "module");
      Symbol name(in.text_of(a.get(1, name_key)));
      Value child = a.get(2, module_key);
      if (!child.is_none() && as_module(child) == nullptr) in.raise_type_error(in.type_name(child) + " is not a Module subclass");
      check_new_name(in, module, name, module->modules, "module");
      register_submodule(in, module, name, child);
      return Value::none();
    });
  }
  for (std::string_view method : {"get_submodule", "get_parameter", "get_buffer"}) {
    interpreter.add_method(cls, method, [](Interpreter& in, const Arguments& a) {
      static const Symbol target("target");
      return find_path(in, a[0], in.text_of(a.get(1, target)));
    });
  }
  add_module_walks(interpreter, cls);
  add_module_changes(interpreter, cls);
  add_module_text(interpreter, cls);
  return cls;
}

}  // namespace fusescout::torch
