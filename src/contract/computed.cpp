#include "contract/computed.h"

#include <algorithm>
#include <cctype>

#include "fusion/group.h"

namespace fusescout::contract {

namespace {

bool writes_out(const std::string& text, const std::string& number) {
  auto part = [&](size_t i) { return std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_' || text[i] == '.'; };
  for (size_t at = text.find(number); at != std::string::npos; at = text.find(number, at + 1)) {
    size_t end = at + number.size();
    if ((at == 0 || !part(at - 1)) && (end == text.size() || !part(end))) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> computed_numbers(const fusion::Finding& finding, const std::vector<graph::OperatorId>& operators, const graph::Graph& graph,
                                          const SourceTexts& sources) {
  std::vector<std::string> names;
  for (graph::OperatorId id : operators) {
    const graph::Operator& op = graph.operators[id];
    const graph::Attribute* other = graph::find_attribute(op, "other");
    // A kernel that does several things has numbers of its own; what torch's functions get was written at the call.
    if (!other || !std::holds_alternative<graph::Dim>(*other) || !op.call.valid() || !graph.entries[op.call].frame.valid() ||
        !graph.entries[op.call].op.view().starts_with("aten.")) continue;
    std::string number = graph.expressions.to_string(std::get<graph::Dim>(*other)), name = fusion::scalar_name(op.kind.view(), "other");
    const graph::Frame& frame = graph.frames[graph.entries[op.call].frame];
    const SourceText* text = sources.find(frame.file);
    const Statement* statement = text ? text->at(frame.line) : nullptr;
    if (!statement || writes_out(statement->text, number)) continue;
    for (const fusion::InterfaceScalar& scalar : finding.interface.scalars) {
      bool same = scalar.value == number && (scalar.name == name || scalar.name.starts_with(name + "_"));
      if (same && std::find(names.begin(), names.end(), scalar.name) == names.end()) names.push_back(scalar.name);
    }
  }
  return names;
}

}  // namespace fusescout::contract
