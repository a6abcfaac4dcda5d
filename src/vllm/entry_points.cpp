#include "vllm/entry_points.h"

#include <sstream>

#include "syntax/ast.h"
#include "syntax/parse.h"

namespace fusescout::vllm {

namespace {

std::string trim(const std::string& text) {
  size_t begin = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

void add_line(std::vector<EntryPoint>& points, const std::string& group, const std::string& line) {
  size_t equals = line.find('=');
  if (equals != std::string::npos) points.push_back({group, trim(line.substr(0, equals)), trim(line.substr(equals + 1))});
}

std::vector<EntryPoint> from_metadata(const std::string& text) {
  std::vector<EntryPoint> points;
  std::istringstream lines(text);
  std::string group;
  for (std::string line; std::getline(lines, line);) {
    line = trim(line);
    if (line.starts_with('[') && line.ends_with(']')) group = line.substr(1, line.size() - 2);
    else add_line(points, group, line);
  }
  return points;
}

// setup(..., entry_points={"group": ["name = module:function", ...]})
std::vector<EntryPoint> from_setup(const std::string& text) {
  using syntax::NodeKind;
  std::vector<EntryPoint> points;
  syntax::Ast ast = syntax::parse(text);
  auto string_of = [&](syntax::NodeId id) {
    return id != syntax::no_node && ast[id].kind == NodeKind::StringLiteral ? ast.symbol(ast[id]).str() : std::string();
  };
  for (const syntax::Node& keyword : ast.nodes) {
    if (keyword.kind != NodeKind::Keyword || ast.symbol(keyword).view() != "entry_points") continue;
    const syntax::Node& dict = ast[ast.child(keyword, 0)];
    if (dict.kind != NodeKind::Dict) continue;
    for (uint32_t i = 0; i + 1 < dict.child_count; i += 2) {
      std::string group = string_of(ast.child(dict, i));
      for (syntax::NodeId line : ast.children_of(ast[ast.child(dict, i + 1)])) add_line(points, group, string_of(line));
    }
  }
  return points;
}

// A package folder alone, by the convention that its set-up follows: `register` gives the platform, each `register_*` is a plugin.
std::vector<EntryPoint> from_package(const std::string& package, const std::string& text) {
  using syntax::NodeKind;
  std::vector<EntryPoint> points;
  syntax::Ast ast = syntax::parse(text);
  for (syntax::NodeId id : ast.children_of(ast[ast.root])) {
    if (ast[id].kind != NodeKind::FunctionDef) continue;
    std::string name = ast.symbol(ast[id]).str();
    if (name == "register") points.push_back({"vllm.platform_plugins", package, package + ":" + name});
    else if (name.starts_with("register_")) points.push_back({"vllm.general_plugins", package + name.substr(8), package + ":" + name});
  }
  return points;
}

}  // namespace

std::vector<EntryPoint> entry_points(const source::Tree& tree) {
  if (auto text = tree.metadata("entry_points.txt")) return from_metadata(*text);
  if (auto text = tree.read("setup.py")) return from_setup(*text);
  std::string package(source::import_name(tree.package()));
  if (auto text = tree.read(package + "/__init__.py")) return from_package(package, *text);
  return {};
}

}  // namespace fusescout::vllm
