#include "syntax/parse.h"

#include "base/symbols.h"
#include "syntax/convert.h"
#include "syntax/items_bytes.h"
#include "syntax/logical_lines.h"
#include "syntax/plain_reader.h"

namespace fusescout::syntax {

std::string_view Ast::docstring(NodeId definition) const {
  const Node& node = nodes[definition];
  NodeId body = definition;
  if (node.kind == NodeKind::FunctionDef) body = child(node, 1);
  else if (node.kind == NodeKind::ClassDef) body = child(node, 0);
  const Node& block = nodes[body];
  if (block.child_count == 0) return {};
  const Node& first = nodes[child(block, 0)];
  if (first.kind != NodeKind::ExpressionStatement) return {};
  const Node& text = nodes[child(first, 0)];
  return text.kind == NodeKind::StringLiteral ? symbol(text).view() : std::string_view{};
}

namespace {

Ast unreadable(uint32_t line, std::string message) {
  Ast ast;
  ast.symbols.push_back(Symbol());
  ast.nodes.push_back(Node{NodeKind::Module, 0, 0, 1, line, 0, 1, 0, 0});
  ast.nodes.push_back(Node{NodeKind::SyntaxError, 0, 0, line, line, 0, 0, 0, 0});
  ast.children.push_back(1);
  ast.first_error_line = line;
  ast.first_error = std::move(message);
  return ast;
}

}  // namespace

Ast parse(std::string_view source) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  Ast ast;
  ConcreteTree tree;
  if (!read_plain(source, tree)) {
    // The parser that repairs gives such lines to any block, and finds a whole file wrong for one bracket.
    if (auto error = lexical_error(source)) return unreadable(error->line, std::move(error->message));
    if (!read_concrete_tree(source, tree) || tree.nodes.empty()) return unreadable(1, "the file could not be parsed");
  }
  Converter(tree, ast).run();
  return ast;
}

std::string serialize(const Ast& ast) {
  Items<uint32_t> lengths, numbers;
  Items<char> text, error;
  for (Symbol s : ast.symbols) {
    lengths.push_back(static_cast<uint32_t>(s.view().size()));
    text.append(s.view());
  }
  numbers.append({{ast.root, ast.first_error_line}});
  error.append(ast.first_error);
  std::string bytes;
  put_items(bytes, ast.nodes);
  put_items(bytes, ast.children);
  put_items(bytes, ast.ints);
  put_items(bytes, ast.floats);
  put_items(bytes, ast.compare_ops);
  put_items(bytes, lengths);
  put_items(bytes, text);
  put_items(bytes, numbers);
  put_items(bytes, error);
  return bytes;
}

ErrorOr<Ast> take_ast(std::string_view& bytes) {
  Error damaged{"a cache entry is damaged"};
  Ast ast;
  Items<uint32_t> lengths, numbers;
  Items<char> text, error;
  if (!take_items(bytes, ast.nodes) || !take_items(bytes, ast.children) || !take_items(bytes, ast.ints) || !take_items(bytes, ast.floats) ||
      !take_items(bytes, ast.compare_ops) || !take_items(bytes, lengths) || !take_items(bytes, text) || !take_items(bytes, numbers) ||
      !take_items(bytes, error) || numbers.size() != 2) {
    return damaged;
  }
  size_t at = 0;
  std::vector<std::string_view> symbols;
  symbols.reserve(lengths.size());
  for (uint32_t length : lengths) {
    if (length > text.size() - at) return damaged;
    symbols.emplace_back(text.data() + at, length);
    at += length;
  }
  ast.symbols = make_symbols(symbols);
  ast.root = numbers[0];
  ast.first_error_line = numbers[1];
  ast.first_error.assign(error.begin(), error.end());
  if (ast.root >= ast.nodes.size()) return damaged;
  return ast;
}

ErrorOr<Ast> deserialize(std::string_view bytes) { return take_ast(bytes); }

std::string to_text(const Ast& ast) {
  std::string out;
  auto print = [&](auto&& self, NodeId id, int depth) -> void {
    out.append(static_cast<size_t>(depth) * 2, ' ');
    if (id == no_node) {
      out += "-\n";
      return;
    }
    const Node& node = ast[id];
    out += std::to_string(static_cast<int>(node.kind)) + " line " + std::to_string(node.line) + " flag " + std::to_string(node.flag);
    if (node.value < ast.symbols.size() && node.value != 0) out += " '" + ast.symbols[node.value].str() + "'";
    out += '\n';
    for (NodeId c : ast.children_of(node)) self(self, c, depth + 1);
  };
  print(print, ast.root, 0);
  return out;
}

}  // namespace fusescout::syntax
