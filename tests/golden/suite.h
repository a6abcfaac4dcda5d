// A golden suite: a Markdown file whose headings are test names and whose Python blocks are the input (docs/golden.md).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error_or.h"

namespace fusescout::golden {

enum class AssertionKind { Op, Opportunity, NoOpportunity, Diagnostic };

struct Assertion {
  AssertionKind kind = AssertionKind::Op;
  std::vector<std::string> names;   // Op: operators in order; else one name
  std::string reason;               // NoOpportunity: part of it
  std::string file;                 // "model.py"
  uint32_t line = 0;                // 1-based, in that file
  uint32_t suite_line = 0;
};

// A fenced block that `--update` rewrites: `ops`, `opportunities` or `diagnostics`.
struct Evidence {
  std::string kind;
  size_t first_line = 0, last_line = 0;   // of its content, 0-based, half-open, in the suite's lines
};

struct Test {
  std::string name;                             // "add_rms_norm / Fused"
  uint32_t line = 0;                            // of the heading
  std::string entry = "Block", device = "910B3";
  std::map<std::string, std::string> inputs;    // parameter -> "bf16[T, 4096]"
  std::map<std::string, int64_t> symbols;       // T = 16
  std::map<std::string, std::string> files;     // "model.py" -> text
  std::vector<Assertion> assertions;
  std::vector<Evidence> evidence;
};

struct Suite {
  std::string path;
  std::vector<std::string> lines;
  std::vector<Test> tests;
};

ErrorOr<Suite> parse_suite(std::string path, std::string_view text);

}  // namespace fusescout::golden
