#include "torch/operator_schema.h"

#include <algorithm>

#include "python/expression_text.h"
#include "python/scope.h"
#include "syntax/ast.h"

namespace fusescout::torch {

using python::Interpreter;
using python::Value;
using syntax::no_node;
using syntax::NodeId;

namespace {

std::string without(std::string text, std::string_view part) {
  for (size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
  return text;
}

// "Optional[torch.Tensor]" or "torch.Tensor | None" to "Tensor?".
std::string schema_type(std::string text) {
  for (std::string_view space : {"torch.", "typing.", "types.", " ", "\"", "'"}) text = without(text, space);
  bool optional = false;
  if (text.starts_with("Optional[")) {
    optional = true;
    text = text.substr(9, text.size() - 10);
  }
  for (std::string_view none : {"|None", "None|"}) {
    if (text.find(none) == std::string::npos) continue;
    optional = true;
    text = without(text, none);
  }
  bool list = false;
  for (std::string_view name : {"list[", "List[", "Sequence[", "tuple[", "Tuple["}) {
    if (!text.starts_with(name)) continue;
    list = true;
    text = text.substr(name.size(), text.size() - name.size() - 1);
    text = text.substr(0, text.find(','));
    break;
  }
  if (text == "int") text = "SymInt";
  else if (text == "dtype") text = "ScalarType";
  else if (text == "device") text = "Device";
  else if (text == "Number" || text == "int|float" || text == "Union[int,float]") text = "Scalar";
  return text + (list ? "[]" : "") + (optional ? "?" : "");
}

// Splits at commas outside brackets and quotes.
std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  int depth = 0;
  char quote = 0;
  for (char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[') {
      ++depth;
    } else if (c == ')' || c == ']') {
      --depth;
    } else if (c == ',' && depth == 0) {
      parts.push_back(std::move(part));
      part.clear();
      continue;
    }
    part += c;
  }
  parts.push_back(std::move(part));
  for (std::string& p : parts) {
    p.erase(0, std::min(p.find_first_not_of(" \n"), p.size()));
    p.erase(p.find_last_not_of(" \n") + 1);
  }
  std::erase(parts, "");
  return parts;
}

struct SchemaArgument { std::string type, name; bool mutates = false; };

std::vector<SchemaArgument> schema_arguments(const std::string& schema) {
  std::vector<SchemaArgument> result;
  size_t arrow = schema.rfind("->");
  size_t close = schema.rfind(')', arrow == std::string::npos ? std::string::npos : arrow);
  if (schema.empty() || close == std::string::npos) return result;
  for (const std::string& part : split_arguments(std::string_view(schema).substr(1, close - 1))) {
    if (part == "*") continue;
    // The type may hold blanks only inside brackets; the default holds any.
    size_t blank = std::string::npos;
    int depth = 0;
    for (size_t i = 0; i < part.size() && blank == std::string::npos; ++i) {
      if (part[i] == '(' || part[i] == '[') ++depth;
      if (part[i] == ')' || part[i] == ']') --depth;
      if (part[i] == ' ' && depth == 0) blank = i;
    }
    if (blank == std::string::npos) continue;
    SchemaArgument argument;
    argument.type = part.substr(0, blank);
    argument.mutates = argument.type.find('!') != std::string::npos;
    argument.name = part.substr(blank + 1, part.find('=', blank) - blank - 1);
    result.push_back(std::move(argument));
  }
  return result;
}

}  // namespace

std::string infer_schema(Interpreter& interpreter, const Value& callable, const Value& mutates) {
  auto* function = callable.as<python::Function>();
  if (function == nullptr) return "(...) -> Any";
  std::vector<std::string> written;
  bool all_written = mutates.defined() && interpreter.is_string(mutates);
  if (mutates.defined() && !mutates.is_none() && !all_written) {
    interpreter.for_each(mutates, [&](const Value& name) { written.emplace_back(interpreter.text_of(name)); });
  }
  const syntax::Ast& ast = *function->file->ast;
  const syntax::Node& node = ast[function->node];
  std::string result = "(";
  int aliases = 0;
  bool keyword_only = false;
  for (NodeId id : ast.children_of(ast[ast.child(node, 0)])) {
    const syntax::Node& parameter = ast[id];
    if (result.size() > 1) result += ", ";
    if (static_cast<syntax::ParameterKind>(parameter.flag) == syntax::ParameterKind::KeywordOnly && !keyword_only) {
      keyword_only = true;
      result += "*, ";
    }
    NodeId fallback = ast.child(parameter, 0), annotation = ast.child(parameter, 1);
    std::string type = annotation == no_node ? "Any" : schema_type(python::expression_text(ast, annotation));
    const std::string& name = ast.symbol(parameter).str();
    bool writes = std::find(written.begin(), written.end(), name) != written.end() || (all_written && type.starts_with("Tensor"));
    if (writes && type.starts_with("Tensor")) type.insert(6, "(a" + std::to_string(aliases++) + "!)");
    result += type + " " + name;
    if (fallback != no_node) result += "=" + python::expression_text(ast, fallback);
  }
  NodeId returns = ast.child(node, 2);
  std::string type = "()";
  if (returns != no_node && ast[returns].kind != syntax::NodeKind::NoneLiteral) {
    std::string text = without(without(python::expression_text(ast, returns), "torch."), " ");
    for (std::string_view name : {"tuple[", "Tuple["}) {
      if (text.starts_with(name)) text = "(" + text.substr(name.size(), text.size() - name.size() - 1) + ")";
    }
    type = text;
  }
  return result + ") -> " + type;
}

size_t result_count(const std::string& schema) {
  size_t arrow = schema.rfind("->");
  if (arrow == std::string::npos) return 0;
  std::string text = schema.substr(arrow + 2);
  text.erase(0, std::min(text.find_first_not_of(" \n"), text.size()));
  text.erase(text.find_last_not_of(" \n") + 1);
  if (text.starts_with('(')) text = text.substr(1, text.size() - 2);
  return split_arguments(text).size();
}

std::vector<Symbol> parameter_names(const std::string& schema) {
  std::vector<Symbol> names;
  for (const SchemaArgument& argument : schema_arguments(schema)) names.emplace_back(argument.name);
  return names;
}

void read_schema(OperatorEntry& entry) {
  entry.parameters.clear();
  entry.mutates.clear();
  for (const SchemaArgument& argument : schema_arguments(entry.schema)) {
    entry.parameters.emplace_back(argument.name);
    if (argument.mutates) entry.mutates.emplace_back(argument.name);
  }
}

Value schema_object(Interpreter& interpreter, const OperatorEntry& entry) {
  static const Symbol name_key("name"), type_key("type"), arguments_key("arguments"), mutable_key("is_mutable");
  auto object = [&](std::string_view class_name) { return interpreter.make<python::Instance>(interpreter.make_class(class_name, {})); };
  Value schema = object("FunctionSchema");
  std::vector<Value> arguments;
  for (const SchemaArgument& argument : schema_arguments(entry.schema)) {
    Value made = object("Argument");
    interpreter.set_attribute_plain(made, name_key, interpreter.str(Symbol(argument.name)));
    interpreter.set_attribute_plain(made, type_key, interpreter.str(Symbol(argument.type)));
    arguments.push_back(made);
  }
  interpreter.set_attribute_plain(schema, name_key, interpreter.str(entry.space.str() + "::" + entry.name.str()));
  interpreter.set_attribute_plain(schema, arguments_key, interpreter.list(std::move(arguments)));
  interpreter.set_attribute_plain(schema, mutable_key, Value::of(!entry.mutates.empty()));
  return schema;
}

}  // namespace fusescout::torch
