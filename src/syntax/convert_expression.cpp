#include <charconv>
#include <cstdlib>

#include "syntax/convert.h"

namespace fusescout::syntax {
namespace {
constexpr uint32_t maximum_depth = 400;
}

NodeId Converter::expressions(const C& n, const std::vector<const C*>& parts, bool tuple) {
  if (parts.size() == 1 && !tuple) return expression(*parts[0]);
  Ids items;
  for (const C* p : parts) items.push_back(expression(*p));
  return add(NodeKind::Tuple, parts.empty() ? n : *parts[0], items);
}

NodeId Converter::expression(const C& n) {
  struct Depth {
    uint32_t& depth;
    explicit Depth(uint32_t& d) : depth(++d) {}
    ~Depth() { --depth; }
  } depth(depth_);
  if (depth_ > maximum_depth) {
    fail(n, "expressions are nested too deeply");
    return no_node;
  }
  if (n.missing || n.kind == K::error) {
    fail(n, n.missing ? "something is missing" : "unexpected `" + std::string(text(n).substr(0, 30)) + "`");
    return no_node;
  }
  auto sub = [&](Field f) -> NodeId {
    const C* c = field(n, f);
    if (c == nullptr) {
      fail(n, "an incomplete expression");
      return no_node;
    }
    return expression(*c);
  };
  switch (n.kind) {
    case K::identifier:
    case K::keyword_identifier: return add(NodeKind::Name, n, {}, 0, symbol(text(n)));
    case K::true_: return add(NodeKind::TrueLiteral, n);
    case K::false_: return add(NodeKind::FalseLiteral, n);
    case K::none_: return add(NodeKind::NoneLiteral, n);
    case K::ellipsis: return add(NodeKind::EllipsisLiteral, n);
    case K::integer:
    case K::float_: return number(n);
    case K::string:
    case K::concatenated_string: return string(n);
    case K::attribute: {
      NodeId object = sub(Field::object);
      const C* name = field(n, Field::attribute);
      return add(NodeKind::Attribute, n, {object}, 0, name == nullptr ? 0 : symbol(text(*name)));
    }
    case K::call: {
      NodeId callee = sub(Field::function);
      const C* list = field(n, Field::arguments);
      if (list == nullptr) break;
      return add(NodeKind::Call, n, {callee, arguments(*list)});
    }
    case K::subscript: return subscript(n);
    case K::slice: return slice(n);
    case K::binary_operator: {
      static const std::unordered_map<std::string_view, BinaryOperator> operators{
          {"+", BinaryOperator::Add}, {"-", BinaryOperator::Sub}, {"*", BinaryOperator::Mul}, {"@", BinaryOperator::MatMul},
          {"/", BinaryOperator::Div}, {"//", BinaryOperator::FloorDiv}, {"%", BinaryOperator::Mod}, {"**", BinaryOperator::Pow},
          {"<<", BinaryOperator::LShift}, {">>", BinaryOperator::RShift}, {"&", BinaryOperator::BitAnd}, {"|", BinaryOperator::BitOr},
          {"^", BinaryOperator::BitXor}};
      const C* op = field(n, Field::operator_);
      auto it = op == nullptr ? operators.end() : operators.find(text(*op));
      if (it == operators.end()) break;
      NodeId left = sub(Field::left);
      return add(NodeKind::BinaryOp, n, {left, sub(Field::right)}, static_cast<uint8_t>(it->second));
    }
    case K::unary_operator: {
      const C* op = field(n, Field::operator_);
      std::string_view sign = op == nullptr ? "" : text(*op);
      auto kind = sign == "-" ? UnaryOperator::Neg : sign == "+" ? UnaryOperator::Pos : UnaryOperator::Invert;
      return add(NodeKind::UnaryOp, n, {sub(Field::argument)}, static_cast<uint8_t>(kind));
    }
    case K::not_operator: return add(NodeKind::UnaryOp, n, {sub(Field::argument)}, static_cast<uint8_t>(UnaryOperator::Not));
    case K::boolean_operator: {
      const C* op = field(n, Field::operator_);
      uint8_t is_or = op != nullptr && text(*op) == "or" ? 1 : 0;
      // a and b and c is one node.
      std::vector<const C*> operands;
      const C* walk = &n;
      for (;;) {
        const C *left = field(*walk, Field::left), *right = field(*walk, Field::right), *o = field(*walk, Field::operator_);
        bool same = o != nullptr && (text(*o) == "or") == (is_or == 1);
        if (walk->kind != K::boolean_operator || !same || left == nullptr || right == nullptr) break;
        operands.insert(operands.begin(), right);
        walk = left;
      }
      operands.insert(operands.begin(), walk);
      Ids children;
      for (const C* c : operands) children.push_back(expression(*c));
      return add(NodeKind::BoolOp, n, children, is_or);
    }
    case K::comparison_operator: return comparison(n);
    case K::conditional_expression: {
      auto parts = named(n);
      if (parts.size() != 3) break;
      NodeId then = expression(*parts[0]), test = expression(*parts[1]);
      return add(NodeKind::IfExpr, n, {test, then, expression(*parts[2])});
    }
    case K::named_expression: {
      const C* name = field(n, Field::name);
      if (name == nullptr) break;
      NodeId target = add(NodeKind::Name, *name, {}, 0, symbol(text(*name)));
      return add(NodeKind::NamedExpr, n, {target, sub(Field::value)});
    }
    case K::lambda: {
      const C* list = field(n, Field::parameters);
      NodeId params = parameters(list, n);
      bool outer = yields_;
      NodeId body = sub(Field::body);
      yields_ = outer;
      return add(NodeKind::Lambda, n, {params, body});
    }
    case K::parenthesized_expression: {
      auto parts = named(n);
      if (parts.size() != 1) break;
      return expression(*parts[0]);
    }
    case K::tuple:
    case K::expression_list:
    case K::pattern_list:
    case K::tuple_pattern:
    case K::list:
    case K::list_pattern:
    case K::set: {
      Ids items;
      for (const C* c : named(n)) items.push_back(expression(*c));
      // `(a) = 1` is no tuple.
      if (n.kind == K::tuple_pattern && items.size() == 1 && !has_token(n, ",")) return items[0];
      NodeKind kind = n.kind == K::list || n.kind == K::list_pattern ? NodeKind::List : n.kind == K::set ? NodeKind::Set : NodeKind::Tuple;
      return add(kind, n, items);
    }
    case K::dictionary: {
      Ids items;
      for (const C* c : named(n)) {
        if (c->kind == K::dictionary_splat) {
          auto parts = named(*c);
          items.push_back(no_node);
          items.push_back(parts.empty() ? no_node : expression(*parts[0]));
        } else {
          const C *key = field(*c, Field::key), *value = field(*c, Field::value);
          if (key == nullptr || value == nullptr) {
            fail(*c, "unexpected `" + std::string(text(*c).substr(0, 30)) + "`");
            continue;
          }
          items.push_back(expression(*key));
          items.push_back(expression(*value));
        }
      }
      return add(NodeKind::Dict, n, items);
    }
    case K::list_comprehension: return comprehension(n, NodeKind::ListComp);
    case K::set_comprehension: return comprehension(n, NodeKind::SetComp);
    case K::dictionary_comprehension: return comprehension(n, NodeKind::DictComp);
    case K::generator_expression: return comprehension(n, NodeKind::GeneratorExp);
    case K::list_splat:
    case K::list_splat_pattern: {
      auto parts = named(n);
      if (parts.size() != 1) break;
      return add(NodeKind::Starred, n, {expression(*parts[0])});
    }
    case K::yield: {
      yields_ = true;
      auto parts = named(n);
      if (has_token(n, "from") && !parts.empty()) return add(NodeKind::YieldFrom, n, {expression(*parts[0])});
      return add(NodeKind::Yield, n, {parts.empty() ? no_node : expression(*parts[0])});
    }
    case K::await: {
      auto parts = named(n);
      if (parts.size() != 1) break;
      return add(NodeKind::Await, n, {expression(*parts[0])});
    }
    case K::type: return type(n);
    case K::as_pattern_target: {
      auto parts = named(n);
      if (parts.size() != 1) break;
      return expression(*parts[0]);
    }
    default: break;
  }
  fail(n, "unexpected `" + std::string(text(n).substr(0, 30)) + "`");
  return no_node;
}

NodeId Converter::type(const C& n) {
  auto parts = named(n);
  switch (n.kind) {
    case K::type: return parts.size() == 1 ? type(*parts[0]) : add(NodeKind::NoneLiteral, n);
    case K::union_type:
    case K::constrained_type:
      if (parts.size() != 2) break;
      return add(NodeKind::BinaryOp, n, {type(*parts[0]), type(*parts[1])}, static_cast<uint8_t>(BinaryOperator::BitOr));
    case K::generic_type: {
      if (parts.size() != 2) break;
      NodeId object = expression(*parts[0]);
      Ids items;
      for (const C* c : named(*parts[1])) items.push_back(type(*c));
      NodeId index = items.size() == 1 ? items[0] : add(NodeKind::Tuple, *parts[1], items);
      return add(NodeKind::Subscript, n, {object, index});
    }
    case K::member_type:
      if (parts.size() != 2) break;
      return add(NodeKind::Attribute, n, {type(*parts[0])}, 0, symbol(text(*parts[1])));
    case K::splat_type:
      if (parts.size() != 1) break;
      return add(NodeKind::Starred, n, {expression(*parts[0])});
    default: return expression(n);
  }
  return add(NodeKind::NoneLiteral, n);
}

NodeId Converter::parameters(const C* list, const C& at) {
  if (list == nullptr) return add(NodeKind::Parameters, at);
  Ids ids;
  bool keyword_only = false;
  for (const C* p : named(*list)) {
    ParameterKind kind = keyword_only ? ParameterKind::KeywordOnly : ParameterKind::Normal;
    const C* name = p;
    NodeId value = no_node, annotation = no_node;
    switch (p->kind) {
      case K::keyword_separator: keyword_only = true; continue;
      case K::positional_separator:
        for (NodeId id : ids) ast_.nodes.own(id).flag = static_cast<uint8_t>(ParameterKind::PositionalOnly);
        continue;
      case K::typed_parameter: {
        auto parts = named(*p);
        name = parts.empty() ? p : parts[0];
        if (const C* hint = field(*p, Field::type)) annotation = type(*hint);
        break;
      }
      case K::default_parameter:
      case K::typed_default_parameter:
        name = field(*p, Field::name);
        if (const C* hint = field(*p, Field::type)) annotation = type(*hint);
        if (const C* v = field(*p, Field::value)) value = expression(*v);
        break;
      case K::error: fail(*p, "unexpected `" + std::string(text(*p).substr(0, 30)) + "`"); continue;
      default: break;
    }
    if (name != nullptr && (name->kind == K::list_splat_pattern || name->kind == K::dictionary_splat_pattern)) {
      if (name->kind == K::list_splat_pattern) keyword_only = true;
      kind = name->kind == K::list_splat_pattern ? ParameterKind::Star : ParameterKind::DoubleStar;
      auto parts = named(*name);
      name = parts.empty() ? nullptr : parts[0];
    }
    if (name == nullptr) {
      fail(*p, "a parameter without a name");
      continue;
    }
    ids.push_back(add(NodeKind::Parameter, *p, {value, annotation}, static_cast<uint8_t>(kind), symbol(text(*name))));
  }
  return add(NodeKind::Parameters, *list, ids);
}

NodeId Converter::arguments(const C& n) {
  if (n.kind == K::generator_expression) return add(NodeKind::Arguments, n, {comprehension(n, NodeKind::GeneratorExp)});
  Ids ids;
  for (const C* c : named(n)) {
    if (c->kind == K::keyword_argument) {
      const C *name = field(*c, Field::name), *value = field(*c, Field::value);
      if (name == nullptr || value == nullptr) fail(*c, "a keyword argument without a value");
      else ids.push_back(add(NodeKind::Keyword, *c, {expression(*value)}, 0, symbol(text(*name))));
    } else if (c->kind == K::dictionary_splat) {
      auto parts = named(*c);
      ids.push_back(add(NodeKind::Keyword, *c, {parts.empty() ? no_node : expression(*parts[0])}));
    } else {
      ids.push_back(expression(*c));
    }
  }
  return add(NodeKind::Arguments, n, ids);
}

NodeId Converter::comparison(const C& n) {
  std::vector<CompareOperator> operators;
  Ids operands;
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->field != Field::operators) {
      if (c->kind != K::anonymous) operands.push_back(expression(*c));
      continue;
    }
    std::string_view op = text(*c);
    if (op == "<") operators.push_back(CompareOperator::Lt);
    else if (op == "<=") operators.push_back(CompareOperator::LtE);
    else if (op == "==") operators.push_back(CompareOperator::Eq);
    else if (op == "!=" || op == "<>") operators.push_back(CompareOperator::NotEq);
    else if (op == ">=") operators.push_back(CompareOperator::GtE);
    else if (op == ">") operators.push_back(CompareOperator::Gt);
    else if (op == "in") operators.push_back(CompareOperator::In);
    else if (op == "is") operators.push_back(CompareOperator::Is);
    else if (op.starts_with("not")) operators.push_back(CompareOperator::NotIn);
    else if (op.starts_with("is")) operators.push_back(CompareOperator::IsNot);
    else fail(*c, "unexpected `" + std::string(op) + "`");
  }
  if (operands.size() != operators.size() + 1) {
    fail(n, "an incomplete comparison");
    return no_node;
  }
  auto start = static_cast<uint32_t>(ast_.compare_ops.size());
  ast_.compare_ops.append(operators);
  return add(NodeKind::Compare, n, operands, 0, start);
}

NodeId Converter::comprehension(const C& n, NodeKind kind) {
  Ids children;
  const C* body = field(n, Field::body);
  if (body == nullptr) {
    fail(n, "a comprehension without a body");
    return no_node;
  }
  bool outer = yields_;
  if (kind == NodeKind::DictComp) {
    const C *key = field(*body, Field::key), *value = field(*body, Field::value);
    if (key == nullptr || value == nullptr) {
      fail(n, "a comprehension without a body");
      return no_node;
    }
    children = {expression(*key), expression(*value)};
  } else {
    children = {expression(*body)};
  }
  Ids clause;
  const C* clause_at = nullptr;
  uint8_t flag = 0;
  auto flush = [&] {
    if (clause_at != nullptr) children.push_back(add(NodeKind::Comprehension, *clause_at, clause, flag));
  };
  for (const C* c : named(n)) {
    if (c->kind == K::for_in_clause) {
      flush();
      clause_at = c;
      flag = has_token(*c, "async") ? 1 : 0;
      const C* left = field(*c, Field::left);
      std::vector<const C*> right;
      for (const C* r = first(*c); r != nullptr; r = next(*r)) {
        if (r->field == Field::right && r->kind != K::anonymous) right.push_back(r);
      }
      if (left == nullptr || right.empty()) {
        fail(*c, "an incomplete `for`");
        return no_node;
      }
      NodeId target = expression(*left);
      clause = {target, expressions(*c, right, right.size() > 1)};
    } else if (c->kind == K::if_clause) {
      auto parts = named(*c);
      if (!parts.empty()) clause.push_back(expression(*parts[0]));
    } else if (c->kind == K::error) {
      fail(*c, "unexpected `" + std::string(text(*c).substr(0, 30)) + "`");
    }
  }
  flush();
  yields_ = outer;
  return add(kind, n, children);
}

NodeId Converter::subscript(const C& n) {
  const C* object = field(n, Field::value);
  std::vector<const C*> indices;
  bool comma = false;
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->field == Field::subscript && c->kind != K::anonymous) indices.push_back(c);
    else if (c->kind == K::anonymous && text(*c) == ",") comma = true;
  }
  if (object == nullptr || indices.empty()) {
    fail(n, "an incomplete subscript");
    return no_node;
  }
  NodeId base = expression(*object);
  return add(NodeKind::Subscript, n, {base, expressions(n, indices, comma)});
}

NodeId Converter::slice(const C& n) {
  Ids parts{no_node, no_node, no_node};
  size_t at = 0;
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->kind == K::anonymous) {
      if (text(*c) == ":" && at < 2) ++at;
    } else {
      parts[at] = expression(*c);
    }
  }
  return add(NodeKind::Slice, n, parts);
}

NodeId Converter::number(const C& n) {
  std::string digits;
  for (char c : text(n)) {
    if (c != '_') digits += c;
  }
  bool complex = !digits.empty() && (digits.back() == 'j' || digits.back() == 'J');
  bool hex = digits.size() > 1 && (digits[1] == 'x' || digits[1] == 'X');
  if (complex && !hex) digits.pop_back();
  if (n.kind == K::float_ || complex) {
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (!digits.empty() && digits[0] == '.') std::from_chars(("0" + digits).c_str(), ("0" + digits).c_str() + digits.size() + 1, value);
    ast_.floats.push_back(value);
    return add(complex ? NodeKind::ComplexLiteral : NodeKind::FloatLiteral, n, {}, 0, static_cast<uint32_t>(ast_.floats.size() - 1));
  }
  int base = 10;
  size_t skip = 0;
  if (digits.size() > 2 && digits[0] == '0') {
    char kind = digits[1];
    if (kind == 'x' || kind == 'X') base = 16;
    else if (kind == 'o' || kind == 'O') base = 8;
    else if (kind == 'b' || kind == 'B') base = 2;
    if (base != 10) skip = 2;
  }
  int64_t value = 0;
  auto outcome = std::from_chars(digits.data() + skip, digits.data() + digits.size(), value, base);
  if (outcome.ec == std::errc::result_out_of_range) return add(NodeKind::BigIntLiteral, n, {}, 0, symbol(digits));
  ast_.ints.push_back(value);
  return add(NodeKind::IntLiteral, n, {}, 0, static_cast<uint32_t>(ast_.ints.size() - 1));
}

}  // namespace fusescout::syntax
