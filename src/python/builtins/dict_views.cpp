#include "python/builtins/dict_views.h"

#include "python/builtins/define.h"
#include "python/builtins/set_operations.h"
#include "python/builtins/set_up.h"
#include "python/names.h"

namespace fusescout::python {

DictView* as_dict_view(Interpreter& in, const Value& v) {
  auto* instance = v.as<Instance>();
  if (instance == nullptr || !instance->cls->builtin || instance->cls->layout != Layout::Native) return nullptr;
  for (std::string_view name : {"dict_items", "dict_keys", "dict_values", "mappingproxy"}) {
    if (instance->cls == in.builtin_class(name)) return static_cast<DictView*>(instance);
  }
  return nullptr;
}

Value make_dict_view(Interpreter& in, DictView::Part part, Dict* source) {
  constexpr std::string_view types[] = {"dict_keys", "dict_values", "dict_items"};
  return in.make<DictView>(in.builtin_class(types[static_cast<size_t>(part)]), part, source);
}

Value make_mapping_proxy(Interpreter& in, Dict* source) { return in.make<DictView>(in.builtin_class("mappingproxy"), DictView::Part::Keys, source); }

namespace {

DictView& self_of(Interpreter& in, const Arguments& arguments) {
  DictView* view = arguments.size() > 0 ? as_dict_view(in, arguments[0]) : nullptr;
  if (view == nullptr) in.raise_type_error("descriptor requires a dict view");
  return *view;
}

bool view_contains(Interpreter& in, const DictView& view, const Value& item) {
  switch (view.part) {
    case DictView::Part::Keys: return in.dict_find(view.source, item) != nullptr;
    case DictView::Part::Items: {
      auto* pair = item.as<Tuple>();
      if (pair == nullptr || pair->items.size() != 2) return false;
      Value* found = in.dict_find(view.source, pair->items[0]);
      return found != nullptr && in.equal(*found, pair->items[1]);
    }
    case DictView::Part::Values: break;
  }
  for (size_t i = 0; i < view.source->entries.size(); ++i) {
    const Dict::Entry e = view.source->entries[i];
    if (e.key.defined() && (e.value.identical(item) || in.equal(e.value, item))) return true;
  }
  return false;
}

}  // namespace

void set_up_dict_views(Interpreter& in) {
  for (std::string_view name : {"dict_keys", "dict_values", "dict_items"}) {
    Class* cls = in.builtin_class(name);
    in.add_method(cls, "__len__", [](Interpreter& i, const Arguments& a) { return Value::of(static_cast<int64_t>(self_of(i, a).source->live)); });
    in.add_method(cls, "__iter__", [](Interpreter& i, const Arguments& a) {
      self_of(i, a);
      return i.iterate(a[0]);
    });
    in.add_method(cls, "__contains__", [](Interpreter& i, const Arguments& a) { return Value::of(view_contains(i, self_of(i, a), a[1])); });
    in.add_method(cls, "__repr__", [](Interpreter& i, const Arguments& a) { return i.str(self_of(i, a).cls->name.str() + "(" + i.repr(i.list(i.to_vector(a[0]))) + ")"); });
    in.add_method(cls, "__reversed__", [](Interpreter& i, const Arguments& a) {
      std::vector<Value> items = i.to_vector(a[0]);
      std::reverse(items.begin(), items.end());
      return i.iterate(i.list(std::move(items)));
    });
    if (name == "dict_values") continue;
    using B = syntax::BinaryOperator;
    for (auto [op, method] : {std::pair{B::Sub, "__sub__"}, std::pair{B::BitAnd, "__and__"}, std::pair{B::BitOr, "__or__"}, std::pair{B::BitXor, "__xor__"}}) {
      in.add_method(cls, method, [op = op](Interpreter& i, const Arguments& a) {
        Value made = set_binary(i, op, a[0], a[1]);
        return made.defined() ? made : i.not_implemented();
      });
    }
    for (auto [op, method] : {std::pair{B::Sub, "__rsub__"}, std::pair{B::BitAnd, "__rand__"}, std::pair{B::BitOr, "__ror__"}, std::pair{B::BitXor, "__rxor__"}}) {
      in.add_method(cls, method, [op = op](Interpreter& i, const Arguments& a) {
        Value made = set_binary(i, op, a[1], a[0]);
        return made.defined() ? made : i.not_implemented();
      });
    }
    using C = syntax::CompareOperator;
    for (auto [op, method] : {std::pair{C::Eq, "__eq__"}, std::pair{C::LtE, "__le__"}, std::pair{C::Lt, "__lt__"}, std::pair{C::GtE, "__ge__"}, std::pair{C::Gt, "__gt__"}}) {
      in.add_method(cls, method, [op = op](Interpreter& i, const Arguments& a) {
        if (a[1].as<Set>() == nullptr && as_dict_view(i, a[1]) == nullptr) return i.not_implemented();
        Class* set = i.builtin_class("set");
        return i.compare(op, i.call(set, {a[0]}), i.call(set, {a[1]}));
      });
    }
    in.add_method(cls, "isdisjoint", [](Interpreter& i, const Arguments& a) {
      bool none = true;
      i.for_each(a[1], [&](const Value& item) { none = none && !view_contains(i, self_of(i, a), item); });
      return Value::of(none);
    });
    cls->dict->set(in, names::__hash__, Value::none());
  }
  Class* proxy = in.builtin_class("mappingproxy");
  in.add_method(proxy, "__len__", [](Interpreter& i, const Arguments& a) { return Value::of(static_cast<int64_t>(self_of(i, a).source->live)); });
  in.add_method(proxy, "__iter__", [](Interpreter& i, const Arguments& a) { return i.iterate(a[0]); });
  in.add_method(proxy, "__contains__", [](Interpreter& i, const Arguments& a) { return Value::of(view_contains(i, self_of(i, a), a[1])); });
  in.add_method(proxy, "__repr__", [](Interpreter& i, const Arguments& a) { return i.str("mappingproxy(" + i.repr(self_of(i, a).source) + ")"); });
  in.add_method(proxy, "__reversed__", [](Interpreter& i, const Arguments& a) { return i.call(*i.builtins()->find(Symbol("reversed")), {Value(self_of(i, a).source)}); });
  in.add_method(proxy, "__getitem__", [](Interpreter& i, const Arguments& a) { return i.get_item(self_of(i, a).source, a[1]); });
  for (std::string_view name : {"get", "keys", "values", "items", "copy"}) {
    in.add_method(proxy, name, [symbol = Symbol(name)](Interpreter& i, const Arguments& a) {
      return i.call(i.get_attribute(self_of(i, a).source, symbol), Arguments{a.positional.subspan(1), a.keywords});
    });
  }
  add_new(in, proxy, [](Interpreter& i, Class*, const Arguments& arguments) {
    auto* dict = arguments.size() == 1 ? i.unwrap(arguments[0]).as<Dict>() : nullptr;
    if (dict == nullptr) i.raise_type_error("mappingproxy() argument must be a mapping");
    return make_mapping_proxy(i, dict);
  });
}

}  // namespace fusescout::python
