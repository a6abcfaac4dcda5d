// Expressions of the plain reader.
#include "syntax/plain_nodes.h"

namespace fusescout::syntax {
namespace {

constexpr int levels = 6;
constexpr std::string_view operators[levels][5] = {{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "//", "%", "@"}};

bool is_float(std::string_view number) {
  if (number.size() > 1 && (number[1] == 'x' || number[1] == 'X')) return false;
  return number.find_first_of(".eEjJ") != std::string_view::npos;
}

}  // namespace

bool PlainExpressions::ends_expressions() const {
  if (now().kind == TokenKind::Newline || now().kind == TokenKind::End) return true;
  for (std::string_view op : {")", "]", "}", "=", ":", ";"}) {
    if (at_op(op)) return true;
  }
  return false;
}

PlainExpressions::NodeRef PlainExpressions::only_expression() {
  NodeRef id = at_word("yield") ? yield() : expressions();
  if (now().kind != TokenKind::End) throw NotPlain();
  return id;
}

PlainExpressions::NodeRef PlainExpressions::starred_or_expression() {
  if (!at_op("*")) return expression();
  no_type();
  Place place = here();
  advance();
  return around(K::list_splat, place, binary(0));
}

PlainExpressions::NodeRef PlainExpressions::expressions() {
  Place place = here();
  NodeRef first = starred_or_expression();
  if (!at_op(",")) return first;
  size_t m = mark();
  push(first);
  while (at_op(",")) {
    push_token();
    if (ends_expressions()) break;
    push(starred_or_expression());
  }
  return make(K::expression_list, place, m);
}

PlainExpressions::NodeRef PlainExpressions::target() {
  if (!at_op("*")) return binary(0);
  Place place = here();
  advance();
  return around(K::list_splat_pattern, place, binary(0));
}

PlainExpressions::NodeRef PlainExpressions::targets() {
  Place place = here();
  NodeRef first = target();
  if (!at_op(",")) return first;
  size_t m = mark();
  push(first);
  while (at_op(",")) {
    push_token();
    if (at_word("in") || ends_expressions()) break;
    push(target());
  }
  return make(K::pattern_list, place, m);
}

PlainExpressions::NodeRef PlainExpressions::yield() {
  Place place = here();
  expect_word("yield");
  size_t m = mark();
  if (at_word("from")) {
    push_token();
    push(expression());
  } else if (!ends_expressions()) {
    push(expressions());
  }
  return make(K::yield, place, m);
}

PlainExpressions::NodeRef PlainExpressions::expression() {
  Deeper deeper(depth_);
  if (at_word("lambda")) return lambda();
  Place place = here();
  if (now().kind == TokenKind::Name && is(ahead(), TokenKind::Operator, ":=")) {
    size_t m = mark();
    push(name(), Field::name);
    push_token();
    push(expression(), Field::value);
    return make(K::named_expression, place, m);
  }
  NodeRef value = disjunction();
  if (!at_word("if")) return value;
  no_type();
  size_t m = mark();
  push(value);
  push_token();
  push(disjunction());
  if (!at_word("else")) throw NotPlain();
  push_token();
  push(expression());
  return make(K::conditional_expression, place, m);
}

PlainExpressions::NodeRef PlainExpressions::lambda() {
  Place place = here();
  size_t m = mark();
  advance();
  if (!at_op(":")) push(parameters(true), Field::parameters);
  expect_op(":");
  push(expression(), Field::body);
  return make(K::lambda, place, m);
}

PlainExpressions::NodeRef PlainExpressions::disjunction() {
  Place place = here();
  NodeRef left = conjunction();
  while (at_word("or")) {
    no_type();
    size_t m = mark();
    push(left, Field::left);
    push_token(Field::operator_);
    push(conjunction(), Field::right);
    left = make(K::boolean_operator, place, m);
  }
  return left;
}

PlainExpressions::NodeRef PlainExpressions::conjunction() {
  Place place = here();
  NodeRef left = inversion();
  while (at_word("and")) {
    no_type();
    size_t m = mark();
    push(left, Field::left);
    push_token(Field::operator_);
    push(inversion(), Field::right);
    left = make(K::boolean_operator, place, m);
  }
  return left;
}

PlainExpressions::NodeRef PlainExpressions::inversion() {
  if (!at_word("not")) return comparison();
  Deeper deeper(depth_);
  Place place = here();
  advance();
  return around(K::not_operator, place, inversion(), Field::argument);
}

PlainExpressions::NodeRef PlainExpressions::comparison() {
  Place place = here();
  NodeRef left = binary(0);
  size_t m = mark();
  for (bool any = false;; any = true) {
    bool known = at_word("in") || at_word("is") || (at_word("not") && is(ahead(), TokenKind::Keyword, "in"));
    for (std::string_view op : {"<", ">", "==", ">=", "<=", "!="}) known = known || at_op(op);
    if (!known) return any ? make(K::comparison_operator, place, m) : left;
    no_type();
    if (!any) push(left);
    bool two = at_word("not") || (at_word("is") && is(ahead(), TokenKind::Keyword, "not"));
    NodeRef op = leaf(K::anonymous);
    if (two) {                     // one token
      tree_.nodes[op].end = now().end;
      advance();
    }
    push(op, Field::operators);
    push(binary(0));
  }
}

PlainExpressions::NodeRef PlainExpressions::binary(int level) {
  if (level == levels) return unary();
  Place place = here();
  NodeRef left = binary(level + 1);
  while (now().kind == TokenKind::Operator) {
    bool own = false;
    for (std::string_view op : operators[level]) own = own || (!op.empty() && now().code == code_of(op));
    if (!own) break;
    size_t m = mark();
    bool type = tree_.nodes[left].kind == K::generic_type || tree_.nodes[left].kind == K::union_type;
    if (type) {
      if (level > 0) throw NotPlain();
      push(around(K::type, place, left));
      push_token();
      Place start = here();
      push(around(K::type, start, binary(level + 1)));
      left = make(K::union_type, place, m);
      continue;
    }
    Type no(*this, false);
    push(left, Field::left);
    push_token(Field::operator_);
    push(binary(level + 1), Field::right);
    left = make(K::binary_operator, place, m);
  }
  return left;
}

PlainExpressions::NodeRef PlainExpressions::unary() {
  if (!at_op("-") && !at_op("+") && !at_op("~")) return power();
  Deeper deeper(depth_);
  Place place = here();
  size_t m = mark();
  push_token(Field::operator_);
  push(unary(), Field::argument);
  return make(K::unary_operator, place, m);
}

PlainExpressions::NodeRef PlainExpressions::power() {
  Deeper deeper(depth_);
  Place place = here();
  NodeRef left;
  if (at_word("await")) {
    advance();
    left = around(K::await, place, primary());
  } else {
    left = primary();
  }
  if (!at_op("**")) return left;
  no_type();
  size_t m = mark();
  push(left, Field::left);
  push_token(Field::operator_);
  push(unary(), Field::right);
  return make(K::binary_operator, place, m);
}

PlainExpressions::NodeRef PlainExpressions::primary() {
  Place place = here();
  NodeRef value = atom();
  for (;;) {
    size_t m = mark();
    if (at_op(".")) {
      advance();
      push(value, Field::object);
      push(name(), Field::attribute);
      value = make(K::attribute, place, m);
    } else if (at_op("(")) {
      push(value, Field::function);
      push(arguments(), Field::arguments);
      value = make(K::call, place, m);
    } else if (at_op("[")) {
      value = subscript(value);
    } else {
      return value;
    }
  }
}

PlainExpressions::NodeRef PlainExpressions::arguments() {
  Type no(*this, false);
  Place place = here();
  size_t m = mark();
  expect_op("(");
  while (!at_op(")")) {
    Place start = here();
    size_t own = mark();
    if (at_op("*")) {
      push(starred_or_expression());
    } else if (at_op("**")) {
      advance();
      push(around(K::dictionary_splat, start, expression()));
    } else if (now().kind == TokenKind::Name && is(ahead(), TokenKind::Operator, "=")) {
      push(name(), Field::name);
      advance();
      push(expression(), Field::value);
      push(make(K::keyword_argument, start, own));
    } else {
      NodeRef value = expression();
      if (at_word("for") || at_word("async")) {
        if (own != m) throw NotPlain();
        push(value, Field::body);
        comprehension_clauses();
        expect_op(")");
        return make(K::generator_expression, place, m);
      }
      push(value);
    }
    if (!at_op(")")) expect_op(",");
  }
  advance();
  return make(K::argument_list, place, m);
}

PlainExpressions::NodeRef PlainExpressions::subscript(NodeRef object) {
  size_t m = mark();
  if (in_type_ && tree_.nodes[object].kind == K::identifier) return generic_type(object);
  Type no(*this, false);
  push(object, Field::value);
  expect_op("[");
  if (at_op("]")) throw NotPlain();
  while (!at_op("]")) {
    push(slice_or_expression(), Field::subscript);
    if (at_op(",")) push_token();
    else if (!at_op("]")) throw NotPlain();
  }
  advance();
  return make(K::subscript, place_of(object), m);
}

PlainExpressions::NodeRef PlainExpressions::slice_or_expression() {
  Place place = here();
  size_t m = mark();
  if (!at_op(":")) {
    NodeRef value = starred_or_expression();
    if (!at_op(":")) return value;
    push(value);
  }
  for (int colons = 0; !at_op("]") && !at_op(",");) {
    if (at_op(":")) {
      if (++colons > 2) throw NotPlain();
      push_token();
    } else {
      push(expression());
      if (!at_op(":") && !at_op("]") && !at_op(",")) throw NotPlain();
    }
  }
  return make(K::slice, place, m);
}

void PlainExpressions::comprehension_clauses() {
  while (at_word("for") || at_word("async")) {
    Place place = here();
    size_t m = mark();
    if (at_word("async")) push_token();
    expect_word("for");
    push(targets(), Field::left);
    expect_word("in");
    push(disjunction(), Field::right);
    push(make(K::for_in_clause, place, m));
    while (at_word("if")) {
      Place start = here();
      advance();
      NodeRef test = at_word("lambda") || (now().kind == TokenKind::Name && is(ahead(), TokenKind::Operator, ":=")) ? throw NotPlain() : disjunction();
      push(around(K::if_clause, start, test));
    }
  }
}

PlainExpressions::NodeRef PlainExpressions::in_parentheses() {
  Type no(*this, false);
  Place place = here();
  size_t m = mark();
  advance();
  if (at_word("yield")) {
    push(yield());
    expect_op(")");
    return make(K::parenthesized_expression, place, m);
  }
  bool comma = false;
  while (!at_op(")")) {
    bool first = mark() == m;
    push(starred_or_expression());
    if (first && (at_word("for") || at_word("async"))) {
      tree_.nodes[waiting_.back()].field = Field::body;
      comprehension_clauses();
      expect_op(")");
      return make(K::generator_expression, place, m);
    }
    if (at_op(",")) {
      comma = true;
      push_token();
    } else if (!at_op(")")) {
      throw NotPlain();
    }
  }
  bool one = mark() == m + 1 && !comma;
  if (one && tree_.nodes[waiting_.back()].kind == K::list_splat) throw NotPlain();
  advance();
  return make(one ? K::parenthesized_expression : K::tuple, place, m);
}

PlainExpressions::NodeRef PlainExpressions::in_brackets() {
  Type no(*this, false);
  Place place = here();
  size_t m = mark();
  advance();
  while (!at_op("]")) {
    bool first = mark() == m;
    push(starred_or_expression());
    if (first && (at_word("for") || at_word("async"))) {
      tree_.nodes[waiting_.back()].field = Field::body;
      comprehension_clauses();
      expect_op("]");
      return make(K::list_comprehension, place, m);
    }
    if (!at_op("]")) expect_op(",");
  }
  advance();
  return make(K::list, place, m);
}

PlainExpressions::NodeRef PlainExpressions::in_braces() {
  Type no(*this, false);
  Place place = here();
  size_t m = mark();
  advance();
  bool pairs = false, items = false;
  while (!at_op("}")) {
    Place start = here();
    bool first = mark() == m;
    if (at_op("**")) {
      advance();
      push(around(K::dictionary_splat, start, binary(0)));
      pairs = true;
    } else {
      NodeRef value = starred_or_expression();
      if (at_op(":")) {
        size_t own = mark();
        push(value, Field::key);
        advance();
        push(expression(), Field::value);
        value = make(K::pair, start, own);
        pairs = true;
      } else {
        items = true;
      }
      bool comprehends = first && (at_word("for") || at_word("async"));
      push(value, comprehends ? Field::body : Field::none);
      if (comprehends) {
        comprehension_clauses();
        expect_op("}");
        return make(pairs ? K::dictionary_comprehension : K::set_comprehension, place, m);
      }
    }
    if (!at_op("}")) expect_op(",");
  }
  if (pairs && items) throw NotPlain();
  advance();
  return make(items ? K::set : K::dictionary, place, m);
}

PlainExpressions::NodeRef PlainExpressions::atom() {
  const Token& t = now();
  switch (t.kind) {
    case TokenKind::Name: return leaf(K::identifier);
    case TokenKind::Number: return leaf(is_float(text(t)) ? K::float_ : K::integer);
    case TokenKind::String: return strings();
    case TokenKind::Keyword:
      if (at_word("None")) return leaf(K::none_);
      if (at_word("True")) return leaf(K::true_);
      if (at_word("False")) return leaf(K::false_);
      break;
    case TokenKind::Operator:
      if (at_op("(")) return in_parentheses();
      if (at_op("[")) return in_brackets();
      if (at_op("{")) return in_braces();
      if (at_op("...")) return leaf(K::ellipsis);
      break;
    default: break;
  }
  throw NotPlain();
}

}  // namespace fusescout::syntax
