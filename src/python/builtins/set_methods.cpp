// set and frozenset.
#include "python/builtins/arithmetic.h"
#include "python/builtins/define.h"
#include "python/builtins/dict_views.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/set_operations.h"
#include "python/builtins/set_up.h"

namespace fusescout::python {

using syntax::BinaryOperator;

namespace {

Dict* table_of(const Value& self) { return static_cast<Set*>(self.object)->table; }
bool is_frozen(const Value& self) { return static_cast<Set*>(self.object)->frozen; }

void add_all(Interpreter& in, Dict* table, const Value& source) {
  if (auto* set = source.as<Set>()) {
    for (size_t i = 0; i < set->table->entries.size(); ++i) {
      const Dict::Entry e = set->table->entries[i];
      if (e.key.defined()) table->set(in, e.key, e.hash, Value::none());
    }
    return;
  }
  in.for_each(source, [&](const Value& v) { in.dict_set(table, v, Value::none()); });
}

Dict* table_from(Interpreter& in, const Value& source) {
  if (auto* set = in.unwrap(source).as<Set>()) return set->table;
  Dict* table = in.dict();
  add_all(in, table, source);
  return table;
}

Dict* combine(Interpreter& in, BinaryOperator op, Dict* a, Dict* b) {
  Dict* made = in.dict();
  auto take = [&](Dict* from, Dict* other, bool wanted_inside, bool either) {
    for (size_t i = 0; i < from->entries.size(); ++i) {
      const Dict::Entry e = from->entries[i];
      if (e.key.defined() && (either || (other->find(in, e.key, e.hash) != nullptr) == wanted_inside)) made->set(in, e.key, e.hash, Value::none());
    }
  };
  switch (op) {
    case BinaryOperator::BitAnd: take(a, b, true, false); break;
    case BinaryOperator::Sub: take(a, b, false, false); break;
    case BinaryOperator::BitXor:
      take(a, b, false, false);
      take(b, a, false, false);
      break;
    default:
      take(a, b, false, true);
      take(b, a, false, true);
  }
  return made;
}

template <BinaryOperator op>
Value combined(Interpreter& in, const Value& self, const Arguments& a) {
  Dict* table = combine(in, BinaryOperator::BitOr, table_of(self), in.dict());
  for (const Value& other : a.positional) table = combine(in, op, table, table_from(in, other));
  return in.make<Set>(table, is_frozen(self));
}

template <BinaryOperator op>
Value combined_in_place(Interpreter& in, const Value& self, const Arguments& a) {
  for (const Value& other : a.positional) table_of(self)->swap(*combine(in, op, table_of(self), table_from(in, other)));
  return Value::none();
}

constexpr NativeMethod shared[] = {
    {"union", 0, -1, combined<BinaryOperator::BitOr>},
    {"intersection", 0, -1, combined<BinaryOperator::BitAnd>},
    {"difference", 0, -1, combined<BinaryOperator::Sub>},
    {"symmetric_difference", 1, 1, combined<BinaryOperator::BitXor>},
    {"copy", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return Value(in.make<Set>(combine(in, BinaryOperator::BitOr, table_of(self), in.dict()), is_frozen(self))); }},
    {"issubset", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.compare(syntax::CompareOperator::LtE, in.make<Set>(table_of(self), false), in.make<Set>(table_from(in, a[0]), false)); }},
    {"issuperset", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.compare(syntax::CompareOperator::GtE, in.make<Set>(table_of(self), false), in.make<Set>(table_from(in, a[0]), false)); }},
    {"isdisjoint", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return Value::of(combine(in, BinaryOperator::BitAnd, table_of(self), table_from(in, a[0]))->live == 0); }},
    {"__len__", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return Value::of(static_cast<int64_t>(table_of(self)->live)); }},
    {"__iter__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.iterate(self); }},
    {"__contains__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return Value::of(in.contains(self, a[0])); }, Take::Plain},
};

constexpr NativeMethod mutable_methods[] = {
    {"add", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       in.dict_set(table_of(self), a[0], Value::none());
       return Value::none();
     },
     Take::Plain},
    {"discard", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       in.dict_erase(table_of(self), a[0]);
       return Value::none();
     },
     Take::Plain},
    {"remove", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       if (!in.dict_erase(table_of(self), a[0])) throw PythonException{in.make_exception(in.builtin_class("KeyError"), {a[0]})};
       return Value::none();
     },
     Take::Plain},
    {"pop", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       for (const Dict::Entry& entry : table_of(self)->entries) {
         if (!entry.key.defined()) continue;
         Value key = entry.key;
         in.dict_erase(table_of(self), key);
         return key;
       }
       throw PythonException{in.make_exception(in.builtin_class("KeyError"), {in.str("pop from an empty set")})};
     }},
    {"clear", 0, 0,
     [](Interpreter&, const Value& self, const Arguments&) {
       table_of(self)->clear();
       return Value::none();
     }},
    {"update", 0, -1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       for (const Value& source : a.positional) add_all(in, table_of(self), in.unwrap(source));
       return Value::none();
     },
     Take::Plain},
    {"intersection_update", 0, -1, combined_in_place<BinaryOperator::BitAnd>},
    {"difference_update", 0, -1, combined_in_place<BinaryOperator::Sub>},
    {"symmetric_difference_update", 1, 1, combined_in_place<BinaryOperator::BitXor>},
    {"__init__", 0, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       table_of(self)->clear();
       if (a.size() > 0) add_all(in, table_of(self), in.unwrap(a[0]));
       return Value::none();
     },
     Take::Plain},
};

}  // namespace

Value set_binary(Interpreter& in, BinaryOperator op, const Value& a, const Value& b) {
  bool known = op == BinaryOperator::BitAnd || op == BinaryOperator::BitOr || op == BinaryOperator::BitXor || op == BinaryOperator::Sub;
  auto *x = a.as<Set>(), *y = b.as<Set>();
  DictView *view_a = as_dict_view(in, a), *view_b = as_dict_view(in, b);
  if (!known || (x == nullptr && view_a == nullptr) || (x != nullptr && y == nullptr && view_b == nullptr)) return Value();
  if (view_b == nullptr && y == nullptr && view_a == nullptr) return Value();
  return in.make<Set>(combine(in, op, table_from(in, a), table_from(in, b)), x != nullptr && x->frozen);
}

void set_up_set(Interpreter& in) {
  for (std::string_view name : {"set", "frozenset"}) {
    Class* cls = in.builtin_class(name);
    add_methods(in, cls, shared);
    add_common_methods(in, cls, true);
    add_operator_methods(in, cls, {BinaryOperator::BitAnd, BinaryOperator::BitOr, BinaryOperator::BitXor, BinaryOperator::Sub});
  }
  Class *set = in.builtin_class("set"), *frozen = in.builtin_class("frozenset");
  add_methods(in, set, mutable_methods);
  set->dict->set(in, Symbol("__hash__"), Value::none());
  add_new(in, set, [](Interpreter& i, Class* made, const Arguments& arguments) {
    Class* cls = i.builtin_class("set");
    if (made == cls && arguments.size() == 1 && is_unknown(arguments[0])) return arguments[0];
    return wrap(i, made, cls, i.make<Set>(i.dict(), false));
  });
  add_new(in, frozen, [](Interpreter& i, Class* made, const Arguments& arguments) {
    if (arguments.size() > 1) i.raise_type_error("frozenset expected at most 1 argument, got " + std::to_string(arguments.size()));
    if (arguments.size() == 1 && is_unknown(arguments[0])) return arguments[0];
    Dict* table = i.dict();
    if (arguments.size() == 1) add_all(i, table, i.unwrap(arguments[0]));
    return wrap(i, made, i.builtin_class("frozenset"), i.make<Set>(table, true));
  });
}

}  // namespace fusescout::python
