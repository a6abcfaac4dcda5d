// What vllm-ascend registers: quantisation schemes, attention backends, custom operators of Python and of csrc.
#include <algorithm>
#include <array>
#include <set>

#include "python/expression_text.h"
#include "vllm/inventory.h"

namespace fusescout::vllm {

using syntax::Ast;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

std::string last_name(const Ast& ast, NodeId expression) {
  std::vector<Symbol> chain = name_chain(ast, expression);
  return chain.empty() ? "" : chain.back().str();
}

// The text of an argument: of a string what it says, else its expression.
std::string argument_text(const Ast& ast, NodeId id) {
  if (id == syntax::no_node) return "";
  std::string_view text = string_literal(ast, id);
  return text.empty() ? python::expression_text(ast, id) : std::string(text);
}

// What a registration is given: a text, or a constant that is one.
std::string constant_text(SourceNames& names, const SourceFile& file, NodeId id) {
  const Ast& ast = *file;
  std::optional<Definition> definition = id == syntax::no_node || ast[id].kind != NodeKind::Name ? std::nullopt : names.resolve(names.dotted(file, id));
  if (definition && definition->node != syntax::no_node && (**definition->file)[definition->node].kind == NodeKind::Assign) {
    const Ast& there = **definition->file;
    std::string_view text = string_literal(there, there.child(there[definition->node], 0));
    if (!text.empty()) return std::string(text);
  }
  return argument_text(ast, id);
}

// Tables that older releases have in place of decorators: {"W8A8": {"linear": Class, "moe": Class}}.
void read_scheme_table(SourceNames& names, const SourceFile& file, const Node& dict, std::vector<NamedEntry>& out) {
  static constexpr std::array<std::string_view, 4> layer_types{"linear", "moe", "attention", "kv_cache"};
  const Ast& ast = *file;
  for (uint32_t i = 0; i + 1 < dict.child_count; i += 2) {
    std::string_view scheme = string_literal(ast, ast.child(dict, i));
    const Node& inner = ast[ast.child(dict, i + 1)];
    if (scheme.empty() || inner.kind != NodeKind::Dict) continue;
    for (uint32_t k = 0; k + 1 < inner.child_count; k += 2) {
      std::string_view layer_type = string_literal(ast, ast.child(inner, k));
      if (std::find(layer_types.begin(), layer_types.end(), layer_type) == layer_types.end()) continue;
      std::optional<Definition> cls = names.resolve(names.dotted(file, ast.child(inner, k + 1)));
      out.push_back({std::string(scheme), std::string(layer_type), cls ? cls->location() : Location{Symbol(file.path), ast[ast.child(inner, k)].line}});
    }
  }
}

// Schema types by annotation, as torch infers them.
std::string schema_type(std::string text) {
  auto strip = [&](std::string_view prefix, std::string_view suffix) {
    if (!text.starts_with(prefix) || !text.ends_with(suffix)) return false;
    text = text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
    return true;
  };
  if (strip("Optional[", "]") || strip("typing.Optional[", "]") || strip("", " | None")) return schema_type(text) + "?";
  if (strip("list[", "]") || strip("List[", "]") || strip("Sequence[", "]")) return schema_type(text) + "[]";
  if (text == "torch.Tensor" || text == "Tensor") return "Tensor";
  if (text == "int") return "SymInt";
  if (text == "torch.dtype") return "ScalarType";
  if (text == "torch.device") return "Device";
  return text;
}

std::string result_type(const Ast& ast, NodeId annotation) {
  if (annotation == syntax::no_node || ast[annotation].kind == NodeKind::NoneLiteral) return "()";
  const Node& node = ast[annotation];
  std::string outer = node.kind == NodeKind::Subscript ? last_name(ast, ast.child(node, 0)) : "";
  if (outer != "tuple" && outer != "Tuple") return schema_type(python::expression_text(ast, annotation));
  const Node& index = ast[ast.child(node, 1)];
  std::string text;
  for (NodeId item : ast.children_of(index)) text += (text.empty() ? "" : ", ") + schema_type(python::expression_text(ast, item));
  return "(" + text + ")";
}

std::string infer_schema(const Definition& function, const std::set<std::string>& mutates) {
  const Ast& ast = **function.file;
  const Node& node = ast[function.node];
  if (node.kind != NodeKind::FunctionDef) return "";
  std::string text;
  size_t written = 0;
  bool keywords = false;
  for (NodeId id : ast.children_of(ast[ast.child(node, 0)])) {
    const Node& parameter = ast[id];
    if (!text.empty()) text += ", ";
    if (static_cast<syntax::ParameterKind>(parameter.flag) == syntax::ParameterKind::KeywordOnly && !keywords) {
      text += "*, ";
      keywords = true;
    }
    NodeId standard = ast.child(parameter, 0), annotation = ast.child(parameter, 1);
    std::string type = annotation == syntax::no_node ? "Tensor" : schema_type(python::expression_text(ast, annotation));
    std::string name = ast.symbol(parameter).str();
    if (mutates.contains(name) && type.starts_with("Tensor")) type = "Tensor(a" + std::to_string(written++) + "!)" + type.substr(6);
    text += type + " " + name;
    if (standard != syntax::no_node) text += "=" + python::expression_text(ast, standard);
  }
  return "(" + text + ") -> " + result_type(ast, ast.child(node, 2));
}

class OperatorReader {
 public:
  OperatorReader(SourceNames& names, const SourceFile& file, std::vector<CustomOperatorEntry>& out) : names_(names), file_(file), ast_(*file), out_(out) {}

  void read() {
    for (const Node& node : ast_.nodes) {
      if (node.kind == NodeKind::Assign) library(node);
      if (node.kind == NodeKind::FunctionDef) decorated(node);
      if (node.kind == NodeKind::Call) call(node);
    }
  }

 private:
  // lib = Library("vllm", "FRAGMENT")
  void library(const Node& assign) {
    const Node& value = ast_[ast_.child(assign, 0)];
    if (value.kind != NodeKind::Call || last_name(ast_, ast_.child(value, 0)) != "Library") return;
    std::string space = argument_text(ast_, call_argument(ast_, value, 0, "ns"));
    for (NodeId target : ast_.children_of(assign).subspan(1)) libraries_[last_name(ast_, target)] = space;
  }

  void decorated(const Node& function) {
    for (NodeId id : ast_.children_of(function).subspan(3)) {
      const Node& decorator = ast_[id];
      if (decorator.kind != NodeKind::Call || !is_custom_op(decorator)) continue;
      add(argument_text(ast_, call_argument(ast_, decorator, 0, "name")), decorator, Definition{&file_, static_cast<NodeId>(&function - ast_.nodes.data()), ""});
    }
  }

  bool is_custom_op(const Node& call) const {
    std::string dotted = names_.dotted(file_, ast_.child(call, 0));
    return dotted == "torch.library.custom_op" || dotted == "torch.library.triton_op";
  }

  void call(const Node& node) {
    std::vector<Symbol> callee = name_chain(ast_, ast_.child(node, 0));
    if (callee.empty()) return;
    if (callee.back().view() == "direct_register_custom_op") {
      std::string space = "vllm";
      std::string library = last_name(ast_, call_argument(ast_, node, 5, "target_lib"));
      if (auto known = libraries_.find(library); known != libraries_.end()) space = known->second;
      std::string name = argument_text(ast_, call_argument(ast_, node, 0, "op_name"));
      NodeId function = call_argument(ast_, node, 1, "op_func");
      std::optional<Definition> made = function == syntax::no_node ? std::nullopt : names_.resolve(names_.dotted(file_, function));
      add(space + "::" + name, node, made);
    } else if (callee.size() == 2 && callee[1].view() == "define" && libraries_.contains(callee[0].str())) {
      std::string text = argument_text(ast_, call_argument(ast_, node, 0, "schema"));
      size_t open = text.find('(');
      out_.push_back({libraries_[callee[0].str()] + "." + text.substr(0, open), open == std::string::npos ? "" : text.substr(open), "python",
                      {Symbol(file_.path), node.line}, ""});
    }
  }

  void add(std::string name, const Node& at, const std::optional<Definition>& function) {
    if (size_t colons = name.find("::"); colons != std::string::npos) name.replace(colons, 2, ".");
    CustomOperatorEntry entry{name, "", "python", {Symbol(file_.path), at.line}, ""};
    if (function) {
      std::set<std::string> mutates;
      NodeId list = call_argument(ast_, at, 2, "mutates_args");
      if (list != syntax::no_node) {
        for (NodeId item : ast_.children_of(ast_[list])) mutates.insert(std::string(string_literal(ast_, item)));
      }
      entry.schema = infer_schema(*function, mutates);
      diagnostics::Location place = function->location();
      entry.implementation = place.file.str() + ":" + std::to_string(place.line);
    }
    out_.push_back(std::move(entry));
  }

  SourceNames& names_;
  const SourceFile& file_;
  const Ast& ast_;
  std::map<std::string, std::string> libraries_;
  std::vector<CustomOperatorEntry>& out_;
};

// --- csrc

class BindingReader {
 public:
  BindingReader(std::string path, const std::string& text, std::vector<CustomOperatorEntry>& out) : path_(std::move(path)), text_(text), out_(out) {}

  void read() {
    while (at_ < text_.size()) {
      if (skip_comment()) continue;
      if (starts("TORCH_LIBRARY")) library();
      else if (starts(".def(")) definition();
      else if (starts(".impl(")) implementation();
      else step();
    }
  }

 private:
  bool starts(std::string_view word) const { return std::string_view(text_).substr(at_).starts_with(word); }
  void step() { line_ += text_[at_++] == '\n'; }
  void jump(size_t to) { while (at_ < std::min(to, text_.size())) step(); }
  bool skip_comment() {
    if (starts("//")) jump(text_.find('\n', at_));
    else if (starts("/*")) jump(std::min(text_.find("*/", at_), text_.size() - 2) + 2);
    else return false;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[at_])) || starts("//") || starts("/*"))) {
      if (!skip_comment()) step();
    }
  }
  // "a" "b": one literal.
  std::string literal() {
    std::string result;
    for (skip_space(); at_ < text_.size() && text_[at_] == '"'; skip_space()) {
      for (step(); at_ < text_.size() && text_[at_] != '"'; step()) {
        if (text_[at_] == '\\') step();
        result += text_[at_];
      }
      step();
    }
    return result;
  }
  // TORCH_LIBRARY_EXPAND(CONCAT(_C, _ascend), ops): the namespace is what its first argument joins.
  void library() {
    size_t open = text_.find('(', at_);
    if (open == std::string::npos) return jump(text_.size());
    jump(open + 1);
    std::string space;
    int depth = 0;
    for (; at_ < text_.size() && (depth > 0 || text_[at_] != ','); step()) {
      if (text_[at_] == '(') ++depth;
      else if (text_[at_] == ')') --depth;
      if (depth < 0) break;
      space += text_[at_];
    }
    if (space.starts_with("CONCAT(")) space = space.substr(7, space.size() - 8);
    std::erase_if(space, [](char c) { return c == ',' || c == ')' || std::isspace(static_cast<unsigned char>(c)); });
    space_ = space;
  }
  void definition() {
    uint32_t line = line_;
    jump(at_ + 5);
    std::string schema = literal();
    size_t open = schema.find('(');
    if (space_.empty() || open == std::string::npos || schema.find("->") == std::string::npos) return;
    out_.push_back({space_ + "." + schema.substr(0, open), schema.substr(open), "csrc", {Symbol(path_), line}, ""});
  }
  // .impl("name", torch::kPrivateUse1, &function)
  void implementation() {
    jump(at_ + 6);
    std::string name = space_ + "." + literal();
    size_t close = text_.find(')', at_), address = text_.find('&', at_);
    if (address == std::string::npos || close == std::string::npos || address > close || text_.substr(at_, address - at_).find("PrivateUse1") == std::string::npos) return;
    for (CustomOperatorEntry& entry : out_) {
      if (entry.name == name && entry.implementation.empty()) entry.implementation = text_.substr(address + 1, close - address - 1);
    }
  }

  std::string path_;
  const std::string& text_;
  std::vector<CustomOperatorEntry>& out_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  std::string space_;
};

}  // namespace

std::vector<NamedEntry> find_schemes(SourceNames& names, const source::Tree& ascend) {
  std::vector<NamedEntry> schemes;
  for (const SourceFile* file : names.files(ascend)) {
    const Ast& ast = **file;
    for (const Node& node : ast.nodes) {
      if (node.kind == NodeKind::ClassDef) {
        for (NodeId id : ast.children_of(node).subspan(2)) {
          if (id == syntax::no_node || ast[id].kind != NodeKind::Call) continue;
          std::string decorator = last_name(ast, ast.child(ast[id], 0));
          if (decorator != "register_scheme" && decorator != "register_quantization_config") continue;
          std::string layer_type = argument_text(ast, call_argument(ast, ast[id], 1, "layer_type"));
          schemes.push_back({constant_text(names, *file, call_argument(ast, ast[id], 0, "quant_type")), layer_type.empty() ? "config" : layer_type, {Symbol(file->path), node.line}});
        }
      } else if (node.kind == NodeKind::Assign || node.kind == NodeKind::AnnAssign) {
        NodeId value = ast.child(node, node.kind == NodeKind::Assign ? 0 : 2);
        if (value != syntax::no_node && ast[value].kind == NodeKind::Dict) read_scheme_table(names, *file, ast[value], schemes);
      }
    }
  }
  return schemes;
}

std::vector<NamedEntry> find_attention_backends(SourceNames& names, const source::Tree& ascend) {
  struct Candidate { std::string name; std::vector<std::string> bases; NamedEntry entry; };
  std::vector<Candidate> classes;
  for (const SourceFile* file : names.files(ascend)) {
    const Ast& ast = **file;
    for (NodeId id = 0; id < ast.nodes.size(); ++id) {
      const Node& node = ast[id];
      if (node.kind != NodeKind::ClassDef || ast.child(node, 1) == syntax::no_node) continue;
      Candidate c{file->module + "." + ast.symbol(node).str(), {}, {ast.symbol(node).str(), "", {Symbol(file->path), node.line}}};
      for (NodeId base : ast.children_of(ast[ast.child(node, 1)])) c.bases.push_back(names.dotted(*file, base));
      classes.push_back(std::move(c));
    }
  }
  std::set<std::string> backends;
  std::vector<NamedEntry> found;
  for (bool more = true; more;) {
    more = false;
    for (const Candidate& c : classes) {
      bool is = std::any_of(c.bases.begin(), c.bases.end(), [&](const std::string& base) { return base.ends_with(".AttentionBackend") || backends.contains(base); });
      if (!is || !backends.insert(c.name).second) continue;
      found.push_back(c.entry);
      more = true;
    }
  }
  std::sort(found.begin(), found.end(), [](const NamedEntry& a, const NamedEntry& b) { return std::pair(a.at.file.view(), a.at.line) < std::pair(b.at.file.view(), b.at.line); });
  return found;
}

std::vector<CustomOperatorEntry> find_custom_operators(SourceNames& names, const source::Tree& ascend) {
  std::vector<CustomOperatorEntry> operators;
  for (const SourceFile* file : names.files(ascend)) OperatorReader(names, *file, operators).read();
  return operators;
}

std::vector<CustomOperatorEntry> find_bindings(const source::Tree& ascend) {
  std::vector<CustomOperatorEntry> operators;
  for (const char* suffix : {".cpp", ".cc", ".h"}) {
    for (const std::string& path : ascend.files("csrc", suffix)) {
      std::optional<std::string> text = ascend.read(path);
      if (text && text->find("TORCH_LIBRARY") != std::string::npos) BindingReader(path, *text, operators).read();
    }
  }
  return operators;
}

}  // namespace fusescout::vllm
