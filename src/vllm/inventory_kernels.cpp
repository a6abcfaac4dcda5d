// Triton kernels and where they are launched; operators whose meaning is more than one operator, and where they are called.
#include <algorithm>
#include <array>
#include <set>

#include "graph/operator_kind.h"
#include "syntax/parse.h"
#include "vllm/inventory.h"

namespace fusescout::vllm {

using syntax::Ast;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

// @triton.jit, also under @triton.autotune(...) and the like.
bool is_triton_kernel(const SourceNames& names, const SourceFile& file, const Node& function) {
  const Ast& ast = *file;
  auto decorators = ast.children_of(function).subspan(3);
  return std::any_of(decorators.begin(), decorators.end(), [&](NodeId id) {
    NodeId decorator = ast[id].kind == NodeKind::Call ? ast.child(ast[id], 0) : id;
    std::string dotted = names.dotted(file, decorator);
    return dotted == "triton.jit" || dotted.ends_with(".triton.jit");
  });
}

// What a catalogue's functions are composed of, by the canonical operators that they call.
class CatalogueMeanings {
 public:
  explicit CatalogueMeanings(const source::FileSystem& data) {
    for (const std::string& file : data.list("catalogue")) {
      if (!file.ends_with(".py") || file == "op.py") continue;
      asts_.push_back(std::make_unique<Ast>(syntax::parse(data.read("catalogue/" + file).value_or(""))));
      const Ast& ast = *asts_.back();
      for (NodeId id : ast.children_of(ast[ast.root])) {
        if (ast[id].kind == NodeKind::FunctionDef) functions_[ast.symbol(ast[id])] = {&ast, id};
      }
    }
    for (const auto& [name, function] : functions_) {
      const auto& [ast, id] = function;
      for (NodeId decorator : ast->children_of((*ast)[id]).subspan(3)) described((*ast)[decorator], *ast, name);
    }
  }
  // "torch_npu.npu_swiglu", "_C_ascend.x", "kernel.<name>" to the operators that it fuses; those that are one operator are left out.
  std::map<std::string, std::vector<std::string>> fused;

 private:
  void described(const Node& decorator, const Ast& ast, Symbol function) {
    if (decorator.kind != NodeKind::Call) return;
    std::vector<Symbol> callee = name_chain(ast, ast.child(decorator, 0));
    std::string_view name = string_literal(ast, call_argument(ast, decorator, 0, ""));
    if (callee.size() != 1 || name.empty() || (callee[0].view() != "operator" && callee[0].view() != "kernel_meaning")) return;
    std::set<std::string> kinds;
    std::set<Symbol> seen;
    collect(function, kinds, seen);
    if (kinds.empty()) return;
    static constexpr std::array<std::string_view, 5> alone{"attention", "gelu_mul", "linear_attention", "moe_gating", "silu_mul"};
    bool compound = kinds.size() == 1 && std::find(alone.begin(), alone.end(), *kinds.begin()) != alone.end();
    if (kinds.size() < 2 && !compound) return;
    fused[callee[0].view() == "operator" ? std::string(name) : "kernel." + std::string(name)].assign(kinds.begin(), kinds.end());
  }
  void collect(Symbol function, std::set<std::string>& kinds, std::set<Symbol>& seen) {
    auto at = functions_.find(function);
    if (at == functions_.end() || !seen.insert(function).second) return;
    const auto& [ast, id] = at->second;
    std::vector<NodeId> open{id};
    while (!open.empty()) {
      NodeId next = open.back();
      open.pop_back();
      if (next == syntax::no_node) continue;
      const Node& node = (*ast)[next];
      if (node.kind == NodeKind::If || node.kind == NodeKind::IfExpr) continue;   // what it can do besides is not what it is
      if (node.kind == NodeKind::Call) {
        std::vector<Symbol> callee = name_chain(*ast, ast->child(node, 0));
        if (callee.size() == 2 && callee[0].view() == "op") kind(callee[1].str(), kinds);
        else if (callee.size() == 1) collect(callee[0], kinds, seen);
      }
      for (NodeId child : ast->children_of(node)) open.push_back(child);
    }
  }
  // What only moves data does not count.
  static void kind(std::string name, std::set<std::string>& kinds) {
    if (name.ends_with('_')) name.pop_back();
    const graph::OperatorKind* known = graph::find_operator_kind(name);
    if (known == nullptr || name == "cast" || name == "fill" || known->inputs == 0) return;
    if (known->operator_class != graph::OperatorClass::Injective || name == "kv_cache_write") kinds.insert(std::move(name));
  }

  std::vector<std::unique_ptr<Ast>> asts_;
  std::map<Symbol, std::pair<const Ast*, NodeId>> functions_;
};

// The name under which the catalogue has what a call leads to: torch_npu.x, torch.ops._C_ascend.x, torch.ops.npu.x.
std::string operator_name(std::string dotted) {
  for (std::string_view suffix : {".default", ".out"}) {
    if (dotted.ends_with(suffix)) dotted.resize(dotted.size() - suffix.size());
  }
  std::string_view text = dotted;
  if (!text.starts_with("torch.ops.")) return text.starts_with("torch_npu.") ? dotted : "";
  text.remove_prefix(10);
  if (text.starts_with("npu.")) return "torch_npu." + std::string(text.substr(4));
  if (text.starts_with("atb.")) return "torch_npu." + std::string(text.substr(4));
  return std::string(text);
}

}  // namespace

std::vector<KernelEntry> find_triton_kernels(SourceNames& names, const source::Tree& ascend) {
  std::vector<KernelEntry> kernels;
  std::map<std::string, size_t> index;
  std::vector<const SourceFile*> files = names.files(ascend);
  for (const SourceFile* file : files) {
    const Ast& ast = **file;
    for (const Node& node : ast.nodes) {
      if (node.kind != NodeKind::FunctionDef || !is_triton_kernel(names, *file, node)) continue;
      index[file->module + "." + ast.symbol(node).str()] = kernels.size();
      kernels.push_back({ast.symbol(node).str(), {Symbol(file->path), node.line}, {}});
    }
  }
  for (const SourceFile* file : files) {
    const Ast& ast = **file;
    for (const Node& node : ast.nodes) {
      if (node.kind != NodeKind::Call || ast[ast.child(node, 0)].kind != NodeKind::Subscript) continue;
      std::optional<Definition> kernel = names.resolve(names.dotted(*file, ast.child(ast[ast.child(node, 0)], 0)));
      auto known = kernel ? index.find(kernel->name) : index.end();
      if (known != index.end()) kernels[known->second].launches.push_back({Symbol(file->path), node.line});
    }
  }
  return kernels;
}

std::vector<FusedEntry> find_fused_operators(SourceNames& names, const Sources& sources, const std::vector<CustomOperatorEntry>& operators,
                                             const std::vector<KernelEntry>& kernels) {
  CatalogueMeanings meanings(*sources.data);
  std::map<std::string, FusedEntry> found;
  for (const KernelEntry& kernel : kernels) {
    auto meaning = meanings.fused.find("kernel." + kernel.name);
    if (meaning != meanings.fused.end()) found[kernel.name + kernel.at.file.str()] = {kernel.name, kernel.at, kernel.launches, meaning->second};
  }
  for (const SourceFile* file : names.files(*sources.ascend)) {
    const Ast& ast = **file;
    for (const Node& node : ast.nodes) {
      if (node.kind != NodeKind::Call || ast[ast.child(node, 0)].kind != NodeKind::Attribute) continue;
      std::string name = operator_name(names.dotted(*file, ast.child(node, 0)));
      auto meaning = name.empty() ? meanings.fused.end() : meanings.fused.find(name);
      if (meaning == meanings.fused.end()) continue;
      FusedEntry& entry = found[name];
      if (entry.name.empty()) {
        entry = {name, {}, {}, meaning->second};
        auto defined = std::find_if(operators.begin(), operators.end(), [&](const CustomOperatorEntry& o) { return o.name == name; });
        if (defined != operators.end()) entry.at = defined->at;
      }
      entry.called_from.push_back({Symbol(file->path), node.line});
    }
  }
  std::vector<FusedEntry> result;
  for (auto& [name, entry] : found) result.push_back(std::move(entry));
  return result;
}

}  // namespace fusescout::vllm
