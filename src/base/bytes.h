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

}  // namespace fusescout
