// object and type.
#include "python/builtins/define.h"
#include "python/builtins/native_attribute.h"
#include "python/builtins/set_up.h"
#include "python/builtins/text.h"
#include "python/names.h"

namespace fusescout::python {

using syntax::CompareOperator;

namespace {

// object's methods keep the instance itself as `self`.
using Body = Value (*)(Interpreter& in, const Arguments& arguments);
struct Entry { std::string_view name; size_t count; Body body; };

void define(Interpreter& in, Class* cls, std::span<const Entry> entries) {
  for (const Entry& entry : entries) {
    in.add_method(cls, entry.name, [e = &entry](Interpreter& i, const Arguments& arguments) {
      if (arguments.size() == 0) i.raise_type_error("unbound method object." + std::string(e->name) + "() needs an argument");
      if (arguments.size() != e->count + 1) i.raise_type_error("expected " + std::to_string(e->count) + " argument" + (e->count == 1 ? "" : "s") + ", got " + std::to_string(arguments.size() - 1));
      return e->body(i, arguments);
    });
  }
}

Value attribute_name_error(Interpreter& in, const Value& name) {
  in.raise_type_error("attribute name must be string, not '" + in.type_name(name) + "'");
}

constexpr Entry object_methods[] = {
    {"__eq__", 1, [](Interpreter& in, const Arguments& a) { return a[0].identical(a[1]) ? Value::of(true) : in.not_implemented(); }},
    {"__ne__", 1,
     [](Interpreter& in, const Arguments& a) {
       Value method = in.find_in_class(in.type_of(a[0]), names::__eq__);
       Value made = in.call(in.bind(method, a[0], in.type_of(a[0])), {a[1]});
       if (made.as<NotImplementedObject>() != nullptr || is_unknown(made)) return made;
       return Value::of(!in.truth(made));
     }},
    {"__hash__", 0, [](Interpreter&, const Arguments& a) { return Value::of(static_cast<int64_t>(a[0].is_object() ? reinterpret_cast<uintptr_t>(a[0].object) >> 4 : 0)); }},
    {"__repr__", 0, [](Interpreter& in, const Arguments& a) {
       if (a[0].as<Class>() != nullptr) return in.str("<class '" + a[0].as<Class>()->name.str() + "'>");
       return in.str(object_repr(in, a[0]));
     }},
    {"__str__", 0, [](Interpreter& in, const Arguments& a) { return in.str(in.repr(a[0])); }},
    {"__format__", 1,
     [](Interpreter& in, const Arguments& a) {
       if (!in.text_of(a[1]).empty()) in.raise_type_error("unsupported format string passed to " + in.type_name(a[0]) + ".__format__");
       return in.str(in.to_str(a[0]));
     }},
    {"__getattribute__", 1,
     [](Interpreter& in, const Arguments& a) {
       if (!in.is_string(a[1])) return attribute_name_error(in, a[1]);
       Symbol name(in.text_of(a[1]));
       Value found = in.find_attribute_plain(a[0], name);
       if (found.defined()) return found;
       in.raise("AttributeError", "'" + in.type_name(a[0]) + "' object has no attribute '" + name.str() + "'");
     }},
    {"__setattr__", 2,
     [](Interpreter& in, const Arguments& a) {
       if (!in.is_string(a[1])) return attribute_name_error(in, a[1]);
       in.set_attribute_plain(a[0], Symbol(in.text_of(a[1])), a[2]);
       return Value::none();
     }},
    {"__delattr__", 1,
     [](Interpreter& in, const Arguments& a) {
       if (!in.is_string(a[1])) return attribute_name_error(in, a[1]);
       in.delete_attribute_plain(a[0], Symbol(in.text_of(a[1])));
       return Value::none();
     }},
    {"__dir__", 0, [](Interpreter& in, const Arguments& a) { return in.list(attribute_names(in, a[0])); }},
    {"__lt__", 1, [](Interpreter& in, const Arguments&) { return in.not_implemented(); }},
    {"__le__", 1, [](Interpreter& in, const Arguments&) { return in.not_implemented(); }},
    {"__gt__", 1, [](Interpreter& in, const Arguments&) { return in.not_implemented(); }},
    {"__ge__", 1, [](Interpreter& in, const Arguments&) { return in.not_implemented(); }},
    {"__sizeof__", 0, [](Interpreter&, const Arguments&) { return Value::of(int64_t{16}); }},
};

void add_names(Interpreter& in, Dict* names, const Dict& source) {
  for (const Dict::Entry& e : source.entries) {
    if (e.key.defined()) names->set(in, e.key, e.hash, Value::none());
  }
}

}  // namespace

// dir()
std::vector<Value> attribute_names(Interpreter& in, const Value& object) {
  Dict* all = in.dict();
  if (auto* module = object.as<Module>()) {
    if (Value dict = in.module_attribute(module, names::__dict__, in.epoch()); dict.as<Dict>() != nullptr) add_names(in, all, *dict.as<Dict>());
  } else {
    if (auto* instance = object.as<Instance>(); instance != nullptr && instance->attributes != nullptr) add_names(in, all, *instance->attributes);
    if (auto* function = object.as<Function>(); function != nullptr && function->attributes != nullptr) add_names(in, all, *function->attributes);
    Class* cls = object.as<Class>() != nullptr ? object.as<Class>() : in.type_of(object);
    for (Class* c : cls->mro) add_names(in, all, *c->dict);
    for (Symbol name : {names::__class__, names::__doc__, names::__module__}) all->set(in, name, Value::none());
    if (object.as<Instance>() != nullptr || object.as<Class>() != nullptr) all->set(in, names::__dict__, Value::none());
  }
  std::vector<Value> list;
  for (const Dict::Entry& e : all->entries) {
    if (e.key.defined() && in.is_string(e.key)) list.push_back(e.key);
  }
  std::sort(list.begin(), list.end(), [&](const Value& a, const Value& b) { return in.text_of(a) < in.text_of(b); });
  return list;
}

void set_up_object(Interpreter& in) {
  Class* cls = in.builtin_class("object");
  define(in, cls, object_methods);
  add_new(in, cls, [](Interpreter& i, Class* made, const Arguments& arguments) -> Value {
    Class* object = i.builtin_class("object");
    if (arguments.size() > 0 || !arguments.keywords.empty()) {
      // Refused here only if nobody else takes the arguments.
      Value own_new = i.find_in_class(made, names::__new__), object_new = *object->dict->find(names::__new__);
      if (!own_new.identical(object_new)) i.raise_type_error("object.__new__() takes exactly one argument (the type to instantiate)");
      if (i.find_in_class(made, names::__init__).identical(*object->dict->find(names::__init__))) i.raise_type_error(made->name.str() + "() takes no arguments");
    }
    if (made->builtin && made->layout != Layout::Plain && made->layout != Layout::Native)
      i.raise_type_error("object.__new__(" + made->name.str() + ") is not safe, use " + made->name.str() + ".__new__()");
    i.check_instantiable(made);
    if (made->allocate) return made->allocate(i, made);
    return i.make<Instance>(made);
  });
  in.add_method(cls, "__init__", [](Interpreter& i, const Arguments& arguments) -> Value {
    if (arguments.size() == 0) i.raise_type_error("unbound method object.__init__() needs an argument");
    if (arguments.size() == 1 && arguments.keywords.empty()) return Value::none();
    Class* of = i.type_of(arguments[0]);
    if (of->get_attribute) return Value::none();
    Class* object = i.builtin_class("object");
    if (!i.find_in_class(of, names::__init__).identical(*object->dict->find(names::__init__)))
      i.raise_type_error("object.__init__() takes exactly one argument (the instance to initialize)");
    if (i.find_in_class(of, names::__new__).identical(*object->dict->find(names::__new__)))
      i.raise_type_error(of->name.str() + ".__init__() takes exactly one argument (the instance to initialize)");
    return Value::none();
  });
  in.add_class_method(cls, "__init_subclass__", [](Interpreter& i, const Arguments& arguments) -> Value {
    if (!arguments.keywords.empty()) i.raise_type_error(arguments[0].as<Class>()->name.str() + ".__init_subclass__() takes no keyword arguments");
    return Value::none();
  });
  in.add_class_method(cls, "__subclasshook__", [](Interpreter& i, const Arguments&) { return i.not_implemented(); });
}

void set_up_type(Interpreter& in) {
  Class* cls = in.builtin_class("type");
  add_new(in, cls, [](Interpreter& i, Class* made, const Arguments& arguments) -> Value {
    Class* type = i.builtin_class("type");
    if (arguments.size() == 1 && made == type) {
      if (is_unknown(arguments[0])) return arguments[0];
      return i.type_of(arguments[0]);
    }
    if (arguments.size() != 3) i.raise_type_error(made == type ? "type() takes 1 or 3 arguments" : "type.__new__() takes exactly 3 arguments (" + std::to_string(arguments.size()) + " given)");
    if (!i.is_string(arguments[0])) i.raise_type_error("type.__new__() argument 1 must be str, not " + i.type_name(arguments[0]));
    auto* source = i.unwrap(arguments[2]).as<Dict>();
    if (source == nullptr) i.raise_type_error("type.__new__() argument 3 must be dict, not " + i.type_name(arguments[2]));
    Dict* names = i.dict();
    for (const Dict::Entry& e : source->entries) {
      if (e.key.defined()) names->set(i, e.key, e.hash, e.value);
    }
    if (names->find(names::__module__) == nullptr && i.frame() != nullptr && i.frame()->module != nullptr) names->set(i, names::__module__, i.str(i.frame()->module->name));
    std::vector<Value> bases = i.to_vector(arguments[1]);
    // The most derived metaclass wins.
    Class* meta = made;
    for (const Value& base : bases) {
      auto* base_class = base.as<Class>();
      Class* other = base_class != nullptr && base_class->metaclass != nullptr ? base_class->metaclass : type;
      if (other->derives_from(meta)) meta = other;
      else if (!meta->derives_from(other))
        i.raise_type_error("metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases");
    }
    return i.create_class(meta == type ? nullptr : meta, Symbol(i.text_of(arguments[0])), std::move(bases), names, Arguments{{}, arguments.keywords});
  });
  in.add_method(cls, "__init__", [](Interpreter&, const Arguments&) { return Value::none(); });
  in.add_method(cls, "__call__", [](Interpreter& i, const Arguments& arguments) -> Value {
    auto* made = arguments.size() > 0 ? arguments[0].as<Class>() : nullptr;
    if (made == nullptr) i.raise_type_error("descriptor '__call__' requires a 'type' object");
    return i.instantiate(made, Arguments{arguments.positional.subspan(1), arguments.keywords});
  });
  in.add_method(cls, "mro", [](Interpreter& i, const Arguments& arguments) { return i.list(i.to_vector(i.get_attribute(arguments[0], names::__mro__))); });
  in.add_method(cls, "__instancecheck__", [](Interpreter& i, const Arguments& arguments) {
    return Value::of(i.type_of(arguments[1])->derives_from(arguments[0].as<Class>()));
  });
  in.add_method(cls, "__subclasscheck__", [](Interpreter& i, const Arguments& arguments) {
    auto* derived = arguments[1].as<Class>();
    if (derived == nullptr) i.raise_type_error("issubclass() arg 1 must be a class");
    return Value::of(derived->derives_from(arguments[0].as<Class>()));
  });
  in.add_method(cls, "__subclasses__", [](Interpreter& i, const Arguments& arguments) {
    std::vector<Value> list;
    if (auto* base = arguments[0].as<Class>()) {
      for (Class* c : base->subclasses) list.push_back(c);
    }
    return i.list(std::move(list));
  });
  in.add_method(cls, "__repr__", [](Interpreter& i, const Arguments& arguments) {
    auto* c = arguments[0].as<Class>();
    if (c == nullptr) i.raise_type_error("descriptor '__repr__' requires a 'type' object");
    return i.str("<class '" + (c->module_name.empty() || c->module_name == "builtins" ? "" : c->module_name + ".") + c->qualname.str() + "'>");
  });
  in.add_method(cls, "__setattr__", [](Interpreter& i, const Arguments& arguments) {
    i.set_attribute_plain(arguments[0], Symbol(i.text_of(arguments[1])), arguments[2]);
    return Value::none();
  });
  in.add_method(cls, "__hash__", [](Interpreter&, const Arguments& a) { return Value::of(static_cast<int64_t>(reinterpret_cast<uintptr_t>(a[0].object) >> 4)); });
  in.add_class_method(cls, "__prepare__", [](Interpreter& i, const Arguments&) { return Value(i.dict()); });
}

}  // namespace fusescout::python
