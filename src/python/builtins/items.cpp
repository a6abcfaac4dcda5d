// Subscripts, slices, membership, length.
#include "python/builtins/define.h"
#include "python/builtins/dict_views.h"
#include "python/builtins/generic_alias.h"
#include "python/builtins/text.h"
#include "python/names.h"

namespace fusescout::python {
namespace {

const Symbol getitem("__getitem__"), setitem("__setitem__"), delitem("__delitem__"), contains_name("__contains__"), missing("__missing__");

bool is_index(Interpreter& in, const Value& v) {
  if (in.is_integer(v)) return true;
  static const Symbol index("__index__");
  auto* instance = v.as<Instance>();
  return instance != nullptr && in.find_in_class(instance->cls, index).defined();
}

size_t checked(Interpreter& in, const Value& index, size_t length, std::string_view message) {
  int64_t at = index_of(in, index), size = static_cast<int64_t>(length);
  if (at < 0) at += size;
  if (at < 0 || at >= size) in.raise("IndexError", std::string(message));
  return static_cast<size_t>(at);
}

std::vector<Value> sliced(const std::vector<Value>& items, const SliceRange& range) {
  std::vector<Value> made;
  made.reserve(static_cast<size_t>(range.count));
  for (int64_t i = 0; i < range.count; ++i) made.push_back(items[static_cast<size_t>(range.start + i * range.step)]);
  return made;
}

std::string sliced_bytes(const std::string& data, const SliceRange& range) {
  if (range.step == 1) return data.substr(static_cast<size_t>(range.start), static_cast<size_t>(range.count));
  std::string made;
  for (int64_t i = 0; i < range.count; ++i) made += data[static_cast<size_t>(range.start + i * range.step)];
  return made;
}

Value string_item(Interpreter& in, const std::string& text, const Value& index) {
  auto* slice = index.as<Slice>();
  if (slice == nullptr && !is_index(in, index)) in.raise_type_error("string indices must be integers, not '" + in.type_name(index) + "'");
  if (is_ascii(text)) {
    if (slice != nullptr) return in.str(sliced_bytes(text, resolve_slice(in, *slice, static_cast<int64_t>(text.size()))));
    return in.str(Symbol(std::string_view(text).substr(checked(in, index, text.size(), "string index out of range"), 1)));
  }
  std::vector<std::string_view> points;
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    decode_code_point(text, at);
    points.push_back(std::string_view(text).substr(begin, at - begin));
  }
  if (slice == nullptr) return in.str(std::string(points[checked(in, index, points.size(), "string index out of range")]));
  SliceRange range = resolve_slice(in, *slice, static_cast<int64_t>(points.size()));
  std::string made;
  for (int64_t i = 0; i < range.count; ++i) made += points[static_cast<size_t>(range.start + i * range.step)];
  return in.str(std::move(made));
}

void assign_slice(Interpreter& in, List& list, const Slice& slice, const std::vector<Value>& values) {
  SliceRange range = resolve_slice(in, slice, static_cast<int64_t>(list.items.size()));
  if (range.step == 1) {
    auto first = list.items.begin() + range.start;
    list.items.erase(first, first + range.count);
    list.items.insert(list.items.begin() + range.start, values.begin(), values.end());
    return;
  }
  if (static_cast<int64_t>(values.size()) != range.count)
    in.raise("ValueError", "attempt to assign sequence of size " + std::to_string(values.size()) + " to extended slice of size " + std::to_string(range.count));
  for (int64_t i = 0; i < range.count; ++i) list.items[static_cast<size_t>(range.start + i * range.step)] = values[static_cast<size_t>(i)];
}

void delete_slice(Interpreter& in, List& list, const Slice& slice) {
  SliceRange range = resolve_slice(in, slice, static_cast<int64_t>(list.items.size()));
  std::vector<bool> gone(list.items.size());
  for (int64_t i = 0; i < range.count; ++i) gone[static_cast<size_t>(range.start + i * range.step)] = true;
  size_t kept = 0;
  for (size_t i = 0; i < list.items.size(); ++i) {
    if (!gone[i]) list.items[kept++] = list.items[i];
  }
  list.items.resize(kept);
}

[[noreturn]] void raise_key_error(Interpreter& in, const Value& key) { throw PythonException{in.make_exception(in.builtin_class("KeyError"), {key})}; }

}  // namespace

Value get_plain_item(Interpreter& in, const Value& object, const Value& index);

Value Interpreter::get_item(const Value& object, const Value& index) {
  if (!object.is_object()) raise_type_error("'" + type_name(object) + "' object is not subscriptable");
  switch (object.object->kind) {
    case Kind::List:
      if (index.is_int()) {
        const auto& items = static_cast<List*>(object.object)->items;
        int64_t at = index.integer < 0 ? index.integer + static_cast<int64_t>(items.size()) : index.integer;
        if (at >= 0 && at < static_cast<int64_t>(items.size())) return items[static_cast<size_t>(at)];
      }
      break;
    case Kind::Instance: {
      Class* cls = static_cast<Instance*>(object.object)->cls;
      Value method = find_in_class(cls, getitem);
      if (!method.defined()) break;
      if (method.as<NativeFunction>() != nullptr || method.as<Function>() != nullptr) return call(method, {object, index});
      return call(bind(method, object, cls), {index});
    }
    case Kind::Class: {
      auto* cls = static_cast<Class*>(object.object);
      if (cls->metaclass != nullptr) {
        Value method = find_in_class(cls->metaclass, getitem);
        if (method.defined()) return call(bind(method, object, cls->metaclass), {index});
      }
      Value method = find_in_class(cls, names::__class_getitem__);
      if (method.defined()) return call(bind(method, Value(), cls), {index});
      static constexpr std::string_view generic[] = {"list", "dict", "tuple", "set", "frozenset", "type"};
      for (std::string_view name : generic) {
        if (cls->derives_from(builtin_class(name))) return make_generic_alias(*this, object, index);
      }
      raise_type_error("type '" + cls->name.str() + "' is not subscriptable");
    }
    case Kind::Unknown: return derived_unknown(*this, object, "[...]");
    case Kind::LazyImport: return get_item(force(static_cast<LazyImport*>(object.object)), index);
    default: break;
  }
  return get_plain_item(*this, object, index);
}

// Of builtin containers.
Value get_plain_item(Interpreter& in, const Value& object, const Value& index) {
  auto* slice = index.as<Slice>();
  auto bad_index = [&](const char* what) { in.raise_type_error(std::string(what) + " indices must be integers or slices, not " + in.type_name(index)); };
  switch (object.object->kind) {
    case Kind::List: {
      const auto& items = static_cast<List*>(object.object)->items;
      if (slice != nullptr) return in.list(sliced(items, resolve_slice(in, *slice, static_cast<int64_t>(items.size()))));
      if (is_unknown(index)) return index;
      if (!is_index(in, index)) bad_index("list");
      return items[checked(in, index, items.size(), "list index out of range")];
    }
    case Kind::Tuple: {
      const auto& items = static_cast<Tuple*>(object.object)->items;
      if (slice != nullptr) return in.tuple(sliced(items, resolve_slice(in, *slice, static_cast<int64_t>(items.size()))));
      if (is_unknown(index)) return index;
      if (!is_index(in, index)) bad_index("tuple");
      return items[checked(in, index, items.size(), "tuple index out of range")];
    }
    case Kind::Dict: {
      Value* found = in.dict_find(static_cast<Dict*>(object.object), index);
      if (found != nullptr) return *found;
      if (is_unknown(index)) return index;
      raise_key_error(in, index);
    }
    case Kind::Str: return is_unknown(index) ? index : string_item(in, static_cast<Str*>(object.object)->text, index);
    case Kind::Bytes: {
      const std::string& data = static_cast<Bytes*>(object.object)->data;
      if (slice != nullptr) return in.make<Bytes>(sliced_bytes(data, resolve_slice(in, *slice, static_cast<int64_t>(data.size()))));
      if (is_unknown(index)) return index;
      if (!is_index(in, index)) bad_index("byte");
      return Value::of(int64_t{static_cast<unsigned char>(data[checked(in, index, data.size(), "index out of range")])});
    }
    case Kind::Range: {
      auto* range = static_cast<Range*>(object.object);
      if (slice != nullptr) {
        SliceRange r = resolve_slice(in, *slice, range->length());
        return in.make<Range>(range->start + r.start * range->step, range->start + (r.start + r.count * r.step) * range->step, range->step * r.step);
      }
      if (is_unknown(index)) return index;
      if (!is_index(in, index)) bad_index("range");
      return Value::of(range->start + static_cast<int64_t>(checked(in, index, static_cast<size_t>(range->length()), "range object index out of range")) * range->step);
    }
    default: in.raise_type_error("'" + in.type_name(object) + "' object is not subscriptable");
  }
}

// dict.__getitem__ of a subclass instance, which may define __missing__.
Value get_dict_item(Interpreter& in, const Value& object, const Value& index) {
  auto* dict = in.unwrap(object).as<Dict>();
  if (Value* found = in.dict_find(dict, index)) return *found;
  if (auto* instance = object.as<Instance>()) {
    Value method = in.find_in_class(instance->cls, missing);
    if (method.defined()) return in.call(in.bind(method, object, instance->cls), {index});
  }
  if (is_unknown(index)) return index;
  raise_key_error(in, index);
}

void Interpreter::set_item(const Value& object, const Value& index, const Value& value) {
  if (!object.is_object()) raise_type_error("'" + type_name(object) + "' object does not support item assignment");
  switch (object.object->kind) {
    case Kind::List: {
      auto* list = static_cast<List*>(object.object);
      if (auto* slice = index.as<Slice>()) {
        if (is_unknown(value)) return;
        assign_slice(*this, *list, *slice, to_vector(value));
        return;
      }
      if (is_unknown(index)) {
        note(NoteKind::Assumption, "an item is assigned at an unknown index: `" + index.as<Unknown>()->path + "`");
        return;
      }
      if (!is_index(*this, index)) raise_type_error("list indices must be integers or slices, not " + type_name(index));
      list->items[checked(*this, index, list->items.size(), "list assignment index out of range")] = value;
      return;
    }
    case Kind::Dict: dict_set(static_cast<Dict*>(object.object), index, value); return;
    case Kind::Instance: {
      Class* cls = static_cast<Instance*>(object.object)->cls;
      Value method = find_in_class(cls, setitem);
      if (method.defined()) {
        call(bind(method, object, cls), {index, value});
        return;
      }
      break;
    }
    case Kind::Class: {
      Class* meta = static_cast<Class*>(object.object)->metaclass;
      Value method = meta != nullptr ? find_in_class(meta, setitem) : Value();
      if (method.defined()) {
        call(bind(method, object, meta), {index, value});
        return;
      }
      break;
    }
    case Kind::Unknown: return;
    case Kind::LazyImport: set_item(force(static_cast<LazyImport*>(object.object)), index, value); return;
    default: break;
  }
  raise_type_error("'" + type_name(object) + "' object does not support item assignment");
}

void Interpreter::delete_item(const Value& object, const Value& index) {
  if (object.is_object()) {
    switch (object.object->kind) {
      case Kind::List: {
        auto* list = static_cast<List*>(object.object);
        if (auto* slice = index.as<Slice>()) {
          delete_slice(*this, *list, *slice);
          return;
        }
        if (!is_index(*this, index)) raise_type_error("list indices must be integers or slices, not " + type_name(index));
        list->items.erase(list->items.begin() + static_cast<ptrdiff_t>(checked(*this, index, list->items.size(), "list assignment index out of range")));
        return;
      }
      case Kind::Dict:
        if (!dict_erase(static_cast<Dict*>(object.object), index)) raise_key_error(*this, index);
        return;
      case Kind::Instance: {
        Class* cls = static_cast<Instance*>(object.object)->cls;
        Value method = find_in_class(cls, delitem);
        if (method.defined()) {
          call(bind(method, object, cls), {index});
          return;
        }
        break;
      }
      case Kind::Unknown: return;
      default: break;
    }
  }
  raise_type_error("'" + type_name(object) + "' object doesn't support item deletion");
}

bool Interpreter::contains(const Value& container, const Value& item) {
  auto among = [&](const std::vector<Value>& items) {
    for (size_t i = 0; i < items.size(); ++i) {
      Value v = items[i];
      if (v.identical(item) || equal(v, item)) return true;
    }
    return false;
  };
  if (!container.is_object()) raise_type_error("argument of type '" + type_name(container) + "' is not iterable");
  switch (container.object->kind) {
    case Kind::Unknown: return truth(container);
    case Kind::LazyImport: return contains(force(static_cast<LazyImport*>(container.object)), item);
    case Kind::Str: {
      auto* part = unwrap(item).as<Str>();
      if (is_unknown(item)) return truth(item);
      if (part == nullptr) raise_type_error("'in <string>' requires string as left operand, not " + type_name(item));
      return static_cast<Str*>(container.object)->text.find(part->text) != std::string::npos;
    }
    case Kind::Bytes: {
      const std::string& data = static_cast<Bytes*>(container.object)->data;
      if (auto* part = item.as<Bytes>()) return data.find(part->data) != std::string::npos;
      if (is_integer(item)) return data.find(static_cast<char>(int_of(item))) != std::string::npos;
      raise_type_error("a bytes-like object is required, not '" + type_name(item) + "'");
    }
    case Kind::List: return among(static_cast<List*>(container.object)->items);
    case Kind::Tuple: return among(static_cast<Tuple*>(container.object)->items);
    case Kind::Dict: return dict_find(static_cast<Dict*>(container.object), item) != nullptr;
    case Kind::Set: return dict_find(static_cast<Set*>(container.object)->table, item) != nullptr;
    case Kind::Range: {
      auto* range = static_cast<Range*>(container.object);
      if (item.is_float()) return item.number == static_cast<double>(static_cast<int64_t>(item.number)) && contains(container, Value::of(static_cast<int64_t>(item.number)));
      if (!is_integer(item)) return false;
      int64_t v = concrete(dim_of(item));
      bool inside = range->step > 0 ? v >= range->start && v < range->stop : v <= range->start && v > range->stop;
      return inside && (v - range->start) % range->step == 0;
    }
    case Kind::Instance:
    case Kind::Class: {
      Class* cls = type_of(container);
      Value method = find_in_class(cls, contains_name);
      if (method.is_none()) raise_type_error("'" + type_name(container) + "' object is not a container");
      if (method.defined()) return truth(call(bind(method, container, cls), {item}));
      break;
    }
    default: break;
  }
  Class* cls = type_of(container);
  bool iterable = container.object->kind == Kind::Generator || container.object->kind == Kind::Iterator || find_in_class(cls, names::__iter__).defined() ||
                  find_in_class(cls, getitem).defined();
  if (!iterable) raise_type_error("argument of type '" + type_name(container) + "' is not iterable");
  Value iterator = iterate(container);
  for (Value v = next(iterator); v.defined(); v = next(iterator)) {
    if (v.identical(item) || equal(v, item)) return true;
  }
  return false;
}

int64_t Interpreter::length(const Value& v) {
  if (v.is_object()) {
    switch (v.object->kind) {
      case Kind::Str: return static_cast<int64_t>(code_point_count(static_cast<Str*>(v.object)->text));
      case Kind::Bytes: return static_cast<int64_t>(static_cast<Bytes*>(v.object)->data.size());
      case Kind::List: return static_cast<int64_t>(static_cast<List*>(v.object)->items.size());
      case Kind::Tuple: return static_cast<int64_t>(static_cast<Tuple*>(v.object)->items.size());
      case Kind::Dict: return static_cast<int64_t>(static_cast<Dict*>(v.object)->live);
      case Kind::Set: return static_cast<int64_t>(static_cast<Set*>(v.object)->table->live);
      case Kind::Range: return static_cast<Range*>(v.object)->length();
      case Kind::LazyImport: return length(force(static_cast<LazyImport*>(v.object)));
      case Kind::Instance:
      case Kind::Class: {
        Class* cls = type_of(v);
        Value method = find_in_class(cls, names::__len__);
        if (!method.defined() || method.is_none()) break;
        Value made = call(bind(method, v, cls));
        if (!is_integer(made)) raise_type_error("'" + type_name(made) + "' object cannot be interpreted as an integer");
        int64_t count = int_of(made);
        if (count < 0) raise("ValueError", "__len__() should return >= 0");
        return count;
      }
      default: break;
    }
  }
  raise_type_error("object of type '" + type_name(v) + "' has no len()");
}

}  // namespace fusescout::python
