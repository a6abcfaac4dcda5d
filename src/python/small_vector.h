// A vector of trivially copyable values whose first N live in place: the arguments of a call.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

namespace fusescout::python {

template <typename T, size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  SmallVector() = default;
  SmallVector(const SmallVector&) = delete;
  SmallVector& operator=(const SmallVector&) = delete;
  void push_back(T value) {
    if (size_ == capacity_) grow();
    new (data_ + size_++) T(value);
  }
  void append(std::span<const T> values) {
    for (const T& value : values) push_back(value);
  }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_[i]; }
  std::span<const T> span() { return {data_, size_}; }

 private:
  void grow() {
    std::unique_ptr<std::byte[]> larger(new std::byte[capacity_ * 2 * sizeof(T)]);
    std::memcpy(larger.get(), static_cast<void*>(data_), size_ * sizeof(T));
    spilled_ = std::move(larger);
    data_ = reinterpret_cast<T*>(spilled_.get());
    capacity_ *= 2;
  }

  alignas(T) std::byte local_[N * sizeof(T)];   // not initialised: most calls use few
  T* data_ = reinterpret_cast<T*>(local_);
  size_t size_ = 0, capacity_ = N;
  std::unique_ptr<std::byte[]> spilled_;
};

}  // namespace fusescout::python
