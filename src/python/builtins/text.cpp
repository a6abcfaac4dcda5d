// repr, str, and UTF-8.
#include "python/builtins/text.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "python/builtins/define.h"
#include "python/builtins/dict_views.h"
#include "python/generator.h"
#include "python/builtins/generic_alias.h"
#include "python/names.h"

namespace fusescout::python {

bool is_ascii(std::string_view text) {
  for (char c : text) {
    if ((c & 0x80) != 0) return false;
  }
  return true;
}

size_t code_point_count(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (c & 0xC0) != 0x80;
  return count;
}

size_t byte_offset(std::string_view text, size_t code_points) {
  size_t at = 0;
  while (at < text.size()) {
    if ((text[at] & 0xC0) != 0x80 && code_points-- == 0) break;
    ++at;
  }
  return at;
}

std::string encode_code_point(uint32_t code) {
  auto byte = [](uint32_t v) { return static_cast<char>(v); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
  if (code < 0x10000) return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
  return {byte(0xF0 | (code >> 18 & 7)), byte(0x80 | (code >> 12 & 0x3F)), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
}

uint32_t decode_code_point(std::string_view text, size_t& at) {
  auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  uint32_t code = lead & (0x3Fu >> more);
  for (; more > 0 && at < text.size() && (text[at] & 0xC0) == 0x80; --more) code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return code;
}

std::string string_repr(std::string_view text) {
  char quote = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    uint32_t code = decode_code_point(text, at);
    char buffer[16];
    if (code == static_cast<uint32_t>(quote) || code == '\\') out += std::string("\\") + static_cast<char>(code);
    else if (code == '\n') out += "\\n";
    else if (code == '\r') out += "\\r";
    else if (code == '\t') out += "\\t";
    else if (code < 0x20 || code == 0x7F || (code >= 0x80 && code <= 0xA0) || code == 0xAD) {
      std::snprintf(buffer, sizeof buffer, "\\x%02x", code);
      out += buffer;
    } else if ((code >= 0x2028 && code <= 0x202F) || (code >= 0x200B && code <= 0x200F) || code == 0xFEFF || (code >= 0xD800 && code <= 0xDFFF)) {
      std::snprintf(buffer, sizeof buffer, "\\u%04x", code);
      out += buffer;
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  return out + quote;
}

std::string bytes_repr(std::string_view data) {
  char quote = data.find('\'') != std::string_view::npos && data.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out = std::string("b") + quote;
  for (char c : data) {
    auto code = static_cast<unsigned char>(c);
    char buffer[8];
    if (c == quote || c == '\\') out += std::string("\\") + c;
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else if (code < 0x20 || code >= 0x7F) {
      std::snprintf(buffer, sizeof buffer, "\\x%02x", code);
      out += buffer;
    } else {
      out += c;
    }
  }
  return out + quote;
}

std::string float_repr(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  std::string text(buffer, end);
  size_t e = text.find('e');
  int exponent = std::atoi(text.c_str() + e + 1);
  std::string digits = text.substr(0, e);
  std::string sign;
  if (digits[0] == '-') {
    sign = "-";
    digits.erase(0, 1);
  }
  std::erase(digits, '.');
  if (exponent >= 16 || exponent < -4) {
    std::string mantissa = digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "");
    std::string power = std::to_string(std::abs(exponent));
    return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + (power.size() < 2 ? "0" : "") + power;
  }
  if (exponent < 0) return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

namespace {

std::string address(const Object* object) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "0x%012zx", reinterpret_cast<size_t>(object));
  return buffer;
}

std::string class_path(const Class* cls) {
  return cls->module_name.empty() || cls->module_name == "builtins" ? cls->qualname.str() : cls->module_name + "." + cls->qualname.str();
}

std::string joined_repr(Interpreter& in, const std::vector<Value>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += ", ";
    Value item = items[i];
    text += in.repr(item);
  }
  return text;
}

std::string dict_repr(Interpreter& in, const Dict& dict) {
  std::string text = "{";
  for (size_t i = 0; i < dict.entries.size(); ++i) {
    const Dict::Entry entry = dict.entries[i];
    if (!entry.key.defined()) continue;
    if (text.size() > 1) text += ", ";
    text += in.repr(entry.key) + ": " + in.repr(entry.value);
  }
  return text + "}";
}

std::string set_repr(Interpreter& in, const Set& set, const std::string& type) {
  if (set.table->live == 0) return type + "()";
  std::string text;
  for (size_t i = 0; i < set.table->entries.size(); ++i) {
    const Dict::Entry entry = set.table->entries[i];
    if (entry.key.defined()) text += (text.empty() ? "" : ", ") + in.repr(entry.key);
  }
  return type == "set" ? "{" + text + "}" : type + "({" + text + "})";
}

}  // namespace

std::string object_repr(Interpreter& in, const Value& v) {
  Class* cls = in.type_of(v);
  std::string module = cls->module_name.empty() ? "" : cls->module_name + ".";
  return "<" + (module == "builtins." ? "" : module) + cls->qualname.str() + " object at " + address(v.is_object() ? v.object : nullptr) + ">";
}

// Of builtin values, also inside an instance of a subclass: there `shown` is that instance.
std::string plain_repr(Interpreter& in, const Value& v, const Value& shown) {
  switch (v.tag) {
    case Tag::Undefined: return "<undefined>";
    case Tag::None: return "None";
    case Tag::Bool: return v.boolean ? "True" : "False";
    case Tag::Int: return std::to_string(v.integer);
    case Tag::Float: return float_repr(v.number);
    case Tag::Object: break;
  }
  Object* o = v.object;
  switch (o->kind) {
    case Kind::Str: return string_repr(static_cast<Str*>(o)->text);
    case Kind::Bytes: return bytes_repr(static_cast<Bytes*>(o)->data);
    case Kind::SymbolicInt: return std::to_string(static_cast<SymbolicInt*>(o)->dim.value);
    case Kind::List: return "[" + joined_repr(in, static_cast<List*>(o)->items) + "]";
    case Kind::Tuple: {
      const auto& items = static_cast<Tuple*>(o)->items;
      return "(" + joined_repr(in, items) + (items.size() == 1 ? ",)" : ")");
    }
    case Kind::Dict: return dict_repr(in, *static_cast<Dict*>(o));
    case Kind::Set: return set_repr(in, *static_cast<Set*>(o), in.type_name(shown));
    case Kind::Range: {
      auto* r = static_cast<Range*>(o);
      return "range(" + std::to_string(r->start) + ", " + std::to_string(r->stop) + (r->step != 1 ? ", " + std::to_string(r->step) : "") + ")";
    }
    case Kind::Slice: {
      auto* s = static_cast<Slice*>(o);
      return "slice(" + in.repr(s->start) + ", " + in.repr(s->stop) + ", " + in.repr(s->step) + ")";
    }
    case Kind::Ellipsis: return "Ellipsis";
    case Kind::NotImplemented: return "NotImplemented";
    case Kind::Function: return "<function " + static_cast<Function*>(o)->qualname.str() + " at " + address(o) + ">";
    case Kind::NativeFunction: {
      auto* f = static_cast<NativeFunction*>(o);
      if (!f->owner.empty()) return "<method '" + f->name.str() + "' of '" + f->owner.str() + "' objects>";
      return "<built-in function " + f->name.str() + ">";
    }
    case Kind::BoundMethod: {
      auto* m = static_cast<BoundMethod*>(o);
      if (auto* f = m->function.as<NativeFunction>()) return "<built-in method " + f->name.str() + " of " + in.type_name(m->self) + " object at " + address(m->self.is_object() ? m->self.object : nullptr) + ">";
      auto* f = m->function.as<Function>();
      return "<bound method " + (f != nullptr ? f->qualname.str() : std::string("?")) + " of " + in.repr(m->self) + ">";
    }
    case Kind::Class: return "<class '" + class_path(static_cast<Class*>(o)) + "'>";
    case Kind::Module: {
      auto* m = static_cast<Module*>(o);
      return "<module '" + m->name.str() + "'" + (m->file != nullptr ? " from '" + m->file->path.str() + "'" : " (built-in)") + ">";
    }
    case Kind::Super: {
      auto* s = static_cast<Super*>(o);
      return "<super: <class '" + s->after->name.str() + "'>, <" + s->start->name.str() + " object>>";
    }
    case Kind::Generator: return std::string(is_coroutine(*static_cast<Generator*>(o)) ? "<coroutine object " : "<generator object ") + static_cast<Generator*>(o)->name.str() + " at " + address(o) + ">";
    case Kind::Unknown: return "<unknown " + static_cast<Unknown*>(o)->path + ">";
    default: return object_repr(in, v);
  }
}

std::string exception_text(Interpreter& in, const Instance& exception) {
  auto* arguments = exception.payload.as<Tuple>();
  if (arguments == nullptr || arguments->items.empty()) return "";
  if (arguments->items.size() == 1) {
    Value only = arguments->items[0];
    return exception.cls->derives_from(in.builtin_class("KeyError")) ? in.repr(only) : in.to_str(only);
  }
  if (exception.cls->derives_from(in.builtin_class("OSError")) && arguments->items.size() >= 2 && arguments->items.size() <= 5) {
    std::string text = "[Errno " + in.to_str(arguments->items[0]) + "] " + in.to_str(arguments->items[1]);
    return arguments->items.size() > 2 ? text + ": " + in.repr(arguments->items[2]) : text;
  }
  return in.repr(exception.payload);
}

std::string Interpreter::repr(const Value& v) {
  static const Symbol repr_name("__repr__");
  if (!v.is_object()) return plain_repr(*this, v, v);
  Object* o = v.object;
  if (o->kind == Kind::LazyImport) return repr(force(static_cast<LazyImport*>(o)));
  bool custom = o->kind == Kind::Instance || (o->kind == Kind::Class && static_cast<Class*>(o)->metaclass != nullptr);
  bool nests = custom || o->kind == Kind::List || o->kind == Kind::Tuple || o->kind == Kind::Dict || o->kind == Kind::Set;
  if (!nests) return plain_repr(*this, v, v);
  check_stack();
  if (!custom && std::find(in_repr_.begin(), in_repr_.end(), o) != in_repr_.end()) {
    return o->kind == Kind::List ? "[...]" : o->kind == Kind::Tuple ? "(...)" : o->kind == Kind::Dict ? "{...}" : "set(...)";
  }
  in_repr_.push_back(o);
  struct Pop {
    std::vector<const Object*>& stack;
    ~Pop() { stack.pop_back(); }
  } pop{in_repr_};
  if (!custom) return plain_repr(*this, v, v);
  Class* cls = type_of(v);
  Value method = find_in_class(cls, repr_name);
  if (!method.defined()) return object_repr(*this, v);
  Value made = call(bind(method, v, cls));
  if (is_unknown(made)) return plain_repr(*this, made, made);
  if (!is_string(made)) raise_type_error("__repr__ returned non-string (type " + type_name(made) + ")");
  return std::string(text_of(made));
}

std::string Interpreter::to_str(const Value& v) {
  static const Symbol str_name("__str__");
  if (auto* text = v.as<Str>()) return text->text;
  if (auto* lazy = v.as<LazyImport>()) return to_str(force(lazy));
  bool custom = v.as<Instance>() != nullptr || (v.as<Class>() != nullptr && v.as<Class>()->metaclass != nullptr);
  if (!custom) return repr(v);
  Class* cls = type_of(v);
  Value method = find_in_class(cls, str_name);
  if (!method.defined()) return repr(v);
  Value made = call(bind(method, v, cls));
  if (is_unknown(made)) return plain_repr(*this, made, made);
  if (!is_string(made)) raise_type_error("__str__ returned non-string (type " + type_name(made) + ")");
  return std::string(text_of(made));
}

std::string Interpreter::format(const Value& v, std::string_view spec) {
  static const Symbol format_name("__format__");
  if (auto* lazy = v.as<LazyImport>()) return format(force(lazy), spec);
  if (auto* instance = v.as<Instance>()) {
    Value method = find_in_class(instance->cls, format_name);
    if (method.defined()) {
      Value made = call(bind(method, v, instance->cls), {str(std::string(spec))});
      if (is_unknown(made)) return plain_repr(*this, made, made);
      if (!is_string(made)) raise_type_error("__format__ must return a str, not " + type_name(made));
      return std::string(text_of(made));
    }
  }
  if (spec.empty() || is_unknown(v)) return to_str(v);
  if (is_number(v)) return v.is_bool() && spec.find_first_of("bcdoxXneEfFgG%") == std::string_view::npos ? format_string(*this, to_str(v), spec) : format_number(*this, v, spec);
  if (auto* text = v.as<Str>()) return format_string(*this, text->text, spec);
  raise_type_error("unsupported format string passed to " + type_name(v) + ".__format__");
}

}  // namespace fusescout::python
