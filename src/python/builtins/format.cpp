// The format mini-language of format() and f-strings, and printf-style formatting.
#include <cctype>
#include <cmath>
#include <cstdio>

#include "python/builtins/define.h"
#include "python/builtins/text.h"

namespace fusescout::python {
namespace {

struct Spec {
  std::string fill = " ";
  char align = 0, sign = '-', grouping = 0, type = 0;
  bool alternate = false, zero = false;
  int64_t width = 0, precision = -1;
};

constexpr int64_t longest = 1 << 20;

int64_t read_number(Interpreter& in, std::string_view text, size_t& at) {
  int64_t n = 0;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) {
    n = n * 10 + (text[at++] - '0');
    if (n > longest) in.raise("ValueError", "Too many decimal digits in format string");
  }
  return n;
}

Spec parse_spec(Interpreter& in, std::string_view text, std::string_view type_name) {
  Spec spec;
  size_t at = 0;
  auto is_align = [](char c) { return c == '<' || c == '>' || c == '=' || c == '^'; };
  if (!text.empty()) {
    size_t behind = 0;
    decode_code_point(text, behind);
    if (behind < text.size() && is_align(text[behind])) {
      spec.fill = text.substr(0, behind);
      spec.align = text[behind];
      at = behind + 1;
    } else if (is_align(text[0])) {
      spec.align = text[0];
      at = 1;
    }
  }
  if (at < text.size() && (text[at] == '+' || text[at] == '-' || text[at] == ' ')) spec.sign = text[at++];
  if (at < text.size() && text[at] == 'z') ++at;
  if (at < text.size() && text[at] == '#') {
    spec.alternate = true;
    ++at;
  }
  if (at < text.size() && text[at] == '0') {
    ++at;
    spec.zero = true;
    if (spec.align == 0) {
      spec.align = '=';
      spec.fill = "0";
    }
  }
  spec.width = read_number(in, text, at);
  if (at < text.size() && (text[at] == ',' || text[at] == '_')) spec.grouping = text[at++];
  if (at < text.size() && text[at] == '.') {
    size_t begin = ++at;
    spec.precision = read_number(in, text, at);
    if (at == begin) in.raise("ValueError", "Format specifier missing precision");
  }
  if (at + 1 < text.size()) in.raise("ValueError", "Invalid format specifier '" + std::string(text) + "' for object of type '" + std::string(type_name) + "'");
  if (at < text.size()) spec.type = text[at];
  return spec;
}

std::string padded(const Spec& spec, const std::string& sign, const std::string& body, char default_align) {
  int64_t missing = spec.width - static_cast<int64_t>(code_point_count(sign) + code_point_count(body));
  auto fill = [&](int64_t n) {
    std::string out;
    for (int64_t i = 0; i < n; ++i) out += spec.fill;
    return out;
  };
  if (missing <= 0) return sign + body;
  switch (spec.align == 0 ? default_align : spec.align) {
    case '<': return sign + body + fill(missing);
    case '^': return fill(missing / 2) + sign + body + fill(missing - missing / 2);
    case '=': return sign + fill(missing) + body;
    default: return fill(missing) + sign + body;
  }
}

std::string grouped(std::string digits, char separator, size_t size) {
  for (size_t at = digits.size(); at > size; at -= size) digits.insert(at - size, 1, separator);
  return digits;
}

std::string in_base(uint64_t n, unsigned base, bool upper) {
  if (n == 0) return "0";
  std::string digits;
  const char* figures = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  for (; n > 0; n /= base) digits.insert(digits.begin(), figures[n % base]);
  return digits;
}

std::string printed(double number, int64_t precision, char type, bool alternate = false) {
  std::string format = std::string("%") + (alternate ? "#" : "") + ".*" + type;
  int length = std::snprintf(nullptr, 0, format.c_str(), static_cast<int>(precision), number);
  std::string text(static_cast<size_t>(length) + 1, '\0');
  std::snprintf(text.data(), text.size(), format.c_str(), static_cast<int>(precision), number);
  text.pop_back();
  return text;
}

// Without its sign.
std::string float_body(double magnitude, const Spec& spec) {
  char type = spec.type;
  std::string suffix;
  if (type == '%') {
    magnitude *= 100;
    suffix = "%";
    type = 'f';
  }
  bool upper = type == 'F' || type == 'E' || type == 'G';
  if (std::isnan(magnitude)) return (upper ? "NAN" : "nan") + suffix;
  if (std::isinf(magnitude)) return (upper ? "INF" : "inf") + suffix;
  std::string body;
  if (type == 0) {
    if (spec.precision < 0) {
      body = float_repr(magnitude);
    } else {
      body = printed(magnitude, std::max<int64_t>(spec.precision, 1), 'g');
      if (body.find_first_of(".e") == std::string::npos) body += ".0";
      // With at least one digit behind the point, else the exponent form.
      if (body.ends_with(".0") && static_cast<int64_t>(body.size()) - 2 >= std::max<int64_t>(spec.precision, 1) && spec.precision > 0) {
        body = printed(magnitude, std::max<int64_t>(spec.precision - 1, 0), 'e');
        size_t e = body.find('e'), dot = body.find('.');
        if (dot != std::string::npos && dot < e) {
          size_t last = body.find_last_not_of('0', e - 1);
          body.erase(last == dot ? dot : last + 1, e - (last == dot ? dot : last + 1));
        }
      }
    }
  } else {
    body = printed(magnitude, spec.precision < 0 ? 6 : type == 'g' || type == 'G' || type == 'n' ? std::max<int64_t>(spec.precision, 1) : spec.precision,
                   type == 'n' ? 'g' : type, spec.alternate);
  }
  if (spec.grouping != 0) {
    size_t whole = body.find_first_not_of("0123456789");
    if (whole == std::string::npos) whole = body.size();
    body = grouped(body.substr(0, whole), spec.grouping, 3) + body.substr(whole);
  }
  return body + suffix;
}

std::string sign_text(bool negative, char sign) { return negative ? "-" : sign == '+' ? "+" : sign == ' ' ? " " : ""; }

// "0" as fill goes between separators too: f"{1234:010,}" is "00,001,234".
std::string zero_grouped(const Spec& spec, std::string digits, size_t sign_size, size_t group) {
  std::string made = grouped(digits, spec.grouping, group);
  while (static_cast<int64_t>(made.size() + sign_size) < spec.width) {
    digits.insert(digits.begin(), '0');
    made = grouped(digits, spec.grouping, group);
  }
  return made;
}

}  // namespace

std::string format_string(Interpreter& in, std::string_view text, std::string_view spec_text) {
  Spec spec = parse_spec(in, spec_text, "str");
  if (spec.type != 0 && spec.type != 's') in.raise("ValueError", std::string("Unknown format code '") + spec.type + "' for object of type 'str'");
  if (spec.align == '=') {
    if (!spec.zero) in.raise("ValueError", "'=' alignment not allowed in string format specifier");
    spec.align = '<';
  }
  if (spec.precision >= 0) text = text.substr(0, byte_offset(text, static_cast<size_t>(spec.precision)));
  return padded(spec, "", std::string(text), '<');
}

std::string format_number(Interpreter& in, const Value& number, std::string_view spec_text) {
  bool is_float = number.is_float();
  Spec spec = parse_spec(in, spec_text, is_float ? "float" : "int");
  if (is_float || std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos) {
    if (spec.type != 0 && std::string_view("eEfFgGn%").find(spec.type) == std::string_view::npos)
      in.raise("ValueError", std::string("Unknown format code '") + spec.type + "' for object of type 'float'");
    if (is_float || spec.type != 0) {
      double v = is_float ? number.number : static_cast<double>(in.int_of(number));
      std::string sign = sign_text(std::signbit(v) && !std::isnan(v), spec.sign);
      return padded(spec, sign, float_body(std::fabs(v), spec), '>');
    }
  }
  int64_t v = in.int_of(number);
  if (spec.precision >= 0) in.raise("ValueError", "Precision not allowed in integer format specifier");
  if (spec.type == 'c') return padded(spec, "", encode_code_point(static_cast<uint32_t>(v)), '<');
  if (spec.type == 's') in.raise("ValueError", "Unknown format code 's' for object of type 'int'");
  uint64_t magnitude = v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
  std::string sign = sign_text(v < 0, spec.sign), digits;
  size_t group = 4;
  switch (spec.type) {
    case 0:
    case 'd':
    case 'n':
      digits = std::to_string(magnitude);
      group = 3;
      break;
    case 'b': digits = in_base(magnitude, 2, false); break;
    case 'o': digits = in_base(magnitude, 8, false); break;
    case 'x':
    case 'X': digits = in_base(magnitude, 16, spec.type == 'X'); break;
    default: in.raise("ValueError", std::string("Unknown format code '") + spec.type + "' for object of type 'int'");
  }
  if (spec.alternate && group == 4) sign += std::string("0") + spec.type;
  if (spec.grouping != 0) digits = spec.fill == "0" && spec.align == '=' ? zero_grouped(spec, digits, sign.size(), group) : grouped(digits, spec.grouping, group);
  return padded(spec, sign, digits, '>');
}

// format % arguments
std::string percent_format(Interpreter& in, std::string_view format, const Value& arguments) {
  auto* tuple = in.unwrap(arguments).as<Tuple>();
  bool mapping_used = false;
  size_t next = 0;
  auto take = [&]() -> Value {
    if (tuple == nullptr) {
      if (next++ > 0) in.raise_type_error("not enough arguments for format string");
      return arguments;
    }
    if (next >= tuple->items.size()) in.raise_type_error("not enough arguments for format string");
    return tuple->items[next++];
  };
  std::string out;
  for (size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      out += format[at++];
      continue;
    }
    if (++at >= format.size()) in.raise("ValueError", "incomplete format");
    if (format[at] == '%') {
      out += '%';
      ++at;
      continue;
    }
    Value value;
    if (format[at] == '(') {
      size_t begin = ++at;
      for (int depth = 1; at < format.size(); ++at) {
        if (format[at] == '(') ++depth;
        else if (format[at] == ')' && --depth == 0) break;
      }
      if (at >= format.size()) in.raise("ValueError", "incomplete format key");
      if (tuple != nullptr || in.is_string(arguments) || in.is_number(arguments)) in.raise_type_error("format requires a mapping");
      value = in.get_item(arguments, in.str(std::string(format.substr(begin, at - begin))));
      mapping_used = true;
      ++at;
    }
    Spec spec;
    bool left = false;
    for (; at < format.size(); ++at) {
      char c = format[at];
      if (c == '-') left = true;
      else if (c == '+') spec.sign = '+';
      else if (c == ' ') spec.sign = spec.sign == '+' ? '+' : ' ';
      else if (c == '#') spec.alternate = true;
      else if (c == '0') spec.zero = true;
      else break;
    }
    auto number = [&] {
      if (at < format.size() && format[at] == '*') {
        ++at;
        return index_of(in, take());
      }
      return read_number(in, format, at);
    };
    spec.width = number();
    if (spec.width < 0) {
      left = true;
      spec.width = -spec.width;
    }
    if (at < format.size() && format[at] == '.') {
      ++at;
      spec.precision = std::max<int64_t>(0, number());
    }
    if (spec.width > longest || spec.precision > longest) in.raise("ValueError", "Too many decimal digits in format string");
    while (at < format.size() && (format[at] == 'l' || format[at] == 'h' || format[at] == 'L')) ++at;
    if (at >= format.size()) in.raise("ValueError", "incomplete format");
    char type = format[at++];
    if (!value.defined()) value = take();
    spec.align = left ? '<' : '>';
    Value plain = in.unwrap(value);
    switch (type) {
      case 's':
      case 'r':
      case 'a': {
        std::string text = type == 's' ? in.to_str(value) : in.repr(value);
        if (spec.precision >= 0) text.resize(byte_offset(text, static_cast<size_t>(spec.precision)));
        out += padded(spec, "", text, '>');
        break;
      }
      case 'c': out += padded(spec, "", in.is_string(value) ? std::string(in.text_of(value)) : encode_code_point(static_cast<uint32_t>(in.int_of(value))), '>'); break;
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o': {
        if (is_unknown(value)) {
          out += in.repr(value);
          break;
        }
        bool decimal = type == 'd' || type == 'i' || type == 'u';
        if (!in.is_number(plain)) in.raise_type_error(std::string("%") + type + " format: " + (decimal ? "a real number" : "an integer") + " is required, not " + in.type_name(value));
        if (!decimal && plain.is_float()) in.raise_type_error(std::string("%") + type + " format: an integer is required, not float");
        int64_t v = plain.is_float() ? static_cast<int64_t>(std::fabs(plain.number) < 9e18 ? plain.number : 0) : in.int_of(plain);
        uint64_t magnitude = v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
        std::string digits = in_base(magnitude, decimal ? 10 : type == 'o' ? 8 : 16, type == 'X');
        if (spec.precision > static_cast<int64_t>(digits.size())) digits.insert(0, static_cast<size_t>(spec.precision) - digits.size(), '0');
        std::string sign = sign_text(v < 0, spec.sign) + (spec.alternate && !decimal ? std::string("0") + type : "");
        if (spec.zero && !left && spec.precision < 0) {
          spec.fill = "0";
          spec.align = '=';
        }
        out += padded(spec, sign, digits, '>');
        break;
      }
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G': {
        if (is_unknown(value)) {
          out += in.repr(value);
          break;
        }
        double v = in.float_of(value);
        spec.type = type;
        if (spec.zero && !left) {
          spec.fill = "0";
          spec.align = '=';
        }
        out += padded(spec, sign_text(std::signbit(v), spec.sign), float_body(std::fabs(v), spec), '>');
        break;
      }
      default: in.raise("ValueError", std::string("unsupported format character '") + type + "' (0x" + in_base(static_cast<unsigned char>(type), 16, false) + ") at index " + std::to_string(at - 1));
    }
  }
  bool is_mapping = tuple == nullptr && (in.unwrap(arguments).as<Dict>() != nullptr || (arguments.as<Instance>() != nullptr && in.find_in_class(in.type_of(arguments), Symbol("__getitem__")).defined()));
  bool left_over = tuple != nullptr ? next < tuple->items.size() : next == 0 && !mapping_used && !is_mapping;
  if (left_over && in.unwrap(arguments).as<List>() == nullptr) in.raise_type_error("not all arguments converted during string formatting");
  return out;
}

// str.format
std::string str_format(Interpreter& in, std::string_view format, const Arguments& arguments, const Value& mapping) {
  size_t automatic = 0;
  bool manual = false;
  std::function<std::string(std::string_view, int)> expand = [&](std::string_view text, int depth) {
    if (depth < 0) in.raise("ValueError", "Max string recursion exceeded");
    std::string out;
    for (size_t at = 0; at < text.size();) {
      char c = text[at];
      if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
        out += c;
        at += 2;
        continue;
      }
      if (c == '}') in.raise("ValueError", "Single '}' encountered in format string");
      if (c != '{') {
        out += c;
        ++at;
        continue;
      }
      size_t begin = ++at;
      int nested = 1;
      for (; at < text.size(); ++at) {
        if (text[at] == '{') ++nested;
        else if (text[at] == '}' && --nested == 0) break;
      }
      if (nested != 0) in.raise("ValueError", at == begin ? "Single '{' encountered in format string" : "expected '}' before end of string");
      std::string_view field = text.substr(begin, at - begin);
      ++at;
      size_t name_end = 0;
      for (int brackets = 0; name_end < field.size(); ++name_end) {
        if (field[name_end] == '[') ++brackets;
        else if (field[name_end] == ']') --brackets;
        else if (brackets == 0 && (field[name_end] == ':' || field[name_end] == '!')) break;
      }
      std::string_view name = field.substr(0, name_end), rest = field.substr(name_end);
      char conversion = 0;
      if (!rest.empty() && rest[0] == '!') {
        if (rest.size() < 2) in.raise("ValueError", "end of string while looking for conversion specifier");
        conversion = rest[1];
        rest.remove_prefix(2);
      }
      size_t head_end = name.find_first_of(".[");
      std::string_view head = name.substr(0, head_end);
      Value value;
      bool numeric = !head.empty() && head.find_first_not_of("0123456789") == std::string_view::npos;
      if (head.empty() || numeric) {
        if (mapping.defined()) in.raise("ValueError", "Format string contains positional fields");
        size_t index = automatic;
        if (head.empty()) {
          if (manual) in.raise("ValueError", "cannot switch from manual field specification to automatic field numbering");
          ++automatic;
        } else {
          if (automatic > 0) in.raise("ValueError", "cannot switch from automatic field numbering to manual field specification");
          manual = true;
          size_t digits = 0;
          index = static_cast<size_t>(read_number(in, head, digits));
        }
        if (index >= arguments.size()) in.raise("IndexError", "Replacement index " + std::to_string(index) + " out of range for positional args tuple");
        value = arguments[index];
      } else if (mapping.defined()) {
        value = in.get_item(mapping, in.str(std::string(head)));
      } else {
        value = arguments.keyword(Symbol(head));
        if (!value.defined()) throw PythonException{in.make_exception(in.builtin_class("KeyError"), {in.str(std::string(head))})};
      }
      while (head_end != std::string_view::npos && head_end < name.size()) {
        if (name[head_end] == '.') {
          size_t end = name.find_first_of(".[", head_end + 1);
          value = in.get_attribute(value, Symbol(name.substr(head_end + 1, end == std::string_view::npos ? end : end - head_end - 1)));
          head_end = end;
        } else {
          size_t end = name.find(']', head_end);
          if (end == std::string_view::npos) in.raise("ValueError", "Missing ']' in format string");
          std::string_view key = name.substr(head_end + 1, end - head_end - 1);
          bool number = !key.empty() && key.find_first_not_of("0123456789") == std::string_view::npos;
          size_t digits = 0;
          value = in.get_item(value, number ? Value::of(read_number(in, key, digits)) : in.str(std::string(key)));
          head_end = end + 1;
        }
      }
      std::string spec = rest.empty() ? "" : expand(rest.substr(1), depth - 1);
      if (conversion == 's') value = in.str(in.to_str(value));
      else if (conversion == 'r' || conversion == 'a') value = in.str(in.repr(value));
      else if (conversion != 0) in.raise("ValueError", std::string("Unknown conversion specifier '") + conversion + "'");
      out += in.format(value, spec);
    }
    return out;
  };
  return expand(format, 2);
}

}  // namespace fusescout::python
