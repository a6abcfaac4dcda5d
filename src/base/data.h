// The data folders (catalogue/, devices/, library/, models/, patterns/, schema/, stand_ins/) as they were when the program was built.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace fusescout {

struct DataFile {
  std::string_view path;  // "catalogue/op.py"
  std::string_view text;
};

std::span<const DataFile> embedded_files();                              // sorted by path
std::optional<std::string_view> find_embedded(std::string_view path);

}  // namespace fusescout
