// Strings of bytes in a row, between processes of one program: each with its length ahead.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/check.h"

namespace fusescout {

inline void put_bytes(std::string& to, std::string_view part) {
  uint64_t size = part.size();
  to.append(reinterpret_cast<const char*>(&size), sizeof size);
  to.append(part);
}

inline std::string_view take_bytes(std::string_view& from) {
  uint64_t size = 0;
  CHECK(from.size() >= sizeof size);
  std::memcpy(&size, from.data(), sizeof size);
  from.remove_prefix(sizeof size);
  CHECK(size <= from.size());
  std::string_view part = from.substr(0, size);
  from.remove_prefix(size);
  return part;
}

// A value that its bytes are.
template <typename T> void put_plain(std::string& to, const T& value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename T> T take_plain(std::string_view& from) {
  T value;
  CHECK(from.size() >= sizeof value);
  std::memcpy(&value, from.data(), sizeof value);
  from.remove_prefix(sizeof value);
  return value;
}

}  // namespace fusescout
