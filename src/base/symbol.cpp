#include "base/symbol.h"

#include <array>
#include <atomic>
#include <bit>
#include <memory>
#include <mutex>
#include <vector>

#include "base/check.h"
#include "base/symbols.h"

namespace fusescout {
namespace {

// Threads look symbols up far more often than they make new ones: reading takes no lock. Nothing that a reader may hold is ever freed.
class Table {
 public:
  Table() {
    slots_ = make_slots(size_t{1} << 17);   // enough for one model
    CHECK(intern({}) == 0);
  }

  static size_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

  // Has the processor fetch what `intern` will look at first, then what that points to.
  void fetch_slot(size_t hash) const {
    const Slots& slots = *slots_.load(std::memory_order_acquire);
    __builtin_prefetch(&slots[hash & (slots.size() - 1)]);
  }
  void fetch_text(size_t hash) const {
    const Slots& slots = *slots_.load(std::memory_order_acquire);
    uint64_t slot = slots[hash & (slots.size() - 1)].load(std::memory_order_acquire);
    if (slot != 0) __builtin_prefetch(&text(static_cast<uint32_t>(slot) - 1));
  }

  uint32_t intern(std::string_view text) { return intern(text, hash_of(text)); }
  uint32_t intern(std::string_view text, size_t hash) {
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
    for (uint32_t id = 0; id < count_; ++id) insert(*slots, hash_of(text(id)), id);
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

std::vector<Symbol> make_symbols(std::span<const std::string_view> texts) {
  constexpr size_t ahead = 16;
  Table& t = table();
  std::vector<size_t> hashes;
  hashes.reserve(texts.size());
  for (std::string_view text : texts) hashes.push_back(Table::hash_of(text));
  std::vector<Symbol> made(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i + 2 * ahead < texts.size()) t.fetch_slot(hashes[i + 2 * ahead]);
    if (i + ahead < texts.size()) t.fetch_text(hashes[i + ahead]);
    made[i] = std::bit_cast<Symbol>(t.intern(texts[i], hashes[i]));
  }
  return made;
}

const std::string& Symbol::str() const { return table().text(id_); }

}  // namespace fusescout
