// Statements.
#include "base/raised_flag.h"
#include "base/check.h"
#include "python/expression_text.h"
#include "python/generator.h"
#include "python/interpreter.h"
#include "python/names.h"
#include "python/scope.h"

namespace fusescout::python {

bool is_fresh(const Generator& generator);   // generator.cpp

using syntax::Ast;
using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;
using Flow = Interpreter::Flow;

void Interpreter::store_name(Frame& frame, NodeId id, const Value& value) {
  uint32_t r = frame.file->resolution[id], index = resolution_index(r);
  switch (resolution_kind(r)) {
    case NameKind::Slot: frame.slots[index] = value; return;
    case NameKind::CellSlot: static_cast<Cell*>(frame.slots[index].object)->value = value; return;
    case NameKind::Free: (*frame.closure)[index]->value = value; return;
    default: break;
  }
  const Node& node = (*frame.file->ast)[id];
  Symbol name = frame.file->ast->symbol(node);
  if (node.kind == NodeKind::ImportAlias) {
    Symbol as = frame.file->ast->symbols[node.value2];
    std::string_view dotted = name.view();
    name = as.empty() ? Symbol(dotted.substr(0, dotted.find('.'))) : as;
  }
  bool global = resolution_kind(r) == NameKind::Global;
  if (!global && frame.function != nullptr && frame.names == nullptr) CHECK(false);
  Dict* names = global || frame.names == nullptr ? frame.module->dict : frame.names;
  if (global && frame.function != nullptr) lasting_write(names->find(name), value);
  names->set(*this, name, value);
}

void Interpreter::unpack(Frame& frame, const Node& target, const Value& value) {
  const Ast& ast = *frame.file->ast;
  auto targets = ast.children_of(target);
  size_t star = targets.size();
  for (size_t i = 0; i < targets.size(); ++i) {
    if (ast[targets[i]].kind == NodeKind::Starred) star = i;
  }
  if (value.as<Unknown>() != nullptr) {
    for (NodeId t : targets) assign(frame, ast[t].kind == NodeKind::Starred ? ast.child(ast[t], 0) : t, value);
    return;
  }
  if (!value.is_object()) raise_type_error("cannot unpack non-iterable " + type_name(value) + " object");
  auto* tuple = value.as<Tuple>();   // never changes: no copy
  std::vector<Value> copied;
  if (tuple == nullptr) copied = to_vector(value);
  const std::vector<Value>& items = tuple != nullptr ? tuple->items : copied;
  if (star == targets.size()) {
    if (items.size() > targets.size()) raise("ValueError", "too many values to unpack (expected " + std::to_string(targets.size()) + ")");
    if (items.size() < targets.size())
      raise("ValueError", "not enough values to unpack (expected " + std::to_string(targets.size()) + ", got " + std::to_string(items.size()) + ")");
    for (size_t i = 0; i < targets.size(); ++i) assign(frame, targets[i], items[i]);
    return;
  }
  if (items.size() + 1 < targets.size())
    raise("ValueError", "not enough values to unpack (expected at least " + std::to_string(targets.size() - 1) + ", got " + std::to_string(items.size()) + ")");
  size_t behind = targets.size() - star - 1;
  for (size_t i = 0; i < star; ++i) assign(frame, targets[i], items[i]);
  assign(frame, ast.child(ast[targets[star]], 0),
         list(std::vector<Value>(items.begin() + static_cast<ptrdiff_t>(star), items.end() - static_cast<ptrdiff_t>(behind))));
  for (size_t i = 0; i < behind; ++i) assign(frame, targets[star + 1 + i], items[items.size() - behind + i]);
}

void Interpreter::assign(Frame& frame, NodeId target, const Value& value) {
  const Ast& ast = *frame.file->ast;
  const Node& node = ast[target];
  switch (node.kind) {
    case NodeKind::Name: store_name(frame, target, value); return;
    case NodeKind::Attribute: {
      Value object = evaluate(frame, ast.child(node, 0));
      frame.line = node.end_line;
      set_attribute(object, ast.symbol(node), value);
      return;
    }
    case NodeKind::Subscript: {
      Value object = evaluate(frame, ast.child(node, 0));
      Value index = evaluate(frame, ast.child(node, 1));
      frame.line = node.line;
      set_item(object, index, value);
      return;
    }
    case NodeKind::Tuple:
    case NodeKind::List: unpack(frame, node, value); return;
    case NodeKind::Starred: assign(frame, ast.child(node, 0), value); return;
    default: raise("SyntaxError", "cannot assign to expression");
  }
}

void Interpreter::unbind(Frame& frame, NodeId id) {
  NameKind kind = resolution_kind(frame.file->resolution[id]);
  if (kind == NameKind::Slot || kind == NameKind::CellSlot || kind == NameKind::Free) store_name(frame, id, Value());
  else (frame.names != nullptr && kind != NameKind::Global ? frame.names : frame.module->dict)->erase(frame.file->ast->symbol((*frame.file->ast)[id]));
}

void Interpreter::delete_target(Frame& frame, NodeId target) {
  const Ast& ast = *frame.file->ast;
  const Node& node = ast[target];
  switch (node.kind) {
    case NodeKind::Name: {
      evaluate_name(frame, target);   // must exist
      unbind(frame, target);
      return;
    }
    case NodeKind::Attribute: delete_attribute(evaluate(frame, ast.child(node, 0)), ast.symbol(node)); return;
    case NodeKind::Subscript: {
      Value object = evaluate(frame, ast.child(node, 0));
      delete_item(object, evaluate(frame, ast.child(node, 1)));
      return;
    }
    default:
      for (NodeId c : ast.children_of(node)) delete_target(frame, c);
  }
}

Flow Interpreter::execute_block(Frame& frame, NodeId block) {
  const Ast& ast = *frame.file->ast;
  for (NodeId statement : ast.children_of(ast[block])) {
    Flow flow = execute(frame, statement);
    if (flow != Flow::Next) return flow;
  }
  return Flow::Next;
}

// `if not close(a, b): ...; raise`: what depends on data that no analysis has is passed by every run that goes on behind it.
static bool is_guard(const Ast& ast, const Node& statement) {
  if (ast.child(statement, 2) != no_node) return false;
  auto body = ast.children_of(ast[ast.child(statement, 1)]);
  return !body.empty() && ast[*(body.end() - 1)].kind == NodeKind::Raise;
}

static bool depends_on_data(const Value& v) {
  const Unknown* unknown = v.as<Unknown>();
  return unknown != nullptr && std::string_view(unknown->reason).starts_with("the data of");
}

Flow Interpreter::execute_for(Frame& frame, const Node& node) {
  const Ast& ast = *frame.file->ast;
  Value iterable = evaluate(frame, ast.child(node, 1));
  if (iterable.as<Unknown>() != nullptr) {
    note(NoteKind::Assumption, "a loop over an unknown value is taken to be empty: `" + iterable.as<Unknown>()->path + "`");
    return Flow::Next;
  }
  // Ranges, lists and tuples are counted through; all else has an iterator.
  auto* range = iterable.as<Range>();
  auto* list = iterable.as<List>();
  auto* tuple = iterable.as<Tuple>();
  bool counted = range != nullptr || list != nullptr || tuple != nullptr;
  Value iterator = counted ? Value() : iterate(iterable);
  // A generator that only this loop holds ends with it.
  auto* generator = iterator.as<Generator>();
  NodeKind source = ast[ast.child(node, 1)].kind;
  if (generator != nullptr && !(is_fresh(*generator) && (source == NodeKind::Call || source == NodeKind::GeneratorExp))) generator = nullptr;
  for (size_t at = 0;; ++at) {
    Value item;
    if (range != nullptr) item = static_cast<int64_t>(at) < range->length() ? Value::of(range->start + static_cast<int64_t>(at) * range->step) : Value();
    else if (list != nullptr) item = at < list->items.size() ? list->items[at] : Value();
    else if (tuple != nullptr) item = at < tuple->items.size() ? tuple->items[at] : Value();
    else item = next(iterator);
    if (!item.defined()) break;
    assign(frame, ast.child(node, 0), item);
    Flow flow = execute_block(frame, ast.child(node, 2));
    if (flow == Flow::Break || flow == Flow::Return) {
      Value returned = result;
      try {
        if (generator != nullptr) close(generator);
      } catch (PythonException&) {   // nobody hears it, as when CPython drops a generator
      }
      frame_ = &frame;
      result = returned;
      return flow == Flow::Break ? Flow::Next : flow;
    }
    count_step(frame, node.line);
  }
  NodeId orelse = ast.child(node, 3);
  return orelse == no_node ? Flow::Next : execute_block(frame, orelse);
}

Flow Interpreter::execute_with(Frame& frame, const Node& node, uint32_t item) {
  const Ast& ast = *frame.file->ast;
  if (item == node.child_count) return execute_block(frame, ast.child(node, 0));
  const Node& with_item = ast[ast.child(node, item)];
  Value manager = evaluate(frame, ast.child(with_item, 0));
  NodeId target = ast.child(with_item, 1);
  if (manager.as<Unknown>() != nullptr) {
    if (target != no_node) assign(frame, target, manager);
    return execute_with(frame, node, item + 1);
  }
  Class* cls = type_of(manager);
  bool is_async = (node.flag & 1) != 0;
  Value enter = find_in_class(cls, is_async ? Symbol("__aenter__") : names::__enter__), leave = find_in_class(cls, is_async ? Symbol("__aexit__") : names::__exit__);
  auto run = [&](const Value& method, std::initializer_list<Value> arguments) {
    Value made = call(bind(method, manager, cls), arguments);
    return is_async ? await(*this, frame, made) : made;
  };
  if (!enter.defined() || !leave.defined()) {
    if (cls->get_attribute) return execute_with(frame, node, item + 1);
    raise_type_error("'" + type_name(manager) + "' object does not support the " + (is_async ? "asynchronous " : "") + "context manager protocol");
  }
  Value entered = run(enter, {});
  if (target != no_node) assign(frame, target, entered);
  Value exception;
  Flow flow = Flow::Next;
  Frame* here = frame_;
  try {
    flow = execute_with(frame, node, item + 1);
  } catch (PythonException& thrown) {
    exception = thrown.value;
  }
  frame_ = here;
  if (exception.defined() && ended_) throw PythonException{exception};
  Value returned = result;
  if (!exception.defined()) {
    run(leave, {Value::none(), Value::none(), Value::none()});
    result = returned;
    return flow;
  }
  Value swallow = run(leave, {Value(type_of(exception)), exception, Value::none()});
  if (!truth(swallow)) throw PythonException{exception};
  return Flow::Next;
}

Flow Interpreter::execute_try(Frame& frame, const Node& node) {
  const Ast& ast = *frame.file->ast;
  auto children = ast.children_of(node);
  NodeId orelse = children[1], finally = children[2];
  Flow flow = Flow::Next;
  Value exception;   // handled outside of the C++ handler: a generator may switch stacks in there
  Frame* here = frame_;
  Value* slots = slot_top_;
  uint32_t depth = depth_;
  auto attempt = [&](auto&& action) {
    exception = Value();
    try {
      action();
    } catch (PythonException& thrown) {
      exception = thrown.value;
    }
    frame_ = here;
    slot_top_ = slots;
    depth_ = depth;
  };
  ++frame.try_depth;
  attempt([&] { flow = execute_block(frame, children[0]); });
  --frame.try_depth;
  if (exception.defined() && ended_) throw PythonException{exception};
  if (exception.defined()) {
    for (size_t i = 3; i < children.size(); ++i) {
      const Node& handler = ast[children[i]];
      NodeId type = ast.child(handler, 0);
      Value caught = exception;
      bool matches = type == no_node;
      if (!matches) {
        attempt([&] { matches = is_instance(caught, evaluate(frame, type)); });
        if (exception.defined()) break;   // the handler's own expression failed
        exception = caught;
      }
      if (!matches) continue;
      Value outer = frame.handled;
      frame.handled = caught;
      bool named = !ast.symbol(handler).empty();
      attempt([&] {
        if (named) store_name(frame, children[i], caught);
        flow = execute_block(frame, ast.child(handler, 1));
      });
      if (named) unbind(frame, children[i]);   // `except E as e` takes `e` away at its end
      if (exception.defined() && !exception.identical(caught)) {
        if (auto* instance = exception.as<Instance>()) {
          if (instance->attributes == nullptr) instance->attributes = dict();
          if (instance->attributes->find(names::__context__) == nullptr) instance->attributes->set(*this, names::__context__, caught);
        }
      }
      frame.handled = outer;
      break;
    }
  } else if (flow == Flow::Next && orelse != no_node) {
    attempt([&] { flow = execute_block(frame, orelse); });
  }
  if (finally != no_node) {
    Value pending = exception, returned = result;
    Flow last = Flow::Next;
    attempt([&] { last = execute_block(frame, finally); });
    if (exception.defined()) throw PythonException{exception};
    if (last != Flow::Next) return last;   // a `return` in `finally` swallows the exception
    exception = pending;
    result = returned;
  }
  if (exception.defined()) throw PythonException{exception};
  return flow;
}

Flow Interpreter::execute(Frame& frame, NodeId id) {
  const Ast& ast = *frame.file->ast;
  const Node& node = ast[id];
  if (((steps_ + 1) & 1023) == 0 || steps_ + 1 >= limits_.steps) {
    count_step(frame, node.line);
  } else {   // the same, in place
    frame.line = node.line;
    ++steps_;
  }
  switch (node.kind) {
    case NodeKind::ExpressionStatement: {
      RaisedFlag ignored(frame.ignores);
      evaluate(frame, ast.child(node, 0));
      return Flow::Next;
    }
    case NodeKind::Assign: {
      auto children = ast.children_of(node);
      Value value = evaluate(frame, children[0]);
      for (size_t i = 1; i < children.size(); ++i) assign(frame, children[i], value);
      return Flow::Next;
    }
    case NodeKind::AnnAssign: {
      if (frame.function == nullptr && ast[ast.child(node, 0)].kind == NodeKind::Name && frame.names != nullptr) {
        Value* annotations = frame.names->find(names::__annotations__);
        Dict* table = annotations != nullptr ? annotations->as<Dict>() : nullptr;
        if (table == nullptr) {
          table = dict();
          frame.names->set(*this, names::__annotations__, table);
        }
        table->set(*this, ast.symbol(ast[ast.child(node, 0)]), str(expression_text(ast, ast.child(node, 1))));
      }
      if (NodeId value = ast.child(node, 2); value != no_node) assign(frame, ast.child(node, 0), evaluate(frame, value));
      return Flow::Next;
    }
    case NodeKind::AugAssign: {
      auto op = static_cast<syntax::BinaryOperator>(node.flag);
      NodeId target = ast.child(node, 0);
      const Node& t = ast[target];
      if (t.kind == NodeKind::Attribute) {
        Value object = evaluate(frame, ast.child(t, 0));
        Value old = get_attribute(object, ast.symbol(t));
        set_attribute(object, ast.symbol(t), in_place(op, old, evaluate(frame, ast.child(node, 1))));
      } else if (t.kind == NodeKind::Subscript) {
        Value object = evaluate(frame, ast.child(t, 0));
        Value index = evaluate(frame, ast.child(t, 1));
        Value old = get_item(object, index);
        set_item(object, index, in_place(op, old, evaluate(frame, ast.child(node, 1))));
      } else {
        Value old = evaluate_name(frame, target);
        store_name(frame, target, in_place(op, old, evaluate(frame, ast.child(node, 1))));
      }
      return Flow::Next;
    }
    case NodeKind::Return:
      result = ast.child(node, 0) == no_node ? Value::none() : evaluate(frame, ast.child(node, 0));
      return Flow::Return;
    case NodeKind::If: {
      NodeId condition = ast.child(node, 0);
      bool negated = ast[condition].kind == NodeKind::UnaryOp && static_cast<syntax::UnaryOperator>(ast[condition].flag) == syntax::UnaryOperator::Not;
      Value v = evaluate(frame, negated ? ast.child(ast[condition], 0) : condition);
      if (depends_on_data(v) && is_guard(ast, node)) return Flow::Next;
      if (truth(v) != negated) return execute_block(frame, ast.child(node, 1));
      NodeId orelse = ast.child(node, 2);
      return orelse == no_node ? Flow::Next : execute_block(frame, orelse);
    }
    case NodeKind::For: return execute_for(frame, node);
    case NodeKind::While: {
      while (truth(evaluate(frame, ast.child(node, 0)))) {
        Flow flow = execute_block(frame, ast.child(node, 1));
        if (flow == Flow::Break) return Flow::Next;
        if (flow == Flow::Return) return flow;
        count_step(frame, node.line);
      }
      NodeId orelse = ast.child(node, 2);
      return orelse == no_node ? Flow::Next : execute_block(frame, orelse);
    }
    case NodeKind::Break: return Flow::Break;
    case NodeKind::Continue: return Flow::Continue;
    case NodeKind::Pass:
    case NodeKind::Global:
    case NodeKind::Nonlocal: return Flow::Next;
    case NodeKind::FunctionDef: {
      Value made = make_function(frame, id);
      for (uint32_t i = node.child_count; i > 3; --i) {
        Value decorator = evaluate(frame, ast.child(node, i - 1));
        Value decorated = call(decorator, {made});
        if (decorated.as<Unknown>() == nullptr) made = decorated;   // an unknown decorator leaves the function as it is
      }
      store_name(frame, id, made);
      return Flow::Next;
    }
    case NodeKind::ClassDef: execute_class(frame, id); return Flow::Next;
    case NodeKind::Import:
    case NodeKind::ImportFrom: execute_import(frame, id); return Flow::Next;
    case NodeKind::Assert: {
      if (truth(evaluate(frame, ast.child(node, 0)))) return Flow::Next;
      NodeId message = ast.child(node, 1);
      std::vector<Value> arguments;
      if (message != no_node) arguments.push_back(evaluate(frame, message));
      throw PythonException{make_exception(builtin_class("AssertionError"), std::move(arguments))};
    }
    case NodeKind::Raise: {
      if (ast.child(node, 0) == no_node) {
        for (Frame* f = &frame; f != nullptr; f = f->back) {
          if (f->handled.defined()) throw PythonException{f->handled};
        }
        raise("RuntimeError", "No active exception to reraise");
      }
      Value exception = evaluate(frame, ast.child(node, 0));
      if (exception.as<Class>() != nullptr) exception = call(exception);
      if (exception.as<Unknown>() != nullptr) raise("RuntimeError", "an unknown exception: " + exception.as<Unknown>()->path);
      if (!exception_matches(exception, "BaseException")) raise_type_error("exceptions must derive from BaseException");
      if (NodeId cause_node = ast.child(node, 1); cause_node != no_node) {
        static const Symbol suppress("__suppress_context__");
        Value cause = evaluate(frame, cause_node);
        if (cause.as<Class>() != nullptr) cause = call(cause);
        if (!cause.is_none() && !exception_matches(cause, "BaseException")) raise_type_error("exception causes must derive from BaseException");
        set_attribute_plain(exception, names::__cause__, cause);
        set_attribute_plain(exception, suppress, Value::of(true));
      }
      throw PythonException{exception};
    }
    case NodeKind::Try: return execute_try(frame, node);
    case NodeKind::With: return execute_with(frame, node, 1);
    case NodeKind::Delete:
      for (NodeId target : ast.children_of(node)) delete_target(frame, target);
      return Flow::Next;
    case NodeKind::Match: return execute_match(frame, node);
    case NodeKind::SyntaxError: raise("SyntaxError", ast.first_error.empty() ? "invalid syntax" : ast.first_error);
    default: evaluate(frame, id); return Flow::Next;
  }
}

}  // namespace fusescout::python
