#include "vllm/model_types.h"

#include <algorithm>
#include <cctype>

#include "syntax/ast.h"
#include "vllm/ast_store.h"

namespace fusescout::vllm {

using syntax::Ast;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

std::string string_of(const Ast& ast, NodeId id) { return ast[id].kind == NodeKind::StringLiteral ? ast.symbol(ast[id]).str() : std::string(); }

// "two_words" and "TwoWords" give "twowords".
std::string letters(std::string_view name) {
  std::string result;
  for (unsigned char c : name) {
    if (std::isalnum(c) != 0) result += static_cast<char>(std::tolower(c));
  }
  return result;
}

// Entries ("model_type", "Name") of the mappings of transformers' auto classes, in their order.
template <class Visit>
void visit_pairs(const Sources& sources, const std::string& path, Visit visit) {
  auto ast = sources.asts->get(*sources.transformers, path);
  if (!ast) return;
  for (const Node& node : ast->nodes) {
    if (node.kind != NodeKind::Tuple || node.child_count != 2) continue;
    std::string type = string_of(*ast, ast->child(node, 0)), name = string_of(*ast, ast->child(node, 1));
    if (!type.empty() && !name.empty()) visit(type, name);
  }
}

// "vllm.model_executor.models.x" and "from .y import Z" give "vllm.model_executor.models.y".
std::string imported_module(const std::string& module, const Ast& ast, const Node& import) {
  std::string name = ast.symbol(import).str();
  if (import.flag == 0) return name;
  std::string base = module;
  for (int i = 0; i < import.flag; ++i) base.resize(std::min(base.size(), base.rfind('.')));
  return name.empty() ? base : base + "." + name;
}

}  // namespace

ModelTypes::ModelTypes(const Sources& sources) : sources_(sources) {
  if (sources.transformers != nullptr) {
    visit_pairs(sources, "transformers/models/auto/modeling_auto.py", [&](const std::string& type, const std::string& architecture) { of_architecture_.try_emplace(architecture, type); });
    // Where several types share a class, the one that it is named after is the ordinary one.
    visit_pairs(sources, "transformers/models/auto/configuration_auto.py", [&](const std::string& type, const std::string& name) {
      auto [entry, inserted] = of_config_class_.try_emplace(name, type);
      if (!inserted && letters(type) + "config" == letters(name)) entry->second = type;
    });
  }
  // vLLM's own classes stand for those of the same name: `model_type="XConfig"` in its registry, a call with many keywords.
  auto ast = sources.asts->get(*sources.vllm, "vllm/transformers_utils/config.py");
  if (!ast) return;
  std::map<std::string, std::string> own;
  for (const Node& node : ast->nodes) {
    if (node.kind != NodeKind::Keyword) continue;
    std::string name = string_of(*ast, ast->child(node, 0));
    if (name.ends_with("Config")) own.try_emplace(name, ast->symbol(node).str());
  }
  for (auto& [name, type] : own) of_config_class_[name] = type;
}

std::string ModelTypes::of(const RegisteredModel& model) const {
  if (auto found = of_architecture_.find(model.architecture); found != of_architecture_.end()) return found->second;
  std::string type = by_annotation(model.module, model.class_name, 0);
  if (!type.empty()) return type;
  // What the class itself leaves unsaid, the layers beside it may say.
  auto ast = ast_of(model.module);
  return ast ? first_annotation(*ast, (*ast)[ast->root], model.class_name) : "";
}

std::shared_ptr<const Ast> ModelTypes::ast_of(const std::string& module) const {
  for (const source::Tree* tree : {sources_.vllm, sources_.ascend}) {
    if (tree == nullptr) continue;
    auto file = tree->find_module(module);
    if (file && !file->path.empty()) return sources_.asts->whole(*tree, file->path);   // of locals, too
  }
  return nullptr;
}

// The first `config: XConfig` below this node that has a type; with a class's name, only one that the class shares its first letters with.
std::string ModelTypes::first_annotation(const Ast& ast, const Node& node, std::string_view class_name) const {
  if (node.kind == NodeKind::Parameter || node.kind == NodeKind::AnnAssign) {
    const Node& target = node.kind == NodeKind::Parameter ? node : ast[ast.child(node, 0)];
    bool named = target.kind == NodeKind::Parameter || target.kind == NodeKind::Name || target.kind == NodeKind::Attribute;
    std::string_view name = named ? ast.symbol(target).view() : std::string_view();
    if (name != "config" && name != "hf_config") return "";
    std::vector<NodeId> open{ast.child(node, 1)};      // `XConfig | None`, `Optional[XConfig]`
    while (!open.empty()) {
      NodeId id = open.back();
      open.pop_back();
      if (id == syntax::no_node) continue;
      const Node& part = ast[id];
      if (part.kind == NodeKind::Name || part.kind == NodeKind::Attribute) {
        std::string_view annotation = ast.symbol(part).view();
        auto found = of_config_class_.find(annotation);
        bool related = class_name.empty() || class_name.starts_with(annotation.substr(0, annotation.rfind("Config")));
        if (found != of_config_class_.end() && related) return found->second;
      }
      for (NodeId child : ast.children_of(part)) open.push_back(child);
    }
    return "";
  }
  for (NodeId child : ast.children_of(node)) {
    if (child == syntax::no_node) continue;
    std::string type = first_annotation(ast, ast[child], class_name);
    if (!type.empty()) return type;
  }
  return "";
}

std::string ModelTypes::by_annotation(const std::string& module, const std::string& class_name, int depth) const {
  constexpr int deepest = 8;
  auto ast = depth < deepest ? ast_of(module) : nullptr;
  if (!ast) return "";
  for (NodeId id : ast->children_of((*ast)[ast->root])) {
    const Node& statement = (*ast)[id];
    if (statement.kind == NodeKind::ImportFrom) {
      for (NodeId alias : ast->children_of(statement)) {
        const Node& name = (*ast)[alias];
        std::string as = ast->symbols[name.value2].str();
        if ((as.empty() ? ast->symbol(name).str() : as) == class_name) return by_annotation(imported_module(module, *ast, statement), ast->symbol(name).str(), depth + 1);
      }
    }
    if (statement.kind != NodeKind::ClassDef || ast->symbol(statement).view() != class_name) continue;
    std::string type = first_annotation(*ast, statement, "");
    if (!type.empty() || ast->child(statement, 1) == syntax::no_node) return type;
    for (NodeId base : ast->children_of((*ast)[ast->child(statement, 1)])) {
      if ((*ast)[base].kind != NodeKind::Name) continue;
      type = by_annotation(module, ast->symbol((*ast)[base]).str(), depth + 1);
      if (!type.empty()) return type;
    }
    return "";
  }
  return "";
}

}  // namespace fusescout::vllm
