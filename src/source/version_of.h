// The version of an unpacked, checked out or installed package, from what its makers left beside it.
#pragma once

#include <string>

#include "source/file_system.h"

namespace fusescout::source {

// `package_folder`: ".../vllm_ascend/"; `parent` holds it; `root` holds the project's files, or is empty.
std::string version_of(const FileSystem& files, const std::string& package_folder, const std::string& parent, const std::string& root,
                       std::string_view distribution);

// The value of a field in the header of a METADATA or PKG-INFO file; "" when it is not there.
std::string metadata_field(std::string_view text, std::string_view field);

}  // namespace fusescout::source
