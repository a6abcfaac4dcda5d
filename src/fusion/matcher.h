// Finds where a pattern fits, on canonical operators: through views, floating casts and copies, commutative operators both ways.
#pragma once

#include <vector>

#include "fusion/flow.h"
#include "graph/pattern.h"

namespace fusescout::fusion {

struct Match {
  const graph::PatternGraph* graph = nullptr;
  std::vector<NodeId> nodes;                   // by node of the pattern
  std::vector<NodeId> through;                 // casts and copies between them
  std::vector<graph::TensorId> values;         // by value of the pattern, as first seen
  std::vector<std::pair<Symbol, graph::Attribute>> attributes;  // of metavariables
};

// One match at most for each set of nodes. Linear in the graph for connected patterns of constant size.
std::vector<Match> find_matches(const Flow& flow, const graph::PatternGraph& pattern);

bool equal_attributes(const graph::Attribute& a, const graph::Attribute& b);
// The condition on a match; text says what was found.
struct Evaluated {
  bool holds = false;
  std::string found;       // "x.dtype = f32"
};
Evaluated evaluate(const Flow& flow, const Match& match, const graph::Predicate& predicate);

}  // namespace fusescout::fusion
