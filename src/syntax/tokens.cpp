#include "syntax/tokens.h"

#include <algorithm>
#include <array>

namespace fusescout::syntax {
namespace {

constexpr uint32_t maximum_nesting = 100;   // of brackets and blocks

constexpr std::string_view keywords[] = {"False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
                                         "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
                                         "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield"};
constexpr std::string_view long_operators[] = {"**=", "//=", ">>=", "<<=", "...", "!=", "->", ":=", "**", "//", ">>", "<<", "<=", ">=", "==",
                                               "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^="};

enum Character : uint8_t { Other, Letter, Digit };

constexpr std::array<Character, 256> classes = [] {
  std::array<Character, 256> table{};
  for (int c = 0; c < 256; ++c) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    table[static_cast<size_t>(c)] = letter ? Letter : c >= '0' && c <= '9' ? Digit : Other;
  }
  return table;
}();
Character class_of(char c) { return classes[static_cast<unsigned char>(c)]; }

bool is_keyword(std::string_view word) {
  if (word.size() < 2 || word.size() > 8) return false;
  return std::any_of(std::begin(keywords), std::end(keywords), [&](std::string_view k) { return k == word; });
}

bool is_string_prefix(std::string_view word) {
  return word.size() <= 2 && word.find_first_not_of("rRbBuUfF") == std::string_view::npos;
}

class Lexer {
 public:
  Lexer(std::string_view source, Position from, uint32_t end, bool inside, std::vector<Token>& out)
      : s_(source.substr(0, end)), at_(from.at), line_(from.line), line_start_(from.line_start), inside_(inside), out_(out) {}

  bool run() {
    bool line_begins = !inside_;
    while (true) {
      if (line_begins && depth_ == 0) {
        if (!begin_line()) return false;
        line_begins = false;
      }
      char c = at_ < s_.size() ? s_[at_] : '\0';
      if (at_ >= s_.size()) break;
      if (c == ' ' || c == '\f') {
        ++at_;
      } else if (c == '\n') {
        if (depth_ == 0 && !inside_) {
          add(TokenKind::Newline, at_, at_);
          line_begins = true;
        }
        new_line();
      } else if (c == '#') {
        at_ = line_end();
      } else if (c == '\\') {
        if (at_ + 1 >= s_.size() || s_[at_ + 1] != '\n') return false;
        ++at_;
        new_line();
      } else if (!token(c)) {
        return false;
      }
    }
    if (depth_ != 0) return false;
    if (!inside_) {
      if (!out_.empty() && out_.back().kind != TokenKind::Newline && out_.back().kind != TokenKind::Dedent) add(TokenKind::Newline, at_, at_);
      close_blocks(0, {});
    }
    add(TokenKind::End, at_, at_);
    return true;
  }

 private:
  struct Comment { uint32_t indentation, end, line; };

  uint32_t line_end() const { return static_cast<uint32_t>(std::min(s_.find('\n', at_), s_.size())); }
  void new_line() {
    ++at_;
    ++line_;
    line_start_ = at_;
  }
  Token& add(TokenKind kind, uint32_t start, uint32_t end) {
    out_.push_back({kind, 0, start, end, line_, line_, start - line_start_});
    return out_.back();
  }

  // Blank lines and comments, then the indentation of the first line that is neither.
  bool begin_line() {
    std::vector<Comment> comments;
    uint32_t indentation = 0;
    for (;;) {
      uint32_t begin = at_;
      while (at_ < s_.size() && s_[at_] == ' ') ++at_;
      indentation = at_ - begin;
      if (at_ >= s_.size()) break;
      if (s_[at_] == '\n') {
        new_line();
      } else if (s_[at_] == '#') {
        at_ = line_end();
        comments.push_back({indentation, at_, line_});
        if (at_ < s_.size()) new_line();
      } else if (s_[at_] == '\f') {
        return false;
      } else {
        break;
      }
    }
    bool at_end = at_ >= s_.size();
    if (!at_end && indentation > indentations_.back()) {
      if (out_.empty() || indentations_.size() > maximum_nesting) return false;
      indentations_.push_back(indentation);
      add(TokenKind::Indent, at_, at_);
      return true;
    }
    close_blocks(at_end ? 0 : indentation, comments);
    return at_end || indentation == indentations_.back();
  }

  // A comment that is indented as the block still belongs to it, up to the first that is not.
  void close_blocks(uint32_t indentation, const std::vector<Comment>& comments) {
    if (out_.empty()) return;
    Token end = out_.back();
    size_t next = 0;
    while (indentation < indentations_.back()) {
      for (; next < comments.size() && comments[next].indentation >= indentations_.back(); ++next) {
        end.end = comments[next].end;
        end.end_line = comments[next].line;
      }
      indentations_.pop_back();
      out_.push_back({TokenKind::Dedent, 0, end.end, end.end, end.end_line, end.end_line, 0});
    }
  }

  bool token(char c) {
    uint32_t start = at_;
    if (class_of(c) == Letter) {
      while (at_ < s_.size() && class_of(s_[at_]) != Other) ++at_;
      std::string_view word = s_.substr(start, at_ - start);
      if (at_ < s_.size() && (s_[at_] == '"' || s_[at_] == '\'') && is_string_prefix(word)) return string(start);
      if (at_ < s_.size() && static_cast<unsigned char>(s_[at_]) >= 0x80) return false;
      if (is_keyword(word)) add(TokenKind::Keyword, start, at_).code = code_of(word);
      else add(TokenKind::Name, start, at_);
      return true;
    }
    if (c == '"' || c == '\'') return string(start);
    if (class_of(c) == Digit || (c == '.' && at_ + 1 < s_.size() && class_of(s_[at_ + 1]) == Digit)) return number();
    for (std::string_view op : long_operators) {
      if (c != op[0] || s_.substr(at_, op.size()) != op) continue;
      at_ += static_cast<uint32_t>(op.size());
      add(TokenKind::Operator, start, at_).code = code_of(op);
      return true;
    }
    if (std::string_view("()[]{}+-*/%@&|^~<>=.,:;").find(c) == std::string_view::npos) return false;
    if (c == '(' || c == '[' || c == '{') {
      if (++depth_ > maximum_nesting) return false;
    } else if ((c == ')' || c == ']' || c == '}') && depth_-- == 0) {
      return false;
    }
    ++at_;
    add(TokenKind::Operator, start, at_).code = code_of(s_.substr(start, 1));
    return true;
  }

  bool number() {
    uint32_t start = at_;
    bool hexadecimal = s_.size() > at_ + 1 && s_[at_] == '0' && (s_[at_ + 1] == 'x' || s_[at_ + 1] == 'X');
    while (at_ < s_.size()) {
      char c = s_[at_];
      bool sign = (c == '+' || c == '-') && !hexadecimal && (s_[at_ - 1] == 'e' || s_[at_ - 1] == 'E') && at_ > start;
      if (class_of(c) == Other && c != '.' && !sign) break;
      ++at_;
    }
    std::string_view text = s_.substr(start, at_ - start);
    if (text.find_first_not_of("0123456789_.eExXoObBjJabcdfABCDF+-") != std::string_view::npos) return false;   // `1if x`
    if (!hexadecimal && text.size() > 1 && text.find_first_of("acdfACDF") != std::string_view::npos) return false;
    add(TokenKind::Number, start, at_);
    return true;
  }

  bool string(uint32_t start) {
    uint32_t end = end_of_string(s_, start, static_cast<uint32_t>(s_.size()));
    if (end == 0) return false;
    Token& token = add(TokenKind::String, start, end);
    for (size_t at = s_.find('\n', start); at < end; at = s_.find('\n', at + 1)) {
      ++line_;
      line_start_ = static_cast<uint32_t>(at + 1);
    }
    token.end_line = line_;
    at_ = end;
    return true;
  }

  std::string_view s_;
  uint32_t at_, line_, line_start_, depth_ = 0;
  bool inside_;
  std::vector<Token>& out_;
  std::vector<uint32_t> indentations_{0};
};

}  // namespace

uint32_t end_of_string(std::string_view source, uint32_t at, uint32_t end) {
  std::string_view s = source.substr(0, end);
  bool formatted = false;
  for (; at < end && s[at] != '"' && s[at] != '\''; ++at) formatted |= s[at] == 'f' || s[at] == 'F';
  if (at >= end) return 0;
  char quote = s[at];
  bool triple = s.substr(at, 3) == std::string_view(quote == '"' ? "\"\"\"" : "'''");
  uint32_t size = triple ? 3 : 1, braces = 0;
  for (at += size; at < end;) {
    char c = s[at];
    if (c == '\\') {
      if (braces > 0) return 0;
      at += 2;
    } else if (c == '\n' && !triple) {
      return 0;
    } else if (c == quote && (!triple || (s.substr(at, 3).size() == 3 && s[at + 1] == quote && s[at + 2] == quote))) {
      return braces > 0 ? 0 : at + size;      // quotes as those around: left to tree-sitter
    } else if (formatted && (c == '{' || c == '}')) {
      bool doubled = braces == 0 && at + 1 < end && s[at + 1] == c;
      if (!doubled && c == '}' && braces == 0) return 0;
      if (!doubled) braces += c == '{' ? 1u : ~0u;
      at += doubled ? 2 : 1;
    } else {
      ++at;
    }
  }
  return 0;
}

bool read_tokens(std::string_view source, Position from, uint32_t end, bool inside, std::vector<Token>& tokens) {
  return Lexer(source, from, end, inside, tokens).run();
}

}  // namespace fusescout::syntax
