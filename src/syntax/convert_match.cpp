// `match` statements.
#include "syntax/convert.h"

namespace fusescout::syntax {

NodeId Converter::match_statement(const C& n) {
  Ids children;
  std::vector<const C*> subjects;
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->field == Field::subject) subjects.push_back(c);
  }
  if (subjects.empty()) {
    fail(n, "a `match` without a subject");
    return no_node;
  }
  children.push_back(expressions(n, subjects, subjects.size() > 1));
  const C* body = field(n, Field::body);
  if (body != nullptr) {
    for (const C* c : named(*body)) {
      if (c->kind != K::case_clause) continue;
      std::vector<const C*> patterns;
      for (const C* p : named(*c)) {
        if (p->kind == K::case_pattern) patterns.push_back(p);
      }
      const C *guard = field(*c, Field::guard), *consequence = field(*c, Field::consequence);
      NodeId matched = patterns_as_sequence(patterns, false, *c);
      NodeId test = no_node;
      if (guard != nullptr) {
        auto parts = named(*guard);
        if (!parts.empty()) test = expression(*parts[0]);
      }
      NodeId statements = consequence == nullptr ? add(NodeKind::Block, *c) : block(*consequence);
      children.push_back(add(NodeKind::MatchCase, *c, {matched, test, statements}));
    }
  }
  return add(NodeKind::Match, n, children);
}

NodeId Converter::patterns_as_sequence(const std::vector<const C*>& patterns, bool always, const C& at) {
  if (patterns.size() == 1 && !always) return pattern(*patterns[0]);
  Ids parts;
  for (const C* p : patterns) parts.push_back(pattern(*p));
  return add(NodeKind::PatternSequence, at, parts);
}

NodeId Converter::dotted_value(const C& n) {
  NodeId value = no_node;
  for (const C* c : named(n)) {
    if (c->kind != K::identifier) continue;
    if (value == no_node) value = add(NodeKind::Name, *c, {}, 0, symbol(text(*c)));
    else value = add(NodeKind::Attribute, n, {value}, 0, symbol(text(*c)));
  }
  return value;
}

NodeId Converter::pattern(const C& n) {
  switch (n.kind) {
    case K::case_pattern: {
      auto parts = named(n);
      if (parts.empty()) return add(NodeKind::PatternCapture, n);   // `_`
      if (has_token(n, "-")) {
        NodeId value = number(*parts[0]);
        value = add(NodeKind::UnaryOp, n, {value}, static_cast<uint8_t>(UnaryOperator::Neg));
        return add(NodeKind::PatternValue, n, {value});
      }
      return pattern(*parts[0]);
    }
    case K::as_pattern: {
      auto parts = named(n);
      if (parts.size() != 2) break;
      NodeId inner = pattern(*parts[0]);
      return add(NodeKind::PatternAs, n, {inner}, 0, symbol(text(*parts[1])));
    }
    case K::union_pattern: {
      Ids parts;
      for (const C* c : named(n)) parts.push_back(pattern(*c));
      return add(NodeKind::PatternOr, n, parts);
    }
    case K::list_pattern: return patterns_as_sequence(named(n), true, n);
    case K::tuple_pattern: return patterns_as_sequence(named(n), has_token(n, ",") || named(n).empty(), n);
    case K::splat_pattern: {
      auto parts = named(n);
      std::string_view name = parts.empty() ? std::string_view("_") : text(*parts[0]);
      return add(NodeKind::PatternStar, n, {}, 0, name == "_" ? 0 : symbol(name));
    }
    case K::dict_pattern: {
      Ids parts;
      uint32_t rest = 0;
      for (const C* c = first(n); c != nullptr; c = next(*c)) {
        if (c->kind == K::splat_pattern) {
          auto name = named(*c);
          if (!name.empty()) rest = symbol(text(*name[0]));
        } else if (c->field == Field::key) {
          NodeId key = pattern(*c);
          if (ast_[key].kind == NodeKind::PatternValue || ast_[key].kind == NodeKind::PatternSingleton) key = ast_.child(ast_[key], 0);
          parts.push_back(key);
        } else if (c->field == Field::value) {
          parts.push_back(pattern(*c));
        }
      }
      return add(NodeKind::PatternMapping, n, parts, 0, rest);
    }
    case K::class_pattern: {
      Ids parts;
      for (const C* c : named(n)) parts.push_back(c->kind == K::dotted_name ? dotted_value(*c) : pattern(*c));
      return add(NodeKind::PatternClass, n, parts);
    }
    case K::keyword_pattern: {
      auto parts = named(n);
      if (parts.size() < 2) break;
      NodeId inner = pattern(*parts[1]);
      return add(NodeKind::PatternKeyword, n, {inner}, 0, symbol(text(*parts[0])));
    }
    case K::dotted_name: {
      auto parts = named(n);
      if (parts.size() == 1) {
        std::string_view name = text(*parts[0]);
        return add(NodeKind::PatternCapture, n, {}, 0, name == "_" ? 0 : symbol(name));
      }
      return add(NodeKind::PatternValue, n, {dotted_value(n)});
    }
    case K::identifier: {
      std::string_view name = text(n);
      return add(NodeKind::PatternCapture, n, {}, 0, name == "_" ? 0 : symbol(name));
    }
    case K::true_:
    case K::false_:
    case K::none_: return add(NodeKind::PatternSingleton, n, {expression(n)});
    case K::string:
    case K::concatenated_string:
    case K::integer:
    case K::float_: return add(NodeKind::PatternValue, n, {expression(n)});
    default: break;
  }
  fail(n, "unexpected pattern `" + std::string(text(n).substr(0, 30)) + "`");
  return no_node;
}

}  // namespace fusescout::syntax
