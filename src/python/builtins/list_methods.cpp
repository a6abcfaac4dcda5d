#include <algorithm>

#include "python/builtins/arithmetic.h"
#include "python/builtins/define.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/set_up.h"
#include "python/builtins/sorting.h"

namespace fusescout::python {
namespace {

std::vector<Value>& items_of(const Value& self) { return static_cast<List*>(self.object)->items; }

size_t find_item(Interpreter& in, const std::vector<Value>& items, const Value& wanted, int64_t start, int64_t stop) {
  int64_t size = static_cast<int64_t>(items.size());
  if (start < 0) start = std::max<int64_t>(0, start + size);
  if (stop < 0) stop += size;
  for (int64_t i = start; i < stop && i < static_cast<int64_t>(items.size()); ++i) {
    Value item = items[static_cast<size_t>(i)];
    if (item.identical(wanted) || in.equal(item, wanted)) return static_cast<size_t>(i);
  }
  return SIZE_MAX;
}

Value count_of(Interpreter& in, const std::vector<Value>& items, const Value& wanted) {
  int64_t n = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    Value item = items[i];
    n += item.identical(wanted) || in.equal(item, wanted);
  }
  return Value::of(n);
}

constexpr NativeMethod methods[] = {
    {"append", 1, 1,
     [](Interpreter&, const Value& self, const Arguments& a) {
       items_of(self).push_back(a[0]);
       return Value::none();
     },
     Take::Plain},
    {"extend", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       std::vector<Value> more = in.to_vector(a[0]);
       items_of(self).insert(items_of(self).end(), more.begin(), more.end());
       return Value::none();
     },
     Take::Plain},
    {"insert", 2, 2,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       int64_t at = index_of(in, a[0]), size = static_cast<int64_t>(items_of(self).size());
       if (at < 0) at = std::max<int64_t>(0, at + size);
       items_of(self).insert(items_of(self).begin() + std::min(at, size), a[1]);
       return Value::none();
     },
     Take::Plain},
    {"pop", 0, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       auto& items = items_of(self);
       int64_t size = static_cast<int64_t>(items.size()), at = a.size() > 0 ? index_of(in, a[0]) : -1;
       if (size == 0) in.raise("IndexError", "pop from empty list");
       if (at < 0) at += size;
       if (at < 0 || at >= size) in.raise("IndexError", "pop index out of range");
       Value gone = items[static_cast<size_t>(at)];
       items.erase(items.begin() + at);
       return gone;
     }},
    {"remove", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       size_t at = find_item(in, items_of(self), a[0], 0, INT64_MAX);
       if (at == SIZE_MAX) in.raise("ValueError", "list.remove(x): x not in list");
       items_of(self).erase(items_of(self).begin() + static_cast<ptrdiff_t>(at));
       return Value::none();
     },
     Take::Plain},
    {"clear", 0, 0,
     [](Interpreter&, const Value& self, const Arguments&) {
       items_of(self).clear();
       return Value::none();
     }},
    {"index", 1, 3,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       size_t at = find_item(in, items_of(self), a[0], a.size() > 1 ? index_of(in, a[1]) : 0, a.size() > 2 ? index_of(in, a[2]) : INT64_MAX);
       if (at == SIZE_MAX) in.raise("ValueError", in.repr(a[0]) + " is not in list");
       return Value::of(static_cast<int64_t>(at));
     }},
    {"count", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return count_of(in, items_of(self), a[0]); }},
    {"copy", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.list(items_of(self)); }},
    {"reverse", 0, 0,
     [](Interpreter&, const Value& self, const Arguments&) {
       std::reverse(items_of(self).begin(), items_of(self).end());
       return Value::none();
     }},
    {"sort", 0, -1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       if (a.size() > 0) in.raise_type_error("sort() takes no positional arguments");
       sort_values(in, items_of(self), a.keyword(Symbol("key")), a.keyword(Symbol("reverse")));
       return Value::none();
     },
     Take::Keywords},
    {"__len__", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return Value::of(static_cast<int64_t>(items_of(self).size())); }},
    {"__iter__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.iterate(self); }},
    {"__contains__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return Value::of(in.contains(self, a[0])); }, Take::Plain},
    {"__getitem__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.get_item(self, a[0]); }, Take::Plain},
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
     }},
    {"__reversed__", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       static const Symbol name("list_reverseiterator");
       return Value(in.make<Iterator>(name, [list = static_cast<List*>(self.object), left = items_of(self).size()](Interpreter&) mutable {
         return left > 0 && left <= list->items.size() ? list->items[--left] : Value();
       }));
     }},
};

}  // namespace

void sort_values(Interpreter& in, std::vector<Value>& values, const Value& key, const Value& reverse) {
  struct Item { Value key, value; };
  std::vector<Item> sorted;
  bool keyed = key.defined() && !key.is_none(), backward = reverse.defined() && in.truth(reverse);
  std::vector<Value> taken = values;
  for (const Value& v : taken) sorted.push_back({keyed ? in.call(key, {v}) : v, v});
  // Merge sort, stable, and safe with an order that is none: the comparison may be Python.
  if (backward) std::reverse(sorted.begin(), sorted.end());
  std::vector<Item> other(sorted.size());
  for (size_t width = 1; width < sorted.size(); width *= 2) {
    for (size_t low = 0; low < sorted.size(); low += 2 * width) {
      size_t middle = std::min(low + width, sorted.size()), high = std::min(low + 2 * width, sorted.size()), a = low, b = middle, out = low;
      while (a < middle && b < high) other[out++] = in.less(sorted[b].key, sorted[a].key) ? sorted[b++] : sorted[a++];
      while (a < middle) other[out++] = sorted[a++];
      while (b < high) other[out++] = sorted[b++];
    }
    std::swap(sorted, other);
  }
  if (backward) std::reverse(sorted.begin(), sorted.end());
  values.clear();
  for (const Item& item : sorted) values.push_back(item.value);
}

void set_up_list(Interpreter& in) {
  Class* cls = in.builtin_class("list");
  add_methods(in, cls, methods);
  add_common_methods(in, cls, true);
  cls->dict->set(in, Symbol("__hash__"), Value::none());
  add_operator_methods(in, cls, {syntax::BinaryOperator::Add, syntax::BinaryOperator::Mul});
  static constexpr NativeMethod in_place[] = {
      {"__iadd__", 1, 1, [](Interpreter& i, const Value& self, const Arguments& a) { return i.in_place(syntax::BinaryOperator::Add, self, a[0]); }, Take::Plain},
  };
  add_methods(in, cls, in_place);
  add_new(in, cls, [](Interpreter& i, Class* made, const Arguments& arguments) {
    if (made == i.builtin_class("list") && arguments.size() == 1 && is_unknown(arguments[0])) return arguments[0];
    return wrap(i, made, i.builtin_class("list"), i.list({}));
  });
  static constexpr NativeMethod init[] = {
      {"__init__", 0, 1,
       [](Interpreter& i, const Value& self, const Arguments& a) {
         if (a.size() > 0) static_cast<List*>(self.object)->items = i.to_vector(a[0]);
         return Value::none();
       },
       Take::Plain}};
  add_methods(in, cls, init);
}

}  // namespace fusescout::python
