#include "vllm/code_place.h"

#include <algorithm>

#include "syntax/ast.h"

namespace fusescout::vllm {

bool in_trees(Symbol file) {
  std::string_view path = file.view();
  return path.starts_with("vllm/") || path.starts_with("vllm_ascend/") || path.starts_with("transformers/");
}

bool raises_itself(const AstOf& ast_of, const graph::StackEntry& place) {
  std::shared_ptr<const syntax::Ast> ast = ast_of(place.file.str());
  if (ast == nullptr) return false;
  return std::any_of(ast->nodes.begin(), ast->nodes.end(), [&](const syntax::Node& node) {
    bool raising = node.kind == syntax::NodeKind::Raise || node.kind == syntax::NodeKind::Assert;
    return raising && node.line <= place.line && place.line <= node.end_line;
  });
}

std::string function_at(const AstOf& ast_of, Symbol file, uint32_t line) {
  std::shared_ptr<const syntax::Ast> ast = ast_of(file.str());
  std::string name;
  if (ast == nullptr) return name;
  for (syntax::NodeId block = ast->root;;) {
    const syntax::Node* inner = nullptr;
    for (syntax::NodeId id : ast->children_of((*ast)[block])) {
      if (id != syntax::no_node && (*ast)[id].line <= line && line <= (*ast)[id].end_line) block = id, inner = &(*ast)[id];
    }
    if (inner == nullptr) return name;
    if (inner->kind == syntax::NodeKind::FunctionDef || inner->kind == syntax::NodeKind::ClassDef) name += (name.empty() ? "" : ".") + ast->symbol(*inner).str();
  }
}

}  // namespace fusescout::vllm
