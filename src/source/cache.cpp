#include "source/cache.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>

#include "base/build_id.h"
#include "source/hash.h"
#include "source/pack.h"

namespace fusescout::source {
namespace {

// A file that changes again within the clock's grain keeps its stamp: one so young is compared by content.
constexpr int64_t settled_after = 2'000'000'000;

int64_t nanoseconds_now() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::string pack_name(const std::string& kind, const Tree& tree) {
  std::error_code failed;
  std::string folder = tree.real_path(import_name(tree.package()));
  auto absolute = std::filesystem::canonical(folder, failed);
  std::string key = (failed ? folder : absolute.string()) + '\0' + kind + '\0' + build_id();
  return kind + "-" + to_hex(sha256(key)).substr(0, 24) + ".pack";
}

}  // namespace

std::string cache_directory(const std::string& option) {
  if (!option.empty()) return option;
  // The base directory specification: a relative path is to be ignored.
  if (const char* xdg = ::getenv("XDG_CACHE_HOME"); xdg && xdg[0] == '/') return std::string(xdg) + "/fusescout";
  if (const char* home = ::getenv("HOME"); home && home[0] == '/') return std::string(home) + "/.cache/fusescout";
  return "";
}

struct FileCache::State {
  explicit State(const Tree& of) : tree(of) {}
  const Tree& tree;
  std::string path;                            // of the pack; empty: keep nothing
  Pack pack;
  std::mutex mutex;
  std::map<std::string, PackEntry> made;       // entries of this run; the values are in `values`
  std::map<std::string, std::string> values;
  std::atomic<size_t> count{0};
};

FileCache::FileCache(const std::string& directory, const std::string& kind, const Tree& tree) : state_(std::make_unique<State>(tree)) {
  if (directory.empty()) return;
  state_->path = directory + "/packs/" + pack_name(kind, tree);
  state_->pack = Pack::open(state_->path);
}

FileCache::~FileCache() = default;

std::optional<std::string_view> FileCache::get(const std::string& path, const std::function<std::string(std::string_view)>& make) {
  State& state = *state_;
  {
    std::lock_guard lock(state.mutex);
    if (auto it = state.made.find(path); it != state.made.end()) return it->second.value;
  }
  auto stamp = state.tree.stamp(path);
  const PackEntry* kept = state.pack.find(path);
  if (kept && stamp && kept->stamp == *stamp && kept->intact()) return kept->value;
  auto content = state.tree.read(path);
  if (!content) return std::nullopt;
  PackEntry entry;
  entry.stamp = stamp.value_or(FileStamp());
  entry.content = sha256(*content);
  if (entry.stamp.modified > nanoseconds_now() - settled_after) entry.stamp.modified = 0;
  std::string value;
  if (kept && kept->content == entry.content && kept->intact()) {
    entry.value = kept->value;                 // touched, moved or copied: only the stamp is new
  } else {
    value = make(*content);
    state.count++;
  }
  std::lock_guard lock(state.mutex);
  auto [it, is_new] = state.made.emplace(path, entry);
  it->second.path = it->first;
  if (is_new && entry.value.data() == nullptr) it->second.value = state.values[path] = std::move(value);
  return it->second.value;
}

bool FileCache::save() {
  State& state = *state_;
  std::lock_guard lock(state.mutex);
  if (state.path.empty() || state.made.empty()) return true;
  Pack newest = Pack::open(state.path);        // another run may have written one meanwhile
  std::map<std::string_view, const PackEntry*> all;
  for (const PackEntry& entry : newest.entries()) {
    if (entry.intact()) all[entry.path] = &entry;
  }
  bool changed = false;
  for (const auto& [path, entry] : state.made) {
    const PackEntry*& place = all[path];
    if (place && place->content == entry.content && place->stamp == entry.stamp) continue;
    place = &entry;
    changed = true;
  }
  return !changed || Pack::write(state.path, all);
}

size_t FileCache::values_made() const { return state_->count; }

}  // namespace fusescout::source
