// The tokens of a Python file. Internal to src/syntax.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace fusescout::syntax {

enum class TokenKind : uint8_t { Name, Keyword, Number, String, Operator, Newline, Indent, Dedent, End };

// A word or operator as a number: its first characters, which tell all keywords and operators apart from each other.
constexpr uint64_t code_of(std::string_view text) {
  uint64_t code = 0;
  for (size_t i = 0; i < text.size() && i < sizeof code; ++i) code |= static_cast<uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  return code;
}

struct Token {
  TokenKind kind;
  uint64_t code = 0;                // of a Keyword or Operator
  uint32_t start = 0, end = 0;      // bytes; a Newline and a Dedent are where what they end does
  uint32_t line = 0, end_line = 0;
  uint32_t column = 0;
};

struct Position { uint32_t at = 0, line = 1, line_start = 0; };

// False: something that a plain reading does not cover, such as tabs, an odd character, an open bracket. `inside`: the text from `from` to `end`
// is within brackets, where lines and indentation mean nothing.
bool read_tokens(std::string_view source, Position from, uint32_t end, bool inside, std::vector<Token>& tokens);

// Behind a string that begins at `at`, with its prefix; 0: it has no end. Inside a formatted one, quotes between braces are no end.
uint32_t end_of_string(std::string_view source, uint32_t at, uint32_t end);

}  // namespace fusescout::syntax
