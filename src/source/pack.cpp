#include "source/pack.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "base/bytes.h"

namespace fusescout::source {
namespace {

struct Header {
  char magic[8] = {'F', 'S', 'P', 'A', 'C', 'K', '0', '1'};
  uint64_t count = 0;
  uint64_t index = 0;          // offset of the records; the paths follow them to the end of the file
  uint64_t size = 0;           // of the whole file
  uint64_t index_checksum = 0; // of records and paths
};

struct Record {
  uint64_t path, path_size;    // offsets from the start of the file
  FileStamp stamp;
  Digest content;
  uint64_t value, value_size, checksum;
};

bool inside(uint64_t offset, uint64_t size, uint64_t whole) { return offset <= whole && size <= whole - offset; }

template <typename T>
std::string_view bytes_of(const T* items, size_t count) {
  return {reinterpret_cast<const char*>(items), count * sizeof(T)};
}

// Writes all parts to a file that is not there yet; removes it again when the disk is full.
bool write_file(const std::string& path, const std::vector<std::string_view>& parts) {
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return false;
  bool good = true;
  for (std::string_view part : parts) {
    while (good && !part.empty()) {
      ssize_t written = ::write(file, part.data(), part.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) good = false;
      else part.remove_prefix(static_cast<size_t>(written));
    }
  }
  good = ::close(file) == 0 && good;
  if (!good) ::unlink(path.c_str());
  return good;
}

void clean_up(const std::filesystem::path& directory) {
  using namespace std::chrono_literals;
  std::error_code ignored;
  auto now = std::filesystem::file_time_type::clock::now();
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    auto age = now - entry.last_write_time(ignored);
    std::string extension = entry.path().extension();
    if ((extension == ".tmp" && age > 24h) || (extension == ".pack" && age > 24h * 60)) std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace

bool PackEntry::intact() const { return checksum_of(value) == checksum; }

Pack::Pack(Pack&& other) noexcept { *this = std::move(other); }

Pack& Pack::operator=(Pack&& other) noexcept {
  std::swap(entries_, other.entries_);
  std::swap(memory_, other.memory_);
  std::swap(size_, other.size_);
  return *this;
}

Pack::~Pack() {
  if (memory_) ::munmap(memory_, size_);
}

Pack Pack::open(const std::string& path) {
  Pack pack;
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return pack;
  struct stat status;
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && static_cast<size_t>(status.st_size) >= sizeof(Header)) {
    void* memory = ::mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
    if (memory != MAP_FAILED) {
      pack.memory_ = memory;
      pack.size_ = static_cast<size_t>(status.st_size);
    }
  }
  ::close(file);
  if (!pack.memory_) return pack;

  const char* start = static_cast<const char*>(pack.memory_);
  std::string_view whole(start, pack.size_);
  Header header;
  std::memcpy(&header, start, sizeof header);
  if (std::memcmp(header.magic, Header().magic, sizeof header.magic) != 0 || header.size != pack.size_ || header.index > pack.size_ ||
      header.count > (pack.size_ - header.index) / sizeof(Record) || checksum_of(whole.substr(header.index)) != header.index_checksum) {
    return pack;
  }
  std::vector<PackEntry> entries;
  entries.reserve(header.count);
  for (uint64_t i = 0; i < header.count; i++) {
    Record record;
    std::memcpy(&record, start + header.index + i * sizeof record, sizeof record);
    if (!inside(record.path, record.path_size, pack.size_) || !inside(record.value, record.value_size, pack.size_)) return pack;
    entries.push_back({whole.substr(record.path, record.path_size), record.stamp, record.content, whole.substr(record.value, record.value_size),
                       record.checksum});
  }
  pack.entries_ = std::move(entries);
  return pack;
}

bool Pack::write(const std::string& path, const std::map<std::string_view, const PackEntry*>& entries) {
  std::filesystem::path directory = std::filesystem::path(path).parent_path();
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return false;
  clean_up(directory);

  static constexpr char padding[8] = {};
  Header header;
  std::vector<Record> records;
  std::string paths;
  std::vector<std::string_view> parts = {bytes_of(&header, 1)};
  uint64_t at = sizeof header;
  for (const auto& [name, entry] : entries) {
    records.push_back({paths.size(), name.size(), entry->stamp, entry->content, at, entry->value.size(), checksum_of(entry->value)});
    paths += name;
    parts.push_back(entry->value);
    parts.push_back({padding, -entry->value.size() % 8});
    at += entry->value.size() + -entry->value.size() % 8;
  }
  header.count = records.size();
  header.index = at;
  uint64_t paths_at = at + records.size() * sizeof(Record);
  for (Record& record : records) record.path += paths_at;
  header.size = paths_at + paths.size();
  header.index_checksum = checksum_of(std::string(bytes_of(records.data(), records.size())) + paths);
  parts.push_back(bytes_of(records.data(), records.size()));
  parts.push_back(paths);

  static std::atomic<unsigned> serial{0};
  std::string temporary = path + "." + std::to_string(::getpid()) + "-" + std::to_string(serial++) + ".tmp";
  if (!write_file(temporary, parts)) return false;
  if (::rename(temporary.c_str(), path.c_str()) == 0) return true;
  ::unlink(temporary.c_str());
  return false;
}

const PackEntry* Pack::find(std::string_view path) const {
  auto it = std::lower_bound(entries_.begin(), entries_.end(), path, [](const PackEntry& entry, std::string_view name) { return entry.path < name; });
  return it != entries_.end() && it->path == path ? &*it : nullptr;
}

}  // namespace fusescout::source
