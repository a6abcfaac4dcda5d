// Numbers of an interface that the source computes.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"
#include "contract/source_text.h"

namespace fusescout::contract {

// Names of whole numbers that an operator gets and no statement writes out: where a rank's share begins and ends, say. This run has followed one rank.
std::vector<std::string> computed_numbers(const fusion::Finding& finding, const std::vector<graph::OperatorId>& operators, const graph::Graph& graph,
                                          const SourceTexts& sources);

}  // namespace fusescout::contract
