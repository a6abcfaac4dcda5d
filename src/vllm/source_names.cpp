#include "vllm/source_names.h"

#include <algorithm>

namespace fusescout::vllm {

using syntax::Ast;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

std::string module_of(std::string_view path) {
  path.remove_suffix(std::min<size_t>(path.size(), 3));
  std::string module(path);
  std::replace(module.begin(), module.end(), '/', '.');
  if (module.ends_with(".__init__")) module.resize(module.size() - 9);
  return module;
}

void read_imports(SourceFile& file) {
  const Ast& ast = *file;
  bool package = file.path.ends_with("__init__.py");
  for (const Node& node : ast.nodes) {
    if (node.kind != NodeKind::Import && node.kind != NodeKind::ImportFrom) continue;
    std::string from(node.kind == NodeKind::ImportFrom ? ast.symbol(node).view() : "");
    if (node.kind == NodeKind::ImportFrom && node.flag > 0) {
      std::string base = file.module;
      for (int up = package ? 1 : 0; up < node.flag; ++up) base.resize(base.find('.') == std::string::npos ? 0 : base.rfind('.'));
      from = from.empty() ? base : base + "." + from;
    }
    for (NodeId id : ast.children_of(node)) {
      const Node& alias = ast[id];
      if (alias.kind != NodeKind::ImportAlias) continue;
      std::string_view name = ast.symbol(alias).view();
      Symbol as = ast.symbols[alias.value2];
      if (node.kind == NodeKind::ImportFrom) file.imports[as.empty() ? Symbol(name) : as] = from + "." + std::string(name);
      else if (!as.empty()) file.imports[as] = std::string(name);
      else file.imports[Symbol(name.substr(0, name.find('.')))] = std::string(name.substr(0, name.find('.')));
    }
  }
}

}  // namespace

diagnostics::Location Definition::location() const {
  if (node == syntax::no_node) return {Symbol(file->path), 1};
  // As Python counts: from the first decorator on.
  const Ast& ast = **file;
  const Node& n = ast[node];
  size_t decorators = n.kind == NodeKind::FunctionDef ? 3 : n.kind == NodeKind::ClassDef ? 2 : n.child_count;
  return {Symbol(file->path), n.child_count > decorators ? std::min(n.line, ast[ast.child(n, static_cast<uint32_t>(decorators))].line) : n.line};
}

const SourceFile* SourceNames::file(const std::string& path) {
  auto [at, added] = files_.try_emplace(path);
  if (!added) return at->second.get();
  for (const source::Tree* tree : trees_) {
    if (!path.starts_with(std::string(source::import_name(tree->package())) + "/")) continue;
    std::shared_ptr<const Ast> ast = asts_.whole(*tree, path);
    if (ast == nullptr) continue;
    at->second = std::make_unique<SourceFile>(SourceFile{path, module_of(path), std::move(ast), {}});
    read_imports(*at->second);
    return at->second.get();
  }
  return nullptr;
}

std::vector<const SourceFile*> SourceNames::files(const source::Tree& tree) {
  std::vector<const SourceFile*> result;
  for (const std::string& path : tree.files(source::import_name(tree.package()), ".py")) {
    if (const SourceFile* f = file(path)) result.push_back(f);
  }
  return result;
}

bool SourceNames::in_trees(std::string_view dotted) const {
  std::string_view root = dotted.substr(0, dotted.find('.'));
  return std::any_of(trees_.begin(), trees_.end(), [&](const source::Tree* tree) { return source::import_name(tree->package()) == root; });
}

std::optional<Definition> SourceNames::resolve(std::string_view dotted, int depth) {
  if (depth > 12 || !in_trees(dotted)) return std::nullopt;
  // The longest prefix that is a module.
  for (size_t end = dotted.size(); end != std::string_view::npos && end > 0; end = dotted.rfind('.', end - 1)) {
    for (const source::Tree* tree : trees_) {
      auto found = tree->find_module(dotted.substr(0, end));
      if (!found || found->path.empty()) continue;
      const SourceFile* f = file(found->path);
      if (f == nullptr) continue;
      std::vector<std::string_view> parts;
      for (size_t at = end + 1; at < dotted.size() + 1 && end < dotted.size();) {
        size_t dot = std::min(dotted.find('.', at), dotted.size());
        parts.push_back(dotted.substr(at, dot - at));
        at = dot + 1;
      }
      if (parts.empty()) return Definition{f, syntax::no_node, f->module};
      return member(*f, (**f).root, std::move(parts), depth);
    }
  }
  return std::nullopt;
}

// What the statements of a block bind, also inside `if` and `try`.
std::optional<Definition> SourceNames::member(const SourceFile& f, NodeId block, std::vector<std::string_view> parts, int depth) {
  const Ast& ast = *f;
  std::vector<NodeId> open(ast.children_of(ast[block]).begin(), ast.children_of(ast[block]).end());
  std::vector<std::string_view> rest(parts.begin() + 1, parts.end());
  for (size_t i = 0; i < open.size(); ++i) {
    if (open[i] == syntax::no_node) continue;
    const Node& node = ast[open[i]];
    switch (node.kind) {
      case NodeKind::If: case NodeKind::Try: case NodeKind::With: case NodeKind::Block: case NodeKind::ExceptHandler:
        for (NodeId child : ast.children_of(node)) open.push_back(child);
        break;
      case NodeKind::FunctionDef: case NodeKind::ClassDef:
        if (ast.symbol(node).view() != parts[0]) break;
        if (rest.empty()) return Definition{&f, open[i], f.module + "." + std::string(parts[0])};
        if (node.kind == NodeKind::FunctionDef) return std::nullopt;
        if (auto inner = member(f, ast.child(node, 0), rest, depth)) {
          inner->name = f.module + "." + std::string(parts[0]) + "." + std::string(rest[0]);
          return inner;
        }
        return std::nullopt;
      case NodeKind::Assign: case NodeKind::AnnAssign:
        for (NodeId target : ast.children_of(node).subspan(node.kind == NodeKind::Assign ? 1 : 0, node.child_count - (node.kind == NodeKind::Assign ? 1 : 2))) {
          if (ast[target].kind == NodeKind::Name && ast.symbol(ast[target]).view() == parts[0] && rest.empty())
            return Definition{&f, open[i], f.module + "." + std::string(parts[0])};
        }
        break;
      default: break;
    }
  }
  if (block != ast.root) return std::nullopt;
  auto import = f.imports.find(Symbol(parts[0]));
  if (import == f.imports.end()) return std::nullopt;
  std::string dotted = import->second;
  for (std::string_view part : rest) dotted += "." + std::string(part);
  if (dotted.starts_with(f.module + "." + std::string(parts[0]))) return std::nullopt;   // `import a.b` inside a
  return resolve(dotted, depth + 1);
}

std::string SourceNames::dotted(const SourceFile& f, NodeId expression) const {
  std::vector<Symbol> chain = name_chain(*f, expression);
  if (chain.empty()) return "";
  auto import = f.imports.find(chain[0]);
  std::string result = import != f.imports.end() ? import->second : f.module + "." + chain[0].str();
  for (size_t i = 1; i < chain.size(); ++i) result += "." + chain[i].str();
  return result;
}

std::vector<Symbol> name_chain(const Ast& ast, NodeId expression) {
  std::vector<Symbol> chain;
  while (expression != syntax::no_node && ast[expression].kind == NodeKind::Attribute) {
    chain.push_back(ast.symbol(ast[expression]));
    expression = ast.child(ast[expression], 0);
  }
  if (expression == syntax::no_node || ast[expression].kind != NodeKind::Name) return {};
  chain.push_back(ast.symbol(ast[expression]));
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::string_view string_literal(const Ast& ast, NodeId id) {
  return id != syntax::no_node && ast[id].kind == NodeKind::StringLiteral ? ast.symbol(ast[id]).view() : std::string_view();
}

NodeId call_argument(const Ast& ast, const Node& call, size_t position, std::string_view keyword) {
  size_t index = 0;
  for (NodeId id : ast.children_of(ast[ast.child(call, 1)])) {
    const Node& argument = ast[id];
    if (argument.kind == NodeKind::Keyword) {
      if (ast.symbol(argument).view() == keyword) return ast.child(argument, 0);
    } else if (index++ == position) {
      return id;
    }
  }
  return syntax::no_node;
}

}  // namespace fusescout::vllm
