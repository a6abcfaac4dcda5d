// Calls: binding arguments to parameters, running function bodies.
#include "base/check.h"
#include "python/interpreter.h"
#include "python/names.h"
#include "python/scope.h"
#include "python/small_vector.h"

namespace fusescout::python {

using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::ParameterKind;

Value Interpreter::call(const Value& callee, std::initializer_list<Value> positional) {
  return call(callee, Arguments{std::span<const Value>(positional.begin(), positional.size()), {}});
}

Value Interpreter::call(const Value& callee, const Arguments& arguments) {
  if (!callee.is_object()) raise_type_error("'" + type_name(callee) + "' object is not callable");
  switch (callee.object->kind) {
    case Kind::Function: return call_function(static_cast<Function*>(callee.object), arguments);
    case Kind::NativeFunction: {
      auto* native = static_cast<NativeFunction*>(callee.object);
      if (native->strict) {
        for (const Value& v : arguments.positional) {
          if (v.is_object() && v.object->kind == Kind::Unknown) return v;
        }
      }
      Value made = native->body(*this, arguments);
      return made.defined() ? made : Value::none();
    }
    case Kind::BoundMethod: {
      auto* method = static_cast<BoundMethod*>(callee.object);
      SmallVector<Value, 8> positional;
      positional.push_back(method->self);
      positional.append(arguments.positional);
      return call(method->function, Arguments{positional.span(), arguments.keywords});
    }
    case Kind::Class: {
      auto* cls = static_cast<Class*>(callee.object);
      if (cls->metaclass != nullptr) {
        Value custom = find_in_class(cls->metaclass, names::__call__);
        if (custom.defined() && !custom.identical(find_in_class(type_class_, names::__call__))) {
          SmallVector<Value, 8> positional;
          positional.push_back(callee);
          positional.append(arguments.positional);
          return call(custom, Arguments{positional.span(), arguments.keywords});
        }
      }
      return instantiate(cls, arguments);
    }
    case Kind::StaticMethod: return call(static_cast<StaticMethod*>(callee.object)->function, arguments);
    case Kind::Instance: {
      Value method = find_in_class(static_cast<Instance*>(callee.object)->cls, names::__call__);
      if (!method.defined()) raise_type_error("'" + type_name(callee) + "' object is not callable");
      return call(bind(method, callee, static_cast<Instance*>(callee.object)->cls), arguments);
    }
    case Kind::Unknown: {
      auto* unknown = static_cast<Unknown*>(callee.object);
      if (unknown_call_hook) {
        Value made = unknown_call_hook(*this, *unknown, arguments);
        if (made.defined()) return made;
      }
      return make<Unknown>(unknown->reason, unknown->path + "()", unknown->file, unknown->line);
    }
    case Kind::LazyImport: return call(force(static_cast<LazyImport*>(callee.object)), arguments);
    default: break;
  }
  raise_type_error("'" + type_name(callee) + "' object is not callable");
}

void Interpreter::bind_parameters(Function* function, const Arguments& arguments, Value* slots) {
  const CodeScope& scope = *function->scope;
  size_t count = scope.parameter_kinds.size(), next = 0, given = arguments.positional.size();
  Dict* extra = nullptr;
  auto name = [&] { return function->qualname.str() + "()"; };
  size_t positional_capacity = 0;
  for (size_t i = 0; i < count; ++i) {
    switch (scope.parameter_kinds[i]) {
      case ParameterKind::PositionalOnly:
      case ParameterKind::Normal:
        ++positional_capacity;
        if (next < given) slots[i] = arguments.positional[next++];
        break;
      case ParameterKind::Star: {
        std::vector<Value> rest(arguments.positional.begin() + static_cast<ptrdiff_t>(next), arguments.positional.end());
        next = given;
        slots[i] = tuple(std::move(rest));
        break;
      }
      case ParameterKind::KeywordOnly: break;
      case ParameterKind::DoubleStar:
        extra = dict();
        slots[i] = extra;
        break;
    }
  }
  if (next < given) {
    size_t optional = 0;
    for (size_t i = 0; i < count && i < function->defaults.size(); ++i) optional += scope.parameter_kinds[i] <= ParameterKind::Normal && function->defaults[i].defined();
    std::string takes = (optional > 0 ? "from " + std::to_string(positional_capacity - optional) + " to " : "") + std::to_string(positional_capacity);
    if (!misfit(function->file->path, name() + " takes " + takes + " positional arguments, the others are left out")) {
      raise_type_error(name() + " takes " + takes + " positional argument" + (takes == "1" ? "" : "s") + " but " + std::to_string(given) + (given == 1 ? " was" : " were") + " given");
    }
  }
  for (const KeywordArgument& keyword : arguments.keywords) {
    bool found = false;
    for (size_t i = 0; i < count && !found; ++i) {
      ParameterKind kind = scope.parameter_kinds[i];
      if (scope.parameter_names[i] != keyword.name || (kind != ParameterKind::Normal && kind != ParameterKind::KeywordOnly)) continue;
      if (slots[i].defined()) raise_type_error(name() + " got multiple values for argument '" + keyword.name.str() + "'");
      slots[i] = keyword.value;
      found = true;
    }
    if (found) continue;
    if (extra == nullptr) {
      std::string positional_only;
      for (const KeywordArgument& k : arguments.keywords) {
        for (size_t i = 0; i < count; ++i) {
          if (scope.parameter_names[i] == k.name && scope.parameter_kinds[i] == ParameterKind::PositionalOnly) positional_only += (positional_only.empty() ? "" : ", ") + k.name.str();
        }
      }
      if (!positional_only.empty()) raise_type_error(name() + " got some positional-only arguments passed as keyword arguments: '" + positional_only + "'");
    }
    if (extra == nullptr) {
      if (misfit(function->file->path, name() + " takes no `" + keyword.name.str() + "`, which is left out")) continue;
      raise_type_error(name() + " got an unexpected keyword argument '" + keyword.name.str() + "'");
    }
    extra->set(*this, keyword.name, keyword.value);
  }
  std::vector<std::string> missing, missing_keywords;
  for (size_t i = 0; i < count; ++i) {
    if (!slots[i].defined() && i < function->defaults.size()) slots[i] = function->defaults[i];
    if (!slots[i].defined() && misfit(function->file->path, name() + " wants a `" + scope.parameter_names[i].str() + "`, which is unknown")) {
      slots[i] = unknown("an argument that the caller does not know", scope.parameter_names[i].str());
    }
    if (!slots[i].defined()) {
      (scope.parameter_kinds[i] == ParameterKind::KeywordOnly ? missing_keywords : missing).push_back("'" + scope.parameter_names[i].str() + "'");
    }
  }
  for (auto [list, what] : {std::pair{&missing, "positional"}, std::pair{&missing_keywords, "keyword-only"}}) {
    if (list->empty()) continue;
    std::string text;
    for (size_t i = 0; i < list->size(); ++i) {
      if (i > 0) text += i + 1 < list->size() ? ", " : list->size() > 2 ? ", and " : " and ";
      text += (*list)[i];
    }
    raise_type_error(name() + " missing " + std::to_string(list->size()) + " required " + what + " argument" + (list->size() == 1 ? "" : "s") + ": " + text);
  }
  for (size_t i = 0; i < count; ++i) {
    if (scope.is_cell[i]) {
      Cell* cell = make<Cell>();
      cell->value = slots[i];
      slots[i] = cell;
    }
  }
}

// generator.cpp
Value make_generator(Interpreter& interpreter, Function* function, Frame frame, std::vector<Value> slots);

Value Interpreter::call_function(Function* function, const Arguments& arguments) {
  if (call_hook) {
    Value replaced = call_hook(*this, function, arguments);
    if (replaced.defined()) return replaced;
  }
  if (is_elided(*function)) {
    const syntax::Ast& ast = complete(*function);
    if (ast.first_error_line != 0) note(NoteKind::Unsupported, function->file->path.str() + ":" + std::to_string(ast.first_error_line) + ": syntax error: " + ast.first_error);
    if (is_elided(*function)) raise("SyntaxError", "invalid syntax in " + function->qualname.str());
  }
  const Node& node = (*function->file->ast)[function->node];
  const CodeScope& scope = *function->scope;
  Frame frame;
  frame.back = frame_;
  frame.file = function->file;
  frame.scope = function->scope;
  frame.module = function->module;
  frame.function = function;
  frame.closure = &function->closure;
  frame.class_cell = function->class_cell;
  frame.line = node.line;
  frame.qualname = function->qualname;

  bool is_generator = node.kind == NodeKind::GeneratorExp || (node.kind == NodeKind::FunctionDef && node.flag != 0);   // or a coroutine
  if (is_generator) {
    std::vector<Value> slots(scope.slot_count);
    bind_parameters(function, arguments, slots.data());
    for (size_t i = scope.parameter_kinds.size(); i < slots.size(); ++i) {
      if (scope.is_cell[i]) slots[i] = make<Cell>();
    }
    return make_generator(*this, function, frame, std::move(slots));
  }
  Value* slots = slot_top_;
  if (depth_ >= limits_.depth || slots + scope.slot_count > slot_end_ || reinterpret_cast<std::byte*>(&frame) < stack_limit_) {
    note(NoteKind::Limit, "calls are nested more than " + std::to_string(limits_.depth) + " deep");
    raise("RecursionError", "maximum recursion depth exceeded");
  }
  for (uint32_t i = 0; i < scope.slot_count; ++i) new (slots + i) Value();
  // Restores the caller's state however the body ends.
  struct Restore {
    Interpreter& interpreter;
    Frame* frame;
    Value* slots;
    ~Restore() {
      interpreter.frame_ = frame;
      interpreter.slot_top_ = slots;
      --interpreter.depth_;
    }
  } restore{*this, frame_, slots};
  ++depth_;
  slot_top_ = slots + scope.slot_count;
  frame.slots = slots;
  bind_parameters(function, arguments, slots);
  for (size_t i = scope.parameter_kinds.size(); i < scope.slot_count; ++i) {
    if (scope.is_cell[i]) slots[i] = make<Cell>();
  }
  frame_ = &frame;
  return run_body(function, frame);
}

Value Interpreter::run_body(Function* function, Frame& frame) {
  const syntax::Ast& ast = *function->file->ast;
  const Node& node = ast[function->node];
  if (node.kind == NodeKind::GeneratorExp) {
    run_generator_expression(frame, node);
    return Value::none();
  }
  NodeId body = ast.child(node, 1);
  if (node.kind == NodeKind::Lambda) return evaluate(frame, body);
  try {
    if (execute_block(frame, body) == Flow::Return) return result;
  } catch (PythonException& exception) {
    add_to_traceback(exception, frame);
    throw;
  }
  return Value::none();
}

// Innermost first, for people.
void Interpreter::add_to_traceback(const PythonException& exception, const Frame& frame) {
  auto* instance = exception.value.as<Instance>();
  if (instance == nullptr) return;
  if (instance->attributes == nullptr) instance->attributes = dict();
  Value* trace = instance->attributes->find(names::__traceback__);
  List* entries = trace != nullptr ? trace->as<List>() : nullptr;
  if (entries == nullptr) {
    entries = make<List>();
    instance->attributes->set(*this, names::__traceback__, entries);
  }
  if (entries->items.size() < 60) entries->items.push_back(tuple({str(frame.file->path), Value::of(int64_t{frame.line})}));
}

Value Interpreter::make_function(Frame& frame, NodeId id) {
  const syntax::Ast& ast = *frame.file->ast;
  const Node& node = ast[id];
  auto* function = make<Function>();
  function->file = frame.file;
  function->node = id;
  function->scope = resolve_scope(*frame.file, id);
  function->module = frame.module;
  function->class_cell = frame.class_cell;
  function->name = node.kind == NodeKind::FunctionDef ? ast.symbol(node) : Symbol(node.kind == NodeKind::Lambda ? "<lambda>" : "<genexpr>");
  if (frame.qualname.empty()) function->qualname = function->name;
  else function->qualname = Symbol(frame.qualname.str() + (frame.function != nullptr ? ".<locals>." : ".") + function->name.str());
  for (uint32_t from : function->scope->captured_from) {
    uint32_t index = resolution_index(from);
    if (resolution_kind(from) == NameKind::Free) function->closure.push_back((*frame.closure)[index]);
    else function->closure.push_back(frame.slots[index].as<Cell>());
    CHECK(function->closure.back() != nullptr);
  }
  if (node.kind != NodeKind::GeneratorExp) {
    for (NodeId parameter : ast.children_of(ast[ast.child(node, 0)])) {
      NodeId value = ast.child(ast[parameter], 0);
      function->defaults.push_back(value == no_node ? Value() : evaluate(frame, value));
    }
  }
  return function;
}

bool Interpreter::is_callable(const Value& v) {
  if (!v.is_object()) return false;
  switch (v.object->kind) {
    case Kind::Function:
    case Kind::NativeFunction:
    case Kind::BoundMethod:
    case Kind::Class:
    case Kind::StaticMethod:
    case Kind::Unknown: return true;
    case Kind::LazyImport: return is_callable(force(static_cast<LazyImport*>(v.object)));
    case Kind::Instance: return find_in_class(static_cast<Instance*>(v.object)->cls, names::__call__).defined();
    default: return false;
  }
}

}  // namespace fusescout::python
