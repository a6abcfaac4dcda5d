// bytes: what code about models does with them, which is little.
#include "python/builtins/arithmetic.h"
#include "python/builtins/define.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/set_up.h"

namespace fusescout::python {
namespace {

const std::string& data_of(const Value& self) { return static_cast<Bytes*>(self.object)->data; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Value bytes_from_hex(Interpreter& in, const Arguments& a) {
  if (a.size() < 2 || !in.is_string(a[1])) in.raise_type_error("fromhex() argument must be str");
  std::string data;
  int high = -1;
  std::string_view text = in.text_of(a[1]);
  for (size_t i = 0; i < text.size(); ++i) {
    if (high < 0 && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t')) continue;
    int digit = hex_digit(text[i]);
    if (digit < 0) in.raise("ValueError", "non-hexadecimal number found in fromhex() arg at position " + std::to_string(i));
    if (high >= 0) data += static_cast<char>(high * 16 + digit);
    high = high >= 0 ? -1 : digit;
  }
  if (high >= 0) in.raise("ValueError", "non-hexadecimal number found in fromhex() arg at position " + std::to_string(text.size()));
  return in.make<Bytes>(std::move(data));
}

constexpr NativeMethod methods[] = {
    {"decode", 0, 2, [](Interpreter& in, const Value& self, const Arguments&) { return in.str(data_of(self)); }, Take::StrictKeywords},
    {"hex", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       std::string text;
       for (char c : data_of(self)) {
         constexpr char digits[] = "0123456789abcdef";
         text += digits[static_cast<unsigned char>(c) >> 4];
         text += digits[static_cast<unsigned char>(c) & 15];
       }
       return in.str(std::move(text));
     }},
    {"__len__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return Value::of(in.length(self)); }},
    {"__iter__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.iterate(self); }},
    {"__contains__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return Value::of(in.contains(self, a[0])); }},
    {"__getitem__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.get_item(self, a[0]); }},
    {"join", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       std::string data;
       bool first = true;
       in.for_each(a[0], [&](const Value& v) {
         auto* part = v.as<Bytes>();
         if (part == nullptr) in.raise_type_error("sequence item: expected a bytes-like object, " + in.type_name(v) + " found");
         if (!first) data += data_of(self);
         first = false;
         data += part->data;
       });
       return Value(in.make<Bytes>(std::move(data)));
     }},
};

// The methods that work like those of str, on bytes that are ASCII.
constexpr std::string_view borrowed[] = {"startswith", "endswith", "find", "rfind", "index", "count", "strip", "lstrip", "rstrip", "split", "rsplit",
                                         "splitlines", "replace", "upper", "lower", "partition", "rpartition", "ljust", "rjust", "zfill"};

Value as_text(Interpreter& in, const Value& v) {
  if (auto* bytes = v.as<Bytes>()) return in.str(bytes->data);
  if (auto* tuple = v.as<Tuple>()) {
    std::vector<Value> items;
    for (const Value& item : tuple->items) items.push_back(as_text(in, item));
    return in.tuple(std::move(items));
  }
  return v;
}

Value as_bytes(Interpreter& in, const Value& v) {
  if (auto* text = v.as<Str>()) return in.make<Bytes>(text->text);
  if (auto* list = v.as<List>()) {
    for (Value& item : list->items) item = as_bytes(in, item);
  } else if (auto* tuple = v.as<Tuple>()) {
    for (Value& item : tuple->items) item = as_bytes(in, item);
  }
  return v;
}

}  // namespace

void set_up_bytes(Interpreter& in) {
  Class* cls = in.builtin_class("bytes");
  add_methods(in, cls, methods);
  add_common_methods(in, cls, true);
  add_operator_methods(in, cls, {syntax::BinaryOperator::Add, syntax::BinaryOperator::Mul});
  for (std::string_view name : borrowed) {
    in.add_method(cls, name, [symbol = Symbol(name)](Interpreter& i, const Arguments& arguments) {
      std::vector<Value> texts;
      for (const Value& v : arguments.positional) texts.push_back(as_text(i, i.unwrap(v)));
      Value method = i.find_in_class(i.builtin_class("str"), symbol);
      return as_bytes(i, i.call(method, Arguments{texts, arguments.keywords}));
    });
  }
  add_new(in, cls, [](Interpreter& i, Class* made, const Arguments& arguments) {
    Class* bytes = i.builtin_class("bytes");
    if (arguments.size() == 0) return wrap(i, made, bytes, i.make<Bytes>(std::string()));
    Value v = i.unwrap(arguments[0]);
    if (is_unknown(v)) return v;
    if (auto* text = v.as<Str>()) {
      if (arguments.size() < 2 && arguments.keywords.empty()) i.raise_type_error("string argument without an encoding");
      return wrap(i, made, bytes, i.make<Bytes>(text->text));
    }
    if (v.as<Bytes>() != nullptr) return wrap(i, made, bytes, v);
    std::string data;
    if (i.is_integer(v)) {
      int64_t n = index_of(i, v);
      if (n < 0) i.raise("ValueError", "negative count");
      if (n > (1 << 26)) i.raise("MemoryError", "");
      data.assign(static_cast<size_t>(n), '\0');
    } else {
      i.for_each(v, [&](const Value& item) {
        int64_t code = index_of(i, item);
        if (code < 0 || code > 255) i.raise("ValueError", "bytes must be in range(0, 256)");
        data += static_cast<char>(code);
      });
    }
    return wrap(i, made, bytes, i.make<Bytes>(std::move(data)));
  });
  in.add_class_method(cls, "fromhex", bytes_from_hex);
}

}  // namespace fusescout::python
