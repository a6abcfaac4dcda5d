// The library of C++ operators that vllm-ascend's build makes: Python that registers what its sources register when they are loaded.
#pragma once

#include <string>

#include "source/tree.h"

namespace fusescout::vllm {

// The text of a module. `for_310p`: what that build defines. Empty where the tree has no C++ sources: an installed package.
std::string operator_library(const source::Tree& ascend, bool for_310p);

}  // namespace fusescout::vllm
