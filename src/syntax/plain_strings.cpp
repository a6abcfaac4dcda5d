// String literals of the plain reader: what stands between the braces of an f-string is read as a file of its own.
#include "syntax/plain_nodes.h"

namespace fusescout::syntax {

PlainExpressions::NodeRef PlainExpressions::strings() {
  Place place = here();
  NodeRef first = string(now());
  if (now().kind != TokenKind::String) return first;
  size_t m = mark();
  push(first);
  while (now().kind == TokenKind::String) push(string(now()));
  return make(K::concatenated_string, place, m);
}

// A node that is no token: `position` moves on to its begin.
PlainExpressions::NodeRef PlainExpressions::node_at(K kind, uint32_t begin, uint32_t end, Position& position) {
  move(position, begin);
  auto more = static_cast<uint32_t>(std::count(tree_.source.begin() + begin, tree_.source.begin() + end, '\n'));
  tree_.nodes.push_back({kind, Field::none, false, begin, end, position.line, position.line + more, begin - position.line_start, 0, 0});
  return static_cast<NodeRef>(tree_.nodes.size() - 1);
}

PlainExpressions::NodeRef PlainExpressions::string(const Token& token) {
  Place place = here();
  size_t m = mark();
  std::string_view all = text(token);
  size_t prefix = all.find_first_of("\"'");
  bool formatted = all.substr(0, prefix).find_first_of("fF") != std::string_view::npos;
  std::string_view quote = all.substr(prefix, 3);
  auto size = static_cast<uint32_t>(all.size() - prefix >= 6 && (quote == "\"\"\"" || quote == "'''") ? 3 : 1);
  Position position{token.start, token.line, token.start - token.column};
  uint32_t begin = token.start + static_cast<uint32_t>(prefix) + size, end = token.end - size;
  push(node_at(K::string_start, token.start, begin, position));
  if (formatted) interpolations(token, position, begin, end, false);
  push(node_at(K::string_end, end, token.end, position));
  advance();
  return make(K::string, place, m);
}

void PlainExpressions::interpolations(const Token& token, Position& position, uint32_t begin, uint32_t end, bool in_format) {
  std::string_view s = tree_.source;
  for (uint32_t at = begin; at < end;) {
    if (s[at] == '\\' && !in_format) {
      if (s[at + 1] == 'N' || s[at + 1] == '{' || s[at + 1] == '}') throw NotPlain();
      at += 2;
    } else if (!in_format && (s[at] == '{' || s[at] == '}') && at + 1 < end && s[at + 1] == s[at]) {
      at += 2;
    } else if (s[at] == '{') {
      move(position, at);
      NodeRef made = interpolation(token, position, end);
      push(made);
      at = tree_.nodes[made].end;
    } else if (s[at] == '}') {
      throw NotPlain();
    } else {
      ++at;
    }
  }
}

// `{expression=!r:format}` at `position`.
PlainExpressions::NodeRef PlainExpressions::interpolation(const Token& token, Position& position, uint32_t end) {
  Deeper deeper(depth_);
  std::string_view s = tree_.source;
  Position start = position;
  uint32_t from = start.at + 1, at = from;
  int depth = 0;
  for (; at < end; ++at) {
    char c = s[at];
    if (c == '\\' || c == '#' || c == '\n') throw NotPlain();
    if (c == '"' || c == '\'') {
      uint32_t behind = end_of_string(s, at, end);
      if (behind == 0) throw NotPlain();
      at = behind - 1;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (depth > 0 && (c == ')' || c == ']' || c == '}')) {
      --depth;
    } else if (depth == 0 && (c == '}' || c == ':' || (c == '!' && s[at + 1] != '='))) {
      break;
    }
  }
  if (at >= end) throw NotPlain();
  uint32_t close = at;             // of the expression
  bool shows = close > from && s[close - 1] == '=' && close - 1 > from && std::string_view("=!<>").find(s[close - 2]) == std::string_view::npos;
  std::vector<Token> tokens;
  if (!read_tokens(s, {from, start.line, start.line_start}, shows ? close - 1 : close, true, tokens)) throw NotPlain();
  if (tokens[0].kind == TokenKind::End) throw NotPlain();
  PlainExpressions inner(tree_, tokens);
  inner.depth_ = depth_;
  size_t m = mark();
  push(inner.only_expression(), Field::expression);
  if (tree_.nodes[waiting_.back()].kind == K::expression_list) throw NotPlain();
  if (shows) push(node_at(K::anonymous, close - 1, close, position));
  if (s[at] == '!') {
    if (std::string_view("rsa").find(s[at + 1]) == std::string_view::npos) throw NotPlain();
    push(node_at(K::type_conversion, at, at + 2, position), Field::type_conversion);
    at += 2;
  }
  if (at < end && s[at] == ':') {
    uint32_t begin = at + 1;
    for (depth = 0; at < end && (depth > 0 || s[at] != '}'); ++at) depth += s[at] == '{' ? 1 : s[at] == '}' ? -1 : 0;
    if (at >= end || s.substr(begin, at - begin).find_first_of("\n\\") != std::string_view::npos) throw NotPlain();
    size_t own = mark();
    NodeRef spec = node_at(K::format_specifier, begin - 1, at, position);
    interpolations(token, position, begin, at, true);
    push(adopt(spec, own), Field::format_specifier);
  }
  if (at >= end || s[at] != '}') throw NotPlain();
  return adopt(node_at(K::interpolation, start.at, at + 1, start), m);
}

}  // namespace fusescout::syntax
