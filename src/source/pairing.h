// Which vLLM and which transformers a vllm-ascend release is made for: read in the trees themselves.
#pragma once

#include <string>
#include <vector>

#include "source/python_version.h"
#include "source/tree.h"

namespace fusescout::source {

struct Pairing { std::string version, why; };

// In this order: the release's row in the versioning policy, the tag that its container images check out, its documentation's settings, and
// else the vLLM of the same number.
Pairing paired_vllm(const Tree& ascend);

// What a tree asks of a distribution, outside of extras: from its metadata, else its requirement files. "" if it asks for none.
std::string required_range(const Tree& tree, std::string_view distribution);

}  // namespace fusescout::source
