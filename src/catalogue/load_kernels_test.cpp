#include "catalogue/load_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "source/file_system.h"
#include "source/data_files.h"

namespace fusescout::catalogue {
namespace {

TEST(LoadKernels, SayWhatOneCallComputes) {
  source::DataFiles data;
  auto kernels = load_kernels(data);
  ASSERT_FALSE(kernels.is_error()) << kernels.error().message;
  auto it = std::find_if(kernels->begin(), kernels->end(), [](const FusedKernel& k) { return k.name == "torch_npu.npu_add_rms_norm_dynamic_quant"; });
  ASSERT_NE(it, kernels->end());
  std::vector<std::string> kinds;
  for (const graph::Operator& op : it->graph.operators) kinds.push_back(op.kind.str());
  EXPECT_EQ(kinds, (std::vector<std::string>{"add", "rms_norm", "dynamic_quantize"}));
  EXPECT_EQ(it->graph.inputs.size(), 3u);
  EXPECT_FALSE(it->graph.outputs.empty());
  EXPECT_EQ(it->not_on, std::vector<std::string>{"310P"});
  EXPECT_TRUE(it->signature.starts_with("(x1, x2, gamma, ") && it->signature.find("epsilon=1e-06") != std::string::npos) << it->signature;
}

TEST(LoadKernels, HaveAnEntryForEachWayOfQuantising) {
  source::DataFiles data;
  auto kernels = load_kernels(data);
  ASSERT_FALSE(kernels.is_error()) << kernels.error().message;
  std::vector<size_t> operands;
  for (const FusedKernel& kernel : *kernels) {
    if (kernel.name != "torch_npu.npu_mm_all_reduce_base") continue;
    operands.push_back(kernel.graph.inputs.size());
  }
  for (const FusedKernel& kernel : *kernels) {
    EXPECT_TRUE(kernel.signature.empty() || !kernel.name.starts_with("triton.")) << kernel.name << kernel.signature;
  }
  EXPECT_EQ(operands, (std::vector<size_t>{2, 3, 3, 4})) << "unquantised, with a bias, with the scale of the columns, and with that of the rows";
}

}  // namespace
}  // namespace fusescout::catalogue
