#include "contract/branches.h"

#include <algorithm>

#include <fmt/format.h>

namespace fusescout::contract {

namespace {

bool conditional(const Statement& head) {
  return head.head && (head.starts("if") || head.starts("elif") || head.starts("else") || head.starts("except") || head.starts("case"));
}

// Heads of the blocks with a condition around a statement, in its function; the innermost first.
std::vector<size_t> conditions_around(const SourceText& text, size_t statement) {
  std::vector<size_t> heads;
  size_t indent = text.statements()[statement].indent, first = text.function_around(statement).first;
  for (size_t i = statement; i-- > first;) {
    const Statement& s = text.statements()[i];
    if (s.indent >= indent) continue;
    indent = s.indent;
    if (conditional(s)) heads.push_back(i);
  }
  return heads;
}

bool meet(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return b.contains(name); });
}

// Of `if x:` the `x`, if that means the same at `statement`; "" else. A call may do something, and strings are not in the text.
std::string condition_at(const SourceText& text, size_t head, size_t statement) {
  const Statement& s = text.statements()[head];
  if (!s.starts("if") || s.text.find_first_of("(\"") != std::string::npos || s.text.find(":=") != std::string::npos) return {};
  std::string condition = s.text.substr(3, s.text.size() - 4);
  std::set<std::string> names = names_in(condition);
  for (size_t i = std::min(head, statement); i < std::max(head, statement); ++i) {
    if (meet(names, names_bound(text, i))) return {};
  }
  return condition;
}

}  // namespace

bool alone_in_block(const SourceText& text, size_t i, const std::set<size_t>& removed) {
  const auto& statements = text.statements();
  if (i == 0 || !statements[i - 1].head || statements[i - 1].indent >= statements[i].indent) return false;
  for (size_t j = i; j < text.block_end(i - 1); ++j) {
    if (!removed.contains(j)) return false;
  }
  return true;
}

std::map<size_t, std::vector<std::string>> kept_for_other_branches(const SourceText& text, size_t call, const std::set<size_t>& removed,
                                                                   std::vector<std::string>& notes) {
  const auto& statements = text.statements();
  std::vector<size_t> of_call = conditions_around(text, call);
  size_t end = text.function_around(call).second;
  std::map<size_t, std::vector<std::string>> kept;
  // From the last: what one that stays reads stays as well.
  for (auto it = removed.rbegin(); it != removed.rend(); ++it) {
    size_t i = *it;
    if (i == call) continue;
    const Statement& s = statements[i];
    std::vector<size_t> own = conditions_around(text, i), without;
    // Another `if` in the same words counts as the same.
    auto says = [&](size_t head, const std::vector<size_t>& others) {
      return std::any_of(others.begin(), others.end(), [&](size_t other) {
        return other == head || (statements[head].starts("if") && statements[head].text == statements[other].text &&
                                 statements[head].text.find('"') == std::string::npos);     // strings are not in the text
      });
    };
    std::copy_if(of_call.begin(), of_call.end(), std::back_inserter(without), [&](size_t head) { return !says(head, own); });
    for (size_t head : own) {
      if (!says(head, of_call)) notes.push_back(fmt::format("line {} ran under the condition of line {} only, the call does not", s.first_line, statements[head].first_line));
    }
    if (without.empty()) continue;
    std::set<std::string> bound = names_bound(text, i);
    bool needed = bound.empty();      // an effect
    for (size_t j = i + 1; j < end && !needed; ++j) needed = (!removed.contains(j) || kept.contains(j)) && meet(names_read(statements[j]), bound);
    if (!needed) continue;
    std::string condition = without.size() == 1 ? condition_at(text, without[0], i) : "";
    bool string_over_lines = s.first_line != s.last_line && s.text.find("\"\"") != std::string::npos;
    if (condition.empty() || s.compound() || string_over_lines) {
      notes.push_back(fmt::format("line {} is needed where the condition of line {}, under which the call stands, does not hold", s.first_line,
                                  statements[without.back()].first_line));
      continue;
    }
    std::string indent(s.indent, ' ');
    std::vector<std::string> lines = {fmt::format("{}if not ({}):", indent, condition)};
    for (uint32_t line = s.first_line; line <= s.last_line; ++line) {
      std::string as_it_is = text.lines()[line - 1];
      if (as_it_is.ends_with('\r')) as_it_is.pop_back();
      lines.push_back(as_it_is.empty() ? "" : "    " + as_it_is);
    }
    kept.emplace(i, std::move(lines));
  }
  return kept;
}

}  // namespace fusescout::contract
