// Which model_type goes with an architecture, by transformers' own mappings: for models without a config of ours the class defaults of that type stand in.
#pragma once

#include <map>
#include <string>

#include "source/tree.h"

namespace fusescout::vllm {

// architecture -> model_type. Where several types have one architecture, the first of the source.
std::map<std::string, std::string> read_model_types(const source::Tree& transformers);

}  // namespace fusescout::vllm
