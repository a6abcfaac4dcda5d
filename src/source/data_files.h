// The program's own data (catalogue/, patterns/, devices/, models/, ...): the embedded files, except for folders that `--data DIR` has.
#pragma once

#include "base/error_or.h"
#include "source/file_system.h"

namespace fusescout::source {

class DataFiles final : public FileSystem {
 public:
  DataFiles() = default;  // the embedded ones
  static ErrorOr<DataFiles> open(const std::string& directory);  // "": the embedded ones; an error if it has none of the folders
  std::optional<std::string> read(const std::string& path) const override;
  bool is_file(const std::string& path) const override;
  bool is_directory(const std::string& path) const override;
  std::vector<std::string> list(const std::string& directory) const override;
  std::optional<FileStamp> stamp(const std::string& path) const override;
  const std::string& directory() const { return directory_; }   // of the files that replace embedded ones; "": none

 private:
  std::optional<std::string> replaced(const std::string& path) const;  // the path under `directory_`, if it has the folder
  std::string directory_;
  std::vector<std::string> replaced_folders_;
};

}  // namespace fusescout::source
