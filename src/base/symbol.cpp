#include "base/symbol.h"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/check.h"

namespace fusescout {
namespace {

// Threads look symbols up far more often than they make new ones: reading takes no lock. Nothing that a reader may hold is ever freed.
class Table {
 public:
  Table() {
    slots_ = make_slots(size_t{1} << 16);
    CHECK(intern({}) == 0);
  }

  uint32_t intern(std::string_view text) {
    size_t hash = std::hash<std::string_view>()(text);
    if (uint32_t found = find(*slots_.load(std::memory_order_acquire), text, hash); found != none) return found;
    std::lock_guard lock(mutex_);
    Slots* slots = slots_.load(std::memory_order_relaxed);
    if (uint32_t found = find(*slots, text, hash); found != none) return found;
    if (count_ * 2 >= slots->size()) slots = grow(*slots);
    uint32_t id = count_++;
    std::string*& chunk = chunks_.at(id / chunk_size);
    if (chunk == nullptr) chunk = new std::string[chunk_size];
    chunk[id % chunk_size] = text;
    insert(*slots, hash, id);
    return id;
  }

  const std::string& text(uint32_t id) const { return chunks_[id / chunk_size][id % chunk_size]; }

 private:
  // A slot is (upper half of the hash) << 32 | (id + 1), 0 when free. Whoever has an id has seen its string: the slot is released after it.
  using Slots = std::vector<std::atomic<uint64_t>>;
  static constexpr uint32_t none = UINT32_MAX;
  static constexpr size_t chunk_size = 4096;

  uint32_t find(const Slots& slots, std::string_view text, size_t hash) const {
    for (size_t i = hash & (slots.size() - 1);; i = (i + 1) & (slots.size() - 1)) {
      uint64_t slot = slots[i].load(std::memory_order_acquire);
      if (slot == 0) return none;
      auto id = static_cast<uint32_t>(slot) - 1;
      if (slot >> 32 == hash >> 32 && this->text(id) == text) return id;
    }
  }
  static void insert(Slots& slots, size_t hash, uint32_t id) {
    size_t i = hash & (slots.size() - 1);
    while (slots[i].load(std::memory_order_relaxed) != 0) i = (i + 1) & (slots.size() - 1);
    slots[i].store(hash >> 32 << 32 | (id + 1), std::memory_order_release);
  }
  Slots* make_slots(size_t size) { return generations_.emplace_back(std::make_unique<Slots>(size)).get(); }
  Slots* grow(const Slots& old) {
    Slots* slots = make_slots(old.size() * 2);
    for (uint32_t id = 0; id < count_; ++id) insert(*slots, std::hash<std::string_view>()(text(id)), id);
    slots_.store(slots, std::memory_order_release);
    return slots;
  }

  std::atomic<Slots*> slots_;
  std::array<std::string*, (size_t{1} << 32) / chunk_size / 64> chunks_{};   // 64 million symbols
  uint32_t count_ = 0;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Slots>> generations_;
};

Table& table() {
  static Table* t = new Table;  // never destroyed: symbols outlive everything
  return *t;
}

}  // namespace

Symbol::Symbol(std::string_view text) : id_(table().intern(text)) {}

const std::string& Symbol::str() const { return table().text(id_); }

}  // namespace fusescout
