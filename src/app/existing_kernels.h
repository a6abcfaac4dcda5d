// Which fused kernels there are besides those that the model calls: of torch_npu, and of this vllm-ascend.
#pragma once

#include <string>
#include <vector>

#include "app/model_input.h"
#include "base/error_or.h"
#include "fusion/analyze.h"

namespace fusescout::app {

// With the place in the tree that calls each, if any does.
ErrorOr<std::vector<fusion::FusedKernelMeaning>> existing_kernels(const Workspace& workspace, const std::string& device);

}  // namespace fusescout::app
