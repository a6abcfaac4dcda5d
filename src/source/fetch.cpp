#include "source/fetch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "source/download.h"
#include "source/lock_file.h"
#include "source/package_index.h"
#include "source/pairing.h"
#include "source/pip_settings.h"
#include "source/unpack.h"

namespace fusescout::source {
namespace {

namespace fs = std::filesystem;

// Held by the one process that brings an archive; the others wait and then find it there. The kernel lets go of it when a process dies.
class FileLock {
 public:
  explicit FileLock(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    while (file_ >= 0 && ::flock(file_, LOCK_EX) != 0 && errno == EINTR) {}
  }
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

class Fetcher {
 public:
  explicit Fetcher(const FetchOptions& options) : options_(options) {}

  ErrorOr<Release> run() {
    auto asked = parse_version(options_.release);
    if (!asked) return Error{fmt::format("`{}` is not a version: say it as the releases of vllm-ascend do, `0.17.0rc1`", options_.release)};
    if (auto locked = read_lock(options_.cache_directory, asked->text)) return bring_locked(*locked);

    Release release;
    release.packages.push_back(TRY(bring_version(Package::VllmAscend, asked->text, "asked for")));
    Tree ascend = TRY(Tree::open(Package::VllmAscend, release.packages[0].directory));
    Pairing pairing = paired_vllm(ascend);
    release.packages.push_back(TRY(bring_version(Package::Vllm, pairing.version, pairing.why)));
    Tree vllm = TRY(Tree::open(Package::Vllm, release.packages[1].directory));
    release.packages.push_back(TRY(bring_transformers(vllm, ascend)));
    TRY(Tree::open(Package::Transformers, release.packages[2].directory));
    release.name = asked->text;
    TRY(write_lock(options_.cache_directory, release));
    return release;
  }

 private:
  ErrorOr<std::vector<SourceArchive>> archives(Package package) {
    if (index_.empty()) index_ = TRY(package_index(options_.index));
    auto found = TRY(source_archives(index_, distribution_name(package)));
    if (found.empty()) return Error{fmt::format("the index has no source archive of {}", distribution_name(package))};
    return found;
  }

  ErrorOr<FetchedPackage> bring_version(Package package, const std::string& version, const std::string& why) {
    auto wanted = parse_version(version);
    if (!wanted) return Error{fmt::format("`{}` is not a version of {}", version, distribution_name(package))};
    auto offered = TRY(archives(package));
    auto it = std::find_if(offered.begin(), offered.end(), [&](const SourceArchive& archive) { return archive.version == *wanted; });
    if (it != offered.end()) return bring(package, *it, why);
    std::string newest;
    for (size_t i = offered.size(), count = 0; i-- > 0 && count < 5; count++) newest += (newest.empty() ? "" : ", ") + offered[i].version.text;
    return Error{fmt::format("the index has no source archive of {} {}; the newest are {}", distribution_name(package), version, newest)};
  }

  // The highest final release in the range that both ask for.
  ErrorOr<FetchedPackage> bring_transformers(const Tree& vllm, const Tree& ascend) {
    std::string name(distribution_name(Package::Transformers)), range = required_range(vllm, name), second = required_range(ascend, name);
    if (!range.empty() && !second.empty()) range += ",";
    range += second;
    auto offered = TRY(archives(Package::Transformers));
    for (auto it = offered.rbegin(); it != offered.rend(); ++it) {
      auto fits = in_range(it->version, range);
      if (!fits) return Error{fmt::format("cannot read the range `{}` that vllm and vllm-ascend ask of transformers", range)};
      if (*fits && it->version.is_final()) return bring(Package::Transformers, *it, fmt::format("the highest in `{}`", range));
    }
    return Error{fmt::format("the index has no transformers in the range `{}` that vllm and vllm-ascend ask for", range)};
  }

  ErrorOr<Release> bring_locked(Release release) {
    for (FetchedPackage& package : release.packages) {
      if (fs::is_directory(package.directory)) continue;
      auto offered = TRY(archives(package.package));
      auto it = std::find_if(offered.begin(), offered.end(), [&](const SourceArchive& archive) { return archive.file == package.file; });
      if (it == offered.end()) return Error{fmt::format("the index no longer has `{}`, which the lock file names", package.file)};
      SourceArchive archive = *it;
      if (!archive.sha256.empty() && archive.sha256 != package.sha256) {
        return Error{fmt::format("`{}` on the index is not the file that was fetched before: its SHA-256 is {}, in `{}` it is {}", archive.file,
                                 archive.sha256, lock_path(options_.cache_directory, release.name), package.sha256)};
      }
      archive.sha256 = package.sha256;
      package = TRY(bring(package.package, archive, package.why));
    }
    return release;
  }

  ErrorOr<FetchedPackage> bring(Package package, const SourceArchive& archive, const std::string& why) {
    FetchedPackage result{package, archive.version.text, archive.file, archive.sha256, "", why};
    std::string downloads = options_.cache_directory + "/downloads";
    std::error_code failed;
    fs::create_directories(downloads, failed);
    fs::create_directories(options_.cache_directory + "/sources", failed);
    if (failed) return Error{fmt::format("cannot make the folder `{}`: {}", downloads, failed.message())};
    FileLock lock(downloads + "/" + archive.file + ".lock");
    auto is_there = [&] {
      result.directory = sources_directory(options_.cache_directory, package, result.version, result.sha256);
      return fs::is_directory(result.directory);
    };
    if (!result.sha256.empty() && is_there()) return result;
    std::string what = fmt::format("{} {}", distribution_name(package), archive.version.text), part = downloads + "/" + archive.file + ".part";
    auto progress = [&](uint64_t done, uint64_t total) {
      if (options_.progress) options_.progress(what, done, total);
    };
    result.sha256 = TRY(download(archive.url, part, archive.sha256, progress));
    uint64_t size = fs::file_size(part, failed);
    if (!is_there()) {
      auto unpacked = unpack(part, result.directory);
      // An archive that an index vouches for but that cannot be unpacked will not get better; one that nobody vouches for may be half a file.
      if (unpacked.is_error()) fs::remove(part, failed);
      TRY(unpacked);
    }
    fs::remove(part, failed);
    progress(size, size);
    return result;
  }

  const FetchOptions& options_;
  std::string index_;
};

}  // namespace

TreeDirectories Release::directories() const {
  TreeDirectories result;
  for (const FetchedPackage& package : packages) {
    (package.package == Package::Vllm ? result.vllm : package.package == Package::VllmAscend ? result.ascend : result.transformers) = package.directory;
  }
  return result;
}

ErrorOr<Release> fetch(const FetchOptions& options) {
  if (options.cache_directory.empty()) return Error{"there is no place for the sources: give `--cache-dir DIR` or set `XDG_CACHE_HOME`"};
  return Fetcher(options).run();
}

ErrorOr<Release> find_release(const std::string& cache_directory, const std::string& release) {
  auto version = parse_version(release);
  if (!version) return Error{fmt::format("`{}` is not a version: say it as the releases of vllm-ascend do, `0.17.0rc1`", release)};
  auto found = read_lock(cache_directory, version->text);
  bool complete = found && std::all_of(found->packages.begin(), found->packages.end(), [](auto& package) { return fs::is_directory(package.directory); });
  if (!complete) return Error{fmt::format("release {0} has not been fetched: run `fusescout fetch {0}`, or give `--vllm`, `--ascend` and `--transformers`", version->text)};
  return *found;
}

ErrorOr<Release> only_release(const std::string& cache_directory) {
  std::vector<Release> fetched;
  std::string names;
  for (const std::string& name : locked_releases(cache_directory)) {
    auto release = find_release(cache_directory, name);
    if (release.is_error()) continue;
    names += (names.empty() ? "" : ", ") + name;
    fetched.push_back(std::move(*release));
  }
  if (fetched.empty()) return Error{"say where the sources are: --vllm DIR --ascend DIR --transformers DIR, or --release VERSION after `fusescout fetch VERSION`"};
  if (fetched.size() > 1) return Error{fmt::format("several releases have been fetched: say which one is meant with --release VERSION ({})", names)};
  return std::move(fetched.front());
}

FetchProgress progress_on_terminal() {
  if (!::isatty(STDERR_FILENO)) return nullptr;
  return [last = std::string()](const std::string& what, uint64_t done, uint64_t total) mutable {
    double share = total ? static_cast<double>(done) / static_cast<double>(total) : 0;
    int width = 30, full = static_cast<int>(share * width);
    std::string line = total ? fmt::format("{:<28} [{:<{}}] {:3.0f} %  {:.1f} MB", what, std::string(static_cast<size_t>(full), '='), width, share * 100,
                                           static_cast<double>(done) / 1e6)
                             : fmt::format("{:<28} {:.1f} MB", what, static_cast<double>(done) / 1e6);
    if (line == last) return;
    last = line;
    std::fputs(("\r\033[K" + line + (total && done == total ? "\n" : "")).c_str(), stderr);
    std::fflush(stderr);
  };
}

}  // namespace fusescout::source
