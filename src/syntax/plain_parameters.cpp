// Parameters and annotations of the plain reader.
#include "syntax/plain_nodes.h"

namespace fusescout::syntax {

PlainExpressions::NodeRef PlainExpressions::annotation() {
  Type yes(*this, true);
  Place place = here();
  return around(K::type, place, starred_or_expression());
}

PlainExpressions::NodeRef PlainExpressions::generic_type(NodeRef object) {
  size_t m = mark();
  push(object);
  Place place = here();
  size_t own = mark();
  advance();
  if (at_op("]")) throw NotPlain();
  while (!at_op("]")) {
    push(annotation());
    if (!at_op("]")) expect_op(",");
  }
  advance();
  push(make(K::type_parameter, place, own));
  if (at_op(".") || at_op("(") || at_op("[")) throw NotPlain();
  return make(K::generic_type, place_of(object), m);
}

PlainExpressions::NodeRef PlainExpressions::parameter(bool of_lambda) {
  Place place = here();
  size_t m = mark();
  NodeRef what;
  bool starred = at_op("*") || at_op("**");
  if (starred) {
    K kind = at_op("*") ? K::list_splat_pattern : K::dictionary_splat_pattern;
    advance();
    what = around(kind, place, name());
  } else {
    what = name();
  }
  bool typed = !of_lambda && skip_op(":");
  NodeRef hint = 0;
  if (typed) hint = annotation();
  if (at_op("=")) {
    if (starred) throw NotPlain();
    push(what, Field::name);
    if (typed) push(hint, Field::type);
    advance();
    push(expression(), Field::value);
    return make(typed ? K::typed_default_parameter : K::default_parameter, place, m);
  }
  if (!typed) return what;
  push(what);
  push(hint, Field::type);
  return make(K::typed_parameter, place, m);
}

PlainExpressions::NodeRef PlainExpressions::parameters(bool of_lambda) {
  Place place = here();
  size_t m = mark();
  std::string_view close = of_lambda ? ":" : ")";
  if (!of_lambda) expect_op("(");
  while (!at_op(close)) {
    bool bare = is(ahead(), TokenKind::Operator, ",") || is(ahead(), TokenKind::Operator, close);
    if (at_op("*") && bare) push(leaf(K::keyword_separator));
    else if (at_op("/") && bare) push(leaf(K::positional_separator));
    else push(parameter(of_lambda));
    if (!at_op(close)) expect_op(",");
  }
  if (!of_lambda) advance();
  return make(of_lambda ? K::lambda_parameters : K::parameters, place, m);
}

}  // namespace fusescout::syntax
