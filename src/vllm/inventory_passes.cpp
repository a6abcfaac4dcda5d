// The graph passes that a pass manager adds, the switches they depend on, and the patterns that each registers.
#include <algorithm>
#include <set>

#include "python/expression_text.h"
#include "syntax/logical_lines.h"
#include "vllm/inventory.h"

namespace fusescout::vllm {

using syntax::Ast;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

// The options that a condition asks: config.get("name", ...), or an attribute of something called ...config.
void switches_of(const Ast& ast, NodeId test, std::vector<std::string>& out) {
  std::vector<NodeId> open{test};
  while (!open.empty()) {
    NodeId id = open.back();
    open.pop_back();
    if (id == syntax::no_node) continue;
    const Node& node = ast[id];
    if (node.kind == NodeKind::Call && ast[ast.child(node, 0)].kind == NodeKind::Attribute && ast.symbol(ast[ast.child(node, 0)]).view() == "get") {
      std::string_view name = string_literal(ast, call_argument(ast, node, 0, ""));
      if (!name.empty()) out.emplace_back(name);
      continue;
    }
    if (node.kind == NodeKind::Attribute) {
      std::vector<Symbol> chain = name_chain(ast, id);
      if (chain.size() > 1 && chain[chain.size() - 2].view().ends_with("config")) out.push_back(chain.back().str());
    }
    auto children = ast.children_of(node);
    open.insert(open.end(), children.rbegin(), children.rend());
  }
}

// The names of calls in a function, for what a replacement launches.
std::string calls_in(const SourceNames& names, const SourceFile& file, const Node& function) {
  const Ast& ast = *file;
  std::string text;
  std::vector<NodeId> open{ast.child(function, 1)};
  while (!open.empty()) {
    NodeId id = open.back();
    open.pop_back();
    if (id == syntax::no_node) continue;
    const Node& node = ast[id];
    if (node.kind == NodeKind::Call) {
      std::string dotted = names.dotted(file, ast.child(node, 0));
      if (dotted.starts_with("torch.ops.")) dotted = dotted.substr(10);
      else if (!dotted.starts_with("torch_npu.")) dotted.clear();
      if (dotted.ends_with(".default")) dotted.resize(dotted.size() - 8);
      if (!dotted.empty() && text.find(dotted) == std::string::npos) text += (text.empty() ? "" : ", ") + dotted;
    }
    auto children = ast.children_of(node);
    open.insert(open.end(), children.rbegin(), children.rend());
  }
  return text;
}

class PassReader {
 public:
  PassReader(SourceNames& names, const SourceFile& file, std::vector<PassEntry>& out) : names_(names), file_(file), ast_(*file), out_(out) {}
  void read() {
    for (const Node& node : ast_.nodes) {
      if (node.kind == NodeKind::FunctionDef && ast_.symbol(node).view() == "configure") statements(ast_.child(node, 1), syntax::no_node);
    }
  }

 private:
  void statements(NodeId block, NodeId test) {
    for (NodeId id : ast_.children_of(ast_[block])) {
      if (id == syntax::no_node) continue;
      const Node& node = ast_[id];
      if (node.kind == NodeKind::If) {
        statements(ast_.child(node, 1), ast_.child(node, 0));
        if (ast_.child(node, 2) != syntax::no_node) statements(ast_.child(node, 2), test);
      } else if (node.kind == NodeKind::ExpressionStatement) {
        append(ast_[ast_.child(node, 0)], test);
      }
    }
  }

  // self.passes.append(XPass(config)), self.add(XPass(config))
  void append(const Node& call, NodeId test) {
    if (call.kind != NodeKind::Call) return;
    std::vector<Symbol> callee = name_chain(ast_, ast_.child(call, 0));
    NodeId argument = call_argument(ast_, call, 0, "pass_");
    if (callee.empty() || (callee.back().view() != "append" && callee.back().view() != "add") || argument == syntax::no_node || ast_[argument].kind != NodeKind::Call) return;
    std::optional<Definition> cls = names_.resolve(names_.dotted(file_, ast_.child(ast_[argument], 0)));
    if (!cls || cls->node == syntax::no_node || (**cls->file)[cls->node].kind != NodeKind::ClassDef) return;
    PassEntry entry;
    entry.name = (**cls->file).symbol((**cls->file)[cls->node]).str();
    entry.at = cls->location();
    if (test != syntax::no_node) {
      std::vector<std::string> switches;
      switches_of(ast_, test, switches);
      entry.switch_name = switches.empty() ? python::expression_text(ast_, test) : switches.front();
    }
    patterns(*cls, entry);
    out_.push_back(std::move(entry));
  }

  // XPattern(...).register(...) in the pass's own methods.
  void patterns(const Definition& pass, PassEntry& entry) {
    const SourceFile& file = *pass.file;
    const Ast& ast = *file;
    std::set<std::string> seen;
    const Node& cls = ast[pass.node];
    for (const Node& node : ast.nodes) {
      if (node.kind != NodeKind::Call || node.line < cls.line || node.line > cls.end_line) continue;
      std::optional<Definition> pattern = names_.resolve(names_.dotted(file, ast.child(node, 0)));
      if (!pattern || pattern->node == syntax::no_node || (**pattern->file)[pattern->node].kind != NodeKind::ClassDef || !registers(*pattern, 0) || !seen.insert(pattern->name).second) continue;
      const Ast& where = **pattern->file;
      entry.patterns.push_back({where.symbol(where[pattern->node]).str(), replacement(*pattern), pattern->location()});
    }
  }

  // A class with a method `register`, its own or a base's.
  bool registers(const Definition& cls, int depth) {
    const Ast& ast = **cls.file;
    const Node& node = ast[cls.node];
    for (NodeId id : ast.children_of(ast[ast.child(node, 0)])) {
      if (id != syntax::no_node && ast[id].kind == NodeKind::FunctionDef && ast.symbol(ast[id]).view() == "register") return true;
    }
    if (depth > 4 || ast.child(node, 1) == syntax::no_node) return false;
    for (NodeId base : ast.children_of(ast[ast.child(node, 1)])) {
      std::optional<Definition> found = names_.resolve(names_.dotted(*cls.file, base));
      if (found && found->node != syntax::no_node && (**found->file)[found->node].kind == NodeKind::ClassDef && registers(*found, depth + 1)) return true;
    }
    return false;
  }

  std::string replacement(const Definition& pattern) {
    const Ast& ast = **pattern.file;
    const Node& cls = ast[pattern.node];
    for (const Node& node : ast.nodes) {
      if (node.kind == NodeKind::FunctionDef && node.line > cls.line && node.end_line <= cls.end_line && ast.symbol(node).view() == "replacement") {
        return calls_in(names_, *pattern.file, node);
      }
    }
    return "";
  }

  SourceNames& names_;
  const SourceFile& file_;
  const Ast& ast_;
  std::vector<PassEntry>& out_;
};

}  // namespace

std::vector<NamedEntry> passes_in(const std::string& path, const std::string& text) {
  // `class Name(VllmInductorPass):`. By hand: std::regex took as long over a tree as the construction of a model.
  std::vector<NamedEntry> passes;
  for (size_t at = text.find("InductorPass):"); at != std::string::npos; at = text.find("InductorPass):", at + 1)) {
    size_t begin = text.rfind('\n', at) + 1, bracket = text.find('(', begin);
    if (text.compare(begin, 6, "class ") != 0 || bracket > at) continue;
    passes.push_back({text.substr(begin + 6, bracket - begin - 6), "", {Symbol(path), 1 + syntax::lines_in(std::string_view(text).substr(0, begin))}});
  }
  return passes;
}

std::vector<PassEntry> find_passes(SourceNames& names, const source::Tree& ascend) {
  std::vector<PassEntry> passes;
  for (const SourceFile* file : names.files(ascend)) {
    if (file->path.find("/compilation/") != std::string::npos) PassReader(names, *file, passes).read();
  }
  return passes;
}

}  // namespace fusescout::vllm
