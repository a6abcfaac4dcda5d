// Attributes of other packages that vllm-ascend assigns, read from its files.
#include <algorithm>
#include <set>

#include "python/expression_text.h"
#include "vllm/inventory.h"

namespace fusescout::vllm {

using syntax::Ast;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

bool literal(NodeKind kind) {
  return kind == NodeKind::NoneLiteral || kind == NodeKind::TrueLiteral || kind == NodeKind::FalseLiteral || kind == NodeKind::IntLiteral ||
         kind == NodeKind::FloatLiteral || kind == NodeKind::StringLiteral;
}

bool in_patch_folder(const std::string& path) { return path.find("/patch/") != std::string::npos; }

// The files below the patch folders in the order of their import, each with the conditions that it is imported under.
class ImportOrder {
 public:
  ImportOrder(SourceNames& names, const source::Tree& ascend) : names_(names), ascend_(ascend) {
    for (const std::string& path : ascend.files(source::import_name(ascend.package()), "__init__.py")) {
      if (path.ends_with("/patch/__init__.py")) visit_folder(path.substr(0, path.size() - 11));
    }
  }
  // What the platform changes comes first, then what a worker does.
  size_t of(const std::string& path) const {
    auto at = std::find(order_.begin(), order_.end(), path);
    return static_cast<size_t>(at - order_.begin());
  }
  std::vector<std::string> guards(const std::string& path) const {
    auto at = guards_.find(path);
    return at == guards_.end() ? std::vector<std::string>{} : at->second;
  }

 private:
  void visit_folder(const std::string& folder) {
    for (const char* stage : {"platform/__init__.py", "worker/__init__.py"}) visit(folder + stage, {});
    for (const std::string& path : ascend_.files(folder.substr(0, folder.size() - 1), "__init__.py")) visit(path, {});
  }
  void visit(const std::string& path, const std::vector<std::string>& guards) {
    const SourceFile* file = names_.file(path);
    if (file == nullptr || std::find(order_.begin(), order_.end(), path) != order_.end()) return;
    if (!path.ends_with("__init__.py")) {
      order_.push_back(path);
      guards_[path] = guards;
      return;
    }
    order_.push_back(path);
    statements(*file, (**file).root, guards);
  }
  void statements(const SourceFile& file, NodeId block, std::vector<std::string> guards) {
    const Ast& ast = *file;
    for (NodeId id : ast.children_of(ast[block])) {
      if (id == syntax::no_node) continue;
      const Node& node = ast[id];
      if (node.kind == NodeKind::If) {
        std::string test = python::expression_text(ast, ast.child(node, 0));
        guards.push_back(test);
        statements(file, ast.child(node, 1), guards);
        guards.back() = "not (" + test + ")";
        if (ast.child(node, 2) != syntax::no_node) statements(file, ast.child(node, 2), guards);
        guards.pop_back();
      } else if (node.kind == NodeKind::Try || node.kind == NodeKind::Block) {
        statements(file, id, guards);
      } else if (node.kind == NodeKind::Import || node.kind == NodeKind::ImportFrom) {
        for (NodeId alias : ast.children_of(node)) import(file, node, ast[alias], guards);
      }
    }
  }
  void import(const SourceFile& file, const Node& node, const Node& alias, const std::vector<std::string>& guards) {
    const Ast& ast = *file;
    std::string name = ast.symbol(alias).str();
    std::string dotted = name;
    if (node.kind == NodeKind::ImportFrom) {
      auto known = file.imports.find(ast.symbols[alias.value2].empty() ? Symbol(name) : ast.symbols[alias.value2]);
      if (known != file.imports.end()) dotted = known->second;
    }
    auto module = ascend_.find_module(dotted);
    if (!module && dotted.find('.') != std::string::npos) module = ascend_.find_module(dotted.substr(0, dotted.rfind('.')));
    if (module && in_patch_folder(module->path)) visit(module->path, guards);
  }

  SourceNames& names_;
  const source::Tree& ascend_;
  std::vector<std::string> order_;
  std::map<std::string, std::vector<std::string>> guards_;
};

class PatchReader {
 public:
  PatchReader(SourceNames& names, const SourceFile& file, std::vector<std::string> guards, std::vector<PatchEntry>& out)
      : names_(names), file_(file), ast_(*file), guards_(std::move(guards)), out_(out) {}
  void read() { statements(ast_.root); }

 private:
  void statements(NodeId block) {
    if (block == syntax::no_node) return;
    for (NodeId id : ast_.children_of(ast_[block])) {
      if (id != syntax::no_node) statement(id);
    }
  }
  void guarded(std::string guard, NodeId block) {
    guards_.push_back(std::move(guard));
    statements(block);
    guards_.pop_back();
  }
  void statement(NodeId id) {
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::If: {
        std::string test = python::expression_text(ast_, ast_.child(node, 0));
        guarded(test, ast_.child(node, 1));
        if (ast_.child(node, 2) != syntax::no_node) guarded("not (" + test + ")", ast_.child(node, 2));
        break;
      }
      case NodeKind::FunctionDef: {
        std::set<Symbol> before = local_;
        for (NodeId parameter : ast_.children_of(ast_[ast_.child(node, 0)])) local_.insert(ast_.symbol(ast_[parameter]));
        guarded("in " + ast_.symbol(node).str() + "()", ast_.child(node, 1));
        local_ = std::move(before);
        break;
      }
      case NodeKind::ClassDef: case NodeKind::With: statements(ast_.child(node, 0)); break;
      case NodeKind::For: case NodeKind::While:
        for (NodeId child : ast_.children_of(node)) {
          if (child != syntax::no_node && ast_[child].kind == NodeKind::Block) statements(child);
        }
        break;
      case NodeKind::Try: case NodeKind::Block: case NodeKind::ExceptHandler:
        for (NodeId child : ast_.children_of(node)) {
          if (child == syntax::no_node) continue;
          if (ast_[child].kind == NodeKind::Block) statements(child);
          else if (ast_[child].kind == NodeKind::ExceptHandler) guarded("except", ast_.child(ast_[child], 1));
          else statement(child);
        }
        break;
      case NodeKind::Assign:
        for (NodeId target : ast_.children_of(node).subspan(1)) assign(target, ast_.child(node, 0), node);
        break;
      case NodeKind::ExpressionStatement: call(ast_.child(node, 0)); break;
      default: break;
    }
  }

  // The dotted name of an object of another package; empty: anything else.
  std::string foreign(NodeId expression) const {
    std::vector<Symbol> chain = name_chain(ast_, expression);
    if (chain.empty() || local_.contains(chain[0]) || !file_.imports.contains(chain[0])) return "";
    std::string dotted = names_.dotted(file_, expression);
    return dotted.starts_with("vllm_ascend.") ? "" : dotted;
  }

  void assign(NodeId target, NodeId value, const Node& statement) {
    const Node& node = ast_[target];
    if (node.kind == NodeKind::Tuple || node.kind == NodeKind::List) {
      for (NodeId item : ast_.children_of(node)) assign(item, value, statement);
    } else if (node.kind == NodeKind::Subscript) {
      // sys.modules["a.b"] = module
      std::vector<Symbol> chain = name_chain(ast_, ast_.child(node, 0));
      std::string_view name = string_literal(ast_, ast_.child(node, 1));
      if (chain.size() == 2 && chain[0].view() == "sys" && chain[1].view() == "modules" && !name.empty()) add(std::string(name), value, statement);
    } else if (node.kind == NodeKind::Attribute) {
      std::string dotted = foreign(target);
      // A setting is no patch.
      if (!dotted.empty() && (in_patch_folder(file_.path) || !literal(ast_[value].kind))) add(std::move(dotted), value, statement);
    }
  }

  // setattr(a.b, "name", value)
  void call(NodeId id) {
    const Node& node = ast_[id];
    if (node.kind != NodeKind::Call) return;
    std::vector<Symbol> callee = name_chain(ast_, ast_.child(node, 0));
    auto arguments = ast_.children_of(ast_[ast_.child(node, 1)]);
    if (callee.size() != 1 || callee[0].view() != "setattr" || arguments.size() != 3) return;
    std::string dotted = foreign(arguments[0]);
    if (dotted.empty()) return;
    std::string_view name = string_literal(ast_, arguments[1]);
    if (name.empty()) name = constant(dotted, arguments[1]);
    add(dotted + "." + (name.empty() ? "{" + python::expression_text(ast_, arguments[1]) + "}" : std::string(name)), arguments[2], node);
  }

  // The text that a name of this file stands for: where several are assigned, one that the owner has.
  std::string_view constant(const std::string& owner, NodeId expression) {
    std::string_view result;
    if (ast_[expression].kind != NodeKind::Name) return result;
    for (const Node& node : ast_.nodes) {
      if (node.kind != NodeKind::Assign || ast_[ast_.child(node, 1)].kind != NodeKind::Name || ast_.symbol(ast_[ast_.child(node, 1)]) != ast_.symbol(ast_[expression])) continue;
      std::string_view text = string_literal(ast_, ast_.child(node, 0));
      if (!text.empty() && names_.resolve(owner + "." + std::string(text))) return text;
      if (result.empty()) result = text;
    }
    return result;
  }

  // staticmethod(f) puts f there.
  NodeId unwrapped(NodeId value) const {
    if (ast_[value].kind != NodeKind::Call) return value;
    std::vector<Symbol> callee = name_chain(ast_, ast_.child(ast_[value], 0));
    NodeId inner = call_argument(ast_, ast_[value], 0, "");
    bool wraps = callee.size() == 1 && (callee[0].view() == "staticmethod" || callee[0].view() == "classmethod" || callee[0].view() == "property");
    return wraps && inner != syntax::no_node ? inner : value;
  }

  void add(std::string dotted, NodeId value, const Node& at) {
    PatchEntry entry;
    entry.at = {Symbol(file_.path), at.line};
    entry.guards = guards_;
    entry.value = python::expression_text(ast_, value);
    if (entry.value.size() > 120) entry.value = entry.value.substr(0, 117) + "...";
    // The owner is where it is defined; the name assigned may be new there.
    size_t dot = dotted.rfind('.');
    std::optional<Definition> owner = dot == std::string::npos ? std::nullopt : names_.resolve(dotted.substr(0, dot));
    entry.target = owner ? owner->name + dotted.substr(dot) : dotted;
    if (std::optional<Definition> old = names_.resolve(owner ? entry.target : dotted)) entry.old = old->location();
    if (std::optional<Definition> made = names_.resolve(names_.dotted(file_, unwrapped(value)))) entry.replacement = made->location();
    else entry.replacement = {Symbol(file_.path), ast_[value].line};
    out_.push_back(std::move(entry));
  }

  SourceNames& names_;
  const SourceFile& file_;
  const Ast& ast_;
  std::vector<std::string> guards_;
  std::set<Symbol> local_;               // parameters: not what was imported
  std::vector<PatchEntry>& out_;
};

}  // namespace

std::vector<PatchEntry> find_patches(SourceNames& names, const source::Tree& ascend) {
  ImportOrder order(names, ascend);
  std::vector<PatchEntry> patches;
  for (const SourceFile* file : names.files(ascend)) PatchReader(names, *file, order.guards(file->path), patches).read();
  std::stable_sort(patches.begin(), patches.end(), [&](const PatchEntry& a, const PatchEntry& b) { return order.of(a.at.file.str()) < order.of(b.at.file.str()); });
  return patches;
}

}  // namespace fusescout::vllm
