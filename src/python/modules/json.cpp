// _json: loads(text, object_hook, object_pairs_hook) and dumps(value, indent, item separator, key separator, sort_keys, ensure_ascii, default, skipkeys).
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <unordered_set>

#include "python/builtins/define.h"
#include "python/modules/native_modules.h"

namespace fusescout::python {
namespace {

using In = Interpreter;

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
  } else if (c < 0x10000) {
    out += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
  } else {
    out += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)), static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
  }
}

class Reader {
 public:
  Reader(In& in, std::string_view text, Value error, Value hook, Value pairs_hook) : in_(in), text_(text), error_(error), hook_(hook), pairs_hook_(pairs_hook) {}

  Value document() {
    skip_space();
    Value v = value();
    skip_space();
    if (at_ != text_.size()) fail("Extra data", at_);
    return v;
  }

 private:
  [[noreturn]] void fail(const char* message, size_t at) {
    throw PythonException{in_.call(error_, {in_.str(std::string(message)), in_.str(std::string(text_)), Value::of(static_cast<int64_t>(at))})};
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  Value value() {
    if (at_ >= text_.size()) fail("Expecting value", at_);
    if (++depth_ > 500) in_.raise("RecursionError", "maximum recursion depth exceeded while decoding a JSON document");
    struct Leave { int& depth; ~Leave() { --depth; } } leave{depth_};
    char c = text_[at_];
    if (c == '"') return in_.str(string());
    if (c == '{') return object();
    if (c == '[') return array();
    if (take("null")) return Value::none();
    if (take("true")) return Value::of(true);
    if (take("false")) return Value::of(false);
    if (take("NaN")) return Value::of(std::numeric_limits<double>::quiet_NaN());
    if (take("Infinity")) return Value::of(std::numeric_limits<double>::infinity());
    if (take("-Infinity")) return Value::of(-std::numeric_limits<double>::infinity());
    return number();
  }

  Value number() {
    size_t start = at_, i = at_;
    auto digits = [&] {
      size_t first = i;
      while (i < text_.size() && text_[i] >= '0' && text_[i] <= '9') ++i;
      return i > first;
    };
    if (i < text_.size() && text_[i] == '-') ++i;
    if (i < text_.size() && text_[i] == '0') ++i;
    else if (!digits()) fail("Expecting value", start);
    bool whole = true;
    if (i + 1 < text_.size() && text_[i] == '.') {
      size_t dot = i++;
      if (digits()) whole = false;
      else i = dot;
    }
    if (i < text_.size() && (text_[i] == 'e' || text_[i] == 'E')) {
      size_t mark = i++;
      if (i < text_.size() && (text_[i] == '+' || text_[i] == '-')) ++i;
      if (digits()) whole = false;
      else i = mark;
    }
    at_ = i;
    if (whole) {
      int64_t n = 0;
      auto [end, code] = std::from_chars(text_.data() + start, text_.data() + i, n);
      if (code == std::errc()) return Value::of(n);
    }
    return Value::of(std::strtod(std::string(text_.substr(start, i - start)).c_str(), nullptr));   // 1e999 is infinite
  }

  uint32_t hexadecimal(size_t at) {
    uint32_t code = 0;
    if (at + 4 > text_.size()) fail("Invalid \\uXXXX escape", at - 1);
    auto [end, error] = std::from_chars(text_.data() + at, text_.data() + at + 4, code, 16);
    if (error != std::errc() || end != text_.data() + at + 4) fail("Invalid \\uXXXX escape", at - 1);
    return code;
  }

  std::string string() {
    size_t start = at_++;
    std::string made;
    for (;;) {
      if (at_ >= text_.size()) fail("Unterminated string starting at", start);
      char c = text_[at_];
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) fail("Invalid control character at", at_);
      ++at_;
      if (c != '\\') {
        made += c;
        continue;
      }
      if (at_ >= text_.size()) fail("Unterminated string starting at", start);
      char escape = text_[at_++];
      constexpr std::string_view plain = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
      if (size_t i = plain.find(escape); i != std::string_view::npos) {
        made += meant[i];
      } else if (escape == 'u') {
        uint32_t code = hexadecimal(at_);
        at_ += 4;
        if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
          uint32_t low = hexadecimal(at_ + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10 | (low - 0xDC00));
            at_ += 6;
          }
        }
        append_utf8(made, code);
      } else {
        fail("Invalid \\escape", at_ - 2);
      }
    }
    ++at_;
    return made;
  }

  Value array() {
    ++at_;
    std::vector<Value> items;
    skip_space();
    if (next_is(']')) {
      ++at_;
      return in_.list({});
    }
    for (;;) {
      items.push_back(value());
      skip_space();
      if (next_is(']')) break;
      if (!next_is(',')) fail("Expecting ',' delimiter", at_);
      ++at_;
      skip_space();
    }
    ++at_;
    return in_.list(std::move(items));
  }

  Value object() {
    ++at_;
    Dict* dict = in_.dict();
    std::vector<Value> pairs;
    skip_space();
    if (next_is('}')) {
      ++at_;
    } else {
      for (;;) {
        if (!next_is('"')) fail("Expecting property name enclosed in double quotes", at_);
        Value key = in_.str(Symbol(string()));
        skip_space();
        if (!next_is(':')) fail("Expecting ':' delimiter", at_);
        ++at_;
        skip_space();
        Value v = value();
        if (pairs_hook_.is_none()) in_.dict_set(dict, key, v);
        else pairs.push_back(in_.tuple({key, v}));
        skip_space();
        if (next_is('}')) break;
        if (!next_is(',')) fail("Expecting ',' delimiter", at_);
        ++at_;
        skip_space();
      }
      ++at_;
    }
    if (!pairs_hook_.is_none()) return in_.call(pairs_hook_, {in_.list(std::move(pairs))});
    if (!hook_.is_none()) return in_.call(hook_, {dict});
    return dict;
  }

  In& in_;
  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  Value error_, hook_, pairs_hook_;
};

struct Writer {
  In& in;
  std::string indent;               // one level; used when `pretty`
  bool pretty = false, sort_keys = false, ensure_ascii = true, skip_keys = false;
  std::string item_separator, key_separator;
  Value fallback;                   // `default`, or None
  std::string out;
  std::unordered_set<const Object*> open;

  void string(std::string_view text) {
    out += '"';
    for (size_t i = 0; i < text.size(); ++i) {
      auto c = static_cast<unsigned char>(text[i]);
      constexpr std::string_view special = "\"\\\n\r\t\b\f", shown = "\"\\nrtbf";
      if (size_t at = special.find(static_cast<char>(c)); at != std::string_view::npos) {
        out += {'\\', shown[at]};
      } else if (c < 0x20) {
        unit(c);
      } else if (c < 0x80 || !ensure_ascii) {
        out += static_cast<char>(c);
      } else {
        int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
        uint32_t code = c & (0x3F >> more);
        for (; more > 0 && i + 1 < text.size(); --more) code = code << 6 | (static_cast<unsigned char>(text[++i]) & 0x3F);
        if (code >= 0x10000) {
          unit(0xD800 + ((code - 0x10000) >> 10));
          unit(0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
          unit(code);
        }
      }
    }
    out += '"';
  }

  void unit(uint32_t code) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[code >> shift & 15];
  }

  std::string number(const Value& plain) {
    if (!plain.is_float()) return in.repr(plain.as<SymbolicInt>() != nullptr ? Value::of(in.concrete(in.dim_of(plain))) : plain);
    if (std::isnan(plain.number)) return "NaN";
    if (std::isinf(plain.number)) return plain.number > 0 ? "Infinity" : "-Infinity";
    return in.repr(plain);
  }

  void line(size_t depth) {
    if (!pretty) return;
    out += '\n';
    for (size_t i = 0; i < depth; ++i) out += indent;
  }

  void enter(const Object* object) {
    if (!open.insert(object).second) in.raise("ValueError", "Circular reference detected");
  }

  void sequence(const std::vector<Value>& items, size_t depth) {
    if (items.empty()) {
      out += "[]";
      return;
    }
    out += '[';
    bool first = true;
    for (const Value& item : items) {
      if (!first) out += item_separator;
      first = false;
      line(depth + 1);
      value(item, depth + 1);
    }
    line(depth);
    out += ']';
  }

  // Undefined: the key is skipped.
  std::optional<std::string> key_text(const Value& key) {
    Value plain = in.unwrap(key);
    if (auto* text = plain.as<Str>()) return text->text;
    if (plain.is_none()) return "null";
    if (plain.is_bool()) return plain.boolean ? "true" : "false";
    if (in.is_number(plain)) return number(plain);
    if (skip_keys) return std::nullopt;
    in.raise_type_error("keys must be str, int, float, bool or None, not " + in.type_name(key));
  }

  void mapping(Dict* dict, size_t depth) {
    std::vector<Value> keys;
    for (const Dict::Entry& e : dict->entries) {
      if (e.key.defined()) keys.push_back(e.key);
    }
    if (sort_keys) keys = in.to_vector(in.call(*in.builtins()->find(Symbol("sorted")), {in.list(keys)}));
    bool first = true;
    out += '{';
    for (const Value& key : keys) {
      std::optional<std::string> text = key_text(key);
      if (!text) continue;
      if (!first) out += item_separator;
      first = false;
      line(depth + 1);
      string(*text);
      out += key_separator;
      value(*in.dict_find(dict, key), depth + 1);
    }
    if (!first) line(depth);
    out += '}';
  }

  void value(const Value& v, size_t depth) {
    Value plain = in.unwrap(v);
    if (auto* text = plain.as<Str>()) return string(text->text);
    if (plain.is_none()) out += "null";
    else if (plain.is_bool()) out += plain.boolean ? "true" : "false";
    else if (in.is_number(plain)) out += number(plain);
    else if (plain.as<List>() != nullptr || plain.as<Tuple>() != nullptr || plain.as<Dict>() != nullptr) {
      enter(plain.object);
      if (auto* list = plain.as<List>()) sequence(list->items, depth);
      else if (auto* tuple = plain.as<Tuple>()) sequence(tuple->items, depth);
      else mapping(plain.as<Dict>(), depth);
      open.erase(plain.object);
    } else if (!fallback.is_none()) {
      if (v.is_object()) enter(v.object);
      value(in.call(fallback, {v}), depth);
      if (v.is_object()) open.erase(v.object);
    } else {
      in.raise_type_error("Object of type " + in.type_name(v) + " is not JSON serializable");
    }
  }
};

Value loads(In& in, const Arguments& a) { return Reader(in, in.text_of(a[0]), a[1], a[2], a[3]).document(); }

Value dumps(In& in, const Arguments& a) {
  Writer writer{in, {}, !a[1].is_none(), in.truth(a[4]), in.truth(a[5]), in.truth(a[7]), std::string(in.text_of(a[2])), std::string(in.text_of(a[3])), a[6], {}, {}};
  if (writer.pretty) writer.indent = in.is_string(a[1]) ? std::string(in.text_of(a[1])) : std::string(static_cast<size_t>(std::max<int64_t>(0, in.int_of(a[1]))), ' ');
  writer.value(a[0], 0);
  return in.str(std::move(writer.out));
}

constexpr NativeFunctionEntry functions[] = {{"loads", 4, 4, loads, Take::Plain}, {"dumps", 8, 8, dumps, Take::Plain}};

}  // namespace

void fill_json_module(Interpreter& in, Module* module) { add_functions(in, module->dict, functions); }

}  // namespace fusescout::python
