// The statements `import` and `from ... import`: what they bind, and when they run the module at once.
#include <algorithm>

#include "python/interpreter.h"
#include "python/names.h"
#include "python/scope.h"
#include "syntax/outline.h"

namespace fusescout::python {

using syntax::Ast;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

Symbol Interpreter::absolute_module(Module* from, Symbol name, uint32_t dots) {
  if (dots == 0) return name;
  std::string base = from->name.str();
  uint32_t up = from->package ? dots - 1 : dots;
  for (; up > 0 && !base.empty(); --up) {
    size_t dot = base.rfind('.');
    base.resize(dot == std::string::npos ? 0 : dot);
  }
  if (name.empty()) return Symbol(base);
  return Symbol(base.empty() ? name.str() : base + "." + name.str());
}

Value Interpreter::bind_import(Frame& frame, Symbol module, Symbol attribute) {
  // At module level the import happens when the module itself is imported; inside a function, now.
  uint32_t epoch = frame.function == nullptr && !frame.module->on_time ? std::min(frame.module->import_epoch, epoch_) : epoch_;
  Module* target = module_in_packages(module, epoch);
  auto* lazy = make<LazyImport>(module, attribute, epoch, frame.file->path, frame.line);
  if (frame.try_depth == 0) return lazy;
  // Inside `try` the program wants to know whether it is there.
  bool made = target->file == nullptr && target->get_attribute == nullptr && target->state == Module::State::Loaded;   // put there by a program
  if (!made && !module_exists(module) && !loader_.installed(module)) raise_missing(module);
  return attribute.empty() ? Value(lazy) : force(lazy);
}

namespace {

bool only_imports(const Ast& ast) {
  auto statements = ast.children_of(ast[ast.root]);
  return std::all_of(statements.begin(), statements.end(), [&](NodeId id) {
    NodeKind kind = ast[id].kind;
    return kind == NodeKind::Import || kind == NodeKind::ImportFrom || kind == NodeKind::If || kind == NodeKind::ExpressionStatement;
  });
}

// Nothing reads the name that an import binds: it is made for what the imported module does.
bool never_read(const Frame& frame, NodeId alias, Symbol name) {
  const CodeFile& file = *frame.file;
  const Ast& ast = *file.ast;
  uint32_t symbol = 0;
  while (symbol < ast.symbols.size() && ast.symbols[symbol] != name) ++symbol;
  uint32_t first_line = 0, last_line = UINT32_MAX;
  if (frame.function != nullptr) {
    first_line = ast[frame.function->node].line;
    last_line = ast[frame.function->node].end_line;
  }
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& node = ast[id];
    if (node.kind == NodeKind::Name && node.value == symbol && id != alias && node.line >= first_line && node.line <= last_line) return false;
  }
  if (frame.function != nullptr || !syntax::is_outlined(ast)) return true;
  const syntax::OutlinedAst& outline = syntax::as_outlined(ast);
  if (outline.read.contains(name.view())) return false;
  if (!outline.mentioned.contains(name.view())) return true;
  std::shared_ptr<const Ast> whole = outline.parse_whole();
  return std::none_of(whole->nodes.begin(), whole->nodes.end(), [&](const Node& n) { return n.kind == NodeKind::Name && whole->symbol(n) == name; });
}

}  // namespace

void Interpreter::execute_import(Frame& frame, NodeId id) {
  const Ast& ast = *frame.file->ast;
  const Node& node = ast[id];
  for (NodeId alias_id : ast.children_of(node)) {
    const Node& alias = ast[alias_id];
    Symbol name = ast.symbol(alias), as = ast.symbols[alias.value2];
    if (node.kind == NodeKind::Import) {
      Symbol first(name.view().substr(0, name.view().find('.')));
      Value value = bind_import(frame, name, Symbol());
      if (as.empty() && first != name) value = bind_import(frame, first, Symbol());   // `import a.b.c` binds `a`
      if (module_exists(name) && never_read(frame, alias_id, as.empty() ? first : as)) {
        // For what it does; if it is a package, for what those of its modules do that its own body only mentions.
        Module* target = module_for(name, epoch_);
        load(target);
        for (size_t i = 0; target->package && frame.function != nullptr && i < target->dict->entries.size(); ++i) {
          auto* lazy = target->dict->entries[i].value.as<LazyImport>();
          if (lazy != nullptr && lazy->module == name && module_exists(Symbol(name.str() + "." + lazy->attribute.str()))) force(lazy);
        }
      }
      store_name(frame, alias_id, value);
      continue;
    }
    Symbol module = absolute_module(frame.module, ast.symbol(node), node.flag);
    if (name != Symbol("*")) {
      Value value = bind_import(frame, module, name);
      auto* lazy = value.as<LazyImport>();
      // In a module this may be a name for others to import; a package that only takes its own modules does so for what they do.
      bool own = module == frame.module->name && only_imports(ast) && module_exists(Symbol(module.str() + "." + name.str()));
      bool acts = lazy != nullptr && (frame.function != nullptr || own);
      if (acts && never_read(frame, alias_id, as.empty() ? name : as)) value = force(lazy);
      store_name(frame, alias_id, value);
      continue;
    }
    Module* source = module_for(module, frame.function == nullptr && !frame.module->on_time ? frame.module->import_epoch : epoch_);
    load(source);
    std::vector<Symbol> exported;
    Value* all = source->dict->find(names::__all__);
    if (all != nullptr && unwrap(*all).as<Unknown>() == nullptr) {
      for (const Value& v : to_vector(*all)) exported.emplace_back(text_of(v));
    } else {
      for (const Dict::Entry& e : source->dict->entries) {
        if (e.key.defined() && !e.key.as<Str>()->text.starts_with('_')) exported.push_back(e.key.as<Str>()->symbol());
      }
    }
    for (Symbol n : exported) {
      Value v = module_attribute(source, n, source->import_epoch);
      if (v.defined()) (frame.names != nullptr ? frame.names : frame.module->dict)->set(*this, n, v);
    }
  }
}

}  // namespace fusescout::python
