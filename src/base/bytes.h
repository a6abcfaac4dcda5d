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

// Tells bytes that a disk or a cut-off file changed, not those that somebody forged.
inline uint64_t checksum_of(std::string_view bytes) {
  uint64_t h = 0xCBF29CE484222325ull ^ bytes.size();
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    h = (h ^ word) * 0x9E3779B97F4A7C15ull;
    h ^= h >> 29;
  }
  for (; i < bytes.size(); ++i) h = (h ^ static_cast<unsigned char>(bytes[i])) * 0x100000001B3ull;
  return h;
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
