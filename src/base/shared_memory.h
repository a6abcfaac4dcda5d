// Memory that a process has in common with those forked from it, at the same addresses: what one of them puts there all can read, without a copy
// through a pipe.
#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

namespace fusescout {

class SharedMemory {
 public:
  SharedMemory();                  // takes address space only
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  // What it returns is valid as long as this object. Throws std::bad_alloc when there is no room.
  std::string_view put(std::string_view bytes);
  // Gives the memory back: nobody reads these bytes any more.
  void drop(std::string_view bytes);

 private:
  std::byte* begin_ = nullptr;
  size_t size_ = 0;
  std::atomic<size_t>* used_ = nullptr;   // at `begin_`
};

}  // namespace fusescout
