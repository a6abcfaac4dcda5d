#include "syntax/logical_lines.h"

#include <algorithm>
#include <vector>

namespace fusescout::syntax {
namespace {

bool starts_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool in_word(char c) { return starts_word(c) || (c >= '0' && c <= '9'); }

}  // namespace

uint32_t lines_in(std::string_view text) { return static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n')); }

LogicalLines::Line LogicalLines::next() {
  Line line;
  line.begin = at_;
  while (at_ < s_.size() && (s_[at_] == ' ' || s_[at_] == '\f')) ++at_;
  line.indentation = at_ - line.begin;
  if (at_ < s_.size() && s_[at_] == '\t') failed_ = true;
  std::vector<size_t> brackets;      // where each open one stands
  size_t tokens = 0, strings = 0;
  std::string_view word, words[2];
  bool lambda = false;
  char last = 0;                     // significant character
  while (at_ < s_.size()) {
    char c = s_[at_];
    if (c == '\n') {
      ++at_;
      if (brackets.empty()) break;
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
      ++at_;
      continue;
    }
    if (c == '#') {
      while (at_ < s_.size() && s_[at_] != '\n') ++at_;
      continue;
    }
    if (c == '\\' && at_ + 1 < s_.size() && (s_[at_ + 1] == '\n' || s_[at_ + 1] == '\r')) {
      at_ += s_.substr(at_ + 1, 2) == "\r\n" ? 3 : 2;
      continue;
    }
    if (starts_word(c)) {
      size_t begin = at_;
      while (at_ < s_.size() && in_word(s_[at_])) ++at_;
      std::string_view text = s_.substr(begin, at_ - begin);
      if (at_ < s_.size() && (s_[at_] == '"' || s_[at_] == '\'') && text.size() <= 2 && text.find_first_not_of("rRbBuUfF") == std::string_view::npos) {
        string(text.find_first_of("fF") != std::string_view::npos);
        ++strings;
      } else {
        if (tokens < 2) words[tokens] = text;
        if (collect) name(text, words[0], last == '.', word, lambda, !brackets.empty());
        lambda = lambda || text == "lambda";
        word = text;
        last = 'a';
      }
      ++tokens;
      continue;
    }
    if (c == '"' || c == '\'') {
      string(false);
      ++strings;
      ++tokens;
      last = c;
      continue;
    }
    if (c == '(' || c == '[' || c == '{') brackets.push_back(at_);
    if (c == ')' || c == ']' || c == '}') {
      if (brackets.empty()) failed_ = true;
      else brackets.pop_back();
    }
    last = c;
    word = {};
    ++tokens;
    ++at_;
  }
  if (!brackets.empty()) {
    if (!failed_) never_closed_ = brackets.back();
    failed_ = true;
  }
  line.end = at_;
  line.blank = tokens == 0;
  line.first = words[0];
  line.second = words[1];
  line.opens_block = last == ':';
  line.is_string = tokens > 0 && tokens == strings;
  return line;
}

void LogicalLines::string(bool formatted) {
  char quote = s_[at_];
  bool triple = s_.substr(at_, 3) == std::string(3, quote);
  at_ += triple ? 3 : 1;
  while (at_ < s_.size()) {
    char c = s_[at_];
    if (c == '\\') {
      at_ = std::min(at_ + 2, s_.size());
    } else if (c == quote && (!triple || s_.substr(at_, 3) == std::string(3, quote))) {
      at_ += triple ? 3 : 1;
      return;
    } else if (c == '\n' && !triple) {
      break;
    } else if (formatted && collect && starts_word(c)) {
      size_t begin = at_;
      while (at_ < s_.size() && in_word(s_[at_])) ++at_;
      mentioned.insert(s_.substr(begin, at_ - begin));
    } else {
      ++at_;
    }
  }
  failed_ = true;
}

void LogicalLines::name(std::string_view text, std::string_view first, bool attribute, std::string_view before, bool lambda, bool in_brackets) {
  if (attribute || first == "import" || first == "from") return;
  bool doubtful = first == "def" || first == "async" || first == "class" || first == "case" || first == "except" || before == "as" || lambda;
  size_t next = at_;
  while (next < s_.size() && s_[next] == ' ') ++next;
  if (in_brackets && s_.substr(next, 1) == "=" && s_.substr(next, 2) != "==") doubtful = true;
  (doubtful ? mentioned : read).insert(text);
}

std::optional<LexicalError> lexical_error(std::string_view source) {
  LogicalLines lines(source);
  std::vector<size_t> levels{0};
  bool opens_block = false, first = true;
  auto error_at = [&](size_t at, std::string message) {
    return LexicalError{1 + lines_in(source.substr(0, at)), std::move(message)};
  };
  while (!lines.at_end() && !lines.failed()) {
    LogicalLines::Line line = lines.next();
    if (lines.failed()) break;
    if (line.blank) continue;
    if (line.indentation > levels.back()) {
      if (!opens_block && !first) return error_at(line.begin, "unexpected indent");
      levels.push_back(line.indentation);
    }
    while (line.indentation < levels.back()) levels.pop_back();
    if (line.indentation > levels.back()) return error_at(line.begin, "unindent does not match any outer indentation level");
    opens_block = line.opens_block;
    first = false;
  }
  if (auto at = lines.never_closed()) return error_at(*at, std::string("`") + source[*at] + "` was never closed");
  return std::nullopt;
}

}  // namespace fusescout::syntax
