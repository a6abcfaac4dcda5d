#include "source/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>

namespace fusescout::source {
namespace {

namespace fs = std::filesystem;

struct ArchiveDeleter {
  void operator()(struct archive* handle) const { archive_read_free(handle); }
};

// What no reader of sources looks at.
bool is_unwanted(std::string_view path) {
  for (std::string_view ending : {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".pdf", ".mp4", ".wav", ".ttf", ".woff", ".woff2", ".so", ".a",
                                  ".o", ".whl", ".zip", ".gz", ".bin", ".npy", ".npz", ".pt", ".safetensors", ".parquet", ".pyc"}) {
    if (path.ends_with(ending)) return true;
  }
  return false;
}

// "a/b" of "top/a/b"; an error for a path that leads elsewhere; "" for the top folder itself.
ErrorOr<std::string> path_below_top(const std::string& archive, std::string_view path) {
  Error bad{fmt::format("the archive `{}` was not unpacked: its entry `{}` leads out of its folder", archive, path)};
  if (path.starts_with('/') || path.find('\\') != std::string_view::npos) return bad;
  std::string result;
  bool top = true;
  while (!path.empty()) {
    size_t end = std::min(path.find('/'), path.size());
    std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") return bad;
    if (!top) result += (result.empty() ? "" : "/") + std::string(part);
    top = false;
  }
  return result;
}

ErrorOr<Success> write_entry(struct archive* reader, const std::string& path, uint64_t& left) {
  Error full{fmt::format("cannot write `{}`: is the disk full?", path)};
  // Nothing that was unpacked before can redirect this: no link is ever made.
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return full;
  const void* block;
  size_t size;
  la_int64_t offset;
  int code;
  bool written = true;
  while ((code = archive_read_data_block(reader, &block, &size, &offset)) == ARCHIVE_OK) {
    if (size > left) {
      ::close(file);
      return Error{"the archive is larger than any source archive should be"};
    }
    left -= size;
    written = written && ::pwrite(file, block, size, offset) == static_cast<ssize_t>(size);
  }
  written = ::close(file) == 0 && written;
  if (!written) return full;
  if (code != ARCHIVE_EOF) return Error{fmt::format("the archive is damaged: {}", archive_error_string(reader))};
  return Success();
}

ErrorOr<Success> unpack_into(struct archive* reader, const std::string& archive, const std::string& directory, const UnpackLimits& limits) {
  uint64_t entries = 0, files = 0, left = limits.total;
  struct archive_entry* entry;
  int code;
  while ((code = archive_read_next_header(reader, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
    if (++entries > limits.entries) return Error{fmt::format("the archive `{}` has more than {} entries", archive, limits.entries)};
    const char* name = archive_entry_pathname_utf8(entry);   // the plain one fails outside ASCII in a C locale
    if (!name) name = archive_entry_pathname(entry);
    if (!name) return Error{fmt::format("the archive `{}` has an entry without a readable name", archive)};
    std::string path = TRY(path_below_top(archive, name));
    if (path.empty()) continue;
    bool is_link = archive_entry_hardlink(entry) != nullptr;
    if (archive_entry_filetype(entry) != AE_IFREG || is_link || is_unwanted(path)) continue;
    if (archive_entry_size_is_set(entry) && archive_entry_size(entry) > static_cast<la_int64_t>(limits.file)) continue;
    std::string target = directory + "/" + path;
    std::error_code failed;
    fs::create_directories(fs::path(target).parent_path(), failed);
    if (failed) return Error{fmt::format("cannot make the folder of `{}`: {}", target, failed.message())};
    TRY(write_entry(reader, target, left));
    files++;
  }
  if (code != ARCHIVE_EOF) return Error{fmt::format("the archive `{}` is damaged: {}", archive, archive_error_string(reader))};
  if (files == 0) return Error{fmt::format("the archive `{}` holds no files", archive)};
  return Success();
}

}  // namespace

ErrorOr<Success> unpack(const std::string& archive, const std::string& directory, const UnpackLimits& limits) {
  std::unique_ptr<struct archive, ArchiveDeleter> reader(archive_read_new());
  for (auto support : {archive_read_support_format_tar, archive_read_support_format_zip, archive_read_support_filter_gzip,
                       archive_read_support_filter_bzip2, archive_read_support_filter_xz}) {
    support(reader.get());
  }
  archive_read_set_option(reader.get(), nullptr, "hdrcharset", "UTF-8");
  if (archive_read_open_filename(reader.get(), archive.c_str(), 1 << 17) != ARCHIVE_OK) {
    return Error{fmt::format("cannot read the archive `{}`: {}", archive, archive_error_string(reader.get()))};
  }
  std::string temporary = directory + ".unpacking";
  std::error_code failed;
  fs::remove_all(temporary, failed);
  fs::create_directories(temporary, failed);
  if (failed) return Error{fmt::format("cannot make the folder `{}`: {}", temporary, failed.message())};
  auto done = unpack_into(reader.get(), archive, temporary, limits);
  if (!done.is_error()) {
    fs::rename(temporary, directory, failed);
    if (!failed) return Success();
    done = Error{fmt::format("cannot make the folder `{}`: {}", directory, failed.message())};
  }
  fs::remove_all(temporary, failed);
  return done.error();
}

}  // namespace fusescout::source
