#include "source/cache.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

#include "base/build_id.h"
#include "base/bytes.h"
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

std::string place_of(const Tree& tree) {
  std::error_code failed;
  std::string folder = tree.real_path(import_name(tree.package()));
  auto absolute = std::filesystem::canonical(folder, failed);
  return failed ? folder : absolute.string();
}

std::string pack_name(const std::string& kind, const std::string& identity) {
  std::string key = identity + '\0' + kind + '\0' + build_id();
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
  std::function<std::optional<FileStamp>(const std::string& path)> stamp;
  std::function<std::optional<std::string>(const std::string& path)> read;
  std::string path;                            // of the pack; empty: keep nothing
  Pack pack;
  std::mutex mutex;
  std::map<std::string, PackEntry> made;       // entries of this run; the values are in `values`
  std::map<std::string, std::string> values;
  std::vector<std::string> news;               // keys
  // A file as this process has first seen it.
  struct File {
    std::optional<FileStamp> stamp;
    std::optional<std::string> content;
    Digest digest = {};
    bool was_read = false;
  };
  std::map<std::string, File, std::less<>> files;

  File& file(std::string_view of) {
    auto it = files.find(of);
    if (it != files.end()) return it->second;
    File& added = files[std::string(of)];
    added.stamp = stamp(std::string(of));
    return added;
  }
  const File& read_file(std::string_view of) {
    File& found = file(of);
    if (found.was_read) return found;
    found.was_read = true;
    found.content = read(std::string(of));
    if (found.content && !path.empty()) found.digest = sha256(*found.content);
    return found;
  }
  std::atomic<size_t> count{0};

  void open(const std::string& directory, const std::string& kind, const std::string& identity) {
    if (directory.empty()) return;
    path = directory + "/packs/" + pack_name(kind, identity);
    pack = Pack::open(path);
  }
};

FileCache::FileCache(const std::string& directory, const std::string& kind, const Tree& tree) : state_(std::make_unique<State>()) {
  state_->stamp = [&tree](const std::string& path) { return tree.stamp(path); };
  state_->read = [&tree](const std::string& path) { return tree.read(path); };
  state_->open(directory, kind, place_of(tree));
}

FileCache::FileCache(const std::string& directory, const std::string& kind, const FileSystem& files, const std::string& identity)
    : state_(std::make_unique<State>()) {
  state_->stamp = [&files](const std::string& path) { return files.stamp(path); };
  state_->read = [&files](const std::string& path) { return files.read(path); };
  state_->open(directory, kind, identity);
}

FileCache::~FileCache() = default;

std::optional<std::string_view> FileCache::get(const std::string& key, const std::function<std::string(std::string_view)>& make) {
  State& state = *state_;
  std::string_view path = std::string_view(key).substr(0, key.find('#'));
  PackEntry entry;
  const std::string* content = nullptr;
  {
    std::lock_guard lock(state.mutex);
    if (auto it = state.made.find(key); it != state.made.end()) return it->second.value;
    std::optional<FileStamp> stamp = state.file(path).stamp;
    const PackEntry* kept = state.pack.find(key);
    if (kept && stamp && kept->stamp == *stamp && kept->intact()) return kept->value;
    const State::File& file = state.read_file(path);
    if (!file.content) return std::nullopt;
    content = &*file.content;
    entry.stamp = stamp.value_or(FileStamp());
    entry.content = file.digest;
    if (entry.stamp.modified > nanoseconds_now() - settled_after) entry.stamp.modified = 0;
    if (kept && kept->content == entry.content && kept->intact()) entry.value = kept->value;   // touched, moved or copied: only the stamp is new
  }
  std::string value;
  if (entry.value.data() == nullptr) {
    value = make(*content);
    state.count++;
  }
  std::lock_guard lock(state.mutex);
  auto [it, is_new] = state.made.emplace(key, entry);
  it->second.path = it->first;
  if (is_new) {
    if (entry.value.data() == nullptr) it->second.value = state.values[key] = std::move(value);
    state.news.push_back(key);
  }
  return it->second.value;
}

std::string FileCache::take_news() {
  State& state = *state_;
  std::lock_guard lock(state.mutex);
  std::string bytes;
  for (const std::string& path : state.news) {
    const PackEntry& entry = state.made.at(path);
    put_bytes(bytes, path);
    put_bytes(bytes, std::string_view(reinterpret_cast<const char*>(&entry.stamp), sizeof entry.stamp));
    put_bytes(bytes, std::string_view(reinterpret_cast<const char*>(entry.content.data()), entry.content.size()));
    put_bytes(bytes, entry.value);
  }
  state.news.clear();
  return bytes;
}

void FileCache::forget_news() {
  std::lock_guard lock(state_->mutex);
  state_->news.clear();
}

void FileCache::add_news(std::string_view news) {
  State& state = *state_;
  std::lock_guard lock(state.mutex);
  while (!news.empty()) {
    std::string key(take_bytes(news));
    PackEntry entry;
    std::string_view stamp = take_bytes(news), content = take_bytes(news), value = take_bytes(news);
    CHECK(stamp.size() == sizeof entry.stamp && content.size() == entry.content.size());
    std::memcpy(&entry.stamp, stamp.data(), stamp.size());
    std::memcpy(entry.content.data(), content.data(), content.size());
    auto [it, is_new] = state.made.emplace(key, entry);
    if (!is_new) continue;
    it->second.path = it->first;
    it->second.value = state.values[key] = std::string(value);
    state.news.push_back(key);
  }
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
