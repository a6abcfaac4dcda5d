// A file in logical lines, as Python's tokenizer cuts it: what stands in brackets or in a string of several lines is one. Knows as much of
// the language as that needs, so that it may be asked about files that the parser reads only in part.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace fusescout::syntax {

uint32_t lines_in(std::string_view text);   // that end in it

class LogicalLines {
 public:
  explicit LogicalLines(std::string_view source) : s_(source) {}

  struct Line {
    size_t begin = 0, end = 0;         // with the line's end
    size_t indentation = 0;
    bool blank = false;                // nothing, or a comment
    std::string_view first, second;    // words that it starts with
    bool opens_block = false;          // its last token is a colon
    bool is_string = false;            // one string and nothing else
  };

  bool at_end() const { return at_ >= s_.size(); }
  size_t at() const { return at_; }
  bool failed() const { return failed_; }
  std::optional<size_t> never_closed() const { return never_closed_; }   // a bracket, the innermost at the end
  std::unordered_set<std::string_view> read, mentioned;   // while collecting
  bool collect = false;

  Line next();
  void back_to(size_t at) { at_ = at; }

 private:
  // At a quote.
  void string(bool formatted);

  // Whether a word is certainly an expression's or a target's name. What an import binds is none.
  void name(std::string_view text, std::string_view first, bool attribute, std::string_view before, bool lambda, bool in_brackets);

  std::string_view s_;
  size_t at_ = 0;
  bool failed_ = false;
  std::optional<size_t> never_closed_;
};

// What Python's tokenizer refuses and a parser that repairs may take: a line that is indented as none around it, a bracket that is never closed.
struct LexicalError {
  uint32_t line;
  std::string message;
};
std::optional<LexicalError> lexical_error(std::string_view source);

}  // namespace fusescout::syntax
