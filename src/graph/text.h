// The graph's one text form, for dumps, golden tests, `price` and patterns as data. One operator a line, kernels as braces:
//
//   T = 16                                                     symbols and their values, first
//   input %x : bf16[T, 4096]
//   param %w "model.norm.weight" : bf16[4096]                  also: buffer, cache, const
//   kernel npu_add_rms_norm vector {                           optional: an operator outside braces is a kernel of its own
//     %0 = add(%x, %residual) : bf16[T, 4096]                  # model.py:5
//     %1 = rms_norm(%0, %w, eps=1e-05) : bf16[T, 4096]         # model.py:6
//   }
//   %q = view(%1) : bf16[T, 32, 128]{4096, 128, 1}             strides in braces when not contiguous; a view is no operator
//   %a, %b = topk(%1, k=8) : f32[T, 8], i32[T, 8]
//   output %1
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error_or.h"
#include "graph/graph.h"

namespace fusescout::graph {

struct NamedGraph {
  std::string name;   // "" for a text without separators
  Graph graph;
};

std::string to_text(const Graph& graph);
// Several graphs in one text are separated by lines `--- name`. An error names the line and what was expected.
ErrorOr<std::vector<NamedGraph>> parse_text(std::string_view text);

}  // namespace fusescout::graph
