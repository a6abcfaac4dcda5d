#include "fusion/raise.h"

#include <algorithm>

#include "fusion/matcher.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

constexpr int max_rounds = 3;    // a compound may use others: rope uses rotate_half

const Metavariable* as_metavariable(const PatternAttribute& attribute) { return std::get_if<Metavariable>(&attribute); }

bool raise_match(Flow& flow, const Pattern& pattern, const Match& match) {
  std::vector<NodeId> covered = match.nodes;
  for (NodeId id : covered) {
    if (!flow.node(id).live) return false;
  }
  for (const PatternRequirement& requirement : pattern.requirements) {
    if (!evaluate(flow, match, requirement.predicate).holds) return false;
  }
  const PatternGraph& graph = *match.graph;
  const PatternGraph& replacement = pattern.replacement[0];
  const PatternNode& wanted = replacement.nodes[0];
  auto value = [&](const PatternGraph& in, uint32_t index) -> TensorId {
    for (size_t i = 0; i < graph.values.size(); ++i) {
      if (graph.values[i].name == in.values[index].name && graph.values[i].node == UINT32_MAX) return match.values[i];
    }
    return {};
  };
  std::vector<TensorId> inputs, outputs;
  for (const PatternOperand& operand : wanted.operands) {
    TensorId tensor = value(replacement, operand.value);
    if (tensor.valid()) inputs.push_back(tensor);     // an operand that this variant does not have
  }
  for (uint32_t output : graph.outputs) outputs.push_back(match.values[output]);
  // A cast on the way goes with the compound when nothing else reads it.
  auto inside = [&](NodeId id) { return std::find(covered.begin(), covered.end(), id) != covered.end(); };
  auto read_outside = [&](TensorId tensor) {
    if (flow.is_output(tensor)) return true;
    const std::vector<NodeId>& readers = flow.consumers(tensor);
    return std::any_of(readers.begin(), readers.end(), [&](NodeId id) { return flow.node(id).live && !inside(id); });
  };
  for (size_t i = match.through.size(); i-- > 0;) {
    if (!read_outside(flow.node(match.through[i]).outputs[0])) covered.push_back(match.through[i]);
  }
  for (NodeId id : match.nodes) {
    for (TensorId tensor : flow.node(id).outputs) {
      if (std::find(outputs.begin(), outputs.end(), tensor) == outputs.end() && read_outside(tensor)) {
        bool by_through = std::all_of(flow.consumers(tensor).begin(), flow.consumers(tensor).end(), [&](NodeId reader) {
          return !flow.node(reader).live || inside(reader) ||
                 std::find(match.through.begin(), match.through.end(), reader) != match.through.end();
        });
        if (!by_through || flow.is_output(tensor)) return false;
      }
    }
  }
  Attributes attributes;
  for (const auto& [name, attribute] : wanted.attributes) {
    if (const Metavariable* metavariable = as_metavariable(attribute)) {
      for (const auto& [bound, actual] : match.attributes) {
        if (bound == metavariable->name) attributes.emplace_back(name, actual);
      }
    } else {
      attributes.emplace_back(name, std::get<Attribute>(attribute));
    }
  }
  std::sort(attributes.begin(), attributes.end(), [](const auto& a, const auto& b) { return a.first.view() < b.first.view(); });
  flow.raise(covered, wanted.kinds[0], std::move(inputs), std::move(outputs), std::move(attributes));
  return true;
}

}  // namespace

void raise_compounds(Flow& flow, const std::vector<Pattern>& patterns) {
  for (int round = 0; round < max_rounds; ++round) {
    bool changed = false;
    for (const Pattern& pattern : patterns) {
      if (!pattern.compound()) continue;
      for (const PatternGraph& graph : pattern.graphs) {
        for (const Match& match : find_matches(flow, graph)) changed |= raise_match(flow, pattern, match);
      }
    }
    if (!changed) return;
  }
}

}  // namespace fusescout::fusion
