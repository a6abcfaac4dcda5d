#include "torch/nn_module.h"

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

// `tensor.to(...)`, and the object stays the same.
void convert_in_place(Interpreter& interpreter, const Value& tensor, Symbol method, const Arguments& arguments) {
  Context& context = Context::of(interpreter);
  TensorObject* object = context.as_tensor(tensor);
  if (object == nullptr) return;
  RecordingGuard off(context, false);
  TensorObject* converted = context.as_tensor(interpreter.call(interpreter.get_attribute(tensor, method), arguments));
  if (converted != nullptr && converted != object) context.set_data(object, converted);
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

Value set_attribute(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = self_of(interpreter, arguments);
  Symbol name(interpreter.text_of(arguments[1]));
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
    module->modules->set(interpreter, name, value);
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
  if (!tensor.is_none() && Context::of(interpreter).as_tensor(tensor) == nullptr)
    interpreter.raise_type_error("cannot assign '" + interpreter.type_name(tensor) + "' object to buffer '" + name.str() + "' (torch Tensor or None required)");
  module->buffers->set(interpreter, name, tensor);
  Dict* transient = module->non_persistent->table;
  if (persistent.defined() && !interpreter.truth(persistent)) transient->set(interpreter, name, Value::none());
  else transient->erase(name);
  return Value::none();
}

// --- the call

bool is_library(Context& context, Class* cls) {
  for (Class* c : cls->mro) {
    if (c != context.module_class && c->module_name.starts_with("torch.nn.")) return true;
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

// Runs the hooks in order; what one gives back replaces the inputs (while `output` is undefined) or the output.
Value run_hooks(Interpreter& interpreter, Dict* hooks, const Value& module, const Value& inputs, Value output) {
  if (hooks == nullptr) return output;
  for (size_t i = 0; i < hooks->entries.size(); ++i) {
    if (!hooks->entries[i].key.defined()) continue;
    Value changed = output.defined() ? interpreter.call(hooks->entries[i].value, {module, inputs, output}) : interpreter.call(hooks->entries[i].value, {module, inputs});
    if (!changed.is_none()) {
      if (!output.defined()) return changed;
      output = changed;
    }
  }
  return output;
}

Value call_module(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = self_of(interpreter, arguments);
  Value self = module;
  std::vector<Value> positional(arguments.positional.begin() + 1, arguments.positional.end());
  if (module->forward_pre_hooks != nullptr && module->forward_pre_hooks->live > 0) {
    Value changed = run_hooks(interpreter, module->forward_pre_hooks, self, interpreter.tuple(positional), Value());
    if (changed.defined()) positional = changed.as<python::Tuple>() != nullptr ? changed.as<python::Tuple>()->items : std::vector<Value>{changed};
  }
  Arguments inputs{positional, arguments.keywords};
  Context& context = Context::of(interpreter);
  std::optional<ModuleScope> scope;
  if (context.recording) {
    graph::ModuleId id = module_id(context, module);
    const graph::ModuleInfo& info = context.graph.modules[id];
    scope.emplace(context, id, info.upstream_class, info.class_name, is_library(context, module->cls), inputs);
  }
  Value output = interpreter.call(interpreter.get_attribute(self, forward_name), inputs);
  if (module->forward_hooks != nullptr && module->forward_hooks->live > 0)
    output = run_hooks(interpreter, module->forward_hooks, self, interpreter.tuple(positional), output);
  return scope ? scope->finish(output) : output;
}

// --- walking

struct Walk {
  Interpreter& interpreter;
  std::unordered_set<const python::Object*> seen;
  bool unique = true;
  std::vector<Value> pairs;   // tuples (name, object)

  void add(const std::string& name, const Value& value) {
    if (!value.is_object() || (unique && !seen.insert(value.object).second)) return;
    pairs.push_back(interpreter.tuple({interpreter.str(Symbol(name)), value}));
  }
};

std::string dotted(const std::string& prefix, const Value& key) {
  const std::string& name = key.as<python::Str>()->text;
  return prefix.empty() ? name : prefix + "." + name;
}

void walk_modules(ModuleObject* module, const std::string& prefix, Walk& walk) {
  if (walk.unique && walk.seen.contains(module)) return;
  walk.add(prefix, module);
  if (module->modules == nullptr) return;
  for (const Dict::Entry& entry : module->modules->entries) {
    if (!entry.key.defined()) continue;
    if (ModuleObject* child = as_module(entry.value)) walk_modules(child, dotted(prefix, entry.key), walk);
  }
}

using TableOf = Dict* ModuleObject::*;

std::vector<Value> named_tensors(Interpreter& interpreter, ModuleObject* root, TableOf table, const std::string& prefix, bool recurse, bool unique) {
  Walk tensors{interpreter, {}, unique, {}};
  auto take = [&](const std::string& name, ModuleObject* module) {
    if (module->*table == nullptr) return;
    for (const Dict::Entry& entry : (module->*table)->entries) {
      if (entry.key.defined()) tensors.add(dotted(name, entry.key), entry.value);
    }
  };
  if (recurse) for_each_module(root, prefix, take);
  else take(prefix, root);
  return std::move(tensors.pairs);
}

Value iterator(Interpreter& interpreter, std::vector<Value> items) { return interpreter.iterate(interpreter.list(std::move(items))); }

std::vector<Value> seconds(const std::vector<Value>& pairs) {
  std::vector<Value> result;
  for (const Value& pair : pairs) result.push_back(pair.as<python::Tuple>()->items[1]);
  return result;
}

struct WalkOptions { std::string prefix; bool recurse = true, unique = true; };

// (prefix="", recurse=True, remove_duplicate=True), in the order that `names` gives.
WalkOptions walk_options(Interpreter& interpreter, const Arguments& arguments, std::initializer_list<std::string_view> names) {
  WalkOptions options;
  size_t i = 0;
  for (std::string_view name : names) {
    Value value = arguments.get(++i, Symbol(name));
    if (!value.defined()) continue;
    if (name == "prefix") options.prefix = std::string(interpreter.text_of(value));
    if (name == "recurse") options.recurse = interpreter.truth(value);
    if (name == "remove_duplicate") options.unique = interpreter.truth(value);
  }
  return options;
}

void add_walks(Interpreter& interpreter, Class* cls) {
  for (auto [plain, named, table] : {std::tuple{"parameters", "named_parameters", &ModuleObject::parameters},
                                     std::tuple{"buffers", "named_buffers", &ModuleObject::buffers}}) {
    interpreter.add_method(cls, plain, [table = table](Interpreter& in, const Arguments& a) {
      WalkOptions options = walk_options(in, a, {"recurse"});
      return iterator(in, seconds(named_tensors(in, self_of(in, a), table, "", options.recurse, true)));
    });
    interpreter.add_method(cls, named, [table = table](Interpreter& in, const Arguments& a) {
      WalkOptions options = walk_options(in, a, {"prefix", "recurse", "remove_duplicate"});
      return iterator(in, named_tensors(in, self_of(in, a), table, options.prefix, options.recurse, options.unique));
    });
  }
  interpreter.add_method(cls, "named_modules", [](Interpreter& in, const Arguments& a) {
    WalkOptions options = walk_options(in, a, {"memo", "prefix", "remove_duplicate"});
    Walk walk{in, {}, options.unique, {}};
    walk_modules(self_of(in, a), options.prefix, walk);
    return iterator(in, std::move(walk.pairs));
  });
  interpreter.add_method(cls, "modules", [](Interpreter& in, const Arguments& a) {
    Walk walk{in, {}, true, {}};
    walk_modules(self_of(in, a), "", walk);
    return iterator(in, seconds(walk.pairs));
  });
  auto children = [](Interpreter& in, const Arguments& a) {
    Walk walk{in, {}, true, {}};
    ModuleObject* module = self_of(in, a);
    if (module->modules != nullptr) {
      for (const Dict::Entry& entry : module->modules->entries) {
        if (entry.key.defined()) walk.add(dotted("", entry.key), entry.value);
      }
    }
    return std::move(walk.pairs);
  };
  interpreter.add_method(cls, "named_children", [children](Interpreter& in, const Arguments& a) { return iterator(in, children(in, a)); });
  interpreter.add_method(cls, "children", [children](Interpreter& in, const Arguments& a) { return iterator(in, seconds(children(in, a))); });
  interpreter.add_method(cls, "state_dict", [](Interpreter& in, const Arguments& a) {
    static const Symbol prefix_key("prefix");
    Dict* result = in.dict();
    Value prefix = a.keyword(prefix_key);
    std::string start = prefix.defined() ? std::string(in.text_of(prefix)) : "";
    for_each_module(self_of(in, a), "", [&](const std::string& name, ModuleObject* module) {
      for (Dict* table : {module->parameters, module->buffers}) {
        if (table == nullptr) continue;
        for (const Dict::Entry& entry : table->entries) {
          if (!entry.key.defined() || entry.value.is_none()) continue;
          if (table == module->buffers && module->non_persistent->table->find(entry.key.as<python::Str>()->symbol()) != nullptr) continue;
          result->set(in, Symbol(start + dotted(name, entry.key)), entry.value);
        }
      }
    });
    return Value(result);
  });
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

void add_changes(Interpreter& interpreter, Class* cls) {
  interpreter.add_method(cls, "apply", [](Interpreter& in, const Arguments& a) {
    static const Symbol apply("apply");
    ModuleObject* module = self_of(in, a);
    if (module->modules != nullptr) {
      for (size_t i = 0; i < module->modules->entries.size(); ++i) {
        Dict::Entry entry = module->modules->entries[i];
        if (entry.key.defined() && as_module(entry.value) != nullptr) in.call(in.get_attribute(entry.value, apply), {a[1]});
      }
    }
    in.call(a[1], {a[0]});
    return a[0];
  });
  interpreter.add_method(cls, "train", [](Interpreter& in, const Arguments& a) {
    static const Symbol mode("mode");
    Value on = a.get(1, mode);
    for_each_module(self_of(in, a), "", [&](const std::string&, ModuleObject* module) {
      in.set_attribute_plain(module, training_name, on.defined() ? on : Value::of(true));
    });
    return a[0];
  });
  interpreter.add_method(cls, "eval", [](Interpreter& in, const Arguments& a) {
    for_each_module(self_of(in, a), "", [&](const std::string&, ModuleObject* module) { in.set_attribute_plain(module, training_name, Value::of(false)); });
    return a[0];
  });
  // Moving a model: only the dtype of its floating tensors matters.
  auto convert = [](Interpreter& in, const Value& self, std::string_view method, std::span<const Value> positional, std::span<const python::KeywordArgument> keywords) {
    for (TableOf table : {&ModuleObject::parameters, &ModuleObject::buffers}) {
      for (const Value& tensor : seconds(named_tensors(in, as_module(self), table, "", true, true))) {
        convert_in_place(in, tensor, Symbol(method), Arguments{positional, keywords});
      }
    }
    return self;
  };
  for (std::string_view name : {"to", "half", "float", "bfloat16", "double", "type"}) {
    interpreter.add_method(cls, name, [convert, name](Interpreter& in, const Arguments& a) {
      self_of(in, a);
      return convert(in, a[0], name, a.positional.subspan(1), a.keywords);
    });
  }
  for (std::string_view name : {"cuda", "npu", "cpu", "requires_grad_", "zero_grad", "share_memory", "to_empty", "compile"}) {
    interpreter.add_method(cls, name, [](Interpreter&, const Arguments& a) { return a[0]; });
  }
  interpreter.add_method(cls, "load_state_dict", [](Interpreter& in, const Arguments&) { return in.tuple({in.list({}), in.list({})}); });
  for (auto [name, hooks] : {std::pair{"register_forward_pre_hook", &ModuleObject::forward_pre_hooks}, std::pair{"register_forward_hook", &ModuleObject::forward_hooks}}) {
    interpreter.add_method(cls, name, [hooks = hooks](Interpreter& in, const Arguments& a) {
      ModuleObject* module = self_of(in, a);
      if (module->*hooks == nullptr) module->*hooks = in.dict();
      Dict* table = module->*hooks;
      Symbol key(std::to_string(table->entries.size()));
      table->set(in, key, a[1]);
      Class* handle_class = in.make_class("RemovableHandle", {});
      in.add_method(handle_class, "remove", [table, key](Interpreter&, const Arguments&) { table->erase(key); return Value::none(); });
      return Value(in.make<python::Instance>(handle_class));
    });
  }
}

void add_text(Interpreter& interpreter, Class* cls) {
  interpreter.add_method(cls, "extra_repr", [](Interpreter& in, const Arguments&) { return in.str(Symbol()); });
  interpreter.add_method(cls, "_get_name", [](Interpreter& in, const Arguments& a) { return in.str(class_name(self_of(in, a))); });
  interpreter.add_method(cls, "__repr__", [](Interpreter& in, const Arguments& a) {
    ModuleObject* module = self_of(in, a);
    std::string extra = in.to_str(in.call(in.get_attribute(a[0], Symbol("extra_repr"))));
    std::string lines;
    if (module->modules != nullptr) {
      for (const Dict::Entry& entry : module->modules->entries) {
        if (!entry.key.defined()) continue;
        std::string text = in.repr(entry.value);
        for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3) text.insert(at + 1, "  ");
        lines += "  (" + dotted("", entry.key) + "): " + text + "\n";
      }
    }
    if (lines.empty()) return in.str(class_name(module) + "(" + extra + ")");
    if (!extra.empty()) lines = "  " + extra + "\n" + lines;
    return in.str(class_name(module) + "(\n" + lines + ")");
  });
  interpreter.add_method(cls, "__dir__", [](Interpreter& in, const Arguments& a) {
    ModuleObject* module = self_of(in, a);
    std::vector<Value> result;
    std::unordered_set<Symbol> seen;
    auto take = [&](Dict* table) {
      if (table == nullptr) return;
      for (const Dict::Entry& entry : table->entries) {
        if (entry.key.defined() && seen.insert(entry.key.as<python::Str>()->symbol()).second) result.push_back(entry.key);
      }
    };
    for (Class* c : module->cls->mro) take(c->dict);
    for (Dict* table : {module->attributes, module->parameters, module->modules, module->buffers}) take(table);
    return in.list(std::move(result));
  });
}

}  // namespace

ModuleObject* as_module(const Value& value) {
  auto* instance = value.as<python::Instance>();
  return instance != nullptr ? dynamic_cast<ModuleObject*>(instance) : nullptr;
}

void register_parameter(Interpreter& interpreter, ModuleObject* module, Symbol name, const Value& parameter) {
  remove_elsewhere(module, name, module->parameters);
  module->parameters->set(interpreter, name, parameter);
}

void register_submodule(Interpreter& interpreter, ModuleObject* module, Symbol name, const Value& submodule) {
  remove_elsewhere(module, name, module->modules);
  module->modules->set(interpreter, name, submodule);
}

void for_each_module(ModuleObject* root, const std::string& prefix, const std::function<void(const std::string&, ModuleObject*)>& action) {
  std::unordered_set<ModuleObject*> seen;
  std::function<void(const std::string&, ModuleObject*)> visit = [&](const std::string& name, ModuleObject* module) {
    if (!seen.insert(module).second) return;
    action(name, module);
    if (module->modules == nullptr) return;
    for (size_t i = 0; i < module->modules->entries.size(); ++i) {
      Dict::Entry entry = module->modules->entries[i];
      if (!entry.key.defined()) continue;
      if (ModuleObject* child = as_module(entry.value)) visit(dotted(name, entry.key), child);
    }
  };
  visit(prefix, root);
}

void name_modules(Interpreter& interpreter, ModuleObject* root, std::string prefix) {
  std::unordered_set<ModuleObject*> seen;
  std::unordered_set<const python::Object*> named;
  Context& context = Context::of(interpreter);
  auto name_tensor = [&](const Value& value, Symbol name, graph::TensorKind kind) {
    if (TensorObject* tensor = context.as_tensor(value)) context.set_kind(tensor, kind, name);
  };
  static const Symbol list_name("ModuleList");
  auto is_list = [](const ModuleObject* module) {
    for (Class* cls : module->cls->mro) {
      if (cls->name == list_name && cls->module_name.starts_with("torch.nn")) return true;
    }
    return false;
  };
  std::function<void(const std::string&, Symbol, ModuleObject*)> visit = [&](const std::string& path, Symbol layer, ModuleObject* module) {
    if (!seen.insert(module).second) return;
    module->path = Symbol(path);
    module->layer = layer;
    if (module->modules == nullptr) return;
    for (auto [table, kind] : {std::pair{module->parameters, graph::TensorKind::Parameter}, std::pair{module->buffers, graph::TensorKind::Buffer}}) {
      for (const Dict::Entry& entry : table->entries) {
        if (entry.key.defined() && entry.value.is_object() && named.insert(entry.value.object).second)
          name_tensor(entry.value, Symbol(dotted(path, entry.key)), kind);
      }
    }
    bool elements = layer.empty() && is_list(module);
    for (const Dict::Entry& entry : module->modules->entries) {
      ModuleObject* child = entry.key.defined() ? as_module(entry.value) : nullptr;
      if (child == nullptr) continue;
      std::string name = dotted(path, entry.key);
      if (child->parent == nullptr && child != root) child->parent = module;
      visit(name, elements ? Symbol(name) : layer, child);
    }
  };
  visit(prefix, Symbol(), root);
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
  add_walks(interpreter, cls);
  add_changes(interpreter, cls);
  add_text(interpreter, cls);
  return cls;
}

}  // namespace fusescout::torch
