#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "graph/operator_kind.h"
#include "graph/pattern.h"
#include "graph/pattern_predicate.h"
#include "graph/text_layout.h"
#include "graph/text_parser.h"

namespace fusescout::graph {
namespace {

constexpr size_t max_optional = 6;  // 2^n variants

struct Parsed {                     // a graph with its optional operators still marked
  PatternGraph graph;
  std::vector<bool> optional;
};

class PatternParser {
 public:
  ErrorOr<Success> line(std::string_view text) {
    Cursor cursor{text};
    if (cursor.at_end() || cursor.take("#")) return Success{};
    if (cursor.take_word("pattern")) return header(cursor);
    if (patterns_.empty()) return Error{"expected `pattern name family`, found " + cursor.rest()};
    Pattern& pattern = patterns_.back();
    if (cursor.take_word("name")) return two(cursor, pattern.name_en, pattern.name_zh);
    if (cursor.take_word("why")) return two(cursor, pattern.why_en, pattern.why_zh);
    if (cursor.take_word("source")) {
      cursor.skip();
      pattern.source = std::string(cursor.token());
      return Success{};
    }
    if (cursor.take_word("graph") || cursor.take_word("replacement")) {
      in_replacement_ = text.find("replacement") != std::string_view::npos;
      current_ = Parsed{};
      values_.clear();
      open_ = true;
      return Success{};
    }
    if (cursor.take_word("require")) return requirement(cursor, true);
    if (cursor.take_word("only")) return requirement(cursor, false);
    if (!open_) return Error{"expected `graph`, `replacement`, `only` or `require`, found " + cursor.rest()};
    if (cursor.take_word("called")) return two(cursor, current_.graph.name_en, current_.graph.name_zh);
    if (cursor.take_word("kernel")) return kernel(cursor);
    if (cursor.take_word("output")) return outputs(cursor);
    return operation(cursor);
  }

  ErrorOr<std::vector<Pattern>> finish() {
    for (Pattern& pattern : patterns_) {
      if (pattern.graphs.empty()) return Error{"pattern `" + pattern.name + "` has no graph"};
      if (pattern.compound() && (pattern.replacement.size() != 1 || pattern.replacement[0].nodes.size() != 1)) {
        return Error{"compound `" + pattern.name + "` needs a replacement of one operator"};
      }
      std::stable_sort(pattern.graphs.begin(), pattern.graphs.end(),
                       [](const PatternGraph& a, const PatternGraph& b) { return a.nodes.size() > b.nodes.size(); });
    }
    return std::move(patterns_);
  }

 private:
  ErrorOr<Success> header(Cursor& cursor) {
    open_ = false;
    Pattern pattern;
    pattern.name = std::string(cursor.identifier());
    pattern.family = std::string(cursor.identifier());
    if (pattern.name.empty() || pattern.family.empty()) return Error{"expected `pattern name family`"};
    pattern.name_en = pattern.name_zh = pattern.name;
    patterns_.push_back(std::move(pattern));
    return Success{};
  }

  static ErrorOr<Success> two(Cursor& cursor, std::string& en, std::string& zh) {
    cursor.skip();
    if (!cursor.quoted(en)) return Error{"expected a text in quotes, found " + cursor.rest()};
    cursor.skip();
    if (!cursor.quoted(zh)) zh = en;
    return Success{};
  }

  ErrorOr<Success> requirement(Cursor& cursor, bool reasoned) {
    PatternRequirement requirement;
    size_t start = cursor.at;
    requirement.predicate = TRY(parse_predicate(cursor));
    requirement.text = std::string(cursor.text.substr(start, cursor.at - start));
    while (!requirement.text.empty() && requirement.text.front() == ' ') requirement.text.erase(0, 1);
    while (!requirement.text.empty() && requirement.text.back() == ' ') requirement.text.pop_back();
    if (reasoned && !cursor.take(":")) return Error{"expected `: \"reason\"`, found " + cursor.rest()};
    cursor.skip();
    if (reasoned && (!cursor.quoted(requirement.reason) || requirement.reason.empty())) return Error{"expected the reason in quotes, found " + cursor.rest()};
    patterns_.back().requirements.push_back(std::move(requirement));
    return Success{};
  }

  uint32_t value(Symbol name) {
    auto [it, added] = values_.try_emplace(name, static_cast<uint32_t>(current_.graph.values.size()));
    if (added) current_.graph.values.push_back({name});
    return it->second;
  }

  ErrorOr<PatternOperand> operand(Cursor& cursor) {
    PatternOperand operand;
    operand.value = value(Symbol(cursor.identifier()));
    if (!cursor.take("[")) return operand;
    if (cursor.take("*")) operand.selector = Selector::Any;
    else if (cursor.take_word("even")) operand.selector = Selector::Even;
    else if (cursor.take_word("odd")) operand.selector = Selector::Odd;
    else if (cursor.take_word("first")) operand.selector = Selector::First;
    else if (cursor.take_word("rest")) operand.selector = Selector::Rest;
    else {
      operand.selector = Selector::Part;
      std::string part(cursor.identifier());
      bool slash = cursor.take("/");
      std::string parts(cursor.identifier());
      int a = std::atoi(part.c_str()), b = std::atoi(parts.c_str());
      if (!slash || b < 2 || b > 255 || a < 0 || a >= b) return Error{"expected a part such as `[0/2]`"};
      operand.part = static_cast<uint8_t>(a);
      operand.parts = static_cast<uint8_t>(b);
    }
    if (!cursor.take("]")) return Error{"expected `]`, found " + cursor.rest()};
    return operand;
  }

  static ErrorOr<PatternAttribute> attribute(Cursor& cursor) {
    cursor.skip();
    if (cursor.take("$")) return PatternAttribute(Metavariable{Symbol(cursor.identifier())});
    std::string text;
    if (cursor.at < cursor.text.size() && cursor.text[cursor.at] == '"') {
      if (!cursor.quoted(text)) return Error{"expected `\"` at the end of the text"};
      DType dtype;
      if (parse_dtype(text, dtype)) return PatternAttribute(Attribute(dtype));
      return PatternAttribute(Attribute(std::move(text)));
    }
    if (cursor.take("[")) {
      std::vector<Dim> list;
      while (!cursor.take("]")) {
        std::string item = cursor.expression(",]");
        if (item.empty()) return Error{"expected a number, found " + cursor.rest()};
        list.emplace_back(std::atoll(item.c_str()));
        cursor.take(",");
      }
      return PatternAttribute(Attribute(std::move(list)));
    }
    text = cursor.expression(",)");
    if (text == "True") return PatternAttribute(Attribute(true));
    if (text == "False") return PatternAttribute(Attribute(false));
    DType dtype;
    if (parse_dtype(text, dtype)) return PatternAttribute(Attribute(dtype));
    char* end = nullptr;
    double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != 0) return Error{"expected a value, found `" + text + "`"};
    bool whole = text.find_first_of(".en") == std::string::npos;
    return whole ? PatternAttribute(Attribute(Dim(static_cast<int64_t>(number)))) : PatternAttribute(Attribute(number));
  }

  ErrorOr<Success> operation(Cursor& cursor) {
    std::vector<Symbol> names;
    cursor.skip();
    if (cursor.at < cursor.text.size() && cursor.text[cursor.at] == '%') {
      do {
        if (!cursor.take("%")) return Error{"expected `%name`, found " + cursor.rest()};
        names.emplace_back(cursor.identifier());
      } while (cursor.take(","));
      if (!cursor.take("=")) return Error{"expected `=`, found " + cursor.rest()};
    }
    PatternNode node;
    bool optional = cursor.take("?");
    do {
      Symbol kind(cursor.identifier());
      if (find_operator_kind(kind.view()) == nullptr) return Error{"no operator is called `" + kind.str() + "`"};
      node.kinds.push_back(kind);
    } while (cursor.take("|"));
    if (!cursor.take("(")) return Error{"expected `(`, found " + cursor.rest()};
    while (!cursor.take(")")) {
      if (cursor.take("...")) node.rest = true;
      else if (cursor.take("%")) node.operands.push_back(TRY(operand(cursor)));
      else {
        Symbol name(cursor.identifier());
        if (name.empty() || !cursor.take("=")) return Error{"expected `%tensor` or `name=value`, found " + cursor.rest()};
        node.attributes.emplace_back(name, TRY(attribute(cursor)));
      }
      cursor.take(",");
      if (cursor.at_end()) return Error{"expected `)` at the end of the line"};
    }
    if (!cursor.at_end()) return Error{"expected the end of the line, found " + cursor.rest()};
    if (optional && (names.size() != 1 || node.operands.empty())) return Error{"an optional operator has one result and an operand"};
    auto index = static_cast<uint32_t>(current_.graph.nodes.size());
    for (Symbol name : names) {
      if (values_.contains(name)) return Error{"`%" + name.str() + "` is defined twice or used before"};
      uint32_t id = value(name);
      current_.graph.values[id].node = index;
      current_.graph.values[id].output = static_cast<uint32_t>(node.outputs.size());
      node.outputs.push_back(id);
    }
    current_.graph.nodes.push_back(std::move(node));
    current_.optional.push_back(optional);
    return Success{};
  }

  ErrorOr<std::vector<uint32_t>> known_values(Cursor& cursor) {
    std::vector<uint32_t> list;
    do {
      if (!cursor.take("%")) return Error{"expected `%name`, found " + cursor.rest()};
      Symbol name(cursor.identifier());
      if (!values_.contains(name)) return Error{"`%" + name.str() + "` is not defined"};
      list.push_back(values_[name]);
    } while (cursor.take(","));
    return list;
  }

  ErrorOr<Success> kernel(Cursor& cursor) {
    std::vector<uint32_t> nodes;
    for (uint32_t value : TRY(known_values(cursor))) {
      uint32_t node = current_.graph.values[value].node;
      if (node == UINT32_MAX) return Error{"`%" + current_.graph.values[value].name.str() + "` is made by no operator"};
      nodes.push_back(node);
    }
    current_.graph.kernels.push_back(std::move(nodes));
    return Success{};
  }

  ErrorOr<Success> outputs(Cursor& cursor) {
    current_.graph.outputs = TRY(known_values(cursor));
    open_ = false;
    auto optionals = static_cast<size_t>(std::count(current_.optional.begin(), current_.optional.end(), true));
    if (optionals > max_optional) return Error{"more than " + std::to_string(max_optional) + " optional operators"};
    Pattern& pattern = patterns_.back();
    for (size_t absent = 0; absent < size_t{1} << optionals; ++absent) {
      (in_replacement_ ? pattern.replacement : pattern.graphs).push_back(without(absent));
    }
    return Success{};
  }

  // The graph without the optional operators whose bit is set.
  PatternGraph without(size_t absent) const {
    const PatternGraph& full = current_.graph;
    PatternGraph graph;
    graph.name_en = full.name_en;
    graph.name_zh = full.name_zh;
    std::vector<PatternOperand> replaced(full.values.size());   // an absent operator's result is its operand
    for (uint32_t i = 0; i < full.values.size(); ++i) replaced[i].value = i;
    std::vector<uint32_t> renumbered(full.values.size(), UINT32_MAX);
    auto number = [&](uint32_t old) {
      if (renumbered[old] == UINT32_MAX) {
        renumbered[old] = static_cast<uint32_t>(graph.values.size());
        graph.values.push_back({full.values[old].name});
      }
      return renumbered[old];
    };
    size_t bit = 0;
    std::vector<uint32_t> node_of(full.nodes.size(), UINT32_MAX);
    for (size_t i = 0; i < full.nodes.size(); ++i) {
      PatternNode node = full.nodes[i];
      for (PatternOperand& operand : node.operands) {
        PatternOperand source = replaced[operand.value];
        if (operand.selector == Selector::Whole) operand = source;
        else operand.value = source.value;
      }
      if (current_.optional[i] && (absent >> bit++ & 1) != 0) {
        replaced[node.outputs[0]] = node.operands[0];
        continue;
      }
      for (PatternOperand& operand : node.operands) operand.value = number(operand.value);
      for (size_t k = 0; k < node.outputs.size(); ++k) {
        uint32_t id = number(node.outputs[k]);
        graph.values[id].node = static_cast<uint32_t>(graph.nodes.size());
        graph.values[id].output = static_cast<uint32_t>(k);
        node.outputs[k] = id;
      }
      node_of[i] = static_cast<uint32_t>(graph.nodes.size());
      graph.nodes.push_back(std::move(node));
    }
    for (const std::vector<uint32_t>& kernel : full.kernels) {
      graph.kernels.emplace_back();
      for (uint32_t node : kernel) {
        if (node_of[node] != UINT32_MAX) graph.kernels.back().push_back(node_of[node]);
      }
    }
    for (uint32_t output : full.outputs) graph.outputs.push_back(number(replaced[output].value));
    return graph;
  }

  std::vector<Pattern> patterns_;
  Parsed current_;
  std::map<Symbol, uint32_t> values_;
  bool open_ = false;
  bool in_replacement_ = false;
};

std::string operand_text(const PatternGraph& graph, const PatternOperand& operand) {
  std::string text = "%" + graph.values[operand.value].name.str();
  switch (operand.selector) {
    case Selector::Whole: return text;
    case Selector::Any: return text + "[*]";
    case Selector::Even: return text + "[even]";
    case Selector::Odd: return text + "[odd]";
    case Selector::First: return text + "[first]";
    case Selector::Rest: return text + "[rest]";
    case Selector::Part: return text + fmt::format("[{}/{}]", operand.part, operand.parts);
  }
  return text;
}

std::string attribute_text(const PatternAttribute& attribute) {
  if (const auto* metavariable = std::get_if<Metavariable>(&attribute)) return "$" + metavariable->name.str();
  return std::visit(
      [](const auto& value) -> std::string {
        using Type = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Type, bool>) return value ? "True" : "False";
        else if constexpr (std::is_same_v<Type, Dim>) return std::to_string(value.value);
        else if constexpr (std::is_same_v<Type, double>) return real_text(value);
        else if constexpr (std::is_same_v<Type, std::string>) return quoted(value);
        else if constexpr (std::is_same_v<Type, DType>) return std::string(dtype_name(value));
        else {
          std::string list;
          for (Dim dim : value) list += (list.empty() ? "" : ", ") + std::to_string(dim.value);
          return "[" + list + "]";
        }
      },
      std::get<Attribute>(attribute));
}

void print(const PatternGraph& graph, std::string& out) {
  if (!graph.name_en.empty()) out += "  called " + quoted(graph.name_en) + " " + quoted(graph.name_zh) + "\n";
  for (const PatternNode& node : graph.nodes) {
    std::string left, kinds, words;
    for (uint32_t output : node.outputs) left += (left.empty() ? "%" : ", %") + graph.values[output].name.str();
    for (Symbol kind : node.kinds) kinds += (kinds.empty() ? "" : "|") + kind.str();
    auto word = [&](const std::string& text) { words += (words.empty() ? "" : ", ") + text; };
    for (const PatternOperand& operand : node.operands) word(operand_text(graph, operand));
    if (node.rest) word("...");
    for (const auto& [name, value] : node.attributes) word(name.str() + "=" + attribute_text(value));
    out += "  " + left + (left.empty() ? "" : " = ") + kinds + "(" + words + ")\n";
  }
  for (const std::vector<uint32_t>& kernel : graph.kernels) {
    std::string values;
    for (uint32_t node : kernel) values += (values.empty() ? "%" : ", %") + graph.values[graph.nodes[node].outputs[0]].name.str();
    out += "  kernel " + values + "\n";
  }
  out += "  output ";
  for (size_t i = 0; i < graph.outputs.size(); ++i) out += (i == 0 ? "%" : ", %") + graph.values[graph.outputs[i]].name.str();
  out += "\n";
}

}  // namespace

ErrorOr<std::vector<Pattern>> parse_patterns(std::string_view text) {
  PatternParser parser;
  uint32_t number = 0;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    ++number;
    auto done = parser.line(line);
    if (done.is_error()) return Error{"line " + std::to_string(number) + ": " + done.error().message};
  }
  return parser.finish();
}

std::string to_text(const Pattern& pattern) {
  std::string out = "pattern " + pattern.name + " " + pattern.family + "\nname " + quoted(pattern.name_en) + " " + quoted(pattern.name_zh) + "\n";
  if (!pattern.why_en.empty()) out += "why " + quoted(pattern.why_en) + " " + quoted(pattern.why_zh) + "\n";
  if (!pattern.source.empty()) out += "source " + pattern.source + "\n";
  for (const PatternGraph& graph : pattern.graphs) {
    out += "graph\n";
    print(graph, out);
  }
  for (const PatternGraph& graph : pattern.replacement) {
    out += "replacement\n";
    print(graph, out);
  }
  for (const PatternRequirement& requirement : pattern.requirements) {
    if (requirement.reason.empty()) out += "only " + requirement.text + "\n";
    else out += "require " + requirement.text + " : " + quoted(requirement.reason) + "\n";
  }
  return out;
}

}  // namespace fusescout::graph
