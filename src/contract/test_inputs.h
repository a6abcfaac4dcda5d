// A pytest that compares the operator with its reference on inputs like the scenario's.
#pragma once

#include <string>
#include <vector>

#include "fusion/finding.h"
#include "graph/graph.h"

namespace fusescout::contract {

// An expression that makes an input of this tensor's shape, strides and dtype, with values that the group's operators accept.
std::string test_input(const graph::Graph& graph, const std::vector<graph::OperatorId>& operators, graph::TensorId tensor);
// "rtol=0.02, atol=0.02" for an output.
std::string tolerance(const graph::Tensor& tensor);
// `make`, which test_input's expressions call.
extern const char* const make_function;

}  // namespace fusescout::contract
