// Classes: creation (C3 order, metaclasses, __init_subclass__), instances, native classes.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "python/interpreter.h"
#include "python/method_order.h"
#include "python/names.h"
#include "python/small_vector.h"

namespace fusescout::python {

// https://docs.python.org/3/howto/mro.html: merge of the bases' orders and the list of bases.
bool linearize(Class* cls, std::vector<Class*>& order) {
  std::vector<std::vector<Class*>> lists;
  for (Class* base : cls->bases) lists.push_back(base->mro);
  lists.push_back(cls->bases);
  order = {cls};
  for (;;) {
    std::erase_if(lists, [](const auto& list) { return list.empty(); });
    if (lists.empty()) return true;
    Class* next = nullptr;
    for (const auto& list : lists) {
      Class* head = list.front();
      bool in_a_tail = std::any_of(lists.begin(), lists.end(), [&](const auto& other) { return std::find(other.begin() + 1, other.end(), head) != other.end(); });
      if (!in_a_tail) {
        next = head;
        break;
      }
    }
    if (next == nullptr) return false;
    order.push_back(next);
    for (auto& list : lists) {
      if (list.front() == next) list.erase(list.begin());
    }
  }
}

bool rebase(Class* cls, std::vector<Class*> bases) {
  std::vector<Class*> order, old = std::exchange(cls->bases, std::move(bases));
  if (!linearize(cls, order)) {
    cls->bases = std::move(old);
    return false;
  }
  cls->mro = std::move(order);
  for (Class* base : old) std::erase(base->subclasses, cls);
  for (Class* base : cls->bases) base->subclasses.push_back(cls);
  std::vector<Class*> derived = cls->subclasses;
  for (size_t i = 0; i < derived.size(); ++i) {
    if (linearize(derived[i], order)) derived[i]->mro = order;
    derived.insert(derived.end(), derived[i]->subclasses.begin(), derived[i]->subclasses.end());
  }
  return true;
}

Class* Interpreter::builtin_class(std::string_view name) {
  auto it = builtin_classes_.find(name);
  CHECK(it != builtin_classes_.end());
  return it->second;
}

Class* Interpreter::make_class(std::string_view name, std::vector<Class*> bases, Layout layout) {
  Class* cls = make<Class>();
  cls->name = cls->qualname = Symbol(name);
  cls->module_name = "builtins";
  if (bases.empty()) {
    if (auto it = builtin_classes_.find("object"); it != builtin_classes_.end()) bases.push_back(it->second);
  }
  cls->bases = std::move(bases);
  cls->dict = dict();
  cls->builtin = true;
  cls->layout = layout;
  CHECK(linearize(cls, cls->mro));
  for (Class* base : cls->bases) base->subclasses.push_back(cls);
  for (Class* base : cls->bases) {
    if (cls->metaclass == nullptr) cls->metaclass = base->metaclass;
    if (cls->layout == Layout::Plain) cls->layout = base->layout;
    if (!cls->allocate) cls->allocate = base->allocate;
    if (!cls->get_attribute) cls->get_attribute = base->get_attribute;
  }
  return cls;
}

void Interpreter::add_method(Class* cls, std::string_view name, NativeBody body) {
  cls->dict->set(*this, Symbol(name), function(name, std::move(body)));
  class_changed();
}

void Interpreter::add_static_method(Class* cls, std::string_view name, NativeBody body) {
  cls->dict->set(*this, Symbol(name), make<StaticMethod>(function(name, std::move(body))));
  class_changed();
}

void Interpreter::add_class_method(Class* cls, std::string_view name, NativeBody body) {
  cls->dict->set(*this, Symbol(name), make<ClassMethod>(function(name, std::move(body))));
  class_changed();
}

void Interpreter::add_property(Class* cls, std::string_view name, NativeBody getter, NativeBody setter) {
  Property* property = make<Property>();
  property->getter = function(name, std::move(getter));
  if (setter) property->setter = function(name, std::move(setter));
  cls->dict->set(*this, Symbol(name), property);
  class_changed();
}

Value Interpreter::create_class(Class* metaclass, Symbol name, std::vector<Value> base_values, Dict* names, const Arguments& keywords) {
  Class* cls = make<Class>();
  cls->name = name;
  Value* qualname = names->find(names::__qualname__);
  cls->qualname = qualname != nullptr && is_string(*qualname) ? Symbol(text_of(*qualname)) : name;
  if (Value* module = names->find(names::__module__); module != nullptr && is_string(*module)) cls->module_name = std::string(text_of(*module));
  cls->file = current_file();
  cls->line = current_line();
  bool unknown_base = false;
  for (const Value& base : base_values) {
    if (auto* base_class = base.as<Class>()) cls->bases.push_back(base_class);
    else if (base.as<Unknown>() != nullptr) unknown_base = true;
    else raise_type_error("bases must be types");
  }
  if (cls->bases.empty()) cls->bases.push_back(builtin_class("object"));
  if (!linearize(cls, cls->mro)) {
    std::string list;
    for (Class* base : cls->bases) list += (list.empty() ? "" : ", ") + base->name.str();
    raise_type_error("Cannot create a consistent method resolution\norder (MRO) for bases " + list);
  }
  cls->dict = names;
  cls->metaclass = metaclass;
  for (Class* base : cls->bases) {
    if (cls->layout == Layout::Plain) cls->layout = base->layout;
    if (!cls->allocate) cls->allocate = base->allocate;
    if (!cls->get_attribute) cls->get_attribute = base->get_attribute;
  }
  if (unknown_base) {
    Value origin;
    for (const Value& base : base_values) {
      if (base.as<Unknown>() != nullptr) origin = base;
    }
    cls->get_attribute = [origin](Interpreter& interpreter, const Value&, Symbol attribute) {
      std::string_view text = attribute.view();
      if (text.size() > 4 && text.starts_with("__") && text.ends_with("__")) return Value();
      return interpreter.find_attribute(origin, attribute);
    };
  }
  for (Class* base : cls->bases) base->subclasses.push_back(cls);
  if (new_class_cell_ != nullptr) {   // `super()` works from here on, in __set_name__ and __init_subclass__ too
    new_class_cell_->value = cls;
    new_class_cell_ = nullptr;
  }
  // __new__ is a static method, __init_subclass__ and __class_getitem__ are class methods, without saying so.
  for (Symbol implicit : {names::__init_subclass__, names::__class_getitem__}) {
    if (Value* v = names->find(implicit); v != nullptr && v->as<Function>() != nullptr) *v = make<ClassMethod>(*v);
  }
  if (Value* v = names->find(names::__new__); v != nullptr && v->as<Function>() != nullptr) *v = make<StaticMethod>(*v);
  // A class that defines __eq__ without __hash__ is unhashable.
  if (names->find(names::__eq__) != nullptr && names->find(names::__hash__) == nullptr) names->set(*this, names::__hash__, Value::none());
  for (size_t i = 0; i < names->entries.size(); ++i) {
    Dict::Entry entry = names->entries[i];
    if (!entry.key.defined()) continue;
    auto* instance = entry.value.as<Instance>();
    if (instance == nullptr) continue;
    Value set_name = find_in_class(instance->cls, names::__set_name__);
    if (set_name.defined()) call(set_name, {entry.value, cls, entry.key});
  }
  // The parent's hook sees the new class.
  for (size_t i = 1; i < cls->mro.size(); ++i) {
    Value* hook = cls->mro[i]->dict->find(names::__init_subclass__);
    if (hook == nullptr) continue;
    if (cls->mro[i] != object_class_) {
      std::vector<Value> positional;
      call(bind(*hook, Value(), cls), Arguments{positional, keywords.keywords});
    } else if (keywords.keywords.size() > 0 && metaclass == nullptr && !unknown_base) {
      raise_type_error(name.str() + ".__init_subclass__() takes no keyword arguments");
    }
    break;
  }
  return cls;
}

namespace {

Value call_with_self(Interpreter& interpreter, const Value& function, const Value& self, const Arguments& arguments) {
  SmallVector<Value, 8> positional;
  positional.push_back(self);
  positional.append(arguments.positional);
  return interpreter.call(function, Arguments{positional.span(), arguments.keywords});
}

}  // namespace

void Interpreter::check_instantiable(Class* cls) {
  static const Symbol abstract("__abstractmethods__");
  if (cls->builtin) return;
  Value* methods = cls->dict->find(abstract);
  auto* set = methods != nullptr ? methods->as<Set>() : nullptr;
  if (set == nullptr || set->table->live == 0) return;
  std::vector<std::string> list;
  for (const Dict::Entry& e : set->table->entries) {
    if (e.key.defined()) list.push_back(to_str(e.key));
  }
  std::sort(list.begin(), list.end());
  std::string text;
  for (const std::string& name : list) text += (text.empty() ? "" : ", ") + name;
  raise_type_error("Can't instantiate abstract class " + cls->name.str() + " with abstract method" + (list.size() == 1 ? " " : "s ") + text);
}

Value Interpreter::instantiate(Class* cls, const Arguments& arguments) {
  // type(cls).__call__, where a metaclass of the source defines it.
  Value maker = hooks_of(cls).maker;
  bool custom = maker.defined();
  if (!custom) check_instantiable(cls);
  Value made;
  if (custom) {
    made = call_with_self(*this, maker, cls, arguments);
  } else if (cls->allocate) {
    made = cls->allocate(*this, cls);
  } else {
    made = make<Instance>(cls);
  }
  Class* made_class = type_of(made);
  if ((made_class != cls && !made_class->derives_from(cls)) || cls == type_class_) return made;
  if (Value init = hooks_of(made_class).init; init.defined()) {
    // A builtin's own __init__ has nothing to do behind a __new__ that consumed the arguments.
    Value outcome = call_with_self(*this, bind(init, Value(), made_class), made, arguments);
    if (outcome.defined() && !outcome.is_none() && outcome.as<Unknown>() == nullptr) raise_type_error("__init__() should return None, not '" + type_name(outcome) + "'");
  } else if (!custom && (arguments.size() > 0 || !arguments.keywords.empty()) && !cls->builtin && !cls->get_attribute) {
    raise_type_error(cls->name.str() + "() takes no arguments");
  }
  return made;
}

}  // namespace fusescout::python
