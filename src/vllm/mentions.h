// Where a text speaks of a model by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fusescout::vllm {

struct Mention {
  uint32_t line = 0;   // 1-based
  std::string text;    // of the line, trimmed
  bool longer = false; // only as part of a longer name: GLM-4.7 in GLM-4.7-Flash
};

// Lines that have the name, whatever the case and whichever of ' ', '-' and '_' joins its words.
std::vector<Mention> find_mentions(std::string_view text, std::string_view name);

// A Python file up to the end of its docstring, which is all that a parser needs to read for it; empty when it has none.
std::string_view until_docstring(std::string_view text);

// How alike two names are, for suggestions: 0 (not at all) to 1 (equal but for case and punctuation).
double likeness(std::string_view a, std::string_view b);

}  // namespace fusescout::vllm
