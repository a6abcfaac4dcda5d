// Versions of Python distributions and ranges of them, after the version specifiers of the packaging user guide (PEP 440).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fusescout::source {

struct PythonVersion {
  uint64_t epoch = 0;
  std::vector<uint64_t> release;       // without trailing zeros
  char pre = 0;                        // 'a', 'b', 'r' (rc); 0: none
  uint64_t pre_number = 0;
  std::optional<uint64_t> post, dev;
  std::string local;
  bool is_final() const { return pre == 0 && !dev; }
  std::string text;                    // as written
  std::string base() const;            // "0.17.0" of "0.17.0rc1": as written, without what follows the release
};
std::optional<PythonVersion> parse_version(std::string_view text);   // "v0.17.0rc1"
std::weak_ordering operator<=>(const PythonVersion& a, const PythonVersion& b);
inline bool operator==(const PythonVersion& a, const PythonVersion& b) { return (a <=> b) == 0; }

// Whether a version lies in "<5,>=4.56.0"; nullopt: not a range. An empty one holds all.
std::optional<bool> in_range(const PythonVersion& version, std::string_view range);

// "transformers<5,>=4.56.0; python_version > '3'" : name (normalised), range, marker. Extras are dropped; a URL gives an empty range.
struct Requirement { std::string name, range, marker; };
std::optional<Requirement> parse_requirement(std::string_view line);

std::string normalised_name(std::string_view distribution);          // "vllm-ascend" of "vllm_Ascend"

}  // namespace fusescout::source
