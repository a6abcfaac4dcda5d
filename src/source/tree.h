// The source tree of one Python package: an unpacked archive, a checkout, or an installed package.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error_or.h"
#include "source/file_system.h"

namespace fusescout::source {

enum class Package : uint8_t { Vllm, VllmAscend, Transformers };
std::string_view import_name(Package package);        // "vllm_ascend"
std::string_view distribution_name(Package package);  // "vllm-ascend"

struct ModuleFile {
  std::string path;                                   // as shown; empty: a directory without `__init__.py` (a namespace package)
  bool is_package = false;
};

// Paths given and returned are those that people are shown: `vllm/config/model.py` in the package, `docs/models.md` beside it.
class Tree {
 public:
  // `directory`: the root of an unpacked archive or a checkout, the directory that holds an installed package, or the package's own folder.
  static ErrorOr<Tree> open(Package package, const std::string& directory, const FileSystem& files = real_files());

  Package package() const { return package_; }
  const std::string& version() const { return version_; }  // "0.17.0"; "dev" for a checkout between releases, as vLLM says itself
  std::string real_path(std::string_view path) const;
  std::optional<ModuleFile> find_module(std::string_view dotted) const;    // "vllm.config.model"
  std::optional<std::string> read(std::string_view path) const;            // lines end with \n or \r\n
  std::optional<FileStamp> stamp(std::string_view path) const { return files_->stamp(real_path(path)); }
  // A file of the package's metadata (*.dist-info, *.egg-info): "entry_points.txt". nullopt: a checkout that was never built has none.
  std::optional<std::string> metadata(std::string_view name) const;
  // All files below a folder ("vllm/model_executor", "docs", "" for everything) whose names end with `suffix`, sorted.
  std::vector<std::string> files(std::string_view folder, std::string_view suffix) const;

 private:
  Package package_ = Package::Vllm;
  const FileSystem* files_ = nullptr;
  std::string parent_;   // what holds the package's folder, with a trailing slash
  std::string root_;     // what holds docs/, tests/, csrc/, with a trailing slash; empty: an installed package, which has none
  std::string version_;
};

struct TreeDirectories { std::string vllm, ascend, transformers; };

}  // namespace fusescout::source
