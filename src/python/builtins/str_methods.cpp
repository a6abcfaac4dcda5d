// str: construction, case, classification, formatting, joining.
#include <cctype>

#include "python/builtins/arithmetic.h"
#include "python/builtins/define.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/set_up.h"
#include "python/builtins/text.h"

namespace fusescout::python {
namespace {

const std::string& text_of(const Value& self) { return static_cast<Str*>(self.object)->text; }
unsigned char byte(char c) { return static_cast<unsigned char>(c); }

template <int (*convert)(int)>
Value converted(Interpreter& in, const Value& self, const Arguments&) {
  std::string text = text_of(self);
  for (char& c : text) {
    if (byte(c) < 0x80) c = static_cast<char>(convert(byte(c)));
  }
  return in.str(std::move(text));
}

// All characters are of the class and there is one; beyond ASCII, letters are taken for granted.
template <int (*test)(int), bool others>
Value all_are(Interpreter&, const Value& self, const Arguments&) {
  for (char c : text_of(self)) {
    if (byte(c) < 0x80 ? test(byte(c)) == 0 : !others) return Value::of(false);
  }
  return Value::of(!text_of(self).empty());
}

template <int (*wanted)(int), int (*unwanted)(int)>
Value cased(Interpreter&, const Value& self, const Arguments&) {
  bool any = false;
  for (char c : text_of(self)) {
    if (byte(c) >= 0x80) continue;
    if (unwanted(byte(c)) != 0) return Value::of(false);
    any |= wanted(byte(c)) != 0;
  }
  return Value::of(any);
}

std::string titled(std::string text, bool all_words) {
  bool start = true;
  for (char& c : text) {
    bool letter = std::isalpha(byte(c)) != 0;
    c = static_cast<char>(start && letter ? std::toupper(byte(c)) : byte(c) < 0x80 ? std::tolower(byte(c)) : byte(c));
    if (all_words) start = !letter;
    else start = false;
  }
  return text;
}

int swap_case(int c) { return std::isupper(c) != 0 ? std::tolower(c) : std::toupper(c); }

enum class Side : uint8_t { Left, Right, Both };
template <Side side>
Value justified(Interpreter& in, const Value& self, const Arguments& a) {
  int64_t width = index_of(in, a[0]), missing = width - static_cast<int64_t>(code_point_count(text_of(self)));
  std::string fill = a.size() > 1 ? text_argument(in, a[1], "The fill character") : " ";
  if (code_point_count(fill) != 1) in.raise_type_error("The fill character must be exactly one character long");
  if (missing <= 0) return self;
  if (missing > (1 << 24)) in.raise("MemoryError", "");
  int64_t left = side == Side::Left ? missing : side == Side::Right ? 0 : missing / 2 + (missing & width & 1);
  std::string text;
  for (int64_t i = 0; i < left; ++i) text += fill;
  text += text_of(self);
  for (int64_t i = left; i < missing; ++i) text += fill;
  return in.str(std::move(text));
}

Value join(Interpreter& in, const Value& self, const Arguments& a) {
  std::string text;
  std::vector<Value> parts = in.to_vector(a[0]);
  for (size_t i = 0; i < parts.size(); ++i) {
    if (is_unknown(parts[i])) return parts[i];
    auto* part = in.unwrap(parts[i]).as<Str>();
    if (part == nullptr) in.raise_type_error("sequence item " + std::to_string(i) + ": expected str instance, " + in.type_name(parts[i]) + " found");
    if (i > 0) text += text_of(self);
    text += part->text;
  }
  return in.str(std::move(text));
}

constexpr NativeMethod methods[] = {
    {"upper", 0, 0, converted<std::toupper>},
    {"lower", 0, 0, converted<std::tolower>},
    {"casefold", 0, 0, converted<std::tolower>},
    {"swapcase", 0, 0, converted<swap_case>},
    {"capitalize", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.str(titled(text_of(self), false)); }},
    {"title", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.str(titled(text_of(self), true)); }},
    {"isdigit", 0, 0, all_are<std::isdigit, false>},
    {"isdecimal", 0, 0, all_are<std::isdigit, false>},
    {"isnumeric", 0, 0, all_are<std::isdigit, false>},
    {"isalpha", 0, 0, all_are<std::isalpha, true>},
    {"isalnum", 0, 0, all_are<std::isalnum, true>},
    {"isspace", 0, 0, all_are<std::isspace, false>},
    {"isprintable", 0, 0,
     [](Interpreter&, const Value& self, const Arguments&) {
       for (char c : text_of(self)) {
         if (byte(c) < 0x20 || byte(c) == 0x7F) return Value::of(false);
       }
       return Value::of(true);
     }},
    {"isascii", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return Value::of(is_ascii(text_of(self))); }},
    {"isupper", 0, 0, cased<std::isupper, std::islower>},
    {"islower", 0, 0, cased<std::islower, std::isupper>},
    {"istitle", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return Value::of(!text_of(self).empty() && titled(text_of(self), true) == text_of(self)); }},
    {"isidentifier", 0, 0,
     [](Interpreter&, const Value& self, const Arguments&) {
       const std::string& text = text_of(self);
       for (char c : text) {
         if (byte(c) < 0x80 && c != '_' && std::isalnum(byte(c)) == 0) return Value::of(false);
       }
       return Value::of(!text.empty() && std::isdigit(byte(text[0])) == 0);
     }},
    {"ljust", 1, 2, justified<Side::Right>},
    {"rjust", 1, 2, justified<Side::Left>},
    {"center", 1, 2, justified<Side::Both>},
    {"zfill", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       std::string text = text_of(self);
       int64_t missing = index_of(in, a[0]) - static_cast<int64_t>(code_point_count(text));
       if (missing > (1 << 24)) in.raise("MemoryError", "");
       bool sign = !text.empty() && (text[0] == '-' || text[0] == '+');
       if (missing > 0) text.insert(sign ? 1 : 0, static_cast<size_t>(missing), '0');
       return in.str(std::move(text));
     }},
    {"expandtabs", 0, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       Value size = a.get(0, Symbol("tabsize"));
       int64_t width = size.defined() ? index_of(in, size) : 8, column = 0;
       std::string out;
       for (char c : text_of(self)) {
         if (c == '\t') {
           int64_t fill = width > 0 ? width - column % width : 0;
           out.append(static_cast<size_t>(fill), ' ');
           column += fill;
           continue;
         }
         out += c;
         column = c == '\n' || c == '\r' ? 0 : column + 1;
       }
       return in.str(std::move(out));
     },
     Take::StrictKeywords},
    {"join", 1, 1, join},
    {"format", 0, -1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.str(str_format(in, text_of(self), a, Value())); }, Take::Keywords},
    {"format_map", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.str(str_format(in, text_of(self), Arguments{}, a[0])); }},
    {"encode", 0, 2, [](Interpreter& in, const Value& self, const Arguments&) { return Value(in.make<Bytes>(text_of(self))); }, Take::StrictKeywords},
    {"translate", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       std::string out;
       const std::string& text = text_of(self);
       for (size_t at = 0; at < text.size();) {
         size_t begin = at;
         Value code = Value::of(int64_t{decode_code_point(text, at)}), mapped;
         if (auto* table = in.unwrap(a[0]).as<Dict>()) {
           Value* found = in.dict_find(table, code);
           mapped = found != nullptr ? *found : Value();
         } else {
           mapped = in.get_item(a[0], code);
         }
         if (!mapped.defined()) out += text.substr(begin, at - begin);
         else if (in.is_integer(mapped)) out += encode_code_point(static_cast<uint32_t>(in.int_of(mapped)));
         else if (!mapped.is_none()) out += in.text_of(mapped);
       }
       return in.str(std::move(out));
     }},
    {"__len__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return Value::of(in.length(self)); }},
    {"__iter__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.iterate(self); }},
    {"__contains__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return Value::of(in.contains(self, a[0])); }},
    {"__getitem__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.get_item(self, a[0]); }},
    {"__str__", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return self; }},
};

}  // namespace

void set_up_str(Interpreter& in) {
  Class* cls = in.builtin_class("str");
  add_methods(in, cls, methods);
  add_common_methods(in, cls, true);
  add_operator_methods(in, cls, {syntax::BinaryOperator::Add, syntax::BinaryOperator::Mul, syntax::BinaryOperator::Mod});
  add_new(in, cls, [](Interpreter& i, Class* made, const Arguments& arguments) {
    Class* str = i.builtin_class("str");
    if (arguments.size() > 3) i.raise_type_error("str() takes at most 3 arguments (" + std::to_string(arguments.size()) + " given)");
    Value v = arguments.get(0, Symbol("object"));
    if (!v.defined()) return wrap(i, made, str, i.str(std::string()));
    if (is_unknown(v)) return v;
    if (arguments.size() > 1 || !arguments.keywords.empty()) {
      auto* bytes = i.unwrap(v).as<Bytes>();
      if (bytes == nullptr) i.raise_type_error("decoding to str: need a bytes-like object, " + i.type_name(v) + " found");
      return wrap(i, made, str, i.str(bytes->data));
    }
    if (made == str && v.as<Str>() != nullptr) return v;
    return wrap(i, made, str, i.str(i.to_str(v)));
  });
  in.add_static_method(cls, "maketrans", [](Interpreter& i, const Arguments& a) -> Value {
    Dict* table = i.dict();
    if (a.size() == 1) {
      auto* source = i.unwrap(a[0]).as<Dict>();
      if (source == nullptr) i.raise_type_error("if you give only one argument to maketrans it must be a dict");
      for (size_t k = 0; k < source->entries.size(); ++k) {
        const Dict::Entry e = source->entries[k];
        if (!e.key.defined()) continue;
        size_t at = 0;
        Value key = i.is_string(e.key) && !i.text_of(e.key).empty() ? Value::of(int64_t{decode_code_point(i.text_of(e.key), at)}) : e.key;
        i.dict_set(table, key, e.value);
      }
      return table;
    }
    if (a.size() < 1) i.raise_type_error("maketrans expected at least 1 argument, got 0");
    std::string_view from = i.text_of(a[0]), to = i.text_of(a[1]);
    if (code_point_count(from) != code_point_count(to)) i.raise("ValueError", "the first two maketrans arguments must have equal length");
    for (size_t x = 0, y = 0; x < from.size();) {
      Value key = Value::of(int64_t{decode_code_point(from, x)});
      i.dict_set(table, key, Value::of(int64_t{decode_code_point(to, y)}));
    }
    std::string_view gone = a.size() > 2 ? i.text_of(a[2]) : std::string_view();
    for (size_t x = 0; x < gone.size();) i.dict_set(table, Value::of(int64_t{decode_code_point(gone, x)}), Value::none());
    return table;
  });
}

}  // namespace fusescout::python
