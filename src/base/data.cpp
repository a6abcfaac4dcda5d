#include "base/data.h"

#include <algorithm>
#include <cstdint>
#include <vector>

// Written by cmake/data.cmake.
extern "C" {
struct FusescoutEmbeddedFile { const char* path; uint64_t path_size; const char* text; uint64_t text_size; };
extern const FusescoutEmbeddedFile fusescout_embedded_files[];
extern const uint64_t fusescout_embedded_file_count;
}

namespace fusescout {

std::span<const DataFile> embedded_files() {
  static const std::vector<DataFile> files = [] {
    std::vector<DataFile> result;
    for (uint64_t i = 0; i < fusescout_embedded_file_count; i++) {
      const FusescoutEmbeddedFile& file = fusescout_embedded_files[i];
      result.push_back({{file.path, file.path_size}, {file.text, file.text_size}});
    }
    std::sort(result.begin(), result.end(), [](const DataFile& a, const DataFile& b) { return a.path < b.path; });
    return result;
  }();
  return files;
}

std::optional<std::string_view> find_embedded(std::string_view path) {
  auto files = embedded_files();
  auto it = std::lower_bound(files.begin(), files.end(), path, [](const DataFile& file, std::string_view name) { return file.path < name; });
  if (it == files.end() || it->path != path) return std::nullopt;
  return it->text;
}

}  // namespace fusescout
