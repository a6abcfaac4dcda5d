// SHA-256: what index pages promise, and how the cache tells contents apart.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace fusescout::source {

using Digest = std::array<unsigned char, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view bytes);
std::string to_hex(const Digest& digest);

}  // namespace fusescout::source
