// catalogue/available.py: fused kernels that exist, each as what one call of it computes.
#pragma once

#include <string>
#include <vector>

#include "base/error_or.h"
#include "graph/graph.h"
#include "source/file_system.h"

namespace fusescout::catalogue {

struct FusedKernel {
  std::string name;                       // "torch_npu.npu_add_rms_norm_quant"
  std::string guard;                      // what it asks for, in words
  std::vector<std::string> not_on;        // devices that lack it
  std::vector<int64_t> sizes;             // last axes of results, and of rows for a product, that the kernel takes in no other size
  std::string closed;                     // why a call on such operands is refused, "it takes no quantised operands"; empty: it is not
  std::string signature;                  // "(x1, x2, gamma, epsilon=1e-06)"; empty: not of the catalogue
  graph::Graph graph;
};

// `data` holds catalogue/ and library/. An error names the line that failed.
ErrorOr<std::vector<FusedKernel>> load_kernels(const source::FileSystem& data);

}  // namespace fusescout::catalogue
