// Which packages a normal installation of vLLM with vllm-ascend has: what they and their requirements files ask for.
// A package that is installed but not evaluated is an Unknown; one that is not gives ImportError, which the trees' own code catches.
#pragma once

#include <string_view>

namespace fusescout::vllm {

bool normally_installed(std::string_view package);

}  // namespace fusescout::vllm
