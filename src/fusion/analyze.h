// The front door of src/fusion: one evaluated model to every candidate with its verdict.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fusion/finding.h"
#include "fusion/pricer.h"
#include "graph/model_run.h"
#include "graph/pattern.h"

namespace fusescout::fusion {

// What a fused kernel that exists computes: of the catalogue, or a Triton kernel or operator of the trees. A place where a model does the
// same in several kernels is *available*. Numbers in `other`, `value`, `min` and `max` count as part of the meaning, eps and the like do not.
struct FusedKernelMeaning {
  std::string name;             // "torch_npu.npu_add_rms_norm"
  Location location;            // where it is declared or described
  std::string guard;            // under which condition it is there ("custom operators built"); may be empty
  graph::Graph graph;           // inputs are its tensor arguments
  std::vector<Symbol> callers = {};   // files of the tree that call it
  std::vector<int64_t> sizes = {};    // last axes of results, and of rows for a product, that it takes in no other size
  std::string signature = {};         // "(x1, x2, gamma, epsilon=1e-06)"; may be empty
  std::vector<std::pair<std::string, Location>> passes = {};   // graph passes in those files
  std::string closed = {};      // why it cannot be called here: "it takes no quantised operands"; empty: it can
};

// Never fails: what does not fit is a finding with a reason. The same input gives the same output, byte for byte.
Analysis analyze(const graph::ModelRun& run, const std::vector<graph::Pattern>& patterns, std::span<const FusedKernelMeaning> available,
                 const Pricer& pricer);

}  // namespace fusescout::fusion
