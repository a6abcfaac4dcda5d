// Abstract base classes: which methods are still missing, and virtual subclasses.
#include <algorithm>
#include <unordered_map>

#include "python/builtins/define.h"
#include "python/modules/native_modules.h"
#include "python/names.h"

namespace fusescout::python {
namespace {

using In = Interpreter;

const Symbol abstract_mark("__isabstractmethod__"), abstract_names("__abstractmethods__"), subclass_hook("__subclasshook__");

bool is_abstract(In& in, const Value& v) {
  if (!v.is_object()) return false;
  switch (v.object->kind) {
    case Kind::Function: {
      auto* function = static_cast<Function*>(v.object);
      Value* mark = function->attributes != nullptr ? function->attributes->find(abstract_mark) : nullptr;
      return mark != nullptr && in.truth(*mark);
    }
    case Kind::ClassMethod: return is_abstract(in, static_cast<ClassMethod*>(v.object)->function);
    case Kind::StaticMethod: return is_abstract(in, static_cast<StaticMethod*>(v.object)->function);
    case Kind::Property: {
      auto* property = static_cast<Property*>(v.object);
      return is_abstract(in, property->getter) || is_abstract(in, property->setter) || is_abstract(in, property->deleter);
    }
    case Kind::Instance: {
      Value mark = in.find_attribute(v, abstract_mark);
      return mark.defined() && mark.as<Unknown>() == nullptr && in.truth(mark);
    }
    default: return false;
  }
}

void mark_abstract(In& in, const Value& v) {
  if (auto* method = v.as<ClassMethod>()) return mark_abstract(in, method->function);
  if (auto* method = v.as<StaticMethod>()) return mark_abstract(in, method->function);
  if (auto* property = v.as<Property>()) return mark_abstract(in, property->getter);
  if (v.defined() && v.is_object()) in.set_attribute(v, abstract_mark, Value::of(true));
}

// Puts the names of what is still abstract into the class.
void note_abstract_methods(In& in, Class* cls) {
  std::vector<Symbol> names;
  for (const Dict::Entry& entry : cls->dict->entries) {
    if (entry.key.defined() && is_abstract(in, entry.value)) names.push_back(entry.key.as<Str>()->symbol());
  }
  for (Class* base : cls->bases) {
    Value* inherited = base->dict->find(abstract_names);
    Set* set = inherited != nullptr ? inherited->as<Set>() : nullptr;
    if (set == nullptr) continue;
    for (const Dict::Entry& entry : set->table->entries) {
      if (!entry.key.defined()) continue;
      Symbol name = entry.key.as<Str>()->symbol();
      if (std::find(names.begin(), names.end(), name) == names.end() && is_abstract(in, in.find_in_class(cls, name))) names.push_back(name);
    }
  }
  Dict* table = in.dict();
  for (Symbol name : names) in.dict_set(table, in.str(name), Value::none());
  cls->dict->set(in, abstract_names, in.make<Set>(table, true));
  in.class_changed();
}

struct Registry {
  std::unordered_map<const Class*, std::vector<Class*>> virtual_subclasses;   // of a class, and so of its bases

  bool is_subclass(In& in, Class* cls, Class* sub) {
    if (sub->derives_from(cls)) return true;
    Value hook = in.find_in_class(cls, subclass_hook);
    Value plain = in.find_in_class(in.builtin_class("object"), subclass_hook);
    if (hook.defined() && !hook.identical(plain)) {
      Value answer = in.call(in.bind(hook, Value(), cls), {Value(sub)});
      if (!answer.identical(in.not_implemented())) return in.truth(answer);
    }
    auto it = virtual_subclasses.find(cls);
    if (it == virtual_subclasses.end()) return false;
    std::vector<Class*> registered = it->second;   // asking may register more
    for (Class* c : registered) {
      if (sub->derives_from(c) || (c->metaclass != nullptr && c != cls && in.is_subclass(sub, c))) return true;
    }
    return false;
  }
};

Class* class_argument(In& in, const Arguments& a, size_t i) {
  auto* cls = i < a.size() ? a[i].as<Class>() : nullptr;
  if (cls == nullptr) in.raise_type_error("issubclass() arg 1 must be a class");
  return cls;
}

}  // namespace

void fill_abc_module(Interpreter& in, Module* module) {
  Class* type_class = in.builtin_class("type");
  Class* meta = in.make_class("ABCMeta", {type_class}, Layout::Class);
  meta->module_name = "abc";
  auto registry = std::make_shared<Registry>();

  in.add_static_method(meta, "__new__", [type_class](In& in, const Arguments& a) {
    Value make = in.find_in_class(type_class, names::__new__);
    Value made = in.call(in.bind(make, Value(), type_class), a);
    if (auto* cls = made.as<Class>()) note_abstract_methods(in, cls);
    return made;
  });
  in.add_method(meta, "__instancecheck__", [registry](In& in, const Arguments& a) {
    Class* cls = class_argument(in, a, 0);
    Class* of_value = in.type_of(a[1]);
    if (of_value->derives_from(cls)) return Value::of(true);
    if (a[1].as<Instance>() != nullptr) {   // an object may claim another class
      Class* claimed = in.find_attribute(a[1], names::__class__).as<Class>();
      if (claimed != nullptr && claimed != of_value && claimed->derives_from(cls)) return Value::of(true);
    }
    return Value::of(registry->is_subclass(in, cls, of_value));
  });
  in.add_method(meta, "__subclasscheck__", [registry](In& in, const Arguments& a) {
    Class* cls = class_argument(in, a, 0);
    return Value::of(registry->is_subclass(in, cls, class_argument(in, a, 1)));
  });
  in.add_method(meta, "register", [registry](In& in, const Arguments& a) {
    auto* sub = a.size() > 1 ? a[1].as<Class>() : nullptr;
    if (sub == nullptr) return a.size() > 1 ? a[1] : Value::none();   // an Unknown
    for (Class* c : class_argument(in, a, 0)->mro) registry->virtual_subclasses[c].push_back(sub);
    return a[1];
  });
  auto set = [&](const char* name, Value value) { module->dict->set(in, Symbol(name), value); };
  set("ABCMeta", meta);

  Dict* namespace_of_abc = in.dict();
  namespace_of_abc->set(in, names::__module__, in.str(Symbol("abc")));
  Value abc = in.create_class(meta, Symbol("ABC"), {}, namespace_of_abc, Arguments{});
  note_abstract_methods(in, abc.as<Class>());
  set("ABC", abc);

  auto marking = [](In& in, const Arguments& a) {
    mark_abstract(in, a[0]);
    return a[0];
  };
  set("abstractmethod", in.function("abstractmethod", marking));
  auto wrapping = [&](const char* name, const char* wrapper) {
    set(name, in.function(name, [wrapper](In& in, const Arguments& a) {
      mark_abstract(in, a[0]);
      return in.call(in.builtin_class(wrapper), {a[0]});
    }));
  };
  wrapping("abstractproperty", "property");
  wrapping("abstractclassmethod", "classmethod");
  wrapping("abstractstaticmethod", "staticmethod");
  set("update_abstractmethods", in.function("update_abstractmethods", [](In& in, const Arguments& a) {
    note_abstract_methods(in, class_argument(in, a, 0));
    return a[0];
  }));
  set("get_cache_token", in.function("get_cache_token", [](In&, const Arguments&) { return Value::of(int64_t{0}); }));
}

}  // namespace fusescout::python
