// What the group's lines run today, call by call, as Python over `call(name, overload, *arguments)`: the reference is held against it.
#pragma once

#include <string>
#include <vector>

#include "fusion/finding.h"
#include "graph/graph.h"

namespace fusescout::contract {

// "def original(call, x, weight): ..."; empty where a tensor that a call takes does not follow from the interface's inputs.
std::string original_calls(const graph::Graph& graph, const fusion::Interface& interface, const std::vector<graph::OperatorId>& operators,
                           const std::vector<fusion::InterfaceTensor>& returned);

}  // namespace fusescout::contract
