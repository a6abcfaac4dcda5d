#include "python/expression_text.h"

#include <array>
#include <string_view>

#include "python/builtins/text.h"

namespace fusescout::python {

using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

std::string expression_text(const syntax::Ast& ast, NodeId id) {
  if (id == no_node) return "";
  const Node& node = ast[id];
  auto children = ast.children_of(node);
  auto joined = [&](std::span<const NodeId> list) {
    std::string text;
    for (NodeId c : list) text += (text.empty() ? "" : ", ") + expression_text(ast, c);
    return text;
  };
  switch (node.kind) {
    case NodeKind::Name: return ast.symbol(node).str();
    case NodeKind::NoneLiteral: return "None";
    case NodeKind::TrueLiteral: return "True";
    case NodeKind::FalseLiteral: return "False";
    case NodeKind::EllipsisLiteral: return "...";
    case NodeKind::IntLiteral: return std::to_string(ast.ints[node.value]);
    case NodeKind::FloatLiteral: return float_repr(ast.floats[node.value]);
    case NodeKind::StringLiteral: return "'" + ast.symbol(node).str() + "'";
    case NodeKind::Attribute: return expression_text(ast, children[0]) + "." + ast.symbol(node).str();
    case NodeKind::Subscript: {
      const Node& index = ast[children[1]];
      return expression_text(ast, children[0]) + "[" + (index.kind == NodeKind::Tuple ? joined(ast.children_of(index)) : expression_text(ast, children[1])) + "]";
    }
    case NodeKind::Tuple: return "(" + joined(children) + (children.size() == 1 ? ",)" : ")");
    case NodeKind::List: return "[" + joined(children) + "]";
    case NodeKind::Call: return expression_text(ast, children[0]) + "(" + joined(ast.children_of(ast[children[1]])) + ")";
    case NodeKind::Keyword: return ast.symbol(node).str() + "=" + expression_text(ast, children[0]);
    case NodeKind::Starred: return "*" + expression_text(ast, children[0]);
    case NodeKind::BinaryOp: {
      constexpr std::array<std::string_view, 13> signs{"+", "-", "*", "@", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"};
      return expression_text(ast, children[0]) + " " + std::string(signs[node.flag]) + " " + expression_text(ast, children[1]);
    }
    case NodeKind::UnaryOp: {
      constexpr std::array<std::string_view, 4> signs{"not ", "-", "+", "~"};
      return std::string(signs[node.flag]) + expression_text(ast, children[0]);
    }
    case NodeKind::Compare: {
      constexpr std::array<std::string_view, 10> signs{"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"};
      std::string text = expression_text(ast, children[0]);
      for (size_t i = 1; i < children.size(); ++i)
        text += " " + std::string(signs[static_cast<size_t>(ast.compare_ops[node.value + i - 1])]) + " " + expression_text(ast, children[i]);
      return text;
    }
    case NodeKind::BoolOp: {
      std::string text;
      for (NodeId c : children) text += (text.empty() ? "" : node.flag != 0 ? " or " : " and ") + expression_text(ast, c);
      return text;
    }
    default: return "<expression>";
  }
}

}  // namespace fusescout::python
