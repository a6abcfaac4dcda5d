// Operators that keep a state between steps: a convolution's window, a recurrence's matrix. Both go token by token and write the state in place.
#include "contract/reference.h"

#include <fmt/format.h>

namespace fusescout::contract {

using namespace graph;

namespace {

bool same_memory(const Graph& graph, TensorId a, TensorId b) { return graph.tensors[a].storage == graph.tensors[b].storage; }

bool is_false(const Operator& op, std::string_view name) {
  const Attribute* a = find_attribute(op, name);
  return a != nullptr && std::holds_alternative<bool>(*a) && !std::get<bool>(*a);
}

std::string text_attribute(const Operator& op, std::string_view name) {
  const Attribute* a = find_attribute(op, name);
  return a != nullptr && std::holds_alternative<std::string>(*a) ? std::get<std::string>(*a) : "";
}

}  // namespace

bool ReferenceWriter::state_step(const Operator& op) {
  std::string_view kind = op.kind.view();
  // x, weight, a slot for each token, states.
  if (kind == "causal_conv1d" && op.inputs.size() == 4 && op.outputs.size() == 2 && same_memory(graph_, op.inputs[0], op.outputs[0])) {
    out_.lines.push_back(call("_causal_conv1d_step", {input(op, 0), input(op, 1), input(op, 2), input(op, 3), text_attribute(op, "activation") == "silu" ? "True" : "False"}));
    for (size_t i = 0; i < 2; ++i) names_[op.outputs[i].index] = input(op, i == 0 ? 0 : 3);
    return true;
  }
  // q, k, v, decay, gate, lengths, a slot for each token, states.
  if (kind == "linear_attention" && op.inputs.size() == 8 && op.outputs.size() == 2 && text_attribute(op, "rule") == "gated_delta" && is_false(op, "chunked") &&
      graph_.tensors[op.inputs[6]].shape[0].value == graph_.tensors[op.inputs[2]].shape[0].value) {
    std::string name = fresh_name(op, op.outputs[0]);
    out_.lines.push_back(fmt::format("{} = {}", name, call("_gated_delta_step", {input(op, 0), input(op, 1), input(op, 2), input(op, 3), input(op, 4), input(op, 6), input(op, 7), scalar(op, "scale", "1.0")})));
    names_[op.outputs[0].index] = name;
    names_[op.outputs[1].index] = input(op, 7);
    return true;
  }
  return false;
}

}  // namespace fusescout::contract
