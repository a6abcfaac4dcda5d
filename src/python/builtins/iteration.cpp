// Iteration.
#include "python/builtins/define.h"
#include "python/builtins/dict_views.h"
#include "python/builtins/text.h"
#include "python/generator.h"
#include "python/names.h"

namespace fusescout::python {
namespace {

const Symbol list_iterator("list_iterator"), tuple_iterator("tuple_iterator"), str_iterator("str_iterator"), str_ascii_iterator("str_ascii_iterator"),
    bytes_iterator("bytes_iterator"), range_iterator("range_iterator"), dict_keyiterator("dict_keyiterator"), dict_valueiterator("dict_valueiterator"),
    dict_itemiterator("dict_itemiterator"), set_iterator("set_iterator"), plain_iterator("iterator"), getitem("__getitem__");

Value part_of(Interpreter& in, const Dict::Entry& entry, DictView::Part part) {
  switch (part) {
    case DictView::Part::Keys: return entry.key;
    case DictView::Part::Values: return entry.value;
    case DictView::Part::Items: break;
  }
  return in.tuple({entry.key, entry.value});
}

Value iterate_dict(Interpreter& in, Dict* dict, DictView::Part part, bool is_set) {
  struct State { size_t at = 0, live; bool ended = false; };
  Symbol name = is_set ? set_iterator : part == DictView::Part::Keys ? dict_keyiterator : part == DictView::Part::Values ? dict_valueiterator : dict_itemiterator;
  return in.make<Iterator>(name, [dict, part, is_set, s = State{0, dict->live}](Interpreter& i) mutable {
    if (s.ended) return Value();
    if (dict->live != s.live) {
      s.ended = true;
      i.raise("RuntimeError", is_set ? "Set changed size during iteration" : "dictionary changed size during iteration");
    }
    while (s.at < dict->entries.size()) {
      const Dict::Entry& entry = dict->entries[s.at++];
      if (entry.key.defined()) return part_of(i, entry, part);
    }
    s.ended = true;
    return Value();
  });
}

}  // namespace

Value Interpreter::iterate(const Value& iterable) {
  if (!iterable.is_object()) raise_type_error("'" + type_name(iterable) + "' object is not iterable");
  switch (iterable.object->kind) {
    case Kind::Generator:
      if (is_coroutine(*static_cast<Generator*>(iterable.object))) break;
      return iterable;
    case Kind::Iterator: return iterable;
    case Kind::List:
      return make<Iterator>(list_iterator, [list = static_cast<List*>(iterable.object), at = size_t{0}](Interpreter&) mutable {
        return at < list->items.size() ? list->items[at++] : (at = SIZE_MAX, Value());
      });
    case Kind::Tuple:
      return make<Iterator>(tuple_iterator, [tuple = static_cast<Tuple*>(iterable.object), at = size_t{0}](Interpreter&) mutable {
        return at < tuple->items.size() ? tuple->items[at++] : Value();
      });
    case Kind::Range: {
      auto* range = static_cast<Range*>(iterable.object);
      return make<Iterator>(range_iterator, [range, at = int64_t{0}](Interpreter&) mutable {
        return at < range->length() ? Value::of(range->start + at++ * range->step) : Value();
      });
    }
    case Kind::Dict: return iterate_dict(*this, static_cast<Dict*>(iterable.object), DictView::Part::Keys, false);
    case Kind::Set: return iterate_dict(*this, static_cast<Set*>(iterable.object)->table, DictView::Part::Keys, true);
    case Kind::Str: {
      auto* text = static_cast<Str*>(iterable.object);
      return make<Iterator>(is_ascii(text->text) ? str_ascii_iterator : str_iterator, [text, at = size_t{0}](Interpreter& i) mutable {
        if (at >= text->text.size()) return Value();
        size_t begin = at;
        decode_code_point(text->text, at);
        return i.str(Symbol(std::string_view(text->text).substr(begin, at - begin)));
      });
    }
    case Kind::Bytes:
      return make<Iterator>(bytes_iterator, [bytes = static_cast<Bytes*>(iterable.object), at = size_t{0}](Interpreter&) mutable {
        return at < bytes->data.size() ? Value::of(int64_t{static_cast<unsigned char>(bytes->data[at++])}) : Value();
      });
    case Kind::Unknown: {
      note(NoteKind::Assumption, "an unknown iterable is taken to be empty: `" + static_cast<Unknown*>(iterable.object)->path + "`");
      return make<Iterator>(plain_iterator, [](Interpreter&) { return Value(); });
    }
    case Kind::LazyImport: return iterate(force(static_cast<LazyImport*>(iterable.object)));
    case Kind::Instance:
    case Kind::Class: {
      if (DictView* view = as_dict_view(*this, iterable)) return iterate_dict(*this, view->source, view->part, false);
      Class* cls = type_of(iterable);
      Value method = find_in_class(cls, names::__iter__);
      if (method.is_none()) break;
      if (method.defined()) {
        Value made = call(bind(method, iterable, cls));
        if (is_unknown(made)) return iterate(made);
        bool is_iterator = made.as<Iterator>() != nullptr || made.as<Generator>() != nullptr ||
                           (made.as<Instance>() != nullptr && find_in_class(type_of(made), names::__next__).defined());
        if (!is_iterator) raise_type_error("iter() returned non-iterator of type '" + type_name(made) + "'");
        return made;
      }
      Value item = find_in_class(cls, getitem);
      if (!item.defined()) break;
      // The old protocol: items by number up to an IndexError.
      return make<Iterator>(plain_iterator, [iterable, at = int64_t{0}](Interpreter& i) mutable {
        Value number = Value::of(at++), got;
        bool ended = false;
        try {
          got = i.get_item(iterable, number);
        } catch (PythonException& exception) {
          if (!i.exception_matches(exception.value, "IndexError") && !i.exception_matches(exception.value, "StopIteration")) throw;
          ended = true;
        }
        return ended ? Value() : got;
      });
    }
    default: break;
  }
  raise_type_error("'" + type_name(iterable) + "' object is not iterable");
}

Value Interpreter::next(const Value& iterator) {
  check_stack();
  if (frame_ != nullptr) count_step(*frame_, frame_->line);   // a native loop is bounded too
  if (iterator.is_object()) {
    switch (iterator.object->kind) {
      case Kind::Iterator: return static_cast<Iterator*>(iterator.object)->next(*this);
      case Kind::Generator: return send(static_cast<Generator*>(iterator.object), Value::none());
      case Kind::Instance: {
        Class* cls = static_cast<Instance*>(iterator.object)->cls;
        Value method = find_in_class(cls, names::__next__);
        if (!method.defined()) break;
        Value got;
        bool ended = false;
        try {
          got = call(bind(method, iterator, cls));
        } catch (PythonException& exception) {
          if (!exception_matches(exception.value, "StopIteration")) throw;
          auto* stop = exception.value.as<Instance>();
          auto* arguments = stop != nullptr ? stop->payload.as<Tuple>() : nullptr;
          last_return = arguments != nullptr && !arguments->items.empty() ? arguments->items[0] : Value::none();
          ended = true;
        }
        return ended ? Value() : got;
      }
      default: break;
    }
  }
  raise_type_error("'" + type_name(iterator) + "' object is not an iterator");
}

void Interpreter::for_each(const Value& iterable, const std::function<void(const Value&)>& action) {
  if (iterable.is_object()) {
    if (auto* list = iterable.as<List>()) {
      for (size_t i = 0; i < list->items.size(); ++i) {
        Value item = list->items[i];
        action(item);
      }
      return;
    }
    if (auto* tuple = iterable.as<Tuple>()) {
      for (const Value& item : tuple->items) action(item);
      return;
    }
    if (auto* range = iterable.as<Range>()) {
      if (static_cast<uint64_t>(range->length()) > limits_.steps) raise("TimeoutError", "limit of the evaluator reached");
      for (int64_t i = 0, n = range->length(); i < n; ++i) action(Value::of(range->start + i * range->step));
      return;
    }
  }
  Value iterator = iterate(iterable);
  for (Value item = next(iterator); item.defined(); item = next(iterator)) action(item);
}

std::vector<Value> Interpreter::to_vector(const Value& iterable) {
  if (auto* list = iterable.as<List>()) return list->items;
  if (auto* tuple = iterable.as<Tuple>()) return tuple->items;
  constexpr int64_t most = 1 << 25;
  if (auto* range = iterable.as<Range>(); range != nullptr && range->length() > most) raise("MemoryError", "");
  std::vector<Value> items;
  for_each(iterable, [&](const Value& item) {
    if (static_cast<int64_t>(items.size()) > most) raise("MemoryError", "");
    items.push_back(item);
  });
  return items;
}

}  // namespace fusescout::python
