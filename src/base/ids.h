// Typed ids into stores: a phase hands out ids, never owning pointers.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/check.h"

namespace fusescout {

template <typename Tag>
struct Id {
  uint32_t index = UINT32_MAX;
  constexpr bool valid() const { return index != UINT32_MAX; }
  friend constexpr bool operator==(Id a, Id b) = default;
  friend constexpr auto operator<=>(Id a, Id b) = default;
};

// Values addressed by id, in order of addition.
template <typename IdType, typename T>
class ValueStore {
 public:
  IdType add(T value) {
    values_.push_back(std::move(value));
    return IdType{static_cast<uint32_t>(values_.size() - 1)};
  }
  T& operator[](IdType id) { CHECK(id.index < values_.size()); return values_[id.index]; }
  const T& operator[](IdType id) const { CHECK(id.index < values_.size()); return values_[id.index]; }
  size_t size() const { return values_.size(); }
  auto begin() { return values_.begin(); }
  auto end() { return values_.end(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }

 private:
  std::vector<T> values_;
};

}  // namespace fusescout

template <typename Tag>
struct std::hash<fusescout::Id<Tag>> {
  size_t operator()(fusescout::Id<Tag> id) const noexcept { return id.index * 0x9E3779B97F4A7C15ull >> 16; }
};
