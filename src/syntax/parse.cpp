#include "syntax/parse.h"

#include <cstring>

#include "base/bytes.h"
#include "base/symbols.h"
#include "syntax/convert.h"
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

Ast parse(std::string_view source) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  Ast ast;
  ConcreteTree tree;
  if (!read_plain(source, tree) && (!read_concrete_tree(source, tree) || tree.nodes.empty())) {
    ast.symbols.push_back(Symbol());
    ast.nodes.push_back(Node{NodeKind::Module, 0, 0, 1, 1, 0, 0, 0, 0});
    ast.first_error_line = 1;
    ast.first_error = "the file could not be parsed";
    return ast;
  }
  Converter(tree, ast).run();
  return ast;
}

namespace {

constexpr uint64_t magic = 0x3154534146ull;   // "FAST1"

template <typename T>
void put(std::string& out, const std::vector<T>& items) {
  uint64_t count = items.size();
  out.append(reinterpret_cast<const char*>(&count), sizeof count);
  if (count > 0) out.append(reinterpret_cast<const char*>(items.data()), count * sizeof(T));
}

template <typename T>
bool get(std::string_view& in, std::vector<T>& items) {
  uint64_t count = 0;
  if (in.size() < sizeof count) return false;
  std::memcpy(&count, in.data(), sizeof count);
  in.remove_prefix(sizeof count);
  if (count > in.size() / sizeof(T)) return false;
  items.resize(count);
  if (count > 0) std::memcpy(static_cast<void*>(items.data()), in.data(), count * sizeof(T));
  in.remove_prefix(count * sizeof(T));
  return true;
}

}  // namespace

std::string serialize(const Ast& ast) {
  std::string body;
  put(body, ast.nodes);
  put(body, ast.children);
  put(body, ast.ints);
  put(body, ast.floats);
  put(body, ast.compare_ops);
  std::vector<uint32_t> lengths;
  std::vector<char> text;
  for (Symbol s : ast.symbols) {
    lengths.push_back(static_cast<uint32_t>(s.view().size()));
    text.insert(text.end(), s.view().begin(), s.view().end());
  }
  put(body, lengths);
  put(body, text);
  put(body, std::vector<uint32_t>{ast.root, ast.first_error_line});
  put(body, std::vector<char>(ast.first_error.begin(), ast.first_error.end()));
  uint64_t header[3] = {magic, ast_format_version, checksum_of(body)};
  return std::string(reinterpret_cast<const char*>(header), sizeof header) + body;
}

ErrorOr<Ast> deserialize(std::string_view bytes) {
  uint64_t header[3];
  Error broken{"a cache entry is damaged"};
  if (bytes.size() < sizeof header) return broken;
  std::memcpy(header, bytes.data(), sizeof header);
  bytes.remove_prefix(sizeof header);
  if (header[0] != magic || header[1] != ast_format_version || header[2] != checksum_of(bytes)) return broken;
  Ast ast;
  std::vector<uint32_t> lengths, numbers;
  std::vector<char> text, error;
  if (!get(bytes, ast.nodes) || !get(bytes, ast.children) || !get(bytes, ast.ints) || !get(bytes, ast.floats) || !get(bytes, ast.compare_ops) ||
      !get(bytes, lengths) || !get(bytes, text) || !get(bytes, numbers) || !get(bytes, error) || numbers.size() != 2) {
    return broken;
  }
  size_t at = 0;
  std::vector<std::string_view> symbols;
  symbols.reserve(lengths.size());
  for (uint32_t length : lengths) {
    if (length > text.size() - at) return broken;
    symbols.emplace_back(text.data() + at, length);
    at += length;
  }
  ast.symbols = make_symbols(symbols);
  ast.root = numbers[0];
  ast.first_error_line = numbers[1];
  ast.first_error.assign(error.begin(), error.end());
  if (ast.root >= ast.nodes.size()) return broken;
  return ast;
}

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
