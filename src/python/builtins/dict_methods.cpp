#include "python/builtins/define.h"
#include "python/builtins/dict_views.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/arithmetic.h"
#include "python/builtins/set_up.h"

namespace fusescout::python {

Value get_dict_item(Interpreter& in, const Value& object, const Value& index);   // items.cpp

// dict(x), dict.update(x): a mapping or pairs.
void update_dict(Interpreter& in, Dict* target, const Value& source, std::string_view what) {
  if (is_unknown(source)) {
    in.note(NoteKind::Assumption, "an unknown mapping is taken to be empty: `" + source.as<Unknown>()->path + "`");
    return;
  }
  Value plain = in.unwrap(source);
  if (auto* other = plain.as<Dict>()) {
    for (size_t i = 0; i < other->entries.size(); ++i) {
      const Dict::Entry e = other->entries[i];
      if (e.key.defined()) target->set(in, e.key, e.hash, e.value);
    }
    return;
  }
  static const Symbol keys_name("keys");
  Value keys = source.as<Instance>() != nullptr || source.as<Module>() != nullptr ? in.find_attribute(source, keys_name) : Value();
  if (keys.defined()) {
    for (const Value& key : in.to_vector(in.call(keys))) in.dict_set(target, key, in.get_item(source, key));
    return;
  }
  int64_t number = 0;
  in.for_each(source, [&](const Value& item) {
    std::vector<Value> pair;
    if (is_unknown(item)) return;
    if (item.is_object()) pair = in.to_vector(item);
    else in.raise_type_error("cannot convert dictionary " + std::string(what) + " sequence element #" + std::to_string(number) + " to a sequence");
    if (pair.size() != 2)
      in.raise("ValueError", "dictionary update sequence element #" + std::to_string(number) + " has length " + std::to_string(pair.size()) + "; 2 is required");
    in.dict_set(target, pair[0], pair[1]);
    ++number;
  });
}

namespace {

Dict* dict_of(const Value& self) { return static_cast<Dict*>(self.object); }

void update(Interpreter& in, Dict* target, const Arguments& a) {
  if (a.size() > 0) update_dict(in, target, a[0], "update");
  for (const KeywordArgument& k : a.keywords) target->set(in, k.name, k.value);
}

[[noreturn]] void key_error(Interpreter& in, const Value& key) { throw PythonException{in.make_exception(in.builtin_class("KeyError"), {key})}; }

constexpr NativeMethod methods[] = {
    {"get", 1, 2,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       if (Value* found = in.dict_find(dict_of(self), a[0])) return *found;
       if (is_unknown(a[0])) return a[0];
       return a.size() > 1 ? a[1] : Value::none();
     },
     Take::Plain},
    {"setdefault", 1, 2,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       if (Value* found = in.dict_find(dict_of(self), a[0])) return *found;
       Value made = a.size() > 1 ? a[1] : Value::none();
       in.dict_set(dict_of(self), a[0], made);
       return made;
     },
     Take::Plain},
    {"pop", 1, 2,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       if (Value* found = in.dict_find(dict_of(self), a[0])) {
         Value gone = *found;
         in.dict_erase(dict_of(self), a[0]);
         return gone;
       }
       if (is_unknown(a[0])) return a[0];
       if (a.size() < 2) key_error(in, a[0]);
       return a[1];
     },
     Take::Plain},
    {"popitem", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       Dict* dict = dict_of(self);
       for (size_t i = dict->entries.size(); i > 0; --i) {
         const Dict::Entry e = dict->entries[i - 1];
         if (!e.key.defined()) continue;
         dict->erase(in, e.key, e.hash);
         return in.tuple({e.key, e.value});
       }
       key_error(in, in.str("popitem(): dictionary is empty"));
     }},
    {"keys", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return make_dict_view(in, DictView::Part::Keys, dict_of(self)); }},
    {"values", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return make_dict_view(in, DictView::Part::Values, dict_of(self)); }},
    {"items", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return make_dict_view(in, DictView::Part::Items, dict_of(self)); }},
    {"update", 0, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       update(in, dict_of(self), a);
       return Value::none();
     },
     Take::Keywords},
    {"clear", 0, 0,
     [](Interpreter&, const Value& self, const Arguments&) {
       dict_of(self)->clear();
       return Value::none();
     }},
    {"copy", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       Dict* made = in.dict();
       update_dict(in, made, self, "update");
       return Value(made);
     }},
    {"__len__", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return Value::of(static_cast<int64_t>(dict_of(self)->live)); }},
    {"__iter__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.iterate(self); }},
    {"__contains__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return Value::of(in.contains(self, a[0])); }, Take::Plain},
    {"__setitem__", 2, 2,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       in.set_item(self, a[0], a[1]);
       return Value::none();
     },
     Take::Plain},
    {"__delitem__", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       in.delete_item(self, a[0]);
       return Value::none();
     },
     Take::Plain},
    {"__ior__", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       update_dict(in, dict_of(self), a[0], "update");
       return self;
     },
     Take::Plain},
    {"__reversed__", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       std::vector<Value> keys = in.to_vector(self);
       std::reverse(keys.begin(), keys.end());
       return in.iterate(in.list(std::move(keys)));
     }},
    {"__init__", 0, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       update(in, dict_of(self), a);
       return Value::none();
     },
     Take::Keywords},
};

}  // namespace

void set_up_dict(Interpreter& in) {
  Class* cls = in.builtin_class("dict");
  add_methods(in, cls, methods);
  add_common_methods(in, cls, false);
  cls->dict->set(in, Symbol("__hash__"), Value::none());
  add_operator_methods(in, cls, {syntax::BinaryOperator::BitOr});
  in.add_method(cls, "__getitem__", [](Interpreter& i, const Arguments& arguments) {
    if (arguments.size() != 2 || i.unwrap(arguments[0]).as<Dict>() == nullptr) i.raise_type_error("descriptor '__getitem__' requires a 'dict' object");
    return get_dict_item(i, arguments[0], arguments[1]);
  });
  add_new(in, cls, [](Interpreter& i, Class* made, const Arguments&) { return wrap(i, made, i.builtin_class("dict"), i.dict()); });
  in.add_class_method(cls, "fromkeys", [](Interpreter& i, const Arguments& arguments) {
    if (arguments.size() < 2) i.raise_type_error("fromkeys expected at least 1 argument, got 0");
    Value made = i.call(arguments[0]), value = arguments.size() > 2 ? arguments[2] : Value::none();
    i.for_each(arguments[1], [&](const Value& key) { i.set_item(made, key, value); });
    return made;
  });
}

}  // namespace fusescout::python
