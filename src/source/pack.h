// The file format of FileCache: values, then an index sorted by path, then the paths. Native endianness.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/file_system.h"
#include "source/hash.h"

namespace fusescout::source {

struct PackEntry {
  std::string_view path;
  FileStamp stamp;                   // of the file when its value was made
  Digest content = {};               // SHA-256 of the file
  std::string_view value;
  uint64_t checksum = 0;             // of the value
  bool intact() const;
};

// A pack, mapped for as long as this lives. What cannot be read or trusted is an empty pack.
class Pack {
 public:
  Pack() = default;
  Pack(Pack&& other) noexcept;
  Pack& operator=(Pack&& other) noexcept;
  ~Pack();
  static Pack open(const std::string& path);
  // Atomic. Creates the directory; cleans up what killed runs left and packs of builds that are long gone. False: could not be written.
  static bool write(const std::string& path, const std::map<std::string_view, const PackEntry*>& entries);
  const PackEntry* find(std::string_view path) const;
  std::span<const PackEntry> entries() const { return entries_; }

 private:
  std::vector<PackEntry> entries_;   // sorted by path
  void* memory_ = nullptr;
  size_t size_ = 0;
};

}  // namespace fusescout::source
