// Regular expressions of Python's re, by backtracking over a small instruction set. Positions count code points.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error_or.h"

namespace fusescout::python {

class Regex {
 public:
  enum Flag : uint32_t { IgnoreCase = 2, Multiline = 8, DotAll = 16, Unicode = 32, Verbose = 64, Ascii = 256 };   // Python's numbers
  enum class Mode : uint8_t { Search, Match, FullMatch };
  static ErrorOr<Regex> compile(std::u32string_view pattern, uint32_t flags);

  // `spans`: start and end of each group, group 0 first; -1 when a group took no part. `advance`: an empty match at `from` does not count.
  // `steps`: instructions that it may take, less those that it took; at 0 it has given up.
  bool find(std::u32string_view text, size_t from, size_t to, Mode mode, bool advance, std::vector<int64_t>& spans, uint64_t& steps) const;
  uint32_t flags() const { return flags_; }
  size_t groups() const { return groups_; }
  const std::vector<std::pair<std::string, size_t>>& names() const { return names_; }

  enum class Code : uint8_t {
    Char, Any, AnyButNewline, Set, Split, Jump, Save, LineStart, LineEnd, TextStart, TextEnd, End, WordBoundary, NoWordBoundary,
    BackReference, LookAhead, LookBehind, Atomic, IfGroup, Mark, Progress, Accept,
  };
  struct Instruction {
    Code code;
    bool flag = false;       // ignore case; negated; Split: the jump comes first
    char32_t character = 0;  // or index, or width
    int32_t jump = 0;        // relative
  };
  struct CharacterSet {
    bool negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;
    std::string categories;  // of "dDwWsS"
    bool contains(char32_t c, bool ignore_case) const;
  };

 private:
  friend class RegexParser;
  friend class RegexMatcher;
  std::vector<Instruction> program_;
  std::vector<CharacterSet> sets_;
  std::vector<std::pair<std::string, size_t>> names_;
  size_t groups_ = 0;
  uint32_t marks_ = 0;
  uint32_t flags_ = 0;
};

}  // namespace fusescout::python
