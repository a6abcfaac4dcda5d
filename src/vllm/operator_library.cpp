#include "vllm/operator_library.h"

#include <optional>
#include <string_view>
#include <vector>

namespace fusescout::vllm {

namespace {

// Drops the branches of #ifdef that this build does not compile. Of other conditions nothing is known: all their branches stay.
std::string compiled(std::string_view text, bool for_310p) {
  std::string result;
  std::vector<std::optional<bool>> open;         // does the branch hold? unknown: nullopt
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    size_t hash = line.find_first_not_of(" \t");
    std::string_view directive = hash != std::string_view::npos && line[hash] == '#' ? line.substr(hash) : std::string_view();
    if (directive.starts_with("#if")) {
      bool known = directive.find("ASCEND_PLATFORM_310P") != std::string_view::npos && directive.find("&&") == std::string_view::npos;
      bool negated = directive.starts_with("#ifndef") || directive.find('!') != std::string_view::npos;
      open.push_back(known ? std::optional<bool>(for_310p != negated) : std::nullopt);
    } else if (directive.starts_with("#else") && !open.empty()) {
      if (open.back()) open.back() = !*open.back();
    } else if (directive.starts_with("#endif") && !open.empty()) {
      open.pop_back();
    }
    bool dropped = false;
    for (const std::optional<bool>& branch : open) dropped = dropped || branch == std::optional<bool>(false);
    if (!dropped && directive.empty()) result.append(line).push_back('\n');
  }
  return result;
}

// The string literals, joined, from `at` on to the first comma or parenthesis outside of them.
std::string literal(std::string_view text, size_t at) {
  std::string result;
  bool inside = false;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (c == '"') {
      inside = !inside;
    } else if (!inside) {
      if (c == ',' || c == ')') break;
      if (c == '/' && text.substr(at, 2) == "//") at = std::min(text.find('\n', at), text.size() - 1);
    } else {
      if (c == '\\' && at + 1 < text.size()) c = text[++at];
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string operator_library(const source::Tree& ascend, bool for_310p) {
  std::optional<std::string> source = ascend.read("csrc/torch_binding.cpp");
  if (!source) return "";
  std::string text = compiled(*source, for_310p), definitions;
  constexpr std::string_view call = ".def(";
  for (size_t at = 0; (at = text.find(call, at)) != std::string::npos;) {
    at += call.size();
    std::string schema = literal(text, at);
    if (schema.find('(') == std::string::npos || schema.find("'''") != std::string::npos) continue;
    definitions += "_library.define('''" + schema + "''')\n";
  }
  return definitions.empty() ? "" : "import torch\n_library = torch.library.Library('_C_ascend', 'DEF')\n" + definitions;
}

}  // namespace fusescout::vllm
