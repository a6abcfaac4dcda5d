// Reads the graph's text form, a line at a time. Only parse_text.cpp and parse_operation.cpp need it.
#pragma once

#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/text.h"
#include "graph/text_layout.h"

namespace fusescout::graph {

inline constexpr double max_elements = 1LL << 40;

inline bool identifier_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }
inline bool digit(char c) { return c >= '0' && c <= '9'; }

// One line, read from left to right.
struct Cursor {
  std::string_view text;
  size_t at = 0;

  void skip() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  }
  bool at_end() {
    skip();
    return at >= text.size();
  }
  bool take(std::string_view token) {
    skip();
    if (text.substr(at, token.size()) != token) return false;
    at += token.size();
    return true;
  }
  bool take_word(std::string_view word) {
    size_t before = at;
    if (take(word) && (at >= text.size() || !identifier_character(text[at]))) return true;
    at = before;
    return false;
  }
  std::string_view identifier() {
    skip();
    size_t start = at;
    while (at < text.size() && identifier_character(text[at])) ++at;
    return text.substr(start, at - start);
  }
  std::string_view token() {
    skip();
    size_t start = at;
    while (at < text.size() && text[at] != ' ' && text[at] != '\t') ++at;
    return text.substr(start, at - start);
  }
  // Up to one of `stops` outside parentheses.
  std::string expression(std::string_view stops) {
    skip();
    size_t start = at;
    int depth = 0;
    for (; at < text.size(); ++at) {
      if (depth == 0 && stops.find(text[at]) != std::string_view::npos) break;
      if (text[at] == '(') ++depth;
      if (text[at] == ')') --depth;
    }
    std::string_view found = text.substr(start, at - start);
    while (!found.empty() && found.back() == ' ') found.remove_suffix(1);
    return std::string(found);
  }
  bool quoted(std::string& out) {
    if (!take("\"")) return false;
    out.clear();
    for (; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) {
        ++at;
        out += text[at] == 'n' ? '\n' : text[at];
      } else {
        out += text[at];
      }
    }
    return take("\"");
  }
  std::string rest() {
    skip();
    std::string_view found = text.substr(std::min(at, text.size()), 30);
    return found.empty() ? "the end of the line" : "`" + std::string(found) + "`";
  }
};

struct Type {
  Shape shape;
  DType dtype = DType::BF16;
  std::optional<Shape> strides;
  std::optional<Dim> offset;
  TensorId alias;
  bool fresh = false;
};

struct Place {
  Symbol file;
  uint32_t line = 0;
  Symbol module;
};

// "file:line" at the end of the text.
inline bool split_location(std::string_view text, Symbol& file, uint32_t& line) {
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  std::string_view number = text.substr(colon + 1);
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), line);
  if (error != std::errc() || end != number.data() + number.size()) return false;
  file = Symbol(text.substr(0, colon));
  return true;
}

class TextParser {
 public:
  ErrorOr<Graph> parse(const std::vector<std::pair<uint32_t, std::string_view>>& lines);

 private:
  // The comment at the end is a place in the source when it looks like one.
  static std::string_view cut_comment(std::string_view text, Place& place);
  ErrorOr<Success> parse_line(std::string_view text);
  static ErrorOr<Success> expect_end(Cursor& line);
  ErrorOr<Success> parse_symbol(Cursor& line, std::string_view name);
  ErrorOr<Dim> parse_dim(const std::string& text, bool size = true);
  ErrorOr<Shape> parse_dims(Cursor& line, char close, bool sizes);
  ErrorOr<Type> parse_type(Cursor& line);
  ErrorOr<TensorId> parse_tensor(Cursor& line);
  static ErrorOr<std::string> parse_name(Cursor& line);
  ErrorOr<Success> define(const std::string& name, TensorId id);
  // A numeric name is only a number; another one is kept, so that a text keeps the names that a person gave.
  static Symbol kept_name(const std::string& name);
  ErrorOr<Success> parse_declaration(Cursor& line, TensorKind kind);
  static void fill(Tensor& tensor, const Type& type, const Layout& inferred);
  ErrorOr<Success> parse_output(Cursor& line);
  ErrorOr<Success> parse_kernel(Cursor& line);
  void end_kernel();
  EntryId add_entry(Entry entry, const Place& place);
  ErrorOr<Success> parse_operation(Cursor& line, const Place& place);
  ErrorOr<Attribute> parse_attribute(Cursor& line);
  ErrorOr<Success> add_view(std::string_view verb, const Place& place, const std::vector<std::string>& names, const std::vector<TensorId>& inputs,
                            const Attributes& attributes, const std::vector<Type>& types);
  ErrorOr<Success> add_operator(const OperatorKind& kind, const Place& place, const std::vector<std::string>& names, const std::vector<TensorId>& inputs,
                                const std::vector<TensorId>& written, Attributes attributes, const std::vector<Type>& types);
  void write_buffer(EntryId call, TensorId buffer);
  void extend_entry(EntryId id, const Operator& op, const std::vector<TensorId>& written);

  Graph graph_;
  std::unordered_map<std::string, TensorId> names_;
  std::unordered_map<Symbol, ModuleId> modules_;
  KernelId kernel_;
  EntryId last_call_;         // of the operator before in the same kernel: one call while the place is the same
  uint32_t number_ = 0;
};

}  // namespace fusescout::graph
