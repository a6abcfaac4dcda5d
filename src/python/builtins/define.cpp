#include "python/builtins/define.h"

#include "base/check.h"

namespace fusescout::python {
namespace {

[[noreturn]] void wrong_count(Interpreter& in, const std::string& qualified, std::string_view name, int least, int most, size_t given) {
  std::string count = std::to_string(given);
  if (least == 0 && most == 0) in.raise_type_error(qualified + "() takes no arguments (" + count + " given)");
  if (least == 1 && most == 1) in.raise_type_error(qualified + "() takes exactly one argument (" + count + " given)");
  bool too_few = static_cast<int>(given) < least;
  int bound = too_few ? least : most;
  std::string how = least == most ? "" : too_few ? "at least " : "at most ";
  in.raise_type_error(std::string(name) + " expected " + how + std::to_string(bound) + " argument" + (bound == 1 ? "" : "s") + ", got " + count);
}

bool has(Take take, Take bit) { return (static_cast<int>(take) & static_cast<int>(bit)) != 0; }

}  // namespace

void add_methods(Interpreter& in, Class* cls, std::span<const NativeMethod> methods) {
  for (const NativeMethod& method : methods) {
    const NativeMethod* m = &method;
    auto* native = in.make<NativeFunction>(Symbol(method.name), [m, cls](Interpreter& i, const Arguments& all) {
      auto qualified = [&] { return cls->name.str() + "." + std::string(m->name); };
      if (all.size() == 0) i.raise_type_error("unbound method " + qualified() + "() needs an argument");
      Value self = i.unwrap(all[0]);
      if (Class* own = i.type_of(self); own != cls && !own->derives_from(cls))
        i.raise_type_error("descriptor '" + std::string(m->name) + "' for '" + cls->name.str() + "' objects doesn't apply to a '" + i.type_name(self) + "' object");
      size_t given = all.size() - 1;
      if (static_cast<int>(given) < m->least || (m->most >= 0 && static_cast<int>(given) > m->most)) wrong_count(i, qualified(), m->name == "__init__" ? cls->name.view() : m->name, m->least, m->most, given);
      if (!all.keywords.empty() && !has(m->take, Take::Keywords)) i.raise_type_error(qualified() + "() takes no keyword arguments");
      return m->body(i, self, Arguments{all.positional.subspan(1), all.keywords});
    });
    native->strict = has(method.take, Take::Strict);
    native->owner = cls->name;
    cls->dict->set(in, native->name, native);
  }
  in.class_changed();
}

void add_functions(Interpreter& in, Dict* names, std::span<const NativeFunctionEntry> functions) {
  for (const NativeFunctionEntry& function : functions) {
    const NativeFunctionEntry* f = &function;
    auto* native = in.make<NativeFunction>(Symbol(function.name), [f](Interpreter& i, const Arguments& all) {
      size_t given = all.size();
      if (static_cast<int>(given) < f->least || (f->most >= 0 && static_cast<int>(given) > f->most)) wrong_count(i, std::string(f->name), f->name, f->least, f->most, given);
      if (!all.keywords.empty() && !has(f->take, Take::Keywords)) i.raise_type_error(std::string(f->name) + "() takes no keyword arguments");
      return f->body(i, all);
    });
    native->strict = has(function.take, Take::Strict);
    native->binds = false;
    names->set(in, native->name, native);
  }
}

void add_new(Interpreter& in, Class* cls, Value (*body)(Interpreter& in, Class* made, const Arguments& arguments)) {
  static const Symbol new_name("__new__");
  auto* native = in.make<NativeFunction>(new_name, [cls, body](Interpreter& i, const Arguments& all) {
    Class* made = all.size() > 0 ? all[0].as<Class>() : nullptr;
    auto qualified = [&] { return cls->name.str() + ".__new__"; };
    if (made == nullptr) i.raise_type_error(qualified() + "(X): X is not a type object");
    if (!made->derives_from(cls)) i.raise_type_error(qualified() + "(" + made->name.str() + "): " + made->name.str() + " is not a subtype of " + cls->name.str());
    return body(i, made, Arguments{all.positional.subspan(1), all.keywords});
  });
  cls->dict->set(in, new_name, in.make<StaticMethod>(native));
  in.class_changed();
}

int64_t index_of(Interpreter& in, const Value& v) {
  if (v.is_int()) return v.integer;
  if (v.is_bool()) return v.boolean;
  return in.concrete(in.dim_of(v));
}

const std::string& text_argument(Interpreter& in, const Value& v, std::string_view what) {
  auto* text = in.unwrap(v).as<Str>();
  if (text == nullptr) in.raise_type_error(std::string(what) + " must be str, not " + in.type_name(v));
  return text->text;
}

Value wrap(Interpreter& in, Class* cls, const Class* builtin, const Value& plain) {
  if (cls == builtin) return plain;
  Instance* instance = cls->allocate ? cls->allocate(in, cls) : in.make<Instance>(cls);
  instance->payload = plain;
  return instance;
}

Value derived_unknown(Interpreter& in, const Value& v, std::string_view suffix) {
  auto* origin = v.as<Unknown>();
  CHECK(origin != nullptr);
  // Long chains say no more.
  if (suffix.empty() || origin->path.size() > 200) return v;
  return in.make<Unknown>(origin->reason, origin->path + std::string(suffix), origin->file, origin->line);
}

SliceRange resolve_slice(Interpreter& in, const Slice& slice, int64_t length) {
  SliceRange r{0, 1, 0};
  if (!slice.step.is_none()) {
    r.step = index_of(in, slice.step);
    if (r.step == 0) in.raise("ValueError", "slice step cannot be zero");
    if (r.step == INT64_MIN) r.step = -INT64_MAX;
  }
  int64_t low = r.step > 0 ? 0 : -1, high = r.step > 0 ? length : length - 1;
  auto bound = [&](const Value& v, int64_t absent) {
    if (v.is_none()) return absent;
    int64_t at = index_of(in, v);
    if (at < 0) at += length;
    return at < low ? low : at > high ? high : at;
  };
  r.start = bound(slice.start, r.step > 0 ? low : high);
  int64_t stop = bound(slice.stop, r.step > 0 ? high : low);
  if (r.step > 0) r.count = stop > r.start ? (stop - r.start - 1) / r.step + 1 : 0;
  else r.count = r.start > stop ? (r.start - stop - 1) / -r.step + 1 : 0;
  return r;
}

}  // namespace fusescout::python
