#include "syntax/outline.h"

#include <set>
#include <unordered_map>
#include <unordered_set>

#include "syntax/items_bytes.h"
#include "syntax/logical_lines.h"
#include "syntax/parse.h"

namespace fusescout::syntax {
namespace {

constexpr size_t worth_eliding = 160;   // bytes

NameList list_of(const std::unordered_set<std::string_view>& names) {
  NameList list;
  for (std::string_view name : std::set<std::string_view>(names.begin(), names.end())) {
    list.text.append(name);
    list.text.push_back('\n');
  }
  return list;
}

struct Outline {
  std::string text;                                      // of the file, as many lines as it has
  Items<ElidedFunction> functions;
  std::unordered_map<uint32_t, uint32_t> by_block_line;  // first line of a block that was left out -> index
  std::unordered_set<std::string_view> read, mentioned;  // in what was left out
};

// False: not to be cut safely (tabs, an open bracket or string).
bool cut(std::string_view source, LogicalLines& scanner, Outline& outline) {
  size_t copied = 0;
  uint32_t line_number = 1;
  size_t counted = 0;
  auto line_of = [&](size_t at) {
    line_number += lines_in(source.substr(counted, at - counted));
    counted = at;
    return line_number;
  };
  while (!scanner.at_end() && !scanner.failed()) {
    LogicalLines::Line header = scanner.next();
    bool defines = header.first == "def" || (header.first == "async" && header.second == "def");
    if (header.blank || !defines || !header.opens_block) continue;
    scanner.collect = true;
    scanner.read.clear();
    scanner.mentioned.clear();
    size_t end = scanner.at(), block = end, elided = end, body_indentation = 0;
    bool empty = true, docstring = false;
    while (!scanner.at_end() && !scanner.failed()) {
      size_t before = scanner.at();
      LogicalLines::Line line = scanner.next();
      if (line.blank) continue;
      if (line.indentation <= header.indentation) {
        scanner.back_to(before);
        break;
      }
      if (empty) {
        body_indentation = line.indentation;
        docstring = line.is_string;
        if (docstring) block = line.begin, elided = line.end;
      }
      empty = false;
      end = line.end;
    }
    scanner.collect = false;
    if (end < elided + worth_eliding) continue;
    outline.read.insert(scanner.read.begin(), scanner.read.end());
    outline.mentioned.insert(scanner.mentioned.begin(), scanner.mentioned.end());
    ElidedFunction function;
    function.begin = header.begin;
    function.end = end;
    function.line = line_of(header.begin);
    outline.by_block_line[line_of(block)] = static_cast<uint32_t>(outline.functions.size());
    outline.text += source.substr(copied, elided - copied);
    if (!docstring) outline.text += std::string(body_indentation, ' ') + "pass";
    uint32_t left_out = lines_in(source.substr(elided, end - elided));
    outline.text.append(left_out, '\n');
    function.end_line = function.line + lines_in(source.substr(header.begin, end - header.begin)) - (source[end - 1] == '\n' ? 1 : 0);
    copied = end;
    outline.functions.push_back(function);
  }
  if (scanner.failed()) return false;
  outline.text += source.substr(copied);
  return true;
}

}  // namespace

OutlinedAst parse_outline(std::string_view source) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  OutlinedAst ast;
  Outline outline;
  LogicalLines scanner(source);
  if (!cut(source, scanner, outline)) {
    static_cast<Ast&>(ast) = parse(source);
    return ast;
  }
  static_cast<Ast&>(ast) = parse(outline.text);
  // An error may have changed what belongs to what: it is told of the file as it is.
  if (ast.first_error_line != 0) {
    static_cast<Ast&>(ast) = parse(source);
    return ast;
  }
  ast.functions = std::move(outline.functions);
  size_t found = 0;
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    if (ast[id].kind != NodeKind::FunctionDef) continue;
    Node& node = ast.nodes.own(id);
    Node& block = ast.nodes.own(ast.child(node, 1));
    auto index = outline.by_block_line.find(block.line);
    if (index == outline.by_block_line.end()) continue;
    block.value = index->second + 1;
    ast.functions.own(index->second).node_line = node.line;
    node.end_line = ast.functions[index->second].end_line;
    ++found;
  }
  if (found != ast.functions.size()) {
    ast = OutlinedAst();
    static_cast<Ast&>(ast) = parse(source);
    return ast;
  }
  if (ast.functions.empty()) return ast;
  ast.nodes.own(ast.root).flag = 1;
  ast.read = list_of(outline.read);
  ast.mentioned = list_of(outline.mentioned);
  return ast;
}

uint64_t outline_size(const OutlinedAst& outline, uint64_t source_size) {
  for (const ElidedFunction& function : outline.functions) source_size -= function.end - function.begin;
  return source_size;
}

Ast parse_function(std::string_view source, const ElidedFunction& function) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  if (function.begin > function.end || function.end > source.size()) return parse("");
  std::string_view own = source.substr(function.begin, function.end - function.begin);
  bool indented = own.starts_with(' ');
  std::string text(function.line - (indented ? 2 : 1), '\n');
  if (indented) text += "if 1:\n";
  text += own;
  Ast ast = parse(text);
  NodeId node = function_in(ast);
  if (node != no_node) ast.nodes.own(node).line = function.node_line;
  return ast;
}

NodeId function_in(const Ast& ast) {
  const Node* node = &ast[ast.root];
  while (node->child_count > 0) {
    NodeId id = ast.child(*node, node->kind == NodeKind::If ? 1 : 0);
    if (id == no_node) break;
    node = &ast[id];
    if (node->kind == NodeKind::FunctionDef) return id;
    if (node->kind != NodeKind::If && node->kind != NodeKind::Block) break;
  }
  return no_node;
}

std::string serialize_outline(const OutlinedAst& outline) {
  std::string bytes = serialize(outline);
  put_items(bytes, outline.functions);
  put_items(bytes, outline.read.text);
  put_items(bytes, outline.mentioned.text);
  return bytes;
}

ErrorOr<OutlinedAst> deserialize_outline(std::string_view bytes) {
  OutlinedAst outline;
  static_cast<Ast&>(outline) = TRY(take_ast(bytes));
  if (!take_items(bytes, outline.functions) || !take_items(bytes, outline.read.text) || !take_items(bytes, outline.mentioned.text)) {
    return Error{"a cache entry is damaged"};
  }
  return outline;
}

bool NameList::contains(std::string_view name) const {
  std::string_view all(text.data(), text.size());
  for (size_t at = 0; (at = all.find(name, at)) != std::string_view::npos; ++at) {
    if ((at == 0 || all[at - 1] == '\n') && all[at + name.size()] == '\n') return true;
  }
  return false;
}

}  // namespace fusescout::syntax
