// str: searching, splitting, stripping, replacing. Offsets are counted in code points.
#include "python/builtins/define.h"
#include "python/builtins/set_up.h"
#include "python/builtins/text.h"

namespace fusescout::python {
namespace {

const std::string& text_of(const Value& self) { return static_cast<Str*>(self.object)->text; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f); }

// The part [start:stop] that find, count, startswith, ... look at, in bytes.
struct Window { size_t begin, end; };
Window window_of(Interpreter& in, const std::string& text, const Arguments& a, size_t first) {
  int64_t length = static_cast<int64_t>(code_point_count(text)), start = 0, stop = length;
  if (a.size() > first && !a[first].is_none()) start = index_of(in, a[first]);
  if (a.size() > first + 1 && !a[first + 1].is_none()) stop = index_of(in, a[first + 1]);
  if (start < 0) start = std::max<int64_t>(0, start + length);
  if (stop < 0) stop = std::max<int64_t>(0, stop + length);
  stop = std::min(stop, length);
  if (start > stop) return {SIZE_MAX, 0};
  return {byte_offset(text, static_cast<size_t>(start)), byte_offset(text, static_cast<size_t>(stop))};
}

int64_t search(Interpreter& in, const Value& self, const Arguments& a, bool from_right) {
  const std::string &text = text_of(self), &wanted = text_argument(in, a[0], "argument");
  Window window = window_of(in, text, a, 1);
  if (window.begin == SIZE_MAX || window.end - window.begin < wanted.size()) return -1;
  std::string_view part = std::string_view(text).substr(window.begin, window.end - window.begin);
  size_t at = from_right ? part.rfind(wanted) : part.find(wanted);
  if (at == std::string_view::npos) return -1;
  return static_cast<int64_t>(code_point_count(std::string_view(text).substr(0, window.begin + at)));
}

template <bool from_right>
Value found_at(Interpreter& in, const Value& self, const Arguments& a) { return Value::of(search(in, self, a, from_right)); }

template <bool from_right>
Value index_at(Interpreter& in, const Value& self, const Arguments& a) {
  int64_t at = search(in, self, a, from_right);
  if (at < 0) in.raise("ValueError", "substring not found");
  return Value::of(at);
}

template <bool at_end>
Value affix(Interpreter& in, const Value& self, const Arguments& a) {
  const std::string& text = text_of(self);
  Window window = window_of(in, text, a, 1);
  if (window.begin == SIZE_MAX) return Value::of(false);
  std::string_view part = std::string_view(text).substr(window.begin, window.end - window.begin);
  Value wanted = in.unwrap(a[0]);
  std::vector<Value> options;
  if (auto* tuple = wanted.as<Tuple>()) options = tuple->items;
  else if (wanted.as<Str>() != nullptr) options = {wanted};
  else in.raise_type_error(std::string(at_end ? "endswith" : "startswith") + " first arg must be str or a tuple of str, not " + in.type_name(a[0]));
  for (const Value& v : options) {
    auto* option = in.unwrap(v).as<Str>();
    if (option == nullptr) in.raise_type_error(std::string("tuple for ") + (at_end ? "endswith" : "startswith") + " must only contain str, not " + in.type_name(v));
    if (at_end ? part.ends_with(option->text) : part.starts_with(option->text)) return Value::of(true);
  }
  return Value::of(false);
}

std::string_view strip_text(Interpreter& in, std::string_view text, const Value& characters, bool left, bool right) {
  std::vector<std::string_view> set;
  std::string_view wanted;
  bool spaces = !characters.defined() || characters.is_none();
  if (!spaces) {
    wanted = text_argument(in, characters, "strip arg");
    for (size_t at = 0; at < wanted.size();) {
      size_t begin = at;
      decode_code_point(wanted, at);
      set.push_back(wanted.substr(begin, at - begin));
    }
  }
  auto matches = [&](bool front) -> size_t {
    if (text.empty()) return 0;
    if (spaces) return is_space(front ? text.front() : text.back()) ? 1 : 0;
    for (std::string_view c : set) {
      if (front ? text.starts_with(c) : text.ends_with(c)) return c.size();
    }
    return 0;
  };
  while (left) {
    size_t n = matches(true);
    if (n == 0) break;
    text.remove_prefix(n);
  }
  while (right) {
    size_t n = matches(false);
    if (n == 0) break;
    text.remove_suffix(n);
  }
  return text;
}

template <bool left, bool right>
Value strip(Interpreter& in, const Value& self, const Arguments& a) {
  return in.str(std::string(strip_text(in, text_of(self), a.size() > 0 ? a[0] : Value(), left, right)));
}

Value split_from(Interpreter& in, const Value& self, const Arguments& a, bool from_right) {
  std::string_view text = text_of(self);
  Value separator = a.get(0, Symbol("sep")), limit = a.get(1, Symbol("maxsplit"));
  int64_t most = limit.defined() ? index_of(in, limit) : -1;
  if (most < 0) most = INT64_MAX;
  std::vector<Value> parts;
  auto add = [&](std::string_view part) { parts.push_back(in.str(std::string(part))); };
  if (!separator.defined() || separator.is_none()) {
    while (true) {
      text = strip_text(in, text, Value(), !from_right, from_right);
      if (text.empty()) break;
      if (static_cast<int64_t>(parts.size()) == most) {
        add(text);
        break;
      }
      size_t n = 0;
      while (n < text.size() && !is_space(from_right ? text[text.size() - 1 - n] : text[n])) ++n;
      add(from_right ? text.substr(text.size() - n) : text.substr(0, n));
      if (from_right) text.remove_suffix(n);
      else text.remove_prefix(n);
    }
  } else {
    std::string_view sep = text_argument(in, separator, "argument");
    if (sep.empty()) in.raise("ValueError", "empty separator");
    while (static_cast<int64_t>(parts.size()) < most) {
      size_t at = from_right ? text.rfind(sep) : text.find(sep);
      if (at == std::string_view::npos) break;
      add(from_right ? text.substr(at + sep.size()) : text.substr(0, at));
      text = from_right ? text.substr(0, at) : text.substr(at + sep.size());
    }
    add(text);
  }
  if (from_right) std::reverse(parts.begin(), parts.end());
  return in.list(std::move(parts));
}

template <bool from_right>
Value partition(Interpreter& in, const Value& self, const Arguments& a) {
  const std::string &text = text_of(self), &sep = text_argument(in, a[0], "argument");
  if (sep.empty()) in.raise("ValueError", "empty separator");
  size_t at = from_right ? text.rfind(sep) : text.find(sep);
  Value empty = in.str(std::string());
  if (at == std::string::npos) return from_right ? in.tuple({empty, empty, self}) : in.tuple({self, empty, empty});
  return in.tuple({in.str(text.substr(0, at)), in.str(sep), in.str(text.substr(at + sep.size()))});
}

Value replace(Interpreter& in, const Value& self, const Arguments& a) {
  const std::string &text = text_of(self), &from = text_argument(in, a[0], "replace() argument 1"), &to = text_argument(in, a[1], "replace() argument 2");
  int64_t most = a.size() > 2 ? index_of(in, a[2]) : -1;
  if (most < 0) most = INT64_MAX;
  std::string out;
  size_t at = 0;
  if (from.empty()) {
    for (; at <= text.size() && most > 0; --most) {
      out += to;
      if (at == text.size()) return in.str(std::move(out));
      size_t begin = at;
      decode_code_point(text, at);
      out += text.substr(begin, at - begin);
    }
    return in.str(out + text.substr(at));
  }
  for (; most > 0; --most) {
    size_t next = text.find(from, at);
    if (next == std::string::npos) break;
    out.append(text, at, next - at);
    out += to;
    at = next + from.size();
  }
  return in.str(out + text.substr(at));
}

constexpr NativeMethod methods[] = {
    {"find", 1, 3, found_at<false>},
    {"rfind", 1, 3, found_at<true>},
    {"index", 1, 3, index_at<false>},
    {"rindex", 1, 3, index_at<true>},
    {"count", 1, 3,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       const std::string &text = text_of(self), &wanted = text_argument(in, a[0], "argument");
       Window window = window_of(in, text, a, 1);
       if (window.begin == SIZE_MAX) return Value::of(int64_t{0});
       std::string_view part = std::string_view(text).substr(window.begin, window.end - window.begin);
       if (wanted.empty()) return Value::of(static_cast<int64_t>(code_point_count(part)) + 1);
       int64_t n = 0;
       for (size_t at = part.find(wanted); at != std::string_view::npos; at = part.find(wanted, at + wanted.size())) ++n;
       return Value::of(n);
     }},
    {"startswith", 1, 3, affix<false>},
    {"endswith", 1, 3, affix<true>},
    {"strip", 0, 1, strip<true, true>},
    {"lstrip", 0, 1, strip<true, false>},
    {"rstrip", 0, 1, strip<false, true>},
    {"split", 0, 2, [](Interpreter& in, const Value& self, const Arguments& a) { return split_from(in, self, a, false); }, Take::StrictKeywords},
    {"rsplit", 0, 2, [](Interpreter& in, const Value& self, const Arguments& a) { return split_from(in, self, a, true); }, Take::StrictKeywords},
    {"splitlines", 0, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       Value keep = a.get(0, Symbol("keepends"));
       bool with_ends = keep.defined() && in.truth(keep);
       std::vector<Value> lines;
       const std::string& text = text_of(self);
       for (size_t at = 0; at < text.size();) {
         size_t end = text.find_first_of("\n\r\v\f\x1c\x1d\x1e", at), next = end == std::string::npos ? text.size() : end + 1;
         if (end == std::string::npos) end = text.size();
         else if (text[end] == '\r' && next < text.size() && text[next] == '\n') ++next;
         lines.push_back(in.str(text.substr(at, (with_ends ? next : end) - at)));
         at = next;
       }
       return in.list(std::move(lines));
     },
     Take::StrictKeywords},
    {"partition", 1, 1, partition<false>},
    {"rpartition", 1, 1, partition<true>},
    {"replace", 2, 3, replace},
    {"removeprefix", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       const std::string& prefix = text_argument(in, a[0], "removeprefix() argument");
       return text_of(self).starts_with(prefix) ? in.str(text_of(self).substr(prefix.size())) : self;
     }},
    {"removesuffix", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       const std::string &suffix = text_argument(in, a[0], "removesuffix() argument"), &text = text_of(self);
       return !suffix.empty() && text.ends_with(suffix) ? in.str(text.substr(0, text.size() - suffix.size())) : self;
     }},
};

}  // namespace

void set_up_str_search(Interpreter& in) { add_methods(in, in.builtin_class("str"), methods); }

}  // namespace fusescout::python
