// Which packages a normal installation of vLLM with vllm-ascend has: what they and their requirements files ask for.
// A package that is installed but not evaluated is an Unknown; one that is not gives ImportError, which the trees' own code catches.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace fusescout::vllm {

bool normally_installed(std::string_view package);

// Distributions whose version the trees ask for, as their requirements pin them. The names are also import names, or the trees' own.
std::span<const std::pair<std::string_view, std::string_view>> normal_versions();

}  // namespace fusescout::vllm
