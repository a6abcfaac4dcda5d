#include "base/allocation.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

namespace fusescout {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr size_t largest_small = 0;
#else
constexpr size_t largest_small = 1024;
#endif
constexpr size_t step = 16, class_count = largest_small / step + 1;
constexpr size_t span_size = size_t{64} << 10;      // holds blocks of one size class
constexpr size_t region_size = size_t{32} << 30;    // address space only: a block in it is small, and its address names its span

constexpr int heap_step = 32 << 20;
constexpr size_t batch_bytes = size_t{64} << 10;    // what a thread frees beyond that is for all threads

struct FreeBlock {
  FreeBlock* next;
  FreeBlock* next_batch;                             // of the first block of a batch
};
static_assert(sizeof(FreeBlock) <= step);

struct Region {
  std::byte* begin = nullptr;                        // nullptr: no address space, all is left to malloc
  std::atomic<size_t> used{0};
  std::array<uint8_t, region_size / span_size>* class_of_span = nullptr;

  Region() {
    if (largest_small == 0) return;
    auto reserve = [](size_t size) {
      void* place = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      return place == MAP_FAILED ? nullptr : place;
    };
    auto* table = reserve(sizeof(*class_of_span));
    void* place = table != nullptr ? reserve(region_size) : nullptr;
    if (place != nullptr) madvise(place, region_size, MADV_HUGEPAGE);   // a page at a time is a large part of a short run
    class_of_span = static_cast<decltype(class_of_span)>(table);
    begin = static_cast<std::byte*>(place);
    grow_heap();
  }
  // What is larger comes from malloc: its heap gets such pages too, and keeps what is freed.
  static void grow_heap() {
    mallopt(M_MMAP_THRESHOLD, heap_step);
    mallopt(M_TRIM_THRESHOLD, heap_step * 8);
    mallopt(M_TOP_PAD, heap_step);
    auto* old_end = static_cast<std::byte*>(sbrk(0));
    void* volatile block = std::malloc(heap_step / 2);   // volatile: the pair would be left out
    std::free(block);
    auto grown = static_cast<std::byte*>(sbrk(0)) - old_end;
    if (grown > 0) madvise(old_end, static_cast<size_t>(grown), MADV_HUGEPAGE);
  }
  bool holds(const void* block) const { return static_cast<size_t>(static_cast<const std::byte*>(block) - begin) < region_size && begin != nullptr; }
};

// Constructed by the first allocation of the process, never destroyed.
Region& region() {
  alignas(Region) static std::byte memory[sizeof(Region)];
  static Region* made = new (memory) Region;
  return *made;
}

// What one thread holds; passed on when the thread ends.
struct Cache {
  std::array<FreeBlock*, class_count> free{};
  std::array<uint32_t, class_count> free_count{};
  std::array<std::byte*, class_count> next{}, end{};   // the rest of the newest span
  Cache* below = nullptr;
};

std::mutex exchange_mutex;
Cache* idle_caches = nullptr;
std::array<std::atomic<FreeBlock*>, class_count> batches{};

thread_local Cache* cache = nullptr;
thread_local int64_t balance = 0;

struct PassOn {
  bool touched = false;                              // so that this thread has one
  ~PassOn() {
    std::lock_guard lock(exchange_mutex);
    if (cache == nullptr) return;
    cache->below = idle_caches;
    idle_caches = cache;
    cache = nullptr;
  }
};
thread_local PassOn pass_on;

Cache* acquire_cache() {
  std::lock_guard lock(exchange_mutex);
  pass_on.touched = true;
  if (idle_caches != nullptr) {
    cache = idle_caches;
    idle_caches = cache->below;
  } else {
    void* memory = std::calloc(1, sizeof(Cache));
    cache = memory != nullptr ? new (memory) Cache : nullptr;
  }
  return cache;
}

void* allocate_large(size_t size) {
  for (;;) {
    if (void* block = std::malloc(size != 0 ? size : 1)) {
      balance += static_cast<int64_t>(malloc_usable_size(block));
      return block;
    }
    std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

uint32_t batch_count(size_t size_class) { return static_cast<uint32_t>(batch_bytes / (size_class * step)); }

void share_batch(Cache& mine, size_t size_class) {
  std::lock_guard lock(exchange_mutex);
  FreeBlock* batch = mine.free[size_class];
  batch->next_batch = batches[size_class];
  batches[size_class] = batch;
  mine.free[size_class] = nullptr;
  mine.free_count[size_class] = 0;
}

bool take_batch(Cache& mine, size_t size_class) {
  if (batches[size_class].load(std::memory_order_relaxed) == nullptr) return false;
  std::lock_guard lock(exchange_mutex);
  FreeBlock* batch = batches[size_class];
  if (batch == nullptr) return false;
  batches[size_class] = batch->next_batch;
  mine.free[size_class] = batch;
  mine.free_count[size_class] = batch_count(size_class);
  return true;
}

void* allocate_small(size_t size_class);

// The thread's free list is empty.
void* allocate_anew(size_t size_class) {
  Region& r = region();
  Cache* mine = cache != nullptr ? cache : acquire_cache();
  size_t size = size_class * step;
  if (mine == nullptr || r.begin == nullptr) return allocate_large(size);
  if (take_batch(*mine, size_class)) return allocate_small(size_class);
  if (mine->next[size_class] == mine->end[size_class]) {
    size_t offset = r.used.fetch_add(span_size, std::memory_order_relaxed);
    if (offset >= region_size) return allocate_large(size);
    (*r.class_of_span)[offset / span_size] = static_cast<uint8_t>(size_class);
    mine->next[size_class] = r.begin + offset;
    mine->end[size_class] = r.begin + offset + span_size / size * size;
  }
  void* block = mine->next[size_class];
  mine->next[size_class] += size;
  balance += static_cast<int64_t>(size);
  return block;
}

void* allocate_small(size_t size_class) {
  FreeBlock* block = cache != nullptr ? cache->free[size_class] : nullptr;
  if (block == nullptr) return allocate_anew(size_class);
  cache->free[size_class] = block->next;
  --cache->free_count[size_class];
  balance += static_cast<int64_t>(size_class * step);
  return block;
}

size_t small_class(const void* block) {
  Region& r = region();
  return (*r.class_of_span)[static_cast<size_t>(static_cast<const std::byte*>(block) - r.begin) / span_size];
}

bool is_small(const void* block) { return largest_small != 0 && region().holds(block); }

}  // namespace

void* allocate(size_t size) {
  if (largest_small == 0 || size > largest_small) return allocate_large(size);
  return allocate_small(size == 0 ? 1 : (size + step - 1) / step);
}

void release(void* block) {
  if (block == nullptr) return;
  if (!is_small(block)) {
    balance -= static_cast<int64_t>(malloc_usable_size(block));
    std::free(block);
    return;
  }
  size_t size_class = small_class(block);
  balance -= static_cast<int64_t>(size_class * step);
  Cache* mine = cache != nullptr ? cache : acquire_cache();
  if (mine == nullptr) return;
  auto* freed = static_cast<FreeBlock*>(block);
  freed->next = mine->free[size_class];
  mine->free[size_class] = freed;
  if (++mine->free_count[size_class] == batch_count(size_class)) share_batch(*mine, size_class);
}

void* allocate_zeroed(size_t count, size_t size) {
  void* block = allocate(count * size);
  std::memset(block, 0, count * size);
  return block;
}

void* reallocate(void* block, size_t size) {
  if (block == nullptr) return allocate(size);
  size_t held = is_small(block) ? small_class(block) * step : malloc_usable_size(block);
  if (size <= held) return block;
  void* larger = allocate(size + size / 2);
  std::memcpy(larger, block, held);
  release(block);
  return larger;
}

int64_t allocated_bytes() { return balance; }

}  // namespace fusescout

void* operator new(size_t size) { return fusescout::allocate(size); }
void* operator new[](size_t size) { return fusescout::allocate(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  try {
    return fusescout::allocate(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new[](size_t size, const std::nothrow_t& tag) noexcept { return operator new(size, tag); }
void operator delete(void* block) noexcept { fusescout::release(block); }
void operator delete[](void* block) noexcept { fusescout::release(block); }
void operator delete(void* block, size_t) noexcept { fusescout::release(block); }
void operator delete[](void* block, size_t) noexcept { fusescout::release(block); }
