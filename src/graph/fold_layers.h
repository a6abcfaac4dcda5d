// Equal decoder layers, found by comparing what they compute: structure, shapes, dtypes, attributes and source lines. Linear in the graph.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace fusescout::graph {

// The outermost ModuleList element on each entry's stack ("model.layers.3"), empty outside of the layers. A module that several layers
// share is named after the first of them; its calls still belong to the layer that makes them.
std::vector<Symbol> layers_of_entries(const Graph& graph);
// The same for each kernel, by its first call, and for each operator.
std::vector<Symbol> layers_of_kernels(const Graph& graph, const std::vector<Symbol>& of_entries);

struct LayerGroup {
  std::vector<Symbol> layers;         // in order of execution; the first is the representative. Empty name: outside of the layers
  std::vector<EntryId> entries;       // of the representative
  std::vector<KernelId> kernels;      // in order of execution
  std::vector<OperatorId> operators;
};

// One group for each distinct layer, in order of the first appearance.
std::vector<LayerGroup> fold_layers(const Graph& graph);

}  // namespace fusescout::graph
