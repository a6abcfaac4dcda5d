#include "source/pairing.h"

#include <fmt/format.h>

#include <algorithm>

namespace fusescout::source {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The first version in a cell, a quoted setting or an assignment: "v0.17.0" of "v0.17.0 / v0.17.1".
std::optional<PythonVersion> first_version(std::string_view text) {
  size_t start = text.find_first_not_of(" \t\"'=:");
  if (start == std::string_view::npos) return std::nullopt;
  return parse_version(text.substr(start, text.find_first_of(" \t\"',/|", start) - start));
}

// The row of a Markdown table whose first cell is this version: the second cell.
std::optional<PythonVersion> in_table(std::string_view text, const PythonVersion& own) {
  for (std::string_view line : split(text, '\n')) {
    auto cells = split(line, '|');
    if (cells.size() < 4) continue;
    auto release = first_version(cells[1]);
    if (!release || *release != own) continue;
    if (auto vllm = first_version(cells[2])) return vllm;
  }
  return std::nullopt;
}

// `NAME ... version` on one line.
std::optional<PythonVersion> after_word(std::string_view text, std::string_view word) {
  for (std::string_view line : split(text, '\n')) {
    size_t at = line.find(word);
    if (at == std::string_view::npos) continue;
    if (auto version = first_version(line.substr(at + word.size()))) return version;
  }
  return std::nullopt;
}

}  // namespace

Pairing paired_vllm(const Tree& ascend) {
  auto own = parse_version(ascend.version());
  auto read = [&](const char* path) { return ascend.read(path).value_or(""); };
  const char* policy = "docs/source/community/versioning_policy.md";
  if (auto version = own ? in_table(read(policy), *own) : std::nullopt) return {version->text, fmt::format("`{}` pairs it with {}", policy, ascend.version())};
  for (auto [path, word] : {std::pair{"Dockerfile", "VLLM_TAG"}, {"docs/source/conf.py", "vllm_version"}}) {
    if (auto version = after_word(read(path), word)) return {version->text, fmt::format("`{}` of {} in `{}`", word, ascend.version(), path)};
  }
  return {own ? own->base() : ascend.version(), fmt::format("the same number as vllm-ascend {}, which names no vLLM", ascend.version())};
}

std::string required_range(const Tree& tree, std::string_view distribution) {
  std::string range;
  auto add = [&](std::string_view line) {
    auto requirement = parse_requirement(line);
    if (!requirement || requirement->name != distribution || requirement->range.empty() || requirement->marker.find("extra") != std::string::npos) return;
    range += (range.empty() ? "" : ",") + requirement->range;
  };
  constexpr std::string_view field = "Requires-Dist: ";
  std::string metadata = tree.read("PKG-INFO").value_or("");
  for (std::string_view line : split(metadata, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (line.starts_with(field)) add(line.substr(field.size()));
  }
  for (const char* path : {"requirements/common.txt", "requirements.txt"}) {
    std::string text = range.empty() ? tree.read(path).value_or("") : "";
    for (std::string_view line : split(text, '\n')) add(line.substr(0, line.find('\r')));
  }
  return range;
}

}  // namespace fusescout::source
