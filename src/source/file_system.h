// All reading goes through a FileSystem, so that every test runs in memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fusescout::source {

// What changes when a file does; cheaper than reading it.
struct FileStamp {
  uint64_t size = 0, inode = 0;
  int64_t modified = 0;  // nanoseconds
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual std::optional<std::string> read(const std::string& path) const = 0;      // nullopt: no such file, or unreadable
  virtual bool is_file(const std::string& path) const = 0;
  virtual bool is_directory(const std::string& path) const = 0;
  virtual std::vector<std::string> list(const std::string& directory) const = 0;   // names, sorted; a directory's ends with '/'
  virtual std::optional<FileStamp> stamp(const std::string&) const { return std::nullopt; }  // nullopt: only the content tells
};

class RealFileSystem final : public FileSystem {
 public:
  std::optional<std::string> read(const std::string& path) const override;
  bool is_file(const std::string& path) const override;
  bool is_directory(const std::string& path) const override;
  std::vector<std::string> list(const std::string& directory) const override;
  std::optional<FileStamp> stamp(const std::string& path) const override;
};
const FileSystem& real_files();

// A carriage return alone ends a line in Python and in editors: it becomes \n here, so that whoever counts lines counts the same.
void end_lines(std::string& text);

// Paths without a leading slash; directories are implied.
class MemoryFileSystem final : public FileSystem {
 public:
  std::map<std::string, std::string> files;
  std::optional<std::string> read(const std::string& path) const override;
  bool is_file(const std::string& path) const override;
  bool is_directory(const std::string& path) const override;
  std::vector<std::string> list(const std::string& directory) const override;
};

}  // namespace fusescout::source
