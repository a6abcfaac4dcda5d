// The entry points that a tree declares to other packages: how vLLM finds its plugins.
#pragma once

#include <string>
#include <vector>

#include "source/tree.h"

namespace fusescout::vllm {

struct EntryPoint { std::string group, name, value; };   // "vllm.platform_plugins", "ascend", "vllm_ascend:register"
// From the package's metadata, else from the `entry_points` of setup.py, else (a package folder alone) from the names in its `__init__.py`.
std::vector<EntryPoint> entry_points(const source::Tree& tree);

}  // namespace fusescout::vllm
