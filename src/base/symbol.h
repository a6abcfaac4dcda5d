// Symbol: an interned string. Equal strings have equal ids for the life of the process; thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace fusescout {

class Symbol {
 public:
  constexpr Symbol() = default;  // the empty string
  explicit Symbol(std::string_view text);
  const std::string& str() const;
  std::string_view view() const { return str(); }
  constexpr uint32_t id() const { return id_; }
  constexpr bool empty() const { return id_ == 0; }
  friend constexpr bool operator==(Symbol a, Symbol b) { return a.id_ == b.id_; }
  friend constexpr auto operator<=>(Symbol a, Symbol b) { return a.id_ <=> b.id_; }  // by id: NOT alphabetical
 private:
  uint32_t id_ = 0;
};

}  // namespace fusescout

template <>
struct std::hash<fusescout::Symbol> {
  size_t operator()(fusescout::Symbol s) const noexcept { return s.id() * 0x9E3779B97F4A7C15ull >> 16; }
};
