#include "vllm/mentions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>

namespace fusescout::vllm {
namespace {

// Whole trees are searched: no call for each character.
char lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); }
bool alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string letters(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c))) result += lower(c);
  }
  return result;
}

}  // namespace

std::vector<Mention> find_mentions(std::string_view text, std::string_view name) {
  std::vector<Mention> mentions;
  if (name.empty()) return mentions;
  auto joint = [](char c) { return c == ' ' || c == '-' || c == '_'; };   // "Name 4", "name-4"
  auto same = [&](char a, char b) { return lower(a) == lower(b) || (joint(a) && joint(b)); };
  // Where the name ends that begins at `at`; 0 when it is not there. The text may join words that the name writes as one: "Name-4" for "name4".
  auto end_of = [&](size_t at) -> size_t {
    size_t i = at;
    for (size_t n = 0; n < name.size(); ++n, ++i) {
      if (n > 0 && i + 1 < text.size() && joint(text[i]) && !joint(name[n]) && !joint(name[n - 1])) ++i;
      if (i >= text.size() || !same(text[i], name[n])) return 0;
    }
    return i;
  };
  uint32_t line = 1;
  size_t counted = 0;
  std::array<bool, 256> begins{};
  for (size_t c = 0; c < begins.size(); ++c) begins[c] = same(static_cast<char>(c), name[0]);
  for (auto from = text.begin();;) {
    auto at = std::find_if(from, text.end(), [&](char c) { return begins[static_cast<unsigned char>(c)]; });
    if (static_cast<size_t>(text.end() - at) < name.size()) return mentions;
    from = at + 1;
    size_t start = static_cast<size_t>(at - text.begin()), end = end_of(start);
    if (end == 0) continue;
    auto char_at = [&](size_t i) { return i < text.size() ? text[i] : '\n'; };
    if (start > 0 && (alphanumeric(text[start - 1]) || ((text[start - 1] == '-' || text[start - 1] == '.') && start > 1 && alphanumeric(text[start - 2])))) continue;
    if (alphanumeric(char_at(end))) continue;
    bool longer = (char_at(end) == '-' || char_at(end) == '.') && alphanumeric(char_at(end + 1));
    line += static_cast<uint32_t>(std::count(text.begin() + static_cast<ptrdiff_t>(counted), at, '\n'));
    counted = start;
    size_t first = text.rfind('\n', start), last = text.find('\n', start);
    first = first == std::string_view::npos ? 0 : first + 1;
    std::string_view content = text.substr(first, (last == std::string_view::npos ? text.size() : last) - first);
    while (!content.empty() && std::isspace(static_cast<unsigned char>(content.front()))) content.remove_prefix(1);
    while (!content.empty() && std::isspace(static_cast<unsigned char>(content.back()))) content.remove_suffix(1);
    if (!mentions.empty() && mentions.back().line == line) {
      mentions.back().longer = mentions.back().longer && longer;
      continue;
    }
    std::string shown(content);   // on a terminal, maybe
    std::replace_if(shown.begin(), shown.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
    mentions.push_back({line, std::move(shown), longer});
  }
}

std::string_view until_docstring(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    if (text[begin] == '#') begin = std::min(text.find('\n', begin), text.size());
    else if (std::isspace(static_cast<unsigned char>(text[begin]))) ++begin;
    else break;
  }
  size_t quote = text.find_first_not_of("rRuU", begin);
  if (quote == std::string_view::npos || (text[quote] != '"' && text[quote] != '\'')) return {};
  std::string_view mark = text.substr(quote, 3);
  if (mark != "\"\"\"" && mark != "\'\'\'") mark = mark.substr(0, 1);
  for (size_t close = quote + mark.size();; ++close) {
    close = text.find(mark, close);
    if (close == std::string_view::npos) return {};
    size_t last = text.find_last_not_of('\\', close - 1);
    if ((close - 1 - last) % 2 == 0) return text.substr(0, text.find('\n', close + mark.size()));   // else it is escaped
  }
}

double likeness(std::string_view first, std::string_view second) {
  std::string a = letters(first), b = letters(second);
  if (a.empty() || b.empty()) return 0;
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return 1.0 - static_cast<double>(row[b.size()]) / static_cast<double>(std::max(a.size(), b.size()));
}

}  // namespace fusescout::vllm
