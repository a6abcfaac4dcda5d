#include "python/scope.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "base/check.h"
#include "syntax/outline.h"

namespace fusescout::python {
namespace {

using syntax::Ast;
using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

enum class ScopeType { Function, Class, Module };

// Where CodeFile::resolution has its index: a FunctionDef and a ClassDef are names themselves, their bodies are none.
NodeId place_of_scope(const Ast& ast, NodeId id) {
  const Node& node = ast[id];
  if (node.kind == NodeKind::FunctionDef) return ast.child(node, 1);
  return node.kind == NodeKind::ClassDef ? ast.child(node, 0) : id;
}

// What is known of a scope while it is analysed. Comprehensions are no scopes of their own: their variables get slots of the scope
// around them, visible only inside (as PEP 709 does).
struct Scope {
  CodeScope* code = nullptr;
  Scope* parent = nullptr;
  ScopeType type = ScopeType::Function;
  std::unordered_map<Symbol, uint32_t> locals;                 // functions only: name to slot
  std::unordered_set<Symbol> bound, globals, nonlocals;
  std::vector<std::pair<NodeId, Symbol>> uses;                 // Name nodes that no comprehension binds
  std::unordered_set<NodeId> outer_uses;                       // those of `uses` that pass over the class
  std::vector<std::pair<NodeId, uint32_t>> slot_uses;          // Name nodes of comprehension variables
  std::vector<std::map<Symbol, uint32_t>> comprehensions;      // open ones, innermost last
  struct Child {
    NodeId node;
    std::map<Symbol, uint32_t> visible;                        // comprehension variables that it can capture
  };
  std::vector<Child> children;
  std::map<Symbol, uint32_t> visible_in_parent;                // comprehension variables of the parent around this scope
  std::vector<std::unique_ptr<Scope>> inner;

  uint32_t new_slot(Symbol name) {
    code->slot_names.push_back(name);
    code->is_cell.push_back(false);
    return code->slot_count++;
  }
};

class Analyser {
 public:
  explicit Analyser(CodeFile& file) : file_(file), ast_(*file.ast) {}

  CodeScope* run(NodeId node) {
    auto root = std::make_unique<Scope>();
    analyse(*root, node);
    finish(*root);
    return root->code;
  }

 private:
  const Node& at(NodeId id) const { return ast_[id]; }
  NodeId child(const Node& node, uint32_t i) const { return ast_.child(node, i); }

  void analyse(Scope& scope, NodeId id) {
    const Node& node = at(id);
    file_.scopes.push_back(std::make_unique<CodeScope>());
    scope.code = file_.scopes.back().get();
    scope.code->node = id;
    file_.resolution[place_of_scope(ast_, id)] = static_cast<uint32_t>(file_.scopes.size());
    switch (node.kind) {
      case NodeKind::FunctionDef:
      case NodeKind::Lambda:
        scope.type = ScopeType::Function;
        declare_parameters(scope, at(child(node, 0)));
        walk(scope, child(node, 1));
        break;
      case NodeKind::GeneratorExp:
        scope.type = ScopeType::Function;
        scope.code->parameter_kinds.push_back(syntax::ParameterKind::PositionalOnly);
        scope.code->parameter_names.push_back(Symbol(".0"));
        scope.new_slot(Symbol(".0"));
        walk_clauses(scope, node, 1, true);
        break;
      case NodeKind::ClassDef:
        scope.type = ScopeType::Class;
        walk(scope, child(node, 0));
        break;
      case NodeKind::Module:
        scope.type = ScopeType::Module;
        for (NodeId statement : ast_.children_of(node)) walk(scope, statement);
        break;
      default: CHECK(false);
    }
    scope.code->is_function = scope.type == ScopeType::Function;
    if (scope.type == ScopeType::Function) {
      for (Symbol name : scope.bound) {
        if (!scope.globals.contains(name) && !scope.nonlocals.contains(name) && !scope.locals.contains(name)) scope.locals[name] = scope.new_slot(name);
      }
    }
    for (const Scope::Child& c : scope.children) {
      auto inner = std::make_unique<Scope>();
      inner->parent = &scope;
      inner->visible_in_parent = c.visible;
      analyse(*inner, c.node);
      scope.inner.push_back(std::move(inner));
    }
    // Names that nothing here binds come from the enclosing functions, or are global.
    for (auto [use, name] : scope.uses) {
      if (scope.type == ScopeType::Function && scope.locals.contains(name)) continue;
      if (scope.globals.contains(name)) continue;
      // What a class binds itself is looked up there and in the module, not in the functions around.
      if (scope.type == ScopeType::Class && scope.bound.contains(name) && !scope.outer_uses.contains(use) && !scope.nonlocals.contains(name)) continue;
      capture(scope, name);
    }
    for (Symbol name : scope.nonlocals) capture(scope, name);
  }

  // The index of `name` among the free names of `scope`, added on the way from the function that binds it; -1: no function does.
  int capture(Scope& scope, Symbol name) {
    auto& free = scope.code->free_names;
    auto it = std::find(free.begin(), free.end(), name);
    if (it != free.end()) return static_cast<int>(it - free.begin());
    if (scope.parent == nullptr) return -1;
    uint32_t from;
    Scope& parent = *scope.parent;
    if (auto v = scope.visible_in_parent.find(name); v != scope.visible_in_parent.end()) {
      parent.code->is_cell[v->second] = true;
      from = resolution(NameKind::Slot, v->second);
    } else if (auto l = parent.locals.find(name); parent.type == ScopeType::Function && l != parent.locals.end()) {
      parent.code->is_cell[l->second] = true;
      from = resolution(NameKind::Slot, l->second);
    } else {
      if (parent.type == ScopeType::Function && parent.globals.contains(name)) return -1;
      int index = capture(parent, name);
      if (index < 0) return -1;
      from = resolution(NameKind::Free, static_cast<uint32_t>(index));
    }
    free.push_back(name);
    scope.code->captured_from.push_back(from);
    return static_cast<int>(free.size()) - 1;
  }

  void finish(Scope& scope) {
    CodeScope& code = *scope.code;
    auto slot = [&](uint32_t s) { return resolution(code.is_cell[s] ? NameKind::CellSlot : NameKind::Slot, s); };
    for (auto [node, s] : scope.slot_uses) file_.resolution[node] = slot(s);
    for (auto [node, name] : scope.uses) {
      uint32_t& r = file_.resolution[node];
      auto free = std::find(code.free_names.begin(), code.free_names.end(), name);
      uint32_t free_index = static_cast<uint32_t>(free - code.free_names.begin());
      bool is_free = free != code.free_names.end();
      if (scope.globals.contains(name)) r = resolution(NameKind::Global, 0);
      else if (scope.outer_uses.contains(node)) r = is_free ? resolution(NameKind::Free, free_index) : resolution(NameKind::Global, 0);
      else if (scope.type == ScopeType::Class && scope.bound.contains(name) && !scope.nonlocals.contains(name)) r = resolution(NameKind::ClassName, 0);
      else if (scope.type != ScopeType::Function) r = is_free ? resolution(NameKind::ClassFree, free_index) : resolution(NameKind::ClassName, 0);
      else if (auto l = scope.locals.find(name); l != scope.locals.end()) r = slot(l->second);
      else r = is_free ? resolution(NameKind::Free, free_index) : resolution(NameKind::Global, 0);
    }
    for (auto& inner : scope.inner) finish(*inner);
  }

  void declare_parameters(Scope& scope, const Node& parameters) {
    for (NodeId id : ast_.children_of(parameters)) {
      const Node& parameter = at(id);
      Symbol name = ast_.symbol(parameter);
      scope.code->parameter_kinds.push_back(static_cast<syntax::ParameterKind>(parameter.flag));
      scope.code->parameter_names.push_back(name);
      scope.locals[name] = scope.new_slot(name);
    }
  }

  void use(Scope& scope, NodeId id) {
    Symbol name = ast_.symbol(at(id));
    for (auto it = scope.comprehensions.rbegin(); it != scope.comprehensions.rend(); ++it) {
      if (auto found = it->find(name); found != it->end()) {
        scope.slot_uses.emplace_back(id, found->second);
        return;
      }
    }
    // A comprehension in a class body does not see the names of the class.
    if (scope.type == ScopeType::Class && !scope.comprehensions.empty()) scope.outer_uses.insert(id);
    scope.uses.emplace_back(id, name);
  }

  // A function, lambda, generator expression or class inside. At module level, and in classes there, they are analysed on their own and
  // only when they run, unless they can capture a comprehension's variable.
  void add_child(Scope& scope, NodeId id) {
    if (scope.comprehensions.empty() && !in_function(scope)) return;
    Scope::Child c{id, {}};
    for (const auto& comprehension : scope.comprehensions) {
      for (auto [name, slot] : comprehension) c.visible[name] = slot;
    }
    scope.children.push_back(std::move(c));
  }
  static bool in_function(const Scope& scope) {
    for (const Scope* s = &scope; s != nullptr; s = s->parent) {
      if (s->type == ScopeType::Function) return true;
    }
    return false;
  }

  void bind_targets(Scope& scope, NodeId id, bool comprehension = false) {
    const Node& node = at(id);
    switch (node.kind) {
      case NodeKind::Name:
        if (comprehension) {
          auto& names = scope.comprehensions.back();
          Symbol name = ast_.symbol(node);
          if (!names.contains(name)) names[name] = scope.new_slot(name);
          scope.slot_uses.emplace_back(id, names[name]);
        } else {
          scope.bound.insert(ast_.symbol(node));
          use(scope, id);
        }
        break;
      case NodeKind::Tuple:
      case NodeKind::List:
      case NodeKind::Starred:
        for (NodeId c : ast_.children_of(node)) bind_targets(scope, c, comprehension);
        break;
      default: walk(scope, id);   // attribute or subscript: its parts are read
    }
  }

  bool is_generator(const Scope& scope) const { return at(scope.code->node).kind == NodeKind::GeneratorExp; }

  // `:=` in a generator expression binds in the scope around it.
  void bind_walrus(Scope& scope, NodeId id) {
    if (id == no_node) return;
    const Node& node = at(id);
    if (node.kind == NodeKind::FunctionDef || node.kind == NodeKind::Lambda || node.kind == NodeKind::ClassDef) return;
    if (node.kind == NodeKind::NamedExpr) scope.bound.insert(ast_.symbol(at(child(node, 0))));
    for (NodeId c : ast_.children_of(node)) bind_walrus(scope, c);
  }

  // `first_clause`: index of the first Comprehension child. The outermost iterable belongs to the scope around.
  void walk_clauses(Scope& scope, const Node& node, uint32_t first_clause, bool own_scope) {
    auto children = ast_.children_of(node);
    if (!own_scope) walk(scope, child(at(children[first_clause]), 1));
    scope.comprehensions.emplace_back();
    for (uint32_t i = first_clause; i < children.size(); ++i) {
      const Node& clause = at(children[i]);
      auto parts = ast_.children_of(clause);
      if (i != first_clause) walk(scope, parts[1]);
      bind_targets(scope, parts[0], true);
      for (size_t p = 2; p < parts.size(); ++p) walk(scope, parts[p]);
    }
    for (uint32_t i = 0; i < first_clause; ++i) walk(scope, children[i]);
    scope.comprehensions.pop_back();
  }

  void walk_children(Scope& scope, const Node& node, uint32_t from = 0) {
    auto children = ast_.children_of(node);
    for (uint32_t i = from; i < children.size(); ++i) walk(scope, children[i]);
  }

  void walk_defaults(Scope& scope, const Node& parameters) {
    for (NodeId id : ast_.children_of(parameters)) walk(scope, child(at(id), 0));
  }

  void walk(Scope& scope, NodeId id) {
    if (id == no_node) return;
    const Node& node = at(id);
    switch (node.kind) {
      case NodeKind::Name: use(scope, id); break;
      case NodeKind::FunctionDef: {
        walk_defaults(scope, at(child(node, 0)));
        walk_children(scope, node, 3);
        scope.bound.insert(ast_.symbol(node));
        scope.uses.emplace_back(id, ast_.symbol(node));   // the definition itself stores the name
        add_child(scope, id);
        break;
      }
      case NodeKind::ClassDef:
        walk_children(scope, node, 1);
        scope.bound.insert(ast_.symbol(node));
        scope.uses.emplace_back(id, ast_.symbol(node));
        add_child(scope, id);
        break;
      case NodeKind::Lambda:
        walk_defaults(scope, at(child(node, 0)));
        add_child(scope, id);
        break;
      case NodeKind::GeneratorExp:
        walk(scope, child(at(child(node, 1)), 1));
        if (!is_generator(scope)) bind_walrus(scope, id);
        add_child(scope, id);
        break;
      case NodeKind::ListComp:
      case NodeKind::SetComp: walk_clauses(scope, node, 1, false); break;
      case NodeKind::DictComp: walk_clauses(scope, node, 2, false); break;
      case NodeKind::Assign: {
        auto children = ast_.children_of(node);
        walk(scope, children[0]);
        for (size_t i = 1; i < children.size(); ++i) bind_targets(scope, children[i]);
        break;
      }
      case NodeKind::AugAssign:
        bind_targets(scope, child(node, 0));
        walk(scope, child(node, 1));
        break;
      case NodeKind::AnnAssign:                            // annotations are never evaluated
        walk(scope, child(node, 2));
        bind_targets(scope, child(node, 0));
        break;
      case NodeKind::For:
        walk(scope, child(node, 1));
        bind_targets(scope, child(node, 0));
        walk_children(scope, node, 2);
        break;
      case NodeKind::WithItem:
        walk(scope, child(node, 0));
        if (child(node, 1) != no_node) bind_targets(scope, child(node, 1));
        break;
      case NodeKind::With:
        walk_children(scope, node, 1);
        walk(scope, child(node, 0));
        break;
      case NodeKind::ExceptHandler:
        walk(scope, child(node, 0));
        bind_name(scope, id, ast_.symbol(node));
        walk(scope, child(node, 1));
        break;
      case NodeKind::NamedExpr: {
        // Binds in the scope around any comprehension.
        walk(scope, child(node, 1));
        NodeId target = child(node, 0);
        if (!is_generator(scope)) scope.bound.insert(ast_.symbol(at(target)));   // else: see bind_walrus
        scope.uses.emplace_back(target, ast_.symbol(at(target)));
        break;
      }
      case NodeKind::Delete:
        for (NodeId c : ast_.children_of(node)) bind_targets(scope, c);
        break;
      case NodeKind::ImportAlias: {
        Symbol as(ast_.symbols[node.value2]);
        std::string_view name = ast_.symbol(node).view();
        if (name != "*") bind_name(scope, id, as.empty() ? Symbol(name.substr(0, name.find('.'))) : as);
        break;
      }
      case NodeKind::Global:
        for (NodeId c : ast_.children_of(node)) {
          scope.globals.insert(ast_.symbol(at(c)));
        }
        break;
      case NodeKind::Nonlocal:
        for (NodeId c : ast_.children_of(node)) scope.nonlocals.insert(ast_.symbol(at(c)));
        break;
      case NodeKind::PatternCapture:
      case NodeKind::PatternStar:
      case NodeKind::PatternMapping:
        bind_name(scope, id, ast_.symbol(node));
        walk_children(scope, node);
        break;
      case NodeKind::PatternAs:
        walk_children(scope, node);
        bind_name(scope, id, ast_.symbol(node));
        break;
      default: walk_children(scope, node);
    }
  }

  // A name that a node other than Name stores.
  void bind_name(Scope& scope, NodeId id, Symbol name) {
    if (name.empty()) return;
    scope.bound.insert(name);
    scope.uses.emplace_back(id, name);
  }

  CodeFile& file_;
  const Ast& ast_;
};

// The trees of elided functions, by the file that they belong to and their node there.
std::recursive_mutex completed_mutex;
std::unordered_map<const CodeFile*, std::unordered_map<NodeId, std::unique_ptr<CodeFile>>> completed;

}  // namespace

CodeFile::CodeFile(Symbol p, std::shared_ptr<const syntax::Ast> a)
    : path(p), ast(std::move(a)), resolution(ast->nodes.size(), 0) {}
CodeFile::~CodeFile() {
  std::unordered_map<NodeId, std::unique_ptr<CodeFile>> own;
  std::lock_guard lock(completed_mutex);
  if (auto it = completed.find(this); it != completed.end()) {
    own = std::move(it->second);
    completed.erase(it);
  }
}

CodeScope* resolve_scope(CodeFile& file, syntax::NodeId node) {
  uint32_t known = file.resolution[place_of_scope(*file.ast, node)];
  return known != 0 ? file.scopes[known - 1].get() : Analyser(file).run(node);
}

const Ast& complete(Function& function) {
  const Ast& ast = *function.file->ast;
  if (!is_elided(function)) return ast;
  CodeFile* file = nullptr;
  {
    std::lock_guard lock(completed_mutex);
    std::unique_ptr<CodeFile>& own = completed[function.file][function.node];
    if (!own) own = std::make_unique<CodeFile>(function.file->path, syntax::as_outlined(ast).parse_function(ast[ast.child(ast[function.node], 1)].value - 1));
    file = own.get();
  }
  NodeId node = syntax::function_in(*file->ast);
  if (node == no_node) return *file->ast;
  function.file = file;
  function.node = node;
  function.scope = resolve_scope(*file, node);
  return *file->ast;
}

}  // namespace fusescout::python
