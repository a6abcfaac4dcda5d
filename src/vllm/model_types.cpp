#include "vllm/model_types.h"

#include "syntax/parse.h"

namespace fusescout::vllm {

std::map<std::string, std::string> read_model_types(const source::Tree& transformers) {
  std::map<std::string, std::string> result;
  auto text = transformers.read("transformers/models/auto/modeling_auto.py");
  if (!text) return result;
  syntax::Ast ast = syntax::parse(*text);
  auto string_of = [&](syntax::NodeId id) {
    return ast[id].kind == syntax::NodeKind::StringLiteral ? ast.symbol(ast[id]).str() : std::string();
  };
  for (const syntax::Node& node : ast.nodes) {   // entries ("model_type", "Architecture")
    if (node.kind != syntax::NodeKind::Tuple || node.child_count != 2) continue;
    std::string type = string_of(ast.child(node, 0)), architecture = string_of(ast.child(node, 1));
    if (!type.empty() && !architecture.empty()) result.try_emplace(architecture, type);
  }
  return result;
}

}  // namespace fusescout::vllm
