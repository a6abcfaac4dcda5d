#include "graph/pattern_predicate.h"

#include <array>

namespace fusescout::graph {
namespace {

struct Sign {
  std::string_view text;
  PredicateOp op;
  int level;
};
// Longer signs first, so that `<` does not take half of `<=`.
constexpr auto signs = std::to_array<Sign>({
    {"==", PredicateOp::Eq, 2}, {"!=", PredicateOp::Ne, 2}, {"<=", PredicateOp::Le, 2}, {">=", PredicateOp::Ge, 2}, {"<", PredicateOp::Lt, 2},
    {">", PredicateOp::Gt, 2}, {"+", PredicateOp::Add, 3}, {"-", PredicateOp::Sub, 3}, {"*", PredicateOp::Mul, 4}, {"//", PredicateOp::FloorDiv, 4},
    {"%", PredicateOp::Mod, 4},
});

constexpr int max_depth = 100;

ErrorOr<Predicate> parse_level(Cursor& cursor, int level, int depth);

ErrorOr<Predicate> parse_leaf(Cursor& cursor, int depth) {
  if (depth > max_depth) return Error{"the condition is nested too deeply"};
  Predicate leaf;
  cursor.skip();
  if (cursor.take("(")) {
    leaf = TRY(parse_level(cursor, 0, depth + 1));
    if (!cursor.take(")")) return Error{"expected `)`, found " + cursor.rest()};
    return leaf;
  }
  if (cursor.take_word("not")) {
    leaf.op = PredicateOp::Not;
    leaf.arguments.push_back(TRY(parse_leaf(cursor, depth + 1)));
    return leaf;
  }
  if (cursor.take("$")) {
    leaf.op = PredicateOp::Attribute;
    leaf.text = std::string(cursor.identifier());
    return leaf;
  }
  if (cursor.at < cursor.text.size() && cursor.text[cursor.at] == '"') {
    leaf.op = PredicateOp::Text;
    if (!cursor.quoted(leaf.text)) return Error{"expected `\"` at the end of the text"};
    return leaf;
  }
  if (cursor.take("%")) {
    std::string_view name = cursor.identifier();
    size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return Error{"expected a property such as `%x.dtype`"};
    leaf.value = Symbol(name.substr(0, dot));
    std::string_view property = name.substr(dot + 1);
    if (property == "dtype") leaf.op = PredicateOp::DType;
    else if (property == "rank") leaf.op = PredicateOp::Rank;
    else if (property == "size") leaf.op = PredicateOp::Size;
    else if (property == "users") leaf.op = PredicateOp::Users;
    else if (property == "contiguous") leaf.op = PredicateOp::Contiguous;
    else if (property == "parameter") leaf.op = PredicateOp::Parameter;
    else if (property == "attended") leaf.op = PredicateOp::Attended;
    else if (property == "itemsize") leaf.op = PredicateOp::Item;
    else if (property == "shape") {
      leaf.op = PredicateOp::Extent;
      if (!cursor.take("[")) return Error{"expected `[axis]`, found " + cursor.rest()};
      std::string axis = cursor.expression("]");
      leaf.number = std::atoi(axis.c_str());
      if (!cursor.take("]")) return Error{"expected `]`, found " + cursor.rest()};
    } else {
      return Error{"a tensor has no `" + std::string(property) + "` here"};
    }
    return leaf;
  }
  if (cursor.take_word("True") || cursor.take_word("False")) {
    leaf.number = cursor.text[cursor.at - 2] == 'u' ? 1 : 0;  // Tr*u*e, Fal*s*e
    return leaf;
  }
  bool negative = cursor.take("-");
  std::string digits(cursor.identifier());
  if (!digits.empty() && digits.back() == 'e' && cursor.at < cursor.text.size() && (cursor.text[cursor.at] == '-' || cursor.text[cursor.at] == '+')) {
    digits += cursor.text[cursor.at++];
    digits += std::string(cursor.identifier());
  }
  char* end = nullptr;
  leaf.number = std::strtod(digits.c_str(), &end);
  if (digits.empty() || *end != 0) return Error{"expected a value in the condition, found " + (digits.empty() ? cursor.rest() : "`" + digits + "`")};
  if (negative) leaf.number = -leaf.number;
  return leaf;
}

// 0: or, 1: and, 2: comparison, 3: sum, 4: product.
ErrorOr<Predicate> parse_level(Cursor& cursor, int level, int depth) {
  if (level == 5) return parse_leaf(cursor, depth);
  Predicate left = TRY(parse_level(cursor, level + 1, depth));
  while (true) {
    PredicateOp op = PredicateOp::Number;
    if (level == 0 && cursor.take_word("or")) op = PredicateOp::Or;
    else if (level == 1 && cursor.take_word("and")) op = PredicateOp::And;
    else if (level >= 2) {
      for (const Sign& sign : signs) {
        if (sign.level != level || (sign.text == "*" && cursor.text.substr(cursor.at, 2) == "**")) continue;
        if (cursor.take(sign.text)) {
          op = sign.op;
          break;
        }
      }
    }
    if (op == PredicateOp::Number) return left;
    Predicate both;
    both.op = op;
    both.arguments.push_back(std::move(left));
    both.arguments.push_back(TRY(parse_level(cursor, level + 1, depth)));
    left = std::move(both);
  }
}

}  // namespace

ErrorOr<Predicate> parse_predicate(Cursor& cursor) { return parse_level(cursor, 0, 0); }

}  // namespace fusescout::graph
