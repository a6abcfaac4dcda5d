#include "vllm/registry.h"

#include <cctype>

#include "syntax/outline.h"
#include "syntax/parse.h"

namespace fusescout::vllm {
namespace {

using syntax::Ast;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

constexpr std::string_view models_package = "vllm.model_executor.models";

std::string_view string_of(const Ast& ast, NodeId id) {
  return id != syntax::no_node && ast[id].kind == NodeKind::StringLiteral ? ast.symbol(ast[id]).view() : std::string_view();
}

// A module is given relative to the models package, or with its whole name.
std::string absolute(std::string_view module) {
  return module.starts_with("vllm.") || module.starts_with("vllm_ascend.") ? std::string(module) : std::string(models_package) + "." + std::string(module);
}

struct Reader {
  const source::Tree& tree;
  std::vector<const source::Tree*> trees;
  std::vector<RegisteredModel>& models;

  void add(const Node& where, Symbol file, std::string_view architecture, std::string_view module, std::string_view class_name, std::string table) {
    RegisteredModel m{std::string(architecture), absolute(module), std::string(class_name), std::move(table), {file, where.line}, ""};
    for (const source::Tree* t : trees) {
      auto found = t->find_module(m.module);
      if (found && !found->path.empty()) { m.file = found->path; break; }
    }
    models.push_back(std::move(m));
  }

  // Entries "Architecture": ("module", "Class") of a dictionary at module level.
  void dictionary(const Ast& ast, const Node& dict, Symbol file, const std::string& table) {
    auto children = ast.children_of(dict);
    for (size_t i = 0; i + 1 < children.size(); i += 2) {
      std::string_view key = string_of(ast, children[i]);
      const Node& value = ast[children[i + 1]];
      if (key.empty() || value.kind != NodeKind::Tuple || value.child_count != 2) continue;
      std::string_view module = string_of(ast, ast.child(value, 0)), name = string_of(ast, ast.child(value, 1));
      if (!module.empty() && !name.empty()) add(ast[children[i]], file, key, module, name, table);
    }
  }

  void tables(const std::string& path) {
    auto text = tree.read(path);
    if (!text) return;
    Ast ast = syntax::parse_outline(*text);
    for (NodeId id : ast.children_of(ast[ast.root])) {
      const Node& statement = ast[id];
      if (statement.kind == NodeKind::Assign && statement.child_count == 2) {
        const Node& value = ast[ast.child(statement, 0)];
        const Node& target = ast[ast.child(statement, 1)];
        if (value.kind == NodeKind::Dict && target.kind == NodeKind::Name) dictionary(ast, value, Symbol(path), ast.symbol(target).str());
      } else if (statement.kind == NodeKind::AnnAssign && ast.child(statement, 2) != syntax::no_node) {
        const Node& value = ast[ast.child(statement, 2)];
        const Node& target = ast[ast.child(statement, 0)];
        if (value.kind == NodeKind::Dict && target.kind == NodeKind::Name) dictionary(ast, value, Symbol(path), ast.symbol(target).str());
      }
    }
  }

  // Calls X.register_model("Architecture", "module:Class"), wherever they stand.
  void calls(const std::string& path) {
    auto text = tree.read(path);
    if (!text || text->find("register_model") == std::string::npos) return;
    Ast ast = syntax::parse_outline(*text);
    for (const Node& node : ast.nodes) {
      if (node.kind != NodeKind::Call) continue;
      const Node& callee = ast[ast.child(node, 0)];
      if (callee.kind != NodeKind::Attribute || ast.symbol(callee).view() != "register_model") continue;
      const Node& arguments = ast[ast.child(node, 1)];
      if (arguments.child_count < 2) continue;
      std::string_view architecture = string_of(ast, ast.child(arguments, 0)), target = string_of(ast, ast.child(arguments, 1));
      size_t colon = target.find(':');
      if (architecture.empty() || colon == std::string_view::npos) continue;
      add(node, Symbol(path), architecture, target.substr(0, colon), target.substr(colon + 1), "register_model");
    }
  }
};

}  // namespace

std::string kind_of(const std::string& table) {
  std::string kind = table;
  if (kind.ends_with("_MODELS")) kind.resize(kind.size() - 7);
  while (kind.starts_with('_')) kind.erase(0, 1);
  for (char& c : kind) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return kind;
}

std::vector<RegisteredModel> read_registry(const source::Tree& vllm, const source::Tree* ascend) {
  std::vector<RegisteredModel> models;
  std::vector<const source::Tree*> trees{&vllm};
  if (ascend) trees.push_back(ascend);
  if (auto file = vllm.find_module(std::string(models_package) + ".registry")) Reader{vllm, trees, models}.tables(file->path);
  if (ascend) {
    // A plugin registers its models in the package that its entry point imports.
    for (const std::string& path : ascend->files("vllm_ascend", "__init__.py")) Reader{*ascend, trees, models}.calls(path);
  }
  return models;
}

std::string why_no_registry(const source::Tree& vllm) {
  std::string why = "the vLLM tree has no table of registered models";
  auto file = vllm.find_module(std::string(models_package) + ".registry");
  if (!file) return why;
  why += " in `" + file->path + "`";
  syntax::Ast ast = syntax::parse(vllm.read(file->path).value_or(""));
  if (ast.first_error_line != 0) why += ": syntax error in line " + std::to_string(ast.first_error_line) + ": " + ast.first_error;
  return why;
}

}  // namespace fusescout::vllm
