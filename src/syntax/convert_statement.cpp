#include "syntax/convert.h"

namespace fusescout::syntax {
namespace {
constexpr uint32_t maximum_depth = 400;   // nested statements and expressions
}

Converter::Converter(const ConcreteTree& tree, Ast& ast) : tree_(tree), ast_(ast) {
  ast_.symbols.push_back(Symbol());
  symbols_.emplace(std::string_view(), 0);
}

void Converter::run() {
  Ids statements;
  statements_of(tree_.nodes[0], statements);
  ast_.root = add(NodeKind::Module, tree_.nodes[0], statements);
  // What tree-sitter repaired inside a statement (`a = = b`) converts without a word; Python would refuse the file.
  for (const C& n : tree_.nodes) {
    if (n.kind == K::error) fail(n, unexpected(n));
    else if (n.missing) fail(n, "something is missing here");
  }
}

std::string Converter::unexpected(const C& n) const {
  std::string_view what = text(n).substr(0, 40);
  return "unexpected `" + std::string(what.substr(0, what.find('\n'))) + "`";
}

const ConcreteNode* Converter::field(const C& n, Field f) const {
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->field == f) return c;
  }
  return nullptr;
}

std::vector<const ConcreteNode*> Converter::named(const C& n) const {
  std::vector<const C*> list;
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->kind != K::anonymous) list.push_back(c);
  }
  return list;
}

bool Converter::has_token(const C& n, std::string_view token) const {
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->kind == K::anonymous && text(*c) == token) return true;
  }
  return false;
}

NodeId Converter::add(NodeKind kind, const C& at, const Ids& children, uint8_t flag, uint32_t value, uint32_t value2) {
  // tree-sitter binds the star of `[*f(x)]` to `f`.
  bool postfix = kind == NodeKind::Call || kind == NodeKind::Attribute || kind == NodeKind::Subscript || kind == NodeKind::BinaryOp || kind == NodeKind::BoolOp || kind == NodeKind::Compare;
  if (postfix && !children.empty() && children[0] != no_node && ast_.nodes[children[0]].kind == NodeKind::Starred) {
    Ids plain = children;
    plain[0] = ast_.child(ast_.nodes[children[0]], 0);
    return add(NodeKind::Starred, at, {add(kind, at, plain, flag, value, value2)});
  }
  Node node;
  node.kind = kind;
  node.flag = flag;
  node.column = static_cast<uint16_t>(std::min<uint32_t>(at.column, UINT16_MAX));
  node.line = at.line;
  node.end_line = at.end_line;
  node.first_child = static_cast<uint32_t>(ast_.children.size());
  node.child_count = static_cast<uint32_t>(children.size());
  node.value = value;
  node.value2 = value2;
  ast_.children.append(children);
  ast_.nodes.push_back(node);
  return static_cast<NodeId>(ast_.nodes.size() - 1);
}

uint32_t Converter::symbol(std::string_view text) {
  auto it = symbols_.find(text);
  if (it != symbols_.end()) return it->second;
  Symbol s(text);
  auto index = static_cast<uint32_t>(ast_.symbols.size());
  ast_.symbols.push_back(s);
  symbols_.emplace(s.view(), index);
  return index;
}

void Converter::fail(const C& at, std::string message) {
  failed_ = true;
  if (ast_.first_error_line == 0 || at.line < ast_.first_error_line) {
    ast_.first_error_line = at.line;
    ast_.first_error = std::move(message);
  }
}

NodeId Converter::block(const C& n) {
  Ids statements;
  statements_of(n, statements);
  return add(NodeKind::Block, n, statements);
}

void Converter::statements_of(const C& n, Ids& out) {
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->kind != K::anonymous) statement(*c, out);
  }
}

void Converter::statement(const C& n, Ids& out) {
  bool outer = failed_;
  failed_ = false;
  if (++depth_ > maximum_depth) fail(n, "statements are nested too deeply");
  NodeId id = no_node;
  if (!failed_) {
    if (n.kind == K::error) fail(n, unexpected(n));
    else id = statement_node(n);
  }
  --depth_;
  out.push_back(failed_ ? add(NodeKind::SyntaxError, n) : id);
  failed_ = outer;
}

NodeId Converter::orelse(const C* clause) {
  if (clause == nullptr) return no_node;
  const C* body = field(*clause, Field::body);
  return body == nullptr ? no_node : block(*body);
}

NodeId Converter::statement_node(const C& n) {
  auto sub = [&](Field f) -> NodeId {
    const C* c = field(n, f);
    return c == nullptr ? no_node : expression(*c);
  };
  auto body_of = [&](Field f) -> NodeId {
    const C* c = field(n, f);
    return c == nullptr ? add(NodeKind::Block, n) : block(*c);
  };
  uint8_t is_async = has_token(n, "async") ? 1 : 0;
  switch (n.kind) {
    case K::expression_statement: {
      auto parts = named(n);
      if (parts.empty()) break;
      if (parts.size() == 1 && !has_token(n, ",")) {
        if (parts[0]->kind == K::assignment || parts[0]->kind == K::augmented_assignment) return assignment(*parts[0]);
        return add(NodeKind::ExpressionStatement, n, {expression(*parts[0])});
      }
      return add(NodeKind::ExpressionStatement, n, {expressions(n, parts, true)});
    }
    case K::return_statement: {
      auto parts = named(n);
      return add(NodeKind::Return, n, {parts.empty() ? no_node : expression(*parts[0])});
    }
    case K::delete_statement: {
      Ids targets;
      for (const C* c : named(n)) {
        if (c->kind == K::expression_list) for (const C* e : named(*c)) targets.push_back(expression(*e));
        else targets.push_back(expression(*c));
      }
      return add(NodeKind::Delete, n, targets);
    }
    case K::raise_statement: {
      const C* cause = field(n, Field::cause);
      NodeId exception = no_node;
      for (const C* c : named(n)) {
        if (c != cause) exception = expression(*c);
      }
      return add(NodeKind::Raise, n, {exception, cause == nullptr ? no_node : expression(*cause)});
    }
    case K::assert_statement: {
      auto parts = named(n);
      if (parts.empty()) break;
      return add(NodeKind::Assert, n, {expression(*parts[0]), parts.size() > 1 ? expression(*parts[1]) : no_node});
    }
    case K::pass_statement: return add(NodeKind::Pass, n);
    case K::break_statement: return add(NodeKind::Break, n);
    case K::continue_statement: return add(NodeKind::Continue, n);
    case K::global_statement:
    case K::nonlocal_statement: {
      Ids names;
      for (const C* c : named(n)) names.push_back(add(NodeKind::Name, *c, {}, 0, symbol(text(*c))));
      return add(n.kind == K::global_statement ? NodeKind::Global : NodeKind::Nonlocal, n, names);
    }
    case K::import_statement:
    case K::import_from_statement:
    case K::future_import_statement: return import(n);
    case K::type_alias_statement: {
      const C *left = field(n, Field::left), *right = field(n, Field::right);
      if (left == nullptr || right == nullptr) break;
      return add(NodeKind::Assign, n, {type(*right), type(*left)});
    }
    case K::if_statement: return if_statement(n);
    case K::for_statement: {
      NodeId target = sub(Field::left), iterable = sub(Field::right), body = body_of(Field::body);
      return add(NodeKind::For, n, {target, iterable, body, orelse(field(n, Field::alternative))}, is_async);
    }
    case K::while_statement: {
      NodeId test = sub(Field::condition), body = body_of(Field::body);
      return add(NodeKind::While, n, {test, body, orelse(field(n, Field::alternative))});
    }
    case K::try_statement: return try_statement(n);
    case K::with_statement: return with_statement(n);
    case K::function_definition: return function(n, {});
    case K::class_definition: return class_definition(n, {});
    case K::decorated_definition: {
      Ids decorators;
      const C* definition = field(n, Field::definition);
      for (const C* c : named(n)) {
        if (c->kind == K::decorator) {
          auto parts = named(*c);
          if (!parts.empty()) decorators.push_back(expression(*parts[0]));
        }
      }
      if (definition == nullptr) break;
      return definition->kind == K::class_definition ? class_definition(*definition, decorators) : function(*definition, decorators);
    }
    case K::match_statement: return match_statement(n);
    default: break;
  }
  fail(n, "this is no statement of Python 3");
  return no_node;
}

NodeId Converter::assignment(const C& n) {
  const C *left = field(n, Field::left), *right = field(n, Field::right), *annotation = field(n, Field::type);
  if (left == nullptr) {
    fail(n, "an assignment without a target");
    return no_node;
  }
  if (n.kind == K::augmented_assignment) {
    const C* op = field(n, Field::operator_);
    static const std::unordered_map<std::string_view, BinaryOperator> operators{
        {"+=", BinaryOperator::Add}, {"-=", BinaryOperator::Sub}, {"*=", BinaryOperator::Mul}, {"@=", BinaryOperator::MatMul},
        {"/=", BinaryOperator::Div}, {"//=", BinaryOperator::FloorDiv}, {"%=", BinaryOperator::Mod}, {"**=", BinaryOperator::Pow},
        {"<<=", BinaryOperator::LShift}, {">>=", BinaryOperator::RShift}, {"&=", BinaryOperator::BitAnd}, {"|=", BinaryOperator::BitOr},
        {"^=", BinaryOperator::BitXor}};
    auto it = op == nullptr ? operators.end() : operators.find(text(*op));
    if (it == operators.end() || right == nullptr) {
      fail(n, "an augmented assignment without a value");
      return no_node;
    }
    NodeId target = expression(*left);
    return add(NodeKind::AugAssign, n, {target, expression(*right)}, static_cast<uint8_t>(it->second));
  }
  if (annotation != nullptr) {
    NodeId target = expression(*left), hint = type(*annotation);
    return add(NodeKind::AnnAssign, n, {target, hint, right == nullptr ? no_node : expression(*right)});
  }
  Ids targets{no_node, expression(*left)};
  while (right != nullptr && right->kind == K::assignment) {   // a = b = value
    const C* inner = field(*right, Field::left);
    if (inner != nullptr) targets.push_back(expression(*inner));
    right = field(*right, Field::right);
  }
  if (right == nullptr) fail(n, "an assignment without a value");
  else targets[0] = expression(*right);
  return add(NodeKind::Assign, n, targets);
}

NodeId Converter::if_statement(const C& n) {
  const C *condition = field(n, Field::condition), *body = field(n, Field::consequence);
  std::vector<const C*> alternatives;
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->field == Field::alternative) alternatives.push_back(c);
  }
  if (condition == nullptr || body == nullptr) {
    fail(n, "an `if` without a condition or a body");
    return no_node;
  }
  NodeId test = expression(*condition), then = block(*body);
  return add(NodeKind::If, n, {test, then, elif_chain(alternatives, 0)});
}

NodeId Converter::elif_chain(const std::vector<const C*>& alternatives, size_t i) {
  if (i >= alternatives.size()) return no_node;
  const C& c = *alternatives[i];
  if (c.kind == K::else_clause) return orelse(&c);
  const C *condition = field(c, Field::condition), *body = field(c, Field::consequence);
  if (condition == nullptr || body == nullptr) {
    fail(c, "an `elif` without a condition or a body");
    return no_node;
  }
  NodeId test = expression(*condition), then = block(*body), rest = elif_chain(alternatives, i + 1);
  NodeId nested = add(NodeKind::If, c, {test, then, rest});
  return add(NodeKind::Block, c, {nested});
}

NodeId Converter::try_statement(const C& n) {
  Ids children{no_node, no_node, no_node};
  for (const C* c : named(n)) {
    if (c->field == Field::body) {
      children[0] = block(*c);
    } else if (c->kind == K::else_clause) {
      children[1] = orelse(c);
    } else if (c->kind == K::finally_clause) {
      for (const C* b : named(*c)) if (b->kind == K::block) children[2] = block(*b);
    } else if (c->kind == K::except_clause) {
      NodeId caught = no_node, body = no_node;
      uint32_t name = 0;
      std::vector<const C*> values;
      for (const C* p : named(*c)) {
        if (p->kind == K::block) {
          body = block(*p);
        } else if (p->field == Field::alias) {
          name = symbol(text(*p));
        } else if (p->kind == K::as_pattern) {
          auto parts = named(*p);
          if (parts.size() == 2) {
            values.push_back(parts[0]);
            name = symbol(text(*parts[1]));
          }
        } else {
          values.push_back(p);
        }
      }
      if (values.size() == 1) caught = expression(*values[0]);
      else if (values.size() > 1) caught = expressions(*c, values, true);
      if (body == no_node) body = add(NodeKind::Block, *c);
      children.push_back(add(NodeKind::ExceptHandler, *c, {caught, body}, has_token(*c, "*") ? 1 : 0, name));
    } else {
      fail(*c, "unexpected `" + std::string(text(*c).substr(0, 30)) + "`");
    }
  }
  if (children[0] == no_node) fail(n, "a `try` without a body");
  return add(NodeKind::Try, n, children);
}

void Converter::with_items(const C& value, Ids& out) {
  if (value.kind == K::as_pattern) {
    auto parts = named(value);
    if (parts.size() == 2) {
      NodeId manager = expression(*parts[0]);
      auto target = named(*parts[1]);
      out.push_back(add(NodeKind::WithItem, value, {manager, target.empty() ? no_node : expression(*target[0])}));
      return;
    }
  }
  // `with (a as b, c as d):` may come as a tuple.
  if (value.kind == K::tuple || value.kind == K::parenthesized_expression) {
    auto parts = named(value);
    bool items = false;
    for (const C* p : parts) items |= p->kind == K::as_pattern;
    if (items) {
      for (const C* p : parts) with_items(*p, out);
      return;
    }
  }
  out.push_back(add(NodeKind::WithItem, value, {expression(value), no_node}));
}

NodeId Converter::with_statement(const C& n) {
  Ids items{no_node};
  for (const C* c : named(n)) {
    if (c->kind != K::with_clause) continue;
    for (const C* item : named(*c)) {
      const C* value = field(*item, Field::value);
      if (value != nullptr) with_items(*value, items);
      else fail(*item, "a `with` item without a value");
    }
  }
  const C* body = field(n, Field::body);
  items[0] = body == nullptr ? add(NodeKind::Block, n) : block(*body);
  return add(NodeKind::With, n, items, has_token(n, "async") ? 1 : 0);
}

NodeId Converter::function(const C& n, const Ids& decorators) {
  const C *name = field(n, Field::name), *params = field(n, Field::parameters), *body = field(n, Field::body), *returns = field(n, Field::return_type);
  if (name == nullptr || body == nullptr) {
    fail(n, "a function without a name or a body");
    return no_node;
  }
  bool outer = yields_;
  NodeId parameter_list = parameters(params, n);
  NodeId hint = returns == nullptr ? no_node : type(*returns);
  yields_ = false;
  NodeId statements = block(*body);
  uint8_t flag = static_cast<uint8_t>((has_token(n, "async") ? 1 : 0) | (yields_ ? 2 : 0));
  yields_ = outer;
  Ids children{parameter_list, statements, hint};
  children.insert(children.end(), decorators.begin(), decorators.end());
  return add(NodeKind::FunctionDef, n, children, flag, symbol(text(*name)));
}

NodeId Converter::class_definition(const C& n, const Ids& decorators) {
  const C *name = field(n, Field::name), *bases = field(n, Field::superclasses), *body = field(n, Field::body);
  if (name == nullptr || body == nullptr) {
    fail(n, "a class without a name or a body");
    return no_node;
  }
  NodeId base_list = bases == nullptr ? no_node : arguments(*bases);
  Ids children{block(*body), base_list};
  children.insert(children.end(), decorators.begin(), decorators.end());
  return add(NodeKind::ClassDef, n, children, 0, symbol(text(*name)));
}

uint32_t Converter::dotted(const C& n) {
  std::string name;
  for (const C* c : named(n)) {
    if (c->kind != K::identifier) continue;
    if (!name.empty()) name += '.';
    name += text(*c);
  }
  return symbol(name.empty() ? text(n) : std::string_view(name));
}

NodeId Converter::import(const C& n) {
  Ids aliases;
  uint32_t module = n.kind == K::future_import_statement ? symbol("__future__") : 0;
  uint8_t dots = 0;
  for (const C* c : named(n)) {
    if (c->field == Field::module_name) {
      if (c->kind != K::relative_import) {
        module = dotted(*c);
        continue;
      }
      for (const C* p : named(*c)) {
        if (p->kind == K::dotted_name) module = dotted(*p);
        else for (char ch : text(*p)) dots = static_cast<uint8_t>(dots + (ch == '.' ? 1 : 0));
      }
    } else if (c->kind == K::aliased_import) {
      const C *name = field(*c, Field::name), *alias = field(*c, Field::alias);
      if (name != nullptr && alias != nullptr) aliases.push_back(add(NodeKind::ImportAlias, *c, {}, 0, dotted(*name), symbol(text(*alias))));
    } else if (c->kind == K::wildcard_import) {
      aliases.push_back(add(NodeKind::ImportAlias, *c, {}, 0, symbol("*")));
    } else if (c->kind == K::dotted_name) {
      aliases.push_back(add(NodeKind::ImportAlias, *c, {}, 0, dotted(*c)));
    } else {
      fail(*c, "unexpected `" + std::string(text(*c).substr(0, 30)) + "`");
    }
  }
  if (n.kind == K::import_statement) return add(NodeKind::Import, n, aliases);
  return add(NodeKind::ImportFrom, n, aliases, dots, module);
}

}  // namespace fusescout::syntax
