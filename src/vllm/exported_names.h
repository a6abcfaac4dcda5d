// What the files of a package list in `__all__`, read as text: transformers builds its lazy packages from it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "source/tree.h"

namespace fusescout::vllm {

// By module, dotted and relative to the folder: "x.configuration_x" -> {"XConfig"}. Of a folder with many packages only the
// configuration files and those of the package `auto` are read.
std::map<std::string, std::vector<std::string>> exported_names(const source::Tree& tree, const std::string& folder);

}  // namespace fusescout::vllm
