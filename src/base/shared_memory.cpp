#include "base/shared_memory.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace fusescout {
namespace {

constexpr size_t page = size_t{4} << 10;
constexpr size_t most = size_t{16} << 30, least = size_t{64} << 20;   // a limit on address space may allow less

size_t whole_pages(size_t size) { return (size + page - 1) / page * page; }

}  // namespace

SharedMemory::SharedMemory() {
  for (size_ = most; size_ >= least; size_ /= 2) {
    void* place = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED) continue;
    begin_ = static_cast<std::byte*>(place);
    used_ = new (begin_) std::atomic<size_t>(page);
    return;
  }
  throw std::bad_alloc();
}

SharedMemory::~SharedMemory() { ::munmap(begin_, size_); }

std::string_view SharedMemory::put(std::string_view bytes) {
  if (bytes.empty()) return {};
  size_t needed = whole_pages(bytes.size());
  size_t at = used_->fetch_add(needed);
  if (needed > size_ || at > size_ - needed) {
    used_->fetch_sub(needed);
    throw std::bad_alloc();
  }
  std::memcpy(begin_ + at, bytes.data(), bytes.size());
  return {reinterpret_cast<const char*>(begin_ + at), bytes.size()};
}

void SharedMemory::drop(std::string_view bytes) {
  if (!bytes.empty()) ::madvise(const_cast<char*>(bytes.data()), whole_pages(bytes.size()), MADV_REMOVE);
}

}  // namespace fusescout
