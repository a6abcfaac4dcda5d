#include "source/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace fusescout::source {
namespace {

constexpr size_t most_from_a_device = size_t{64} << 20;   // some never end

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

// "" for the root, otherwise without a trailing slash.
std::string_view without_slash(std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path == "." ? std::string_view() : path;
}

}  // namespace

std::optional<std::string> RealFileSystem::read(const std::string& path) const {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  struct stat status;
  if (::fstat(file, &status) != 0 || S_ISDIR(status.st_mode)) {
    ::close(file);
    return std::nullopt;
  }
  // A pipe or a file under /proc says size 0: read to the end, whatever it said.
  std::string text(static_cast<size_t>(std::max<off_t>(status.st_size, 0)) + 1, '\0');
  size_t size = 0;
  for (;;) {
    ssize_t got = ::read(file, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      ::close(file);
      return std::nullopt;
    }
    if (got == 0) break;
    size += static_cast<size_t>(got);
    if (!S_ISREG(status.st_mode) && size > most_from_a_device) {
      ::close(file);
      return std::nullopt;
    }
    if (size == text.size()) text.resize(text.size() * 2);
  }
  ::close(file);
  text.resize(size);
  return text;
}

bool RealFileSystem::is_file(const std::string& path) const {
  auto status = status_of(path);
  return status && S_ISREG(status->st_mode);   // nobody's source is a pipe that waits or a device without an end
}

bool RealFileSystem::is_directory(const std::string& path) const {
  auto status = status_of(path);
  return status && S_ISDIR(status->st_mode);
}

std::vector<std::string> RealFileSystem::list(const std::string& directory) const {
  std::vector<std::string> names;
  DIR* handle = ::opendir(directory.empty() ? "." : directory.c_str());
  if (!handle) return names;
  while (dirent* entry = ::readdir(handle)) {
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
      struct stat status;
      is_folder = ::fstatat(::dirfd(handle), entry->d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
    }
    if (is_folder) name += '/';
    names.push_back(std::move(name));
  }
  ::closedir(handle);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<FileStamp> RealFileSystem::stamp(const std::string& path) const {
  auto status = status_of(path);
  if (!status) return std::nullopt;
  return FileStamp{static_cast<uint64_t>(status->st_size), status->st_ino, status->st_mtim.tv_sec * 1'000'000'000LL + status->st_mtim.tv_nsec};
}

const FileSystem& real_files() {
  static const RealFileSystem files;
  return files;
}

std::optional<std::string> MemoryFileSystem::read(const std::string& path) const {
  auto it = files.find(path);
  if (it == files.end()) return std::nullopt;
  return it->second;
}

bool MemoryFileSystem::is_file(const std::string& path) const { return files.contains(path); }

bool MemoryFileSystem::is_directory(const std::string& path) const {
  std::string prefix(without_slash(path));
  if (prefix.empty()) return true;
  prefix += '/';
  auto it = files.lower_bound(prefix);
  return it != files.end() && it->first.starts_with(prefix);
}

std::vector<std::string> MemoryFileSystem::list(const std::string& directory) const {
  std::string prefix(without_slash(directory));
  if (!prefix.empty()) prefix += '/';
  std::vector<std::string> names;
  for (auto it = files.lower_bound(prefix); it != files.end() && it->first.starts_with(prefix); ++it) {
    std::string_view rest = std::string_view(it->first).substr(prefix.size());
    names.emplace_back(rest.substr(0, std::min(rest.find('/'), rest.size() - 1) + 1));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void end_lines(std::string& text) {
  for (size_t at = text.find('\r'); at != std::string::npos; at = text.find('\r', at + 1)) {
    if (at + 1 == text.size() || text[at + 1] != '\n') text[at] = '\n';
  }
}

}  // namespace fusescout::source
