// int, bool and float.
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "python/builtins/arithmetic.h"
#include "python/builtins/define.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/set_up.h"
#include "python/builtins/text.h"
#include "python/names.h"

namespace fusescout::python {

using syntax::BinaryOperator;
using syntax::CompareOperator;

namespace {

std::string_view stripped(std::string_view text) {
  auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

Value round_half_even(Interpreter& in, double v) {
  double r = std::nearbyint(v);
  if (std::isnan(v)) in.raise("ValueError", "cannot convert float NaN to integer");
  if (std::isinf(v)) in.raise("OverflowError", "cannot convert float infinity to integer");
  return int_of_float(in, r);
}

constexpr NativeMethod int_methods[] = {
    {"bit_length", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       int64_t v = index_of(in, self);
       uint64_t magnitude = v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
       return Value::of(int64_t{magnitude == 0 ? 0 : 64 - __builtin_clzll(magnitude)});
     }},
    {"bit_count", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return Value::of(int64_t{__builtin_popcountll(static_cast<uint64_t>(std::abs(index_of(in, self))))}); }},
    {"is_integer", 0, 0, [](Interpreter&, const Value&, const Arguments&) { return Value::of(true); }},
    {"conjugate", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return self; }},
    {"as_integer_ratio", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.tuple({self, Value::of(int64_t{1})}); }},
    {"__index__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.integer(in.dim_of(self)); }},
    {"__int__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.integer(in.dim_of(self)); }},
    {"__float__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return Value::of(in.float_of(self)); }},
    {"__trunc__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.integer(in.dim_of(self)); }},
    {"__floor__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.integer(in.dim_of(self)); }},
    {"__ceil__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.integer(in.dim_of(self)); }},
    {"to_bytes", 0, 2,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       Value size = a.get(0, Symbol("length")), order = a.get(1, Symbol("byteorder"));
       int64_t n = size.defined() ? index_of(in, size) : 1, v = index_of(in, self);
       if (n < 0 || n > 8) return in.unknown("integers of more than 64 bits are not evaluated", "int.to_bytes");
       std::string data;
       for (int64_t i = 0; i < n; ++i) data += static_cast<char>(static_cast<uint64_t>(v) >> (8 * i));
       if (!order.defined() || in.text_of(order) == "big") data.assign(data.rbegin(), data.rend());
       return Value(in.make<Bytes>(std::move(data)));
     },
     Take::StrictKeywords},
};

constexpr NativeMethod float_methods[] = {
    {"is_integer", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return Value::of(std::isfinite(self.number) && self.number == std::floor(self.number)); }},
    {"conjugate", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return self; }},
    {"__float__", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return self; }},
    {"__int__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return int_of_float(in, self.number); }},
    {"__trunc__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return int_of_float(in, self.number); }},
    {"__floor__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return int_of_float(in, std::floor(self.number)); }},
    {"__ceil__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return int_of_float(in, std::ceil(self.number)); }},
    {"as_integer_ratio", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       double v = self.number;
       if (!std::isfinite(v)) in.raise(std::isnan(v) ? "ValueError" : "OverflowError", std::isnan(v) ? "cannot convert NaN to integer ratio" : "cannot convert Infinity to integer ratio");
       int64_t denominator = 1;
       while (v != std::floor(v) && denominator < (int64_t{1} << 60)) {
         v *= 2;
         denominator *= 2;
       }
       return in.tuple({int_of_float(in, v), Value::of(denominator)});
     }},
    {"hex", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       char buffer[64];
       std::snprintf(buffer, sizeof buffer, "%a", self.number);
       return in.str(std::string(buffer));
     }},
};

// __repr__, __hash__, __eq__, ... as subclasses reach them by super().
constexpr NativeMethod shared_methods[] = {
    {"__bool__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return Value::of(in.truth(self)); }},
    {"__neg__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.unary(syntax::UnaryOperator::Neg, self); }},
    {"__pos__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.unary(syntax::UnaryOperator::Pos, self); }},
    {"__abs__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.call(*in.builtins()->find(Symbol("abs")), {self}); }},
    {"__round__", 0, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return round_number(in, self, a.size() > 0 ? a[0] : Value::none()); }},
    {"__divmod__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.tuple({in.binary(BinaryOperator::FloorDiv, self, a[0]), in.binary(BinaryOperator::Mod, self, a[0])}); }},
};

Value new_int(Interpreter& in, Class* made, const Arguments& arguments) {
  Value v = arguments.get(0, Symbol()), base = arguments.get(1, Symbol("base"));
  if (is_unknown(v)) return v;
  if (is_unknown(base)) return base;
  if (arguments.size() > 2) in.raise_type_error("int() takes at most 2 arguments (" + std::to_string(arguments.size()) + " given)");
  Class* cls = in.builtin_class("int");
  if (!v.defined()) return wrap(in, made, cls, Value::of(int64_t{0}));
  Value plain = in.unwrap(v);
  auto* text = plain.as<Str>();
  if (text == nullptr && base.defined()) in.raise_type_error("int() can't convert non-string with explicit base");
  Value number;
  if (text != nullptr) number = parse_int(in, text->text, base.defined() ? index_of(in, base) : 10);
  else if (auto* bytes = plain.as<Bytes>()) number = parse_int(in, bytes->data, 10);
  else if (plain.is_float()) number = int_of_float(in, plain.number);
  else if (in.is_integer(plain)) number = in.integer(in.dim_of(plain));
  else if (auto* instance = v.as<Instance>()) {
    for (Symbol name : {Symbol("__int__"), Symbol("__index__"), Symbol("__trunc__")}) {
      Value method = in.find_in_class(instance->cls, name);
      if (!method.defined()) continue;
      number = in.call(in.bind(method, v, instance->cls));
      if (is_unknown(number)) return number;
      if (!in.is_integer(number)) in.raise_type_error(name.str() + " returned non-int (type " + in.type_name(number) + ")");
      number = in.integer(in.dim_of(number));
      break;
    }
  }
  if (!number.defined()) in.raise_type_error("int() argument must be a string, a bytes-like object or a real number, not '" + in.type_name(v) + "'");
  return wrap(in, made, cls, number);
}

Value new_float(Interpreter& in, Class* made, const Arguments& arguments) {
  Class* cls = in.builtin_class("float");
  if (arguments.size() == 0) return wrap(in, made, cls, Value::of(0.0));
  Value v = arguments[0], plain = in.unwrap(v);
  if (is_unknown(v)) return v;
  if (auto* text = plain.as<Str>()) return wrap(in, made, cls, parse_float(in, text->text));
  bool convertible = in.is_number(plain) || (v.as<Instance>() != nullptr && (in.find_in_class(in.type_of(v), Symbol("__float__")).defined() || in.find_in_class(in.type_of(v), Symbol("__index__")).defined()));
  if (!convertible) in.raise_type_error("float() argument must be a string or a real number, not '" + in.type_name(v) + "'");
  return wrap(in, made, cls, Value::of(in.float_of(v)));
}

}  // namespace

Value int_of_float(Interpreter& in, double v) {
  if (std::isnan(v)) in.raise("ValueError", "cannot convert float NaN to integer");
  if (std::isinf(v)) in.raise("OverflowError", "cannot convert float infinity to integer");
  if (v >= 9223372036854775808.0 || v < -9223372036854775808.0) return too_large(in);
  return Value::of(static_cast<int64_t>(v));
}

Value parse_int(Interpreter& in, std::string_view given, int64_t base) {
  if (base != 0 && (base < 2 || base > 36)) in.raise("ValueError", "int() base must be >= 2 and <= 36, or 0");
  auto invalid = [&] { in.raise("ValueError", "invalid literal for int() with base " + std::to_string(base) + ": " + string_repr(given)); };
  std::string_view text = stripped(given);
  bool negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  auto prefixed = [&](char letter) { return text.size() > 1 && text[0] == '0' && (text[1] | 0x20) == letter; };
  int64_t actual = base == 0 ? 10 : base;
  for (auto [letter, radix] : {std::pair{'x', 16}, std::pair{'o', 8}, std::pair{'b', 2}}) {
    if (prefixed(letter) && (base == 0 || base == radix)) {
      actual = radix;
      text.remove_prefix(2);
      break;
    }
  }
  if (text.empty()) invalid();
  int64_t value = 0;
  bool overflow = false, digit_before = false;
  for (char c : text) {
    if (c == '_') {
      if (!digit_before) invalid();
      digit_before = false;
      continue;
    }
    int digit = digit_of(c);
    if (digit >= actual) invalid();
    digit_before = true;
    overflow |= __builtin_mul_overflow(value, actual, &value) || __builtin_sub_overflow(value, digit, &value);   // negative: INT64_MIN fits
  }
  if (!digit_before) invalid();
  if (overflow || (!negative && value == INT64_MIN)) return too_large(in);
  return Value::of(negative ? value : -value);
}

Value parse_float(Interpreter& in, std::string_view given) {
  std::string text;
  for (char c : stripped(given)) {
    if (c != '_') text += c;
  }
  std::string_view body = text;
  bool negative = body.starts_with('-');
  if (body.starts_with('-') || body.starts_with('+')) body.remove_prefix(1);
  std::string lower;
  for (char c : body) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  double v = 0;
  if (lower == "inf" || lower == "infinity") v = std::numeric_limits<double>::infinity();
  else if (lower == "nan") v = std::numeric_limits<double>::quiet_NaN();
  else {
    bool starts_well = !body.empty() && (std::isdigit(static_cast<unsigned char>(body[0])) != 0 || body[0] == '.');
    auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), v);
    if (!starts_well || end != body.data() + body.size() || error == std::errc::invalid_argument)
      in.raise("ValueError", "could not convert string to float: " + string_repr(given));
    if (error == std::errc::result_out_of_range) v = std::strtod(text.c_str() + (negative ? 1 : 0), nullptr);
  }
  return Value::of(negative ? -v : v);
}

Value round_number(Interpreter& in, const Value& number, const Value& digits) {
  if (is_unknown(digits)) return digits;
  if (number.is_float()) {
    if (digits.is_none()) return round_half_even(in, number.number);
    int64_t n = index_of(in, digits);
    if (!std::isfinite(number.number) || n > 300) return number;
    if (n < -300) return Value::of(0.0);
    if (n < 0) {
      double scale = std::pow(10.0, static_cast<double>(-n));
      return Value::of(std::nearbyint(number.number / scale) * scale);
    }
    // Correctly rounded, as printing is.
    std::string format = "%." + std::to_string(n) + "f";
    char buffer[700];
    std::snprintf(buffer, sizeof buffer, format.c_str(), number.number);
    return Value::of(std::strtod(buffer, nullptr));
  }
  if (digits.is_none()) return in.integer(in.dim_of(number));
  int64_t n = index_of(in, digits);
  if (n >= 0) return in.integer(in.dim_of(number));
  if (n < -18) return Value::of(int64_t{0});
  int64_t scale = 1, v = index_of(in, number);
  for (int64_t i = n; i < 0; ++i) scale *= 10;
  int64_t low = v - ((v % scale) + scale) % scale, rest = v - low;
  bool up = rest * 2 > scale || (rest * 2 == scale && (low / scale) % 2 != 0);
  return Value::of(up ? low + scale : low);
}

void set_up_numbers(Interpreter& in) {
  Class *int_class = in.builtin_class("int"), *float_class = in.builtin_class("float"), *bool_class = in.builtin_class("bool");
  add_methods(in, int_class, int_methods);
  add_methods(in, float_class, float_methods);
  for (Class* cls : {int_class, float_class}) {
    add_methods(in, cls, shared_methods);
    add_common_methods(in, cls, true);
  }
  static constexpr NativeMethod invert[] = {{"__invert__", 0, 0, [](Interpreter& i, const Value& self, const Arguments&) { return i.unary(syntax::UnaryOperator::Invert, self); }}};
  add_methods(in, int_class, invert);
  using B = BinaryOperator;
  add_operator_methods(in, int_class, {B::Add, B::Sub, B::Mul, B::Div, B::FloorDiv, B::Mod, B::Pow, B::LShift, B::RShift, B::BitAnd, B::BitOr, B::BitXor});
  add_operator_methods(in, float_class, {B::Add, B::Sub, B::Mul, B::Div, B::FloorDiv, B::Mod, B::Pow});
  add_new(in, int_class, new_int);
  add_new(in, float_class, new_float);
  add_new(in, bool_class, [](Interpreter& i, Class*, const Arguments& arguments) {
    if (arguments.size() > 1) i.raise_type_error("bool expected at most 1 argument, got " + std::to_string(arguments.size()));
    if (arguments.size() == 1 && is_unknown(arguments[0])) return arguments[0];
    return Value::of(arguments.size() == 1 && i.truth(arguments[0]));
  });
  in.add_class_method(int_class, "from_bytes", [](Interpreter& i, const Arguments& arguments) -> Value {
    Value data = arguments.get(1, Symbol("bytes")), order = arguments.get(2, Symbol("byteorder"));
    auto* bytes = data.as<Bytes>();
    if (bytes == nullptr || bytes->data.size() > 8) return i.unknown("integers of more than 64 bits are not evaluated", "int.from_bytes");
    std::string text = bytes->data;
    if (order.defined() && i.text_of(order) == "little") text.assign(text.rbegin(), text.rend());
    uint64_t v = 0;
    for (char c : text) v = v << 8 | static_cast<unsigned char>(c);
    if (v > static_cast<uint64_t>(INT64_MAX)) return too_large(i);
    return Value::of(static_cast<int64_t>(v));
  });
  in.add_class_method(float_class, "fromhex", [](Interpreter& i, const Arguments& arguments) {
    if (arguments.size() != 2) i.raise_type_error("float.fromhex() takes exactly one argument");
    return Value::of(std::strtod(std::string(i.text_of(arguments[1])).c_str(), nullptr));
  });
}

}  // namespace fusescout::python
