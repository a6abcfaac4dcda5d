// What tells one build of the program from another: the linker's build id. Part of every cache key.
#pragma once

#include <string>

namespace fusescout {

const std::string& build_id();  // hexadecimal

}  // namespace fusescout
