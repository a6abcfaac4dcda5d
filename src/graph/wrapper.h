// A plain Python function that comes down to Triton launches and the tensor work around them. Its calls are in the graph one by one, for
// matching and pricing; what the code calls is the function.
#pragma once

#include "graph/graph.h"

namespace fusescout::graph {

struct Wrapper {
  Entry entry;        // kind Function, named as its caller calls it; `end` as for any entry
  EntryId begin;      // the first entry inside
  Symbol file;        // where the function is defined
};

// Whether [begin, end) are calls of Triton kernels and of torch's own operators around them, and nothing else. One kernel with its views,
// allocations and contiguous arguments is no wrapper but that kernel.
bool wraps_triton(const Graph& graph, EntryId begin, EntryId end);

}  // namespace fusescout::graph
