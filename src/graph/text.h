// The graph's one text form, for dumps, golden tests, `price` and patterns as data. One operator a line, kernels as braces:
//
//   phase decode                                               optional
//   T = 16                                                     symbols and their values, before their use
//   input %x : bf16[T, 4096]
//   param %w "model.norm.weight" : bf16[4096]                  also: buffer, cache, const, and empty (allocated in the forward pass)
//   kernel npu_add_rms_norm vector {                           vector, cube, mixed, communication or host; then `triton`; then who fused
//     %0 = add(%x, %residual) : bf16[T, 4096]                  # model.py:5         it: by "SomePass" vllm_ascend/some_pass.py:33
//     %1 = rms_norm(%0, %w, eps=1e-05) : bf16[T, 4096]         # model.py:6 model.layers.0.norm
//   }
//   %q = view(%1) : bf16[T, 32, 128]{4096, 128, 1}             a view is no operator; strides in braces, @offset after them
//   %a, %b = topk(%1, k=8) : f32[T, 8], i32[T, 8]              outside braces: a kernel of its own
//   %s = add(%x!, other=1) : bf16[T, 4096]                     `!`: written in place; the result has its storage (`&new`: it has not)
//   %o = attention(%q, %k, %v) : bf16[T, 32, 128] &%buffer     `&`: the storage that a result is written to
//   %z = refresh(%y, %s) : bf16[T, 4096]                       a stale view %y sees the write that made %s
//   output %1
//
// Left out strides are inferred: contiguous for an operator's result, from the operand for a view. A trailing comment that looks like
// `file:line module.path` is the place of the call; neighbours in a kernel with one place are one call. A line `transpose` in a kernel
// without strides is the copying operator, else a view. Names of tensors may have dots; numbers only are no names.
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
