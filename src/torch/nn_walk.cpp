// The methods of torch.nn.Module that look at or change a whole tree of modules.
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "torch/context.h"
#include "torch/nn_module.h"

namespace fusescout::torch {

using python::Class;
using python::Dict;

namespace {

const Symbol training_name("training");

ModuleObject* self_of(Interpreter& interpreter, const Arguments& arguments) {
  ModuleObject* module = arguments.size() > 0 ? as_module(arguments[0]) : nullptr;
  if (module == nullptr) interpreter.raise_type_error("expected a torch.nn.Module as `self`");
  return module;
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
  Walk modules{interpreter, {}, unique, {}}, tensors{interpreter, {}, unique, {}};
  if (recurse) walk_modules(root, prefix, modules);
  else modules.add(prefix, root);
  for (const Value& pair : modules.pairs) {
    const std::vector<Value>& items = pair.as<python::Tuple>()->items;
    ModuleObject* module = as_module(items[1]);
    if (module->*table == nullptr) continue;
    for (const Dict::Entry& entry : (module->*table)->entries) {
      if (entry.key.defined()) tensors.add(dotted(items[0].as<python::Str>()->text, entry.key), entry.value);
    }
  }
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

}  // namespace

void add_module_walks(Interpreter& interpreter, Class* cls) {
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

void add_module_changes(Interpreter& interpreter, Class* cls) {
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
  for (std::string_view name : {"register_full_backward_hook", "register_backward_hook", "register_load_state_dict_post_hook", "register_state_dict_pre_hook",
                                "register_load_state_dict_pre_hook", "_register_load_state_dict_pre_hook", "_register_state_dict_hook"}) {
    interpreter.add_method(cls, name, [](Interpreter&, const Arguments&) { return Value::none(); });   // nothing is loaded, saved or differentiated
  }
  for (auto [name, hooks] : {std::pair{"register_forward_pre_hook", &ModuleObject::forward_pre_hooks}, std::pair{"register_forward_hook", &ModuleObject::forward_hooks}}) {
    interpreter.add_method(cls, name, [hooks = hooks](Interpreter& in, const Arguments& a) {
      ModuleObject* module = self_of(in, a);
      if (module->*hooks == nullptr) module->*hooks = in.dict();
      Dict* table = module->*hooks;
      Symbol key(std::to_string(module->hooks_made++));
      auto flag = [&](std::string_view name) {
        Value value = a.keyword(Symbol(name));
        return value.defined() && in.truth(value);
      };
      if (flag("with_kwargs")) module->hooks_with_keywords.push_back(key);
      std::vector<Dict::Entry> later;
      if (flag("prepend")) {
        later.swap(table->entries);
        table->clear();
      }
      table->set(in, key, a.get(1, Symbol("hook")));
      for (const Dict::Entry& entry : later) {
        if (entry.key.defined()) table->set(in, Symbol(in.text_of(entry.key)), entry.value);
      }
      Class* handle_class = in.make_class("RemovableHandle", {});
      in.add_method(handle_class, "remove", [table, key](Interpreter&, const Arguments&) { table->erase(key); return Value::none(); });
      return Value(in.make<python::Instance>(handle_class));
    });
  }
}

void add_module_text(Interpreter& interpreter, Class* cls) {
  interpreter.add_method(cls, "extra_repr", [](Interpreter& in, const Arguments&) { return in.str(Symbol()); });
  interpreter.add_method(cls, "_get_name", [](Interpreter& in, const Arguments& a) { return in.str(self_of(in, a)->cls->name.str()); });
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
    if (lines.empty()) return in.str(module->cls->name.str() + "(" + extra + ")");
    if (!extra.empty()) lines = "  " + extra + "\n" + lines;
    return in.str(module->cls->name.str() + "(\n" + lines + ")");
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
  std::vector<ModuleObject*> modules;
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
  auto has_child = [](const ModuleObject* module, auto test) {
    return module->modules != nullptr && std::any_of(module->modules->entries.begin(), module->modules->entries.end(), [&](const Dict::Entry& entry) {
      const ModuleObject* child = entry.key.defined() ? as_module(entry.value) : nullptr;
      return child != nullptr && test(child);
    });
  };
  std::function<void(const std::string&, Symbol, ModuleObject*)> visit = [&](const std::string& path, Symbol layer, ModuleObject* module) {
    if (!seen.insert(module).second) return;
    modules.push_back(module);
    module->path = Symbol(path);
    module->layer = layer;
    if (module->modules == nullptr) return;
    for (auto [table, kind] : {std::pair{module->parameters, graph::TensorKind::Parameter}, std::pair{module->buffers, graph::TensorKind::Buffer}}) {
      for (const Dict::Entry& entry : table->entries) {
        if (entry.key.defined() && entry.value.is_object() && named.insert(entry.value.object).second)
          name_tensor(entry.value, Symbol(dotted(path, entry.key)), kind);
      }
    }
    // A list of plain linears and activations holds the steps of one thing, not layers.
    bool elements = layer.empty() && is_list(module) && has_child(module, [&](const ModuleObject* element) { return has_child(element, [](const ModuleObject*) { return true; }); });
    for (const Dict::Entry& entry : module->modules->entries) {
      ModuleObject* child = entry.key.defined() ? as_module(entry.value) : nullptr;
      if (child == nullptr) continue;
      std::string name = dotted(path, entry.key);
      if (child->parent == nullptr && child != root) child->parent = module;
      visit(name, elements ? Symbol(name) : layer, child);
    }
  };
  visit(prefix, Symbol(), root);
  // Tensors that a module, or what it uses, keeps as plain attributes, unless they are somebody's parameters.
  auto name_attributes = [&](const std::string& path, const python::Instance* owner, const std::function<void(const std::string&, python::Instance*)>& inner) {
    if (owner->attributes == nullptr) return;
    for (const Dict::Entry& entry : owner->attributes->entries) {
      if (!entry.key.defined() || !entry.value.is_object()) continue;
      if (TensorObject* tensor = context.as_tensor(entry.value)) context.set_kind(tensor, context.info(tensor).kind, Symbol(dotted(path, entry.key)));
      else if (auto* instance = entry.value.as<python::Instance>(); instance != nullptr && inner && as_module(entry.value) == nullptr) inner(dotted(path, entry.key), instance);
    }
  };
  std::unordered_set<const python::Instance*> visited;
  for (ModuleObject* module : modules) {
    name_attributes(module->path.str(), module, [&](const std::string& path, python::Instance* instance) {
      if (visited.insert(instance).second) name_attributes(path, instance, {});
    });
  }
}

}  // namespace fusescout::torch
