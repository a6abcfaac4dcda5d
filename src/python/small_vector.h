// A vector of trivially copyable values whose first N live in place: the arguments of a call.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fusescout::python {

template <typename T, size_t N>
class SmallVector {
 public:
  void push_back(const T& value) {
    if (size_ < N) {
      local_[size_++] = value;
      return;
    }
    if (size_ == N) spilled_.assign(local_, local_ + N);
    spilled_.push_back(value);
    ++size_;
  }
  size_t size() const { return size_; }
  T* data() { return size_ > N ? spilled_.data() : local_; }
  T& operator[](size_t i) { return data()[i]; }
  std::span<const T> span() { return {data(), size_}; }

 private:
  T local_[N];
  size_t size_ = 0;
  std::vector<T> spilled_;
};

}  // namespace fusescout::python
