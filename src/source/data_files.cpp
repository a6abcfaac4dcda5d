#include "source/data_files.h"

#include <algorithm>
#include <set>

#include "base/data.h"

namespace fusescout::source {
namespace {

std::string first_folder(const std::string& path) { return path.substr(0, path.find('/')); }

std::set<std::string> embedded_folders() {
  std::set<std::string> folders;
  for (const DataFile& file : embedded_files()) folders.insert(first_folder(std::string(file.path)));
  return folders;
}

// The embedded files as a tree, for what asks for directories.
const MemoryFileSystem& embedded() {
  static const MemoryFileSystem files = [] {
    MemoryFileSystem result;
    for (const DataFile& file : embedded_files()) result.files.emplace(file.path, "");
    return result;
  }();
  return files;
}

}  // namespace

ErrorOr<DataFiles> DataFiles::open(const std::string& directory) {
  DataFiles result;
  if (directory.empty()) return result;
  RealFileSystem real;
  result.directory_ = directory.back() == '/' ? directory : directory + '/';
  std::string known;
  for (const std::string& folder : embedded_folders()) {
    if (real.is_directory(result.directory_ + folder)) result.replaced_folders_.push_back(folder);
    known += (known.empty() ? "" : ", ") + folder;
  }
  if (result.replaced_folders_.empty()) {
    return Error{"`" + directory + "` has none of the data folders (" + known + "): give `--data` the directory that holds them"};
  }
  return result;
}

std::optional<std::string> DataFiles::replaced(const std::string& path) const {
  auto& folders = replaced_folders_;
  if (std::find(folders.begin(), folders.end(), first_folder(path)) == folders.end()) return std::nullopt;
  return directory_ + path;
}

std::optional<std::string> DataFiles::read(const std::string& path) const {
  if (auto real = replaced(path)) return RealFileSystem().read(*real);
  auto text = find_embedded(path);
  if (!text) return std::nullopt;
  return std::string(*text);
}

// An embedded file is what it is as long as the program.
std::optional<FileStamp> DataFiles::stamp(const std::string& path) const {
  if (auto real = replaced(path)) return RealFileSystem().stamp(*real);
  auto text = find_embedded(path);
  if (!text) return std::nullopt;
  return FileStamp{text->size(), 0, 1};
}

bool DataFiles::is_file(const std::string& path) const {
  if (auto real = replaced(path)) return RealFileSystem().is_file(*real);
  return find_embedded(path).has_value();
}

bool DataFiles::is_directory(const std::string& path) const {
  if (auto real = replaced(path)) return RealFileSystem().is_directory(*real);
  return embedded().is_directory(path);
}

std::vector<std::string> DataFiles::list(const std::string& directory) const {
  if (auto real = replaced(directory)) return RealFileSystem().list(*real);
  return embedded().list(directory);
}

}  // namespace fusescout::source
