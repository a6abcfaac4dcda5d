#include <optional>

#include "python/builtins/define.h"
#include "python/modules/native_modules.h"

namespace fusescout::python {
namespace {

using In = Interpreter;

Value iterator(In& in, const char* type_name, std::function<Value(In&)> next) { return in.make<Iterator>(Symbol(type_name), std::move(next)); }

Value count(In& in, const Arguments& a) {
  static const Symbol start("start"), step("step");
  Value first = a.get(0, start), by = a.get(1, step);
  if (!first.defined()) first = Value::of(int64_t{0});
  if (!by.defined()) by = Value::of(int64_t{1});
  return iterator(in, "count", [first, by](In& in) mutable {
    Value now = first;
    first = in.binary(syntax::BinaryOperator::Add, first, by);
    return now;
  });
}

Value cycle(In& in, const Arguments& a) {
  return iterator(in, "cycle", [source = in.iterate(a[0]), saved = std::vector<Value>(), at = size_t{0}, ended = false](In& in) mutable {
    if (!ended) {
      Value v = in.next(source);
      if (v.defined()) {
        saved.push_back(v);
        return v;
      }
      ended = true;
    }
    return saved.empty() ? Value() : saved[at++ % saved.size()];
  });
}

Value repeat(In& in, const Arguments& a) {
  static const Symbol times_name("times");
  Value times = a.get(1, times_name);
  int64_t left = times.defined() ? index_of(in, times) : -1;
  bool endless = !times.defined();
  return iterator(in, "repeat", [value = a[0], left, endless](In&) mutable { return endless || left-- > 0 ? value : Value(); });
}

Value accumulate(In& in, const Arguments& a) {
  static const Symbol func("func"), initial_name("initial");
  Value function = a.get(1, func), initial = a.keyword(initial_name);
  if (function.is_none()) function = Value();
  if (initial.is_none()) initial = Value();
  return iterator(in, "accumulate", [source = in.iterate(a[0]), function, initial, total = Value()](In& in) mutable {
    if (!total.defined() && initial.defined()) return total = initial;
    Value v = in.next(source);
    if (!v.defined()) return v;
    if (!total.defined()) return total = v;
    total = function.defined() ? in.call(function, {total, v}) : in.binary(syntax::BinaryOperator::Add, total, v);
    return total;
  });
}

// chain(*iterables) and chain.from_iterable(iterable): `sources` gives the iterables.
Value chained(In& in, Value sources) {
  return iterator(in, "chain", [sources, current = Value()](In& in) mutable {
    for (;;) {
      if (!current.defined()) {
        Value next_source = in.next(sources);
        if (!next_source.defined()) return Value();
        current = in.iterate(next_source);
      }
      Value v = in.next(current);
      if (v.defined()) return v;
      current = Value();
    }
  });
}

Value compress(In& in, const Arguments& a) {
  return iterator(in, "compress", [data = in.iterate(a[0]), selectors = in.iterate(a[1])](In& in) {
    for (;;) {
      Value v = in.next(data);
      Value selected = v.defined() ? in.next(selectors) : Value();
      if (!selected.defined()) return Value();
      if (in.truth(selected)) return v;
    }
  });
}

Value dropwhile(In& in, const Arguments& a) {
  return iterator(in, "dropwhile", [test = a[0], source = in.iterate(a[1]), dropping = true](In& in) mutable {
    for (;;) {
      Value v = in.next(source);
      if (!v.defined() || !dropping || !in.truth(in.call(test, {v}))) {
        dropping = false;
        return v;
      }
    }
  });
}

Value takewhile(In& in, const Arguments& a) {
  return iterator(in, "takewhile", [test = a[0], source = in.iterate(a[1]), ended = false](In& in) mutable {
    if (ended) return Value();
    Value v = in.next(source);
    if (v.defined() && in.truth(in.call(test, {v}))) return v;
    ended = true;
    return Value();
  });
}

Value filterfalse(In& in, const Arguments& a) {
  return iterator(in, "filterfalse", [test = a[0], source = in.iterate(a[1])](In& in) {
    for (;;) {
      Value v = in.next(source);
      if (!v.defined() || !in.truth(test.is_none() ? v : in.call(test, {v}))) return v;
    }
  });
}

Value starmap(In& in, const Arguments& a) {
  return iterator(in, "starmap", [function = a[0], source = in.iterate(a[1])](In& in) {
    Value v = in.next(source);
    if (!v.defined()) return v;
    std::vector<Value> arguments = in.to_vector(v);
    return in.call(function, Arguments{arguments, {}});
  });
}

Value groupby(In& in, const Arguments& a) {
  static const Symbol key_name("key");
  struct State { Value source, key, pending, pending_key, current_key; uint64_t group = 0; bool ended = false; };
  auto state = std::make_shared<State>();
  state->source = in.iterate(a[0]);
  state->key = a.get(1, key_name);
  if (state->key.is_none()) state->key = Value();
  auto advance = [state](In& in) {
    state->pending = in.next(state->source);
    state->ended = !state->pending.defined();
    if (!state->ended) state->pending_key = state->key.defined() ? in.call(state->key, {state->pending}) : state->pending;
  };
  return iterator(in, "groupby", [state, advance](In& in) {
    if (!state->pending.defined() && !state->ended) advance(in);
    while (!state->ended && state->group > 0 && in.equal(state->pending_key, state->current_key)) advance(in);
    if (state->ended) return Value();
    uint64_t group = ++state->group;
    state->current_key = state->pending_key;
    Value members = iterator(in, "_grouper", [state, advance, group](In& in) {
      if (state->ended || state->group != group || !in.equal(state->pending_key, state->current_key)) return Value();
      Value v = state->pending;
      advance(in);
      return v;
    });
    return in.tuple({state->current_key, members});
  });
}

Value islice(In& in, const Arguments& a) {
  auto bound = [&](size_t i) -> std::optional<int64_t> {
    if (i >= a.size() || a[i].is_none()) return std::nullopt;
    int64_t n = index_of(in, a[i]);
    if (n < 0) in.raise("ValueError", a.size() == 2 ? "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
                                                    : "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    return n;
  };
  int64_t start = a.size() > 2 ? bound(1).value_or(0) : 0, step = bound(3).value_or(1);
  std::optional<int64_t> stop = a.size() > 2 ? bound(2) : bound(1);
  if (step < 1) in.raise("ValueError", "Step for islice() must be a positive integer or None.");
  return iterator(in, "islice", [source = in.iterate(a[0]), next = start, stop, step, at = int64_t{0}](In& in) mutable {
    while (!stop || next < *stop) {
      Value v = in.next(source);
      if (!v.defined()) break;
      if (at++ == next) {
        next += step;
        return v;
      }
    }
    // CPython consumes up to `stop`.
    while (stop && at < *stop && in.next(source).defined()) ++at;
    next = INT64_MAX;
    stop = 0;
    return Value();
  });
}

Value pairwise(In& in, const Arguments& a) {
  return iterator(in, "pairwise", [source = in.iterate(a[0]), before = Value()](In& in) mutable {
    if (!before.defined()) before = in.next(source);
    if (!before.defined()) return Value();
    Value v = in.next(source);
    if (!v.defined()) return Value();
    Value pair = in.tuple({before, v});
    before = v;
    return pair;
  });
}

Value batched(In& in, const Arguments& a) {
  int64_t size = index_of(in, a[1]);
  if (size < 1) in.raise("ValueError", "n must be at least one");
  return iterator(in, "batched", [source = in.iterate(a[0]), size](In& in) {
    std::vector<Value> batch;
    while (static_cast<int64_t>(batch.size()) < size) {
      Value v = in.next(source);
      if (!v.defined()) break;
      batch.push_back(v);
    }
    return batch.empty() ? Value() : in.tuple(std::move(batch));
  });
}

Value tee(In& in, const Arguments& a) {
  struct State { Value source; std::vector<Value> seen; };
  auto state = std::make_shared<State>();
  state->source = in.iterate(a[0]);
  int64_t n = a.size() > 1 ? index_of(in, a[1]) : 2;
  std::vector<Value> made;
  for (int64_t i = 0; i < n; ++i) {
    made.push_back(iterator(in, "_tee", [state, at = size_t{0}](In& in) mutable {
      if (at == state->seen.size()) {
        Value v = in.next(state->source);
        if (!v.defined()) return v;
        state->seen.push_back(v);
      }
      return state->seen[at++];
    }));
  }
  return in.tuple(std::move(made));
}

Value zip_longest(In& in, const Arguments& a) {
  static const Symbol fillvalue("fillvalue");
  Value fill = a.keyword(fillvalue);
  if (!fill.defined()) fill = Value::none();
  std::vector<Value> sources;
  for (const Value& v : a.positional) sources.push_back(in.iterate(v));
  return iterator(in, "zip_longest", [sources, fill](In& in) mutable {
    std::vector<Value> row;
    bool any = false;
    for (Value& source : sources) {
      Value v = source.defined() ? in.next(source) : Value();
      any = any || v.defined();
      if (!v.defined()) source = Value();
      row.push_back(v.defined() ? v : fill);
    }
    return any ? in.tuple(std::move(row)) : Value();
  });
}

// product, permutations and combinations count through indices; `step` makes the next ones and says whether there are any.
Value selections(In& in, const char* name, std::vector<Value> pool, std::vector<size_t> first, bool any, std::function<bool(std::vector<size_t>&)> step) {
  return iterator(in, name, [pool = std::move(pool), indices = std::move(first), any, step = std::move(step), started = false](In& in) mutable {
    if (started && any) any = step(indices);
    started = true;
    if (!any) return Value();
    std::vector<Value> row;
    for (size_t i : indices) row.push_back(pool[i]);
    return in.tuple(std::move(row));
  });
}

Value product(In& in, const Arguments& a) {
  static const Symbol repeat_name("repeat");
  Value repeats = a.keyword(repeat_name);
  int64_t times = repeats.defined() ? index_of(in, repeats) : 1;
  std::vector<Value> pool;
  std::vector<size_t> starts, ends;
  std::vector<std::vector<Value>> lists;
  for (const Value& v : a.positional) lists.push_back(in.to_vector(v));
  bool any = true;
  for (int64_t t = 0; t < times; ++t) {
    for (const auto& list : lists) {
      starts.push_back(pool.size());
      pool.insert(pool.end(), list.begin(), list.end());
      ends.push_back(pool.size());
      any = any && !list.empty();
    }
  }
  std::vector<size_t> first = starts;
  return selections(in, "product", std::move(pool), std::move(first), any, [starts, ends](std::vector<size_t>& indices) {
    for (size_t i = indices.size(); i-- > 0;) {
      if (++indices[i] < ends[i]) return true;
      indices[i] = starts[i];
    }
    return false;
  });
}

Value combinations_of(In& in, const Arguments& a, const char* name, bool with_replacement) {
  static const Symbol r_name("r");
  std::vector<Value> pool = in.to_vector(a[0]);
  size_t n = pool.size(), r = static_cast<size_t>(index_of(in, a.get(1, r_name)));
  std::vector<size_t> first(r);
  if (!with_replacement) {
    for (size_t i = 0; i < r; ++i) first[i] = i;
  }
  bool any = with_replacement ? n > 0 || r == 0 : r <= n;
  return selections(in, name, std::move(pool), std::move(first), any, [n, r, with_replacement](std::vector<size_t>& indices) {
    for (size_t i = r; i-- > 0;) {
      size_t last = with_replacement ? n - 1 : i + n - r;
      if (indices[i] == last) continue;
      ++indices[i];
      for (size_t j = i + 1; j < r; ++j) indices[j] = with_replacement ? indices[i] : indices[j - 1] + 1;
      return true;
    }
    return false;
  });
}

Value combinations(In& in, const Arguments& a) { return combinations_of(in, a, "combinations", false); }
Value combinations_with_replacement(In& in, const Arguments& a) { return combinations_of(in, a, "combinations_with_replacement", true); }

Value permutations(In& in, const Arguments& a) {
  static const Symbol r_name("r");
  std::vector<Value> pool = in.to_vector(a[0]);
  Value length = a.get(1, r_name);
  size_t n = pool.size(), r = length.defined() && !length.is_none() ? static_cast<size_t>(index_of(in, length)) : n;
  std::vector<size_t> first(std::min(r, n));
  for (size_t i = 0; i < first.size(); ++i) first[i] = i;
  return selections(in, "permutations", std::move(pool), std::move(first), r <= n, [n, r](std::vector<size_t>& indices) {
    std::vector<bool> used(n);
    for (size_t i : indices) used[i] = true;
    for (size_t i = r; i-- > 0;) {
      used[indices[i]] = false;
      for (size_t next = indices[i] + 1; next < n; ++next) {
        if (used[next]) continue;
        indices[i] = next;
        used[next] = true;
        size_t free = 0;
        for (size_t j = i + 1; j < r; ++j) {
          while (used[free]) ++free;
          indices[j] = free;
          used[free] = true;
        }
        return true;
      }
    }
    return false;
  });
}

constexpr NativeFunctionEntry functions[] = {
    {"accumulate", 1, 2, accumulate, Take::StrictKeywords}, {"batched", 2, 2, batched}, {"combinations", 1, 2, combinations, Take::StrictKeywords},
    {"combinations_with_replacement", 1, 2, combinations_with_replacement, Take::StrictKeywords}, {"compress", 2, 2, compress},
    {"count", 0, 2, count, Take::StrictKeywords}, {"cycle", 1, 1, cycle}, {"dropwhile", 2, 2, dropwhile}, {"filterfalse", 2, 2, filterfalse},
    {"groupby", 1, 2, groupby, Take::StrictKeywords}, {"islice", 2, 4, islice}, {"pairwise", 1, 1, pairwise},
    {"permutations", 1, 2, permutations, Take::StrictKeywords}, {"product", 0, -1, product, Take::StrictKeywords},
    {"repeat", 1, 2, repeat, Take::Keywords}, {"starmap", 2, 2, starmap}, {"takewhile", 2, 2, takewhile}, {"tee", 1, 2, tee},
    {"zip_longest", 0, -1, zip_longest, Take::Keywords},
};

}  // namespace

void fill_itertools_module(Interpreter& in, Module* module) {
  add_functions(in, module->dict, functions);
  Class* chain = in.make_class("chain", {});
  chain->module_name = "itertools";
  in.add_static_method(chain, "__new__", [](In& in, const Arguments& a) {
    std::vector<Value> sources(a.positional.begin() + 1, a.positional.end());
    return chained(in, in.iterate(in.list(std::move(sources))));
  });
  in.add_static_method(chain, "from_iterable", [](In& in, const Arguments& a) { return chained(in, in.iterate(a[0])); });
  module->dict->set(in, Symbol("chain"), chain);
}

}  // namespace fusescout::python
