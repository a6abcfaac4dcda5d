// How arrays of a tree stand in the cache: each with its count ahead, aligned to 8 bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error_or.h"
#include "syntax/ast.h"

namespace fusescout::syntax {

inline uint64_t padded(uint64_t size) { return (size + 7) / 8 * 8; }

template <typename T> void put_items(std::string& out, const Items<T>& items) {
  uint64_t count = items.size(), size = count * sizeof(T);
  out.append(reinterpret_cast<const char*>(&count), sizeof count);
  if (size > 0) out.append(reinterpret_cast<const char*>(items.data()), size);
  out.append(padded(size) - size, '\0');
}

// False: the bytes end before. The items stay where they are.
template <typename T> bool take_items(std::string_view& in, Items<T>& items) {
  uint64_t count = 0;
  if (in.size() < sizeof count || reinterpret_cast<uintptr_t>(in.data()) % 8 != 0) return false;
  std::memcpy(&count, in.data(), sizeof count);
  in.remove_prefix(sizeof count);
  if (count > in.size() / sizeof(T) || padded(count * sizeof(T)) > in.size()) return false;
  items = Items<T>({reinterpret_cast<const T*>(in.data()), count});
  in.remove_prefix(padded(count * sizeof(T)));
  return true;
}

// What `deserialize` reads, from the front of the bytes.
ErrorOr<Ast> take_ast(std::string_view& bytes);

}  // namespace fusescout::syntax
