#include "syntax/plain_reader.h"

#include "syntax/plain_nodes.h"

namespace fusescout::syntax {
namespace {

class PlainStatements : PlainExpressions {
 public:
  PlainStatements(ConcreteTree& tree, const std::vector<Token>& tokens) : PlainExpressions(tree, tokens) {}

  void module() {
    // It begins at the first comment or statement.
    auto begin = static_cast<uint32_t>(std::min(tree_.source.find_first_not_of(" \n"), tree_.source.size()));
    Position position;
    move(position, begin);
    auto size = static_cast<uint32_t>(tree_.source.size());
    tree_.nodes.push_back({K::module, Field::none, false, begin, size, position.line, tokens_.back().line, begin - position.line_start, 0, 0});
    while (now().kind != TokenKind::End) line();
    adopt(0, 0);
  }

 private:
  // Pushes the statements of one line, or a compound one.
  void line() {
    if (now().kind == TokenKind::Keyword && compound()) return;
    if (at_op("@")) return push(decorated());
    if (soft_keyword()) throw NotPlain();
    do {
      if (now().kind == TokenKind::Newline) break;
      push(simple());
    } while (skip_op(";"));
    expect(TokenKind::Newline);
  }

  // `match x:`, `case x:` and `type X = ...` are left to tree-sitter, and what looks like them.
  bool soft_keyword() const {
    if (now().kind != TokenKind::Name) return false;
    std::string_view word = text(now());
    if (word == "type" || word == "print" || word == "exec") return ahead().kind != TokenKind::Operator;
    if (word != "match") return false;
    size_t last = at_;
    while (tokens_[last + 1].kind != TokenKind::Newline && tokens_[last + 1].kind != TokenKind::End) ++last;
    return is(tokens_[last], TokenKind::Operator, ":");
  }

  bool compound() {
    Deeper deeper(depth_);
    Place place = here();
    size_t m = mark();
    const Token& t = is(now(), TokenKind::Keyword, "async") ? ahead() : now();
    if (is(t, TokenKind::Keyword, "def")) return push(function()), true;
    bool async = &t != &now();
    if (async && !is(t, TokenKind::Keyword, "for") && !is(t, TokenKind::Keyword, "with")) throw NotPlain();
    if (async) push_token();
    if (skip_word("if")) {
      push(expression(), Field::condition);
      push(suite(), Field::consequence);
      while (at_word("elif")) {
        Place start = here();
        size_t own = mark();
        advance();
        push(expression(), Field::condition);
        push(suite(), Field::consequence);
        push(make(K::elif_clause, start, own), Field::alternative);
      }
      otherwise();
      push(make(K::if_statement, place, m));
    } else if (skip_word("for")) {
      push(targets(), Field::left);
      expect_word("in");
      push(expressions(), Field::right);
      push(suite(), Field::body);
      otherwise();
      push(make(K::for_statement, place, m));
    } else if (skip_word("while")) {
      push(expression(), Field::condition);
      push(suite(), Field::body);
      otherwise();
      push(make(K::while_statement, place, m));
    } else if (skip_word("try")) {
      push(suite(), Field::body);
      while (at_word("except")) push(except());
      otherwise();
      Place start = here();
      if (skip_word("finally")) push(around(K::finally_clause, start, suite()));
      push(make(K::try_statement, place, m));
    } else if (skip_word("with")) {
      push(with_clause());
      push(suite(), Field::body);
      push(make(K::with_statement, place, m));
    } else if (at_word("class")) {
      push(class_definition());
    } else {
      return false;
    }
    return true;
  }

  void otherwise() {
    Place start = here();
    if (skip_word("else")) push(around(K::else_clause, start, suite(), Field::body), Field::alternative);
  }

  NodeRef except() {
    Place place = here();
    size_t m = mark();
    advance();
    if (at_op("*")) push_token();
    if (!at_op(":")) push(expression());
    if (skip_word("as")) push(name(), Field::alias);
    if (at_op(",")) throw NotPlain();
    push(suite());
    return make(K::except_clause, place, m);
  }

  // `with (a as b, c):` has two items, no tuple.
  bool items_in_parentheses() const {
    if (!at_op("(")) return false;
    size_t depth = 0, at = at_;
    bool names = false, comma = false;
    do {
      const Token& t = tokens_[at];
      if (t.kind == TokenKind::End) throw NotPlain();
      if (t.kind == TokenKind::Operator) {
        if (t.code == code_of("(") || t.code == code_of("[") || t.code == code_of("{")) ++depth;
        if (t.code == code_of(")") || t.code == code_of("]") || t.code == code_of("}")) --depth;
        comma = comma || (depth == 1 && t.code == code_of(","));
      }
      names = names || (depth == 1 && is(t, TokenKind::Keyword, "as"));
      ++at;
    } while (depth > 0);
    return (names || comma) && is(tokens_[at], TokenKind::Operator, ":");
  }

  NodeRef with_clause() {
    Place place = here();
    size_t m = mark();
    bool inside = items_in_parentheses();
    if (inside) advance();
    do {
      if (inside && at_op(")")) break;
      Place start = here();
      NodeRef value = expression();
      if (skip_word("as")) {
        size_t own = mark();
        push(value);
        Place at = here();
        push(around(K::as_pattern_target, at, target()), Field::alias);
        value = make(K::as_pattern, start, own);
      }
      push(around(K::with_item, start, value, Field::value));
    } while (skip_op(","));
    if (inside) expect_op(")");
    return make(K::with_clause, place, m);
  }

  NodeRef suite() {
    expect_op(":");
    size_t m = mark();
    Place place = here();
    if (now().kind != TokenKind::Newline) {
      line();
      return make(K::block, place, m);
    }
    advance();
    expect(TokenKind::Indent);
    place = here();
    while (now().kind != TokenKind::Dedent) line();
    advance();
    return make(K::block, place, m);
  }

  NodeRef function() {
    Place place = here();
    size_t m = mark();
    if (at_word("async")) push_token();
    expect_word("def");
    push(name(), Field::name);
    push(parameters(false), Field::parameters);
    if (skip_op("->")) push(annotation(), Field::return_type);
    push(suite(), Field::body);
    return make(K::function_definition, place, m);
  }

  NodeRef class_definition() {
    Place place = here();
    size_t m = mark();
    advance();
    push(name(), Field::name);
    if (at_op("(")) {
      NodeRef bases = arguments();
      if (tree_.nodes[bases].kind != K::argument_list) throw NotPlain();
      push(bases, Field::superclasses);
    }
    push(suite(), Field::body);
    return make(K::class_definition, place, m);
  }

  NodeRef decorated() {
    Place place = here();
    size_t m = mark();
    while (at_op("@")) {
      Place start = here();
      advance();
      push(around(K::decorator, start, expression()));
      expect(TokenKind::Newline);
    }
    if (at_word("class")) push(class_definition(), Field::definition);
    else push(function(), Field::definition);
    return make(K::decorated_definition, place, m);
  }

  NodeRef alone(K kind) {
    Place place = here();
    advance();
    return make(kind, place, mark());
  }

  NodeRef simple() {
    Place place = here();
    size_t m = mark();
    if (now().kind != TokenKind::Keyword) return expression_statement();
    if (at_word("pass")) return alone(K::pass_statement);
    if (at_word("break")) return alone(K::break_statement);
    if (at_word("continue")) return alone(K::continue_statement);
    if (skip_word("return")) {
      if (!ends_expressions()) push(expressions());
      return make(K::return_statement, place, m);
    }
    if (skip_word("raise")) {
      if (!ends_expressions()) push(expression());
      if (skip_word("from")) push(expression(), Field::cause);
      return make(K::raise_statement, place, m);
    }
    if (skip_word("del")) {
      push(expressions());
      return make(K::delete_statement, place, m);
    }
    if (skip_word("assert")) {
      push(expression());
      if (skip_op(",")) push(expression());
      return make(K::assert_statement, place, m);
    }
    if (at_word("global") || at_word("nonlocal")) {
      K kind = at_word("global") ? K::global_statement : K::nonlocal_statement;
      do {
        advance();
        push(name());
      } while (at_op(","));
      return make(kind, place, m);
    }
    if (skip_word("import")) {
      do push(imported());
      while (skip_op(","));
      return make(K::import_statement, place, m);
    }
    if (at_word("from")) return import_from();
    return expression_statement();
  }

  NodeRef dotted_name() {
    Place place = here();
    size_t m = mark();
    do push(name());
    while (skip_op("."));
    return make(K::dotted_name, place, m);
  }

  NodeRef imported() {
    Place place = here();
    NodeRef what = dotted_name();
    if (!skip_word("as")) return what;
    size_t m = mark();
    push(what, Field::name);
    push(name(), Field::alias);
    return make(K::aliased_import, place, m);
  }

  NodeRef import_from() {
    Place place = here();
    size_t m = mark();
    advance();
    bool future = text(now()) == "__future__";
    if (future) {
      advance();
    } else if (at_op(".") || at_op("...")) {
      Place start = here();
      size_t own = mark();
      do advance();
      while (at_op(".") || at_op("..."));
      push(make(K::import_prefix, start, mark()));
      if (!at_word("import")) push(dotted_name());
      push(make(K::relative_import, start, own), Field::module_name);
    } else {
      push(dotted_name(), Field::module_name);
    }
    expect_word("import");
    if (at_op("*")) {
      push(leaf(K::wildcard_import));
    } else {
      bool inside = skip_op("(");
      do {
        if (inside && at_op(")")) break;
        push(imported());
      } while (skip_op(","));
      if (inside) expect_op(")");
    }
    return make(future ? K::future_import_statement : K::import_from_statement, place, m);
  }

  static bool assigns(const Token& t) {
    constexpr std::string_view all[] = {"+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=", "**="};
    return t.kind == TokenKind::Operator && std::any_of(std::begin(all), std::end(all), [&](std::string_view op) { return t.code == code_of(op); });
  }

  // What Python refuses, tree-sitter is to tell of.
  void check_target(NodeRef id) const {
    switch (tree_.nodes[id].kind) {
      case K::identifier:
      case K::attribute:
      case K::subscript: return;
      case K::tuple:
      case K::list:
      case K::expression_list:
      case K::list_splat:
      case K::parenthesized_expression:
        for (NodeRef part = tree_.nodes[id].first_child; part != 0; part = tree_.nodes[part].next) {
          if (tree_.nodes[part].kind != K::anonymous) check_target(part);
        }
        return;
      default: throw NotPlain();
    }
  }

  NodeRef value() { return at_word("yield") ? yield() : expressions(); }

  NodeRef expression_statement() {
    Place place = here();
    size_t m = mark();
    NodeRef left = value();
    if (at_op(":")) {
      size_t own = mark();
      check_target(left);
      push(left, Field::left);
      advance();
      push(annotation(), Field::type);
      if (skip_op("=")) push(value(), Field::right);
      push(make(K::assignment, place, own));
    } else if (assigns(now())) {
      size_t own = mark();
      check_target(left);
      push(left, Field::left);
      push_token(Field::operator_);
      push(value(), Field::right);
      push(make(K::augmented_assignment, place, own));
    } else if (at_op("=")) {
      push(assignment(left, place));
    } else if (tree_.nodes[left].kind == K::expression_list) {
      // Its parts stand in the statement itself.
      for (NodeRef part = tree_.nodes[left].first_child; part != 0;) {
        NodeRef next = tree_.nodes[part].next;
        tree_.nodes[part].next = 0;
        push(part);
        part = next;
      }
    } else {
      push(left);
    }
    return make(K::expression_statement, place, m);
  }

  NodeRef assignment(NodeRef left, Place place) {
    Deeper deeper(depth_);
    size_t m = mark();
    check_target(left);
    push(left, Field::left);
    expect_op("=");
    Place start = here();
    NodeRef right = value();
    push(at_op("=") ? assignment(right, start) : right, Field::right);
    return make(K::assignment, place, m);
  }
};

}  // namespace

bool read_plain(std::string_view source, ConcreteTree& tree) {
  std::vector<Token> tokens;
  tokens.reserve(source.size() / 5 + 16);
  tree.source = source;
  tree.nodes.clear();
  tree.nodes.reserve(source.size() / 4 + 16);
  if (!read_tokens(source, {}, static_cast<uint32_t>(source.size()), false, tokens)) return false;
  try {
    PlainStatements(tree, tokens).module();
  } catch (const NotPlain&) {
    return false;
  }
  return true;
}

}  // namespace fusescout::syntax
