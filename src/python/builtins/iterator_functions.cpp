// zip, map, filter, enumerate, reversed, sorted, iter, next.
#include "python/builtins/define.h"
#include "python/builtins/set_up.h"
#include "python/builtins/sorting.h"
#include "python/names.h"

namespace fusescout::python {
namespace {

const Symbol zip_name("zip"), map_name("map"), filter_name("filter"), enumerate_name("enumerate"), reversed_name("reversed"), reversed_method("__reversed__"),
    callable_iterator("callable_iterator"), getitem("__getitem__");

Value make_zip(Interpreter& in, Class*, const Arguments& a) {
  Value strict_value = a.keyword(Symbol("strict"));
  bool strict = strict_value.defined() && in.truth(strict_value);
  std::vector<Value> iterators;
  for (const Value& v : a.positional) {
    if (!is_unknown(v) && !v.is_object()) in.raise_type_error("'" + in.type_name(v) + "' object is not iterable");
    iterators.push_back(in.iterate(v));
  }
  return in.make<Iterator>(zip_name, [iterators, strict, ended = iterators.empty()](Interpreter& i) mutable -> Value {
    if (ended) return Value();
    std::vector<Value> items;
    for (size_t n = 0; n < iterators.size(); ++n) {
      Value item = i.next(iterators[n]);
      if (item.defined()) {
        if (strict && n > 0 && items.size() < n) break;
        items.push_back(item);
        continue;
      }
      ended = true;
      if (!strict) return Value();
      auto plural = [](size_t k) { return k == 1 ? std::string("argument 1") : "arguments 1-" + std::to_string(k); };
      if (n > 0) i.raise("ValueError", "zip() argument " + std::to_string(n + 1) + " is shorter than " + plural(n));
      for (size_t m = 1; m < iterators.size(); ++m) {
        if (i.next(iterators[m]).defined()) i.raise("ValueError", "zip() argument " + std::to_string(m + 1) + " is longer than " + plural(m));
      }
      return Value();
    }
    return i.tuple(std::move(items));
  });
}

Value make_map(Interpreter& in, Class*, const Arguments& a) {
  if (a.size() < 2) in.raise_type_error("map() must have at least two arguments.");
  std::vector<Value> iterators;
  for (size_t n = 1; n < a.size(); ++n) iterators.push_back(in.iterate(a[n]));
  return in.make<Iterator>(map_name, [function = a[0], iterators](Interpreter& i) -> Value {
    std::vector<Value> items;
    for (const Value& iterator : iterators) {
      Value item = i.next(iterator);
      if (!item.defined()) return Value();
      items.push_back(item);
    }
    return i.call(function, Arguments{items, {}});
  });
}

Value make_filter(Interpreter& in, Class*, const Arguments& a) {
  if (a.size() != 2) in.raise_type_error("filter expected 2 arguments, got " + std::to_string(a.size()));
  return in.make<Iterator>(filter_name, [function = a[0], iterator = in.iterate(a[1])](Interpreter& i) -> Value {
    for (Value item = i.next(iterator); item.defined(); item = i.next(iterator)) {
      if (i.truth(function.is_none() ? item : i.call(function, {item}))) return item;
    }
    return Value();
  });
}

Value make_enumerate(Interpreter& in, Class*, const Arguments& a) {
  Value source = a.get(0, Symbol("iterable")), start = a.get(1, Symbol("start"));
  if (!source.defined()) in.raise_type_error("enumerate() missing required argument 'iterable' (pos 1)");
  return in.make<Iterator>(enumerate_name, [iterator = in.iterate(source), n = start.defined() ? index_of(in, start) : int64_t{0}](Interpreter& i) mutable -> Value {
    Value item = i.next(iterator);
    return item.defined() ? i.tuple({Value::of(n++), item}) : Value();
  });
}

Value make_reversed(Interpreter& in, Class*, const Arguments& a) {
  if (a.size() != 1) in.raise_type_error("reversed expected 1 argument, got " + std::to_string(a.size()));
  Value v = a[0];
  if (is_unknown(v)) return v;
  Class* cls = in.type_of(v);
  Value method = in.find_in_class(cls, reversed_method);
  if (method.defined() && !method.is_none()) return in.call(in.bind(method, v, cls));
  bool sequence = in.find_in_class(cls, getitem).defined() && in.find_in_class(cls, names::__len__).defined() && in.unwrap(v).as<Dict>() == nullptr;
  if (!sequence || method.is_none()) in.raise_type_error("'" + in.type_name(v) + "' object is not reversible");
  return in.make<Iterator>(reversed_name, [v, at = in.length(v)](Interpreter& i) mutable -> Value { return at > 0 ? i.get_item(v, Value::of(--at)) : Value(); });
}

constexpr NativeFunctionEntry functions[] = {
    {"iter", 1, 2,
     [](Interpreter& in, const Arguments& a) -> Value {
       if (a.size() == 1) return in.iterate(a[0]);
       if (!in.is_callable(a[0])) in.raise_type_error("iter(v, w): v must be callable");
       return in.make<Iterator>(callable_iterator, [function = a[0], sentinel = a[1]](Interpreter& i) -> Value {
         Value item = i.call(function);
         return i.equal(item, sentinel) ? Value() : item;
       });
     }},
    {"next", 1, 2,
     [](Interpreter& in, const Arguments& a) -> Value {
       if (is_unknown(a[0])) return a[0];
       // The iterator's own StopIteration comes through.
       auto* instance = a[0].as<Instance>();
       if (instance != nullptr && a.size() == 1) {
         Value method = in.find_in_class(instance->cls, names::__next__);
         if (method.defined()) return in.call(in.bind(method, a[0], instance->cls));
       }
       in.last_return = Value::none();
       Value item = in.next(a[0]);
       if (item.defined()) return item;
       if (a.size() > 1) return a[1];
       std::vector<Value> arguments;
       if (a[0].as<Generator>() != nullptr && in.last_return.defined() && !in.last_return.is_none()) arguments.push_back(in.last_return);
       throw PythonException{in.make_exception(in.builtin_class("StopIteration"), std::move(arguments))};
     },
     Take::Plain},
    {"sorted", 1, 1,
     [](Interpreter& in, const Arguments& a) {
       std::vector<Value> items = in.to_vector(a[0]);
       sort_values(in, items, a.keyword(Symbol("key")), a.keyword(Symbol("reverse")));
       return in.list(std::move(items));
     },
     Take::StrictKeywords},
};

}  // namespace

void set_up_iterator_functions(Interpreter& in) {
  add_functions(in, in.builtins(), functions);
  constexpr std::pair<std::string_view, Value (*)(Interpreter&, Class*, const Arguments&)> types[] = {
      {"zip", make_zip}, {"map", make_map}, {"filter", make_filter}, {"enumerate", make_enumerate}, {"reversed", make_reversed}};
  for (auto [name, make] : types) {
    Class* cls = in.iterator_class(Symbol(name));
    add_new(in, cls, make);
    in.builtins()->set(in, Symbol(name), cls);
  }
}

}  // namespace fusescout::python
