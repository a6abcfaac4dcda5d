#include "contract/source_text.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace fusescout::contract {

namespace {

bool identifier_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool identifier_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

}  // namespace

bool Statement::starts(std::string_view word) const {
  return text.starts_with(word) && (text.size() == word.size() || !identifier_part(text[word.size()]));
}

bool Statement::compound() const {
  static constexpr std::string_view words[] = {"if", "elif", "else", "for", "while", "with", "try", "except", "finally", "match", "case", "def", "class", "async"};
  return head || std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return starts(word); });
}

SourceText::SourceText(const std::string& text) {
  for (size_t start = 0; start < text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    lines_.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  crlf_ = !lines_.empty() && lines_[0].ends_with('\r');
  Statement now;
  int depth = 0;
  bool open = false;                                  // inside a statement
  std::string quote;                                  // of the string that goes on
  for (size_t number = 0; number < lines_.size(); ++number) {
    const std::string line = lines_[number].ends_with('\r') ? lines_[number].substr(0, lines_[number].size() - 1) : lines_[number];
    size_t i = 0;
    if (!open) {
      i = line.find_first_not_of(" \t");
      if (i == std::string::npos || line[i] == '#') continue;
      now = {static_cast<uint32_t>(number + 1), 0, i, {}, false};
      open = true;
    }
    bool goes_on = false;
    for (; i < line.size(); ++i) {
      char c = line[i];
      if (!quote.empty()) {
        if (c == '\\') ++i;
        else if (line.compare(i, quote.size(), quote) == 0) {
          i += quote.size() - 1;
          quote.clear();
          now.text += "\"\"";
        }
        continue;
      }
      if (c == '#') break;
      if (c == '"' || c == '\'') {
        quote = line.compare(i, 3, std::string(3, c)) == 0 ? std::string(3, c) : std::string(1, c);
        i += quote.size() - 1;
        continue;
      }
      if (c == '(' || c == '[' || c == '{') ++depth;
      if (c == ')' || c == ']' || c == '}') --depth;
      if (c == '\\' && i + 1 == line.size()) {
        goes_on = true;
        break;
      }
      now.text += c;
    }
    if (quote.size() == 1) quote.clear();             // no string goes over a line's end; what follows is not lost
    if (depth > 0 || !quote.empty() || goes_on) {
      now.text += ' ';
      continue;
    }
    depth = 0;
    now.last_line = static_cast<uint32_t>(number + 1);
    now.text.erase(now.text.find_last_not_of(" \t") + 1);
    now.head = !now.text.empty() && now.text.back() == ':';
    statements_.push_back(std::move(now));
    open = false;
  }
}

const SourceText* SourceTexts::find(Symbol file) const {
  auto [it, added] = texts_.try_emplace(file);
  if (added) {
    if (auto text = read_ ? read_(file.str()) : std::nullopt) it->second = std::make_unique<SourceText>(*text);
  }
  return it->second.get();
}

size_t SourceText::index_at(uint32_t line) const {
  auto it = std::lower_bound(statements_.begin(), statements_.end(), line, [](const Statement& s, uint32_t l) { return s.last_line < l; });
  return it != statements_.end() && it->first_line <= line ? static_cast<size_t>(it - statements_.begin()) : statements_.size();
}

const Statement* SourceText::at(uint32_t line) const {
  size_t i = index_at(line);
  return i < statements_.size() ? &statements_[i] : nullptr;
}

size_t SourceText::block_end(size_t head) const {
  size_t end = head + 1;
  while (end < statements_.size() && statements_[end].indent > statements_[head].indent) ++end;
  return end;
}

std::pair<size_t, size_t> SourceText::function_around(size_t statement) const {
  size_t indent = statements_[statement].indent;
  for (size_t i = statement; i-- > 0;) {
    if (statements_[i].indent >= indent) continue;
    indent = statements_[i].indent;
    if (statements_[i].starts("def") || statements_[i].text.starts_with("async def ")) return {i + 1, block_end(i)};
  }
  return {0, statements_.size()};
}

size_t SourceText::block_start(size_t statement) const {
  auto goes_on = [&](const Statement& s) { return s.starts("elif") || s.starts("else") || s.starts("except") || s.starts("finally") || s.starts("case"); };
  size_t start = statement;
  while (start > 0 && goes_on(statements_[start])) {
    do --start;
    while (start > 0 && statements_[start].indent > statements_[statement].indent);
  }
  return start;
}

size_t SourceText::loop_around(size_t statement) const {
  size_t loop = statements_.size(), indent = statements_[statement].indent, first = function_around(statement).first;
  for (size_t i = statement; i-- > first;) {
    if (statements_[i].indent >= indent) continue;
    indent = statements_[i].indent;
    size_t end = block_end(i);
    bool other = end < statements_.size() && statements_[end].indent == indent && statements_[end].starts("else");
    if ((statements_[i].starts("for") || statements_[i].starts("while")) && !other) loop = i;
  }
  return loop;
}

std::vector<std::string> SourceText::targets(size_t statement) const {
  const Statement& s = statements_[statement];
  // In one line as it is written, with its strings.
  std::string text = s.first_line == s.last_line ? lines_[s.first_line - 1].substr(s.indent) : s.text;
  std::vector<std::string> out;
  int depth = 0;
  char quote = 0;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      else if (c == quote) quote = 0;
      continue;
    }
    if (c == '#') break;
    if (c == '"' || c == '\'') quote = c;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (depth == 0 && text.compare(i, 3, " = ") == 0) {
      std::string target = text.substr(start, i - start);
      out.push_back(target.substr(0, target.find(": ")));       // `x: Tensor = y`
      start = i + 3;
    }
    if (text.compare(i, 4, " := ") == 0) {
      size_t name = i;
      while (name > 0 && identifier_part(text[name - 1])) --name;
      out.push_back(text.substr(name, i - name));
    }
  }
  return out;
}

std::set<std::string> names_in(const std::string& text) {
  std::set<std::string> names;
  static const std::set<std::string> keywords = {"None", "True", "False",  "if",     "else",   "elif", "not",
                                                 "and",  "or",   "in",     "is",     "return", "for",  "while",
                                                 "with", "as",   "lambda", "assert", "raise",  "del",  "yield"};
  for (size_t i = 0; i < text.size(); ++i) {
    if (!identifier_start(text[i])) {
      while (i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) && identifier_part(text[i + 1])) ++i;   // 1e5
      continue;
    }
    size_t start = i;
    while (i < text.size() && identifier_part(text[i])) ++i;
    std::string word = text.substr(start, i - start);
    bool attribute = start > 0 && text[start - 1] == '.';
    bool keyword = i < text.size() && text[i] == '=' && text.compare(i, 2, "==") != 0;     // `f(x=1)` has no spaces there
    --i;
    if (!attribute && !keyword && !keywords.contains(word)) names.insert(std::move(word));
  }
  return names;
}

std::set<std::string> names_bound(const SourceText& text, size_t statement) {
  std::set<std::string> names;
  for (const std::string& target : text.targets(statement)) names.merge(names_in(target));
  return names;
}

std::set<std::string> names_read(const Statement& statement) {
  size_t equals = statement.text.find(" = ");
  return names_in(equals == std::string::npos ? statement.text : statement.text.substr(equals + 3));
}

size_t last_before_readers(const SourceText& text, const std::map<size_t, size_t>& statements) {
  size_t last = statements.rbegin()->first;
  auto meets = [&](size_t statement, const std::set<std::string>& names) {
    std::set<std::string> here = names_in(text.statements()[statement].text);
    return std::any_of(here.begin(), here.end(), [&](const std::string& name) { return names.contains(name); });
  };
  std::set<std::string> given;
  size_t before = statements.begin()->first, reader = before;
  for (; reader < last; ++reader) {
    if (statements.contains(reader)) {
      given.merge(names_bound(text, reader));
      before = reader;
    } else if (meets(reader, given)) {
      break;
    }
  }
  if (reader >= last || text.statements()[before].indent != text.statements()[last].indent) return last;
  for (auto later = statements.upper_bound(before); later != statements.end(); ++later) {
    std::set<std::string> names = names_bound(text, later->first);
    for (size_t i = before + 1; i < later->first; ++i) {
      if (!statements.contains(i) && meets(i, names)) return last;
    }
  }
  return before;
}

std::string unified_diff(const std::string& file, const std::vector<std::string>& lines, std::vector<Edit> edits) {
  constexpr uint32_t context = 3;
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.first_line < b.first_line; });
  std::string out = fmt::format("--- a/{0}\n+++ b/{0}\n", file);
  uint32_t count = static_cast<uint32_t>(lines.size());
  int64_t moved = 0;                                   // lines of the new file minus lines of the old so far
  for (size_t i = 0; i < edits.size();) {
    size_t end = i + 1;
    while (end < edits.size() && edits[end].first_line <= edits[end - 1].last_line + 2 * context + 1) ++end;
    uint32_t first = edits[i].first_line > context ? edits[i].first_line - context : 1;
    uint32_t last = std::min(count, edits[end - 1].last_line + context);
    std::string body;
    uint32_t line = first;
    int64_t added = 0, removed = 0;
    for (; i < end; ++i) {
      for (; line < edits[i].first_line; ++line) body += " " + lines[line - 1] + "\n";
      for (; line <= edits[i].last_line; ++line, ++removed) body += "-" + lines[line - 1] + "\n";
      for (const std::string& text : edits[i].with) body += "+" + text + "\n";
      added += static_cast<int64_t>(edits[i].with.size());
    }
    for (; line <= last; ++line) body += " " + lines[line - 1] + "\n";
    int64_t before = static_cast<int64_t>(last) - first + 1;
    out += fmt::format("@@ -{},{} +{},{} @@\n", first, before, first + moved, before + added - removed) + body;
    moved += added - removed;
  }
  return out;
}

}  // namespace fusescout::contract
