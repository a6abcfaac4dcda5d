// Expressions.
#include "base/check.h"
#include "python/generator.h"
#include "python/interpreter.h"
#include "python/names.h"
#include "python/scope.h"
#include "python/small_vector.h"

namespace fusescout::python {

// generator.cpp
void abandon(Interpreter& interpreter, Generator* generator);

namespace {
const Symbol any_name("any"), all_name("all"), next_name("next");
}

using syntax::CompareOperator;
using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

// An expression of literals whose value fits 64 bits, though a part of it does not: (1 << 63) - 1.
std::optional<__int128> wide_constant(const syntax::Ast& ast, const Node& node) {
  constexpr __int128 most = __int128{1} << 100;
  if (node.kind == NodeKind::IntLiteral) return ast.ints[node.value];
  if (node.kind != NodeKind::BinaryOp) return std::nullopt;
  auto a = wide_constant(ast, ast[ast.child(node, 0)]), b = wide_constant(ast, ast[ast.child(node, 1)]);
  if (!a || !b) return std::nullopt;
  __int128 result = 0;
  switch (static_cast<syntax::BinaryOperator>(node.flag)) {
    case syntax::BinaryOperator::Add: result = *a + *b; break;
    case syntax::BinaryOperator::Sub: result = *a - *b; break;
    case syntax::BinaryOperator::LShift:
      if (*a < 0 || *a > 1 << 20 || *b < 0 || *b > 70) return std::nullopt;
      result = *a << static_cast<int>(*b);
      break;
    default: return std::nullopt;
  }
  return result < most && result > -most ? std::optional(result) : std::nullopt;
}

std::optional<int64_t> constant(const syntax::Ast& ast, const Node& node) {
  auto wide = wide_constant(ast, node);
  return wide && *wide == static_cast<int64_t>(*wide) ? std::optional(static_cast<int64_t>(*wide)) : std::nullopt;
}

}  // namespace

Value Interpreter::load_global(Frame& frame, Symbol name) {
  if (Value* v = frame.module->dict->find(name)) {
    return v->as<LazyImport>() ? force_in(frame.module, name) : *v;
  }
  if (Value* v = builtins_->find(name)) return *v;
  if (name == names::__builtins__) return builtins_;
  if (name == names::__class__ && frame.class_cell != nullptr) return frame.class_cell->value;
  // A cycle of imports, lazy here, can ask for a name before its statement ran: then another module runs in between.
  if (frame.module->state == Module::State::Running) {
    bool cycle = false;
    for (Frame* f = &frame; f != nullptr && !(f->function == nullptr && f->names == frame.module->dict); f = f->back) cycle |= f->module != frame.module;
    if (cycle && demand(frame.module, name)) return load_global(frame, name);
  }
  raise("NameError", "name '" + name.str() + "' is not defined");
}

Value Interpreter::evaluate_name(Frame& frame, NodeId id) {
  const syntax::Ast& ast = *frame.file->ast;
  uint32_t r = frame.file->resolution[id];
  uint32_t index = resolution_index(r);
  Value v;
  switch (resolution_kind(r)) {
    case NameKind::Slot: v = frame.slots[index]; break;
    case NameKind::CellSlot: v = static_cast<Cell*>(frame.slots[index].object)->value; break;
    case NameKind::Free: v = (*frame.closure)[index]->value; break;
    case NameKind::Global: return load_global(frame, ast.symbol(ast[id]));
    case NameKind::Unresolved:
    case NameKind::ClassName:
    case NameKind::ClassFree: {
      Symbol name = ast.symbol(ast[id]);
      if (frame.names != nullptr && frame.names != frame.module->dict) {
        if (Value* found = frame.names->find(name)) return *found;
      }
      if (resolution_kind(r) != NameKind::ClassFree) return load_global(frame, name);
      v = (*frame.closure)[index]->value;
      break;
    }
  }
  if (v.defined()) {
    if (auto* lazy = v.as<LazyImport>()) {
      v = force(lazy);
      switch (resolution_kind(r)) {
        case NameKind::Slot: frame.slots[index] = v; break;
        case NameKind::CellSlot: static_cast<Cell*>(frame.slots[index].object)->value = v; break;
        default: (*frame.closure)[index]->value = v; break;
      }
    }
    return v;
  }
  std::string name = ast.symbol(ast[id]).str();
  if (resolution_kind(r) == NameKind::Free || resolution_kind(r) == NameKind::ClassFree)
    raise("NameError", "cannot access free variable '" + name + "' where it is not associated with a value in enclosing scope");
  raise("UnboundLocalError", "cannot access local variable '" + name + "' where it is not associated with a value");
}

Value Interpreter::evaluate_call(Frame& frame, const Node& node) {
  const syntax::Ast& ast = *frame.file->ast;
  const Node& callee_node = ast[ast.child(node, 0)];
  SmallVector<Value, 8> positional;
  SmallVector<KeywordArgument, 8> keywords;
  Value callee;
  // Of a chain of methods over several lines, each is called at the line that names it; not so where arguments are spread (as in CPython).
  uint32_t line = callee_node.kind == NodeKind::Attribute ? callee_node.end_line : node.line;
  if (callee_node.kind == NodeKind::Attribute) {
    Value object = evaluate(frame, ast.child(callee_node, 0));
    frame.line = callee_node.end_line;
    bool prepend = false;
    callee = find_method(object, ast.symbol(callee_node), prepend);
    if (prepend) positional.push_back(object);
  } else {
    callee = evaluate(frame, ast.child(node, 0));
  }
  for (NodeId id : ast.children_of(ast[ast.child(node, 1)])) {
    const Node& argument = ast[id];
    if (argument.kind == NodeKind::Starred) {
      line = node.line;
      Value spread = evaluate(frame, ast.child(argument, 0));
      if (spread.as<Unknown>() != nullptr) continue;
      for_each(spread, [&](const Value& v) { positional.push_back(v); });
    } else if (argument.kind == NodeKind::Keyword) {
      Value value = evaluate(frame, ast.child(argument, 0));
      Symbol name = ast.symbol(argument);
      auto add = [&](Symbol keyword, const Value& v) {
        for (const KeywordArgument& k : keywords.span()) {
          if (k.name != keyword) continue;
          auto* function = callee.as<Function>();
          std::string called = function != nullptr && function->module != nullptr ? function->module->name.str() + "." + function->qualname.str() + "() " : "";
          raise_type_error(called + "got multiple values for keyword argument '" + keyword.str() + "'");
        }
        keywords.push_back({keyword, v});
      };
      if (!name.empty()) {
        add(name, value);
        continue;
      }
      line = node.line;
      if (value.as<Unknown>() != nullptr) continue;
      Value mapping = unwrap(value);
      if (auto* items = mapping.as<Dict>()) {
        for (size_t i = 0; i < items->entries.size(); ++i) {
          const Dict::Entry entry = items->entries[i];
          if (!entry.key.defined()) continue;
          auto* key = unwrap(entry.key).as<Str>();
          if (key == nullptr) raise_type_error("keywords must be strings");
          add(key->symbol(), entry.value);
        }
      } else {
        Value keys = find_attribute(value, Symbol("keys"));
        if (!keys.defined()) raise_type_error("argument after ** must be a mapping, not " + type_name(value));
        for (const Value& key : to_vector(call(keys))) add(Symbol(text_of(key)), get_item(value, key));
      }
    } else {
      positional.push_back(evaluate(frame, id));
    }
  }
  frame.line = line;
  Value made = call(callee, Arguments{positional.span(), keywords.span()});
  if (callee.is_object() && callee.object->kind == Kind::NativeFunction && positional.size() > 0) {
    // `any(... for ...)` may stop early; nobody else holds that generator.
    Symbol name = static_cast<NativeFunction*>(callee.object)->name;
    if (name == any_name || name == all_name || name == next_name) {
      auto written = ast.children_of(ast[ast.child(node, 1)]);
      auto* generator = !written.empty() && ast[written[0]].kind == NodeKind::GeneratorExp ? positional[0].as<Generator>() : nullptr;
      if (generator != nullptr) abandon(*this, generator);
    }
  }
  return made;
}

Value Interpreter::evaluate_string(Frame& frame, const Node& node) {
  const syntax::Ast& ast = *frame.file->ast;
  std::string text;
  for (NodeId id : ast.children_of(node)) {
    const Node& part = ast[id];
    if (part.kind == NodeKind::StringLiteral) {
      text += ast.symbol(part).view();
      continue;
    }
    Value value = evaluate(frame, ast.child(part, 0));
    text += ast.symbols[part.value].view();
    NodeId spec_node = ast.child(part, 1);
    std::string spec = spec_node == no_node ? std::string() : std::string(text_of(evaluate_string(frame, ast[spec_node])));
    switch (part.flag) {
      case 'r':
      case 'a': text += spec.empty() ? repr(value) : format(str(repr(value)), spec); break;
      case 's': text += spec.empty() ? to_str(value) : format(str(to_str(value)), spec); break;
      default:
        if (part.value != 0 && spec.empty()) text += repr(value);
        else text += format(value, spec);
    }
  }
  return str(std::move(text));
}

void Interpreter::run_comprehension(Frame& frame, std::span<const NodeId> clauses, const std::function<void()>& action) {
  const syntax::Ast& ast = *frame.file->ast;
  auto parts = ast.children_of(ast[clauses[0]]);
  for_each(evaluate(frame, parts[1]), [&](const Value& item) {
    count_step(frame, frame.line);
    assign(frame, parts[0], item);
    for (size_t i = 2; i < parts.size(); ++i) {
      if (!truth(evaluate(frame, parts[i]))) return;
    }
    if (clauses.size() == 1) action();
    else run_comprehension(frame, clauses.subspan(1), action);
  });
}

namespace {

// A comprehension that runs anew has new variables: those that a lambda captures need new cells.
void prepare_targets(Interpreter& interpreter, Frame& frame, NodeId id) {
  const Node& node = (*frame.file->ast)[id];
  if (node.kind == NodeKind::Name) {
    uint32_t r = frame.file->resolution[id];
    if (resolution_kind(r) == NameKind::CellSlot) frame.slots[resolution_index(r)] = interpreter.make<Cell>();
    return;
  }
  if (node.kind == NodeKind::Tuple || node.kind == NodeKind::List || node.kind == NodeKind::Starred) {
    for (NodeId c : frame.file->ast->children_of(node)) prepare_targets(interpreter, frame, c);
  }
}

}  // namespace

Value Interpreter::evaluate_comprehension(Frame& frame, NodeId id) {
  const syntax::Ast& ast = *frame.file->ast;
  const Node& node = ast[id];
  auto children = ast.children_of(node);
  uint32_t first = node.kind == NodeKind::DictComp ? 2 : 1;
  for (uint32_t i = first; i < children.size(); ++i) prepare_targets(*this, frame, ast.child(ast[children[i]], 0));
  auto clauses = children.subspan(first);
  if (node.kind == NodeKind::ListComp) {
    List* made = make<List>();
    run_comprehension(frame, clauses, [&] { made->items.push_back(evaluate(frame, children[0])); });
    return made;
  }
  Dict* table = dict();
  if (node.kind == NodeKind::SetComp) {
    run_comprehension(frame, clauses, [&] { dict_set(table, evaluate(frame, children[0]), Value::none()); });
    return make<Set>(table, false);
  }
  run_comprehension(frame, clauses, [&] {
    Value key = evaluate(frame, children[0]);
    dict_set(table, key, evaluate(frame, children[1]));
  });
  return table;
}

// generator.cpp
Value yield_from_frame(Interpreter& interpreter, Frame& frame, Value value);
Value yield_from_iterable(Interpreter& interpreter, Frame& frame, const Value& iterable);

void Interpreter::run_generator_expression(Frame& frame, const Node& node) {
  const syntax::Ast& ast = *frame.file->ast;
  auto children = ast.children_of(node);
  for (size_t i = 1; i < children.size(); ++i) prepare_targets(*this, frame, ast.child(ast[children[i]], 0));
  auto action = [&] { yield_from_frame(*this, frame, evaluate(frame, children[0])); };
  // The outermost iterable was evaluated outside and is the parameter.
  auto parts = ast.children_of(ast[children[1]]);
  for_each(frame.slots[0], [&](const Value& item) {
    count_step(frame, frame.line);
    assign(frame, parts[0], item);
    for (size_t i = 2; i < parts.size(); ++i) {
      if (!truth(evaluate(frame, parts[i]))) return;
    }
    if (children.size() == 2) action();
    else run_comprehension(frame, children.subspan(2), action);
  });
}

namespace {

// Apart from `evaluate`, whose stack frame every nested expression pays for.
Value evaluate_display(Interpreter& in, Frame& frame, const Node& node) {
  const syntax::Ast& ast = *frame.file->ast;
  switch (node.kind) {
    case NodeKind::Slice: {
      Value parts[3];
      for (uint32_t i = 0; i < 3; ++i) {
        NodeId part = ast.child(node, i);
        parts[i] = part == no_node ? Value::none() : in.evaluate(frame, part);
      }
      return in.make<Slice>(parts[0], parts[1], parts[2]);
    }
    case NodeKind::Tuple:
    case NodeKind::List: {
      std::vector<Value> items;
      items.reserve(node.child_count);
      for (NodeId c : ast.children_of(node)) {
        if (ast[c].kind == NodeKind::Starred) in.for_each(in.evaluate(frame, ast.child(ast[c], 0)), [&](const Value& v) { items.push_back(v); });
        else items.push_back(in.evaluate(frame, c));
      }
      return node.kind == NodeKind::Tuple ? in.tuple(std::move(items)) : in.list(std::move(items));
    }
    case NodeKind::Set: {
      Dict* table = in.dict();
      for (NodeId c : ast.children_of(node)) {
        if (ast[c].kind == NodeKind::Starred) in.for_each(in.evaluate(frame, ast.child(ast[c], 0)), [&](const Value& v) { in.dict_set(table, v, Value::none()); });
        else in.dict_set(table, in.evaluate(frame, c), Value::none());
      }
      return in.make<Set>(table, false);
    }
    case NodeKind::Dict: {
      Dict* made = in.dict();
      auto children = ast.children_of(node);
      for (size_t i = 0; i + 1 < children.size(); i += 2) {
        if (children[i] != no_node) {
          Value key = in.evaluate(frame, children[i]);
          in.dict_set(made, key, in.evaluate(frame, children[i + 1]));
          continue;
        }
        Value spread = in.unwrap(in.evaluate(frame, children[i + 1]));
        if (auto* other = spread.as<Dict>()) {
          for (size_t e = 0; e < other->entries.size(); ++e) {
            const Dict::Entry entry = other->entries[e];
            if (entry.key.defined()) made->set(in, entry.key, entry.hash, entry.value);
          }
        } else if (spread.as<Unknown>() == nullptr) {
          for (const Value& key : in.to_vector(in.call(in.get_attribute(spread, Symbol("keys"))))) in.dict_set(made, key, in.get_item(spread, key));
        }
      }
      return made;
    }
    default: return Value();
  }
}

}  // namespace

Value Interpreter::evaluate(Frame& frame, NodeId id) {
  if (static_cast<std::byte*>(__builtin_frame_address(0)) < stack_limit_) check_stack();
  const syntax::Ast& ast = *frame.file->ast;
  const Node& node = ast[id];
  switch (node.kind) {
    case NodeKind::Name: return evaluate_name(frame, id);
    case NodeKind::Attribute: {
      Value object = evaluate(frame, ast.child(node, 0));
      frame.line = node.end_line;
      return get_attribute(object, ast.symbol(node));
    }
    case NodeKind::Call: return evaluate_call(frame, node);
    case NodeKind::NoneLiteral: return Value::none();
    case NodeKind::TrueLiteral: return Value::of(true);
    case NodeKind::FalseLiteral: return Value::of(false);
    case NodeKind::EllipsisLiteral: return ellipsis_;
    case NodeKind::IntLiteral: return Value::of(ast.ints[node.value]);
    case NodeKind::FloatLiteral: return Value::of(ast.floats[node.value]);
    case NodeKind::BigIntLiteral: return unknown("integers of more than 64 bits are not evaluated", ast.symbol(node).str());
    case NodeKind::ComplexLiteral: return unknown("complex numbers are not evaluated", "complex");
    case NodeKind::StringLiteral: return str(ast.symbol(node));
    case NodeKind::BytesLiteral: return make<Bytes>(ast.symbol(node).str());
    case NodeKind::JoinedStr: return evaluate_string(frame, node);
    case NodeKind::BinaryOp: {
      Value left = evaluate(frame, ast.child(node, 0));
      Value right = evaluate(frame, ast.child(node, 1));
      frame.line = node.line;
      if (left.as<Unknown>() != nullptr) {
        if (auto whole = constant(ast, node)) return Value::of(*whole);
      }
      return binary(static_cast<syntax::BinaryOperator>(node.flag), left, right);
    }
    case NodeKind::UnaryOp: {
      auto op = static_cast<syntax::UnaryOperator>(node.flag);
      const Node& operand_node = ast[ast.child(node, 0)];
      if (op == syntax::UnaryOperator::Neg && operand_node.kind == NodeKind::BigIntLiteral && ast.symbol(operand_node).view() == "9223372036854775808") return Value::of(INT64_MIN);
      Value operand = evaluate(frame, ast.child(node, 0));
      frame.line = node.line;
      if (op == syntax::UnaryOperator::Not) return Value::of(!truth(operand));
      return unary(op, operand);
    }
    case NodeKind::BoolOp: {
      bool is_or = node.flag != 0;
      Value v;
      auto children = ast.children_of(node);
      for (size_t i = 0; i < children.size(); ++i) {
        v = evaluate(frame, children[i]);
        if (i + 1 < children.size() && truth(v) == is_or) return v;
      }
      return v;
    }
    case NodeKind::Compare: {
      auto children = ast.children_of(node);
      Value left = evaluate(frame, children[0]);
      Value outcome;
      for (size_t i = 1; i < children.size(); ++i) {
        Value right = evaluate(frame, children[i]);
        frame.line = node.line;
        switch (CompareOperator op = ast.compare_ops[node.value + i - 1]) {
          case CompareOperator::Is:
          case CompareOperator::IsNot: outcome = Value::of(left.identical(right) == (op == CompareOperator::Is)); break;
          case CompareOperator::In: outcome = Value::of(contains(right, left)); break;
          case CompareOperator::NotIn: outcome = Value::of(!contains(right, left)); break;
          default: outcome = compare(op, left, right);
        }
        if (i + 1 < children.size() && !truth(outcome)) return outcome;
        left = right;
      }
      return outcome;
    }
    case NodeKind::IfExpr: return evaluate(frame, ast.child(node, truth(evaluate(frame, ast.child(node, 0))) ? 1 : 2));
    case NodeKind::Subscript: {
      Value object = evaluate(frame, ast.child(node, 0));
      Value index = evaluate(frame, ast.child(node, 1));
      frame.line = node.line;
      return get_item(object, index);
    }
    case NodeKind::Slice:
    case NodeKind::Tuple:
    case NodeKind::List:
    case NodeKind::Set:
    case NodeKind::Dict: return evaluate_display(*this, frame, node);
    case NodeKind::ListComp:
    case NodeKind::SetComp:
    case NodeKind::DictComp: return evaluate_comprehension(frame, id);
    case NodeKind::Lambda: return make_function(frame, id);
    case NodeKind::GeneratorExp: {
      Value iterable = evaluate(frame, ast.child(ast[ast.child(node, 1)], 1));
      Value function = make_function(frame, id);
      return call(function, {iterate(iterable)});
    }
    case NodeKind::NamedExpr: {
      Value value = evaluate(frame, ast.child(node, 1));
      store_name(frame, ast.child(node, 0), value);
      return value;
    }
    case NodeKind::Yield: {
      Value value = node.child_count == 0 || ast.child(node, 0) == no_node ? Value::none() : evaluate(frame, ast.child(node, 0));
      return yield_from_frame(*this, frame, value);
    }
    case NodeKind::YieldFrom: return yield_from_iterable(*this, frame, evaluate(frame, ast.child(node, 0)));
    case NodeKind::Await: return await(*this, frame, evaluate(frame, ast.child(node, 0)));
    case NodeKind::Starred: return evaluate(frame, ast.child(node, 0));
    default: break;
  }
  raise("SyntaxError", "unexpected construct");
}

}  // namespace fusescout::python
