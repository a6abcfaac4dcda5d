// The statement `class`: bases, metaclass, body, and what `type` does with them.
#include "python/interpreter.h"
#include "python/names.h"
#include "python/scope.h"

namespace fusescout::python {

using syntax::Ast;
using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

void Interpreter::execute_class(Frame& frame, NodeId id) {
  const Ast& ast = *frame.file->ast;
  const Node& node = ast[id];
  Symbol name = ast.symbol(node);
  std::vector<Value> bases;
  std::vector<KeywordArgument> keywords;
  Value metaclass;
  if (NodeId arguments = ast.child(node, 1); arguments != no_node) {
    for (NodeId a : ast.children_of(ast[arguments])) {
      const Node& argument = ast[a];
      if (argument.kind == NodeKind::Keyword && !ast.symbol(argument).empty()) {
        Value value = evaluate(frame, ast.child(argument, 0));
        if (ast.symbol(argument) == names::metaclass) metaclass = value;
        else keywords.push_back({ast.symbol(argument), value});
      } else if (argument.kind == NodeKind::Keyword) {
        if (auto* mapping = unwrap(evaluate(frame, ast.child(argument, 0))).as<Dict>()) {
          for (const Dict::Entry& e : mapping->entries) {
            if (e.key.defined()) keywords.push_back({Symbol(text_of(e.key)), e.value});
          }
        }
      } else if (argument.kind == NodeKind::Starred) {
        for (const Value& v : to_vector(evaluate(frame, ast.child(argument, 0)))) bases.push_back(v);
      } else {
        bases.push_back(evaluate(frame, a));
      }
    }
  }
  // Generic[T], Protocol[T], a type alias: what it stands for as a base.
  Tuple* original = make<Tuple>(bases);
  std::vector<Value> resolved;
  for (const Value& base : bases) {
    Value entries = base.as<Class>() != nullptr ? Value() : find_attribute(base, names::__mro_entries__);
    if (!entries.defined() || base.as<Unknown>() != nullptr) resolved.push_back(base);
    else for (const Value& v : to_vector(call(entries, {original}))) resolved.push_back(v);
  }
  for (const Value& base : resolved) {
    auto* base_class = base.as<Class>();
    if (!metaclass.defined() && base_class != nullptr && base_class->metaclass != nullptr) metaclass = base_class->metaclass;
    // The most derived metaclass wins.
    if (auto* chosen = metaclass.as<Class>(); base_class != nullptr && base_class->metaclass != nullptr && chosen != nullptr && base_class->metaclass->derives_from(chosen)) {
      metaclass = base_class->metaclass;
    }
  }
  Dict* names = dict();
  if (auto* meta = metaclass.as<Class>()) {
    Value prepare = find_in_class(meta, names::__prepare__);
    if (prepare.defined()) {
      std::vector<Value> positional{str(name), tuple(resolved)};
      Value prepared = unwrap(call(bind(prepare, Value(), meta), Arguments{positional, keywords}));
      if (prepared.as<Dict>() != nullptr) names = prepared.as<Dict>();
    }
  }
  std::string qualname = frame.qualname.empty() ? name.str() : frame.qualname.str() + (frame.function != nullptr ? ".<locals>." : ".") + name.str();
  names->set(*this, names::__module__, str(frame.module->name));
  static const Symbol orig_bases("__orig_bases__");
  if (resolved.size() != bases.size() || !std::equal(bases.begin(), bases.end(), resolved.begin(), [](const Value& a, const Value& b) { return a.identical(b); }))
    names->set(*this, orig_bases, original);
  names->set(*this, names::__qualname__, str(qualname));

  CodeScope* scope = resolve_scope(*frame.file, id);
  std::vector<Value> slots(scope->slot_count);
  for (uint32_t i = 0; i < scope->slot_count; ++i) {
    if (scope->is_cell[i]) slots[i] = make<Cell>();
  }
  std::vector<Cell*> closure;
  for (uint32_t from : scope->captured_from) {
    uint32_t index = resolution_index(from);
    closure.push_back(resolution_kind(from) == NameKind::Free ? (*frame.closure)[index] : frame.slots[index].as<Cell>());
  }
  Frame body;
  body.back = frame_;
  body.file = frame.file;
  body.scope = scope;
  body.module = frame.module;
  body.names = names;
  body.slots = slots.data();
  body.closure = &closure;
  body.class_cell = make<Cell>();
  body.line = node.line;
  body.qualname = Symbol(qualname);
  frame_ = &body;
  NodeId block = ast.child(node, 0);
  if (std::string_view doc = ast.docstring(id); !doc.empty()) names->set(*this, names::__doc__, str(Symbol(doc)));
  try {
    execute_block(body, block);
  } catch (...) {
    frame_ = body.back;
    throw;
  }
  frame_ = body.back;
  frame.line = node.line;

  Value made;
  Cell* outer_cell = new_class_cell_;
  new_class_cell_ = body.class_cell;
  struct RestoreCell {
    Cell*& cell;
    Cell* outer;
    ~RestoreCell() { cell = outer; }
  } restore_cell{new_class_cell_, outer_cell};
  Class* meta = metaclass.as<Class>();
  if (meta != nullptr && meta != builtin_class("type")) {
    std::vector<Value> positional{str(name), tuple(resolved), names};
    made = call(metaclass, Arguments{positional, keywords});
  } else if (metaclass.defined() && meta == nullptr && metaclass.as<Unknown>() == nullptr) {
    std::vector<Value> positional{str(name), tuple(resolved), names};   // a function as metaclass
    made = call(metaclass, Arguments{positional, keywords});
  } else {
    made = create_class(nullptr, name, resolved, names, Arguments{{}, keywords});
  }
  if (auto* cls = made.as<Class>()) {
    body.class_cell->value = cls;
    cls->file = frame.file->path;
    cls->line = node.line;
  }
  for (size_t i = node.child_count; i > 2; --i) {
    Value decorator = evaluate(frame, ast.child(node, static_cast<uint32_t>(i - 1)));
    Value decorated = call(decorator, {made});
    if (decorated.as<Unknown>() == nullptr) made = decorated;
  }
  store_name(frame, id, made);
}

}  // namespace fusescout::python
