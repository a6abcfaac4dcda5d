// Who else reads a tensor in a compiled graph: a size that the compiler keeps symbolic is asked of the first tensor that has it, so that a view
// to that size reads the tensor once more.
#pragma once

#include <functional>

#include "vllm/call_graph.h"

namespace fusescout::vllm {

// Whether a call computes a dimension of an output, in place of taking over one of an input's: what its fake implementation does.
using ComputesDim = std::function<bool(graph::EntryId call, size_t output, size_t dim)>;
void add_size_readers(CallGraph& calls, const ComputesDim& computes);

}  // namespace fusescout::vllm
