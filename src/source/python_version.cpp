#include "source/python_version.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace fusescout::source {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A reader of one version, lower-cased.
struct Reader {
  std::string_view rest;
  bool take(std::string_view word) {
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  }
  void separator() {
    if (!rest.empty() && (rest[0] == '.' || rest[0] == '-' || rest[0] == '_')) rest.remove_prefix(1);
  }
  std::optional<uint64_t> number() {
    uint64_t value = 0;
    auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (failed != std::errc() || rest.empty() || !is_digit(rest[0])) return std::nullopt;
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    return value;
  }
};

std::weak_ordering compare_local(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    size_t end_a = std::min(a.find('.'), a.size()), end_b = std::min(b.find('.'), b.size());
    std::string_view x = a.substr(0, end_a), y = b.substr(0, end_b);
    a.remove_prefix(std::min(end_a + 1, a.size()));
    b.remove_prefix(std::min(end_b + 1, b.size()));
    bool number_x = !x.empty() && std::all_of(x.begin(), x.end(), is_digit), number_y = !y.empty() && std::all_of(y.begin(), y.end(), is_digit);
    if (number_x != number_y) return number_x ? std::weak_ordering::greater : std::weak_ordering::less;
    if (number_x && x.size() != y.size()) return x.size() <=> y.size();
    if (x != y) return x < y ? std::weak_ordering::less : std::weak_ordering::greater;
  }
  return std::weak_ordering::equivalent;
}

// The order of what may follow the release: .devN < aN < bN < rcN < nothing < .postN; a .devN of each sorts before it.
int stage(const PythonVersion& version) {
  if (version.pre) return version.pre == 'a' ? 1 : version.pre == 'b' ? 2 : 3;
  return version.dev && !version.post ? 0 : 4;
}

bool starts_with(const PythonVersion& version, const PythonVersion& prefix, std::string_view written) {
  // "1.0.*": as many numbers as were written count.
  size_t count = static_cast<size_t>(std::count(written.begin(), written.end(), '.')) + 1;
  for (size_t i = 0; i < count; i++) {
    uint64_t have = i < version.release.size() ? version.release[i] : 0, want = i < prefix.release.size() ? prefix.release[i] : 0;
    if (have != want) return false;
  }
  return version.epoch == prefix.epoch;
}

PythonVersion without_local(PythonVersion version) {
  version.local.clear();
  return version;
}

std::optional<bool> satisfies(const PythonVersion& version, std::string_view clause) {
  std::string_view operation;
  for (std::string_view candidate : {"===", "~=", "==", "!=", "<=", ">=", "<", ">"}) {
    if (!clause.starts_with(candidate)) continue;
    operation = candidate;
    break;
  }
  if (operation.empty()) return std::nullopt;
  std::string_view text = trimmed(clause.substr(operation.size()));
  if (operation == "===") return version.text == text;
  bool prefix = text.ends_with(".*") && (operation == "==" || operation == "!=");
  if (prefix) text.remove_suffix(2);
  auto wanted = parse_version(text);
  if (!wanted) return std::nullopt;
  if (prefix) return starts_with(version, *wanted, text) == (operation == "==");
  PythonVersion plain = wanted->local.empty() ? without_local(version) : version;
  if (operation == "==") return plain == *wanted;
  if (operation == "!=") return plain != *wanted;
  if (operation == "<=") return plain <= *wanted;
  if (operation == ">=") return plain >= *wanted;
  bool same_release = version.release == wanted->release && version.epoch == wanted->epoch;
  // Neither a pre-release of the bound is below it, nor a post-release above.
  if (operation == "<") return plain < *wanted && (!same_release || wanted->pre || wanted->dev || version.is_final());
  if (operation == ">") return plain > *wanted && (!same_release || wanted->post || !version.post);
  size_t dot = wanted->base().rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  std::string stem = wanted->base().substr(0, dot);   // ~=1.4.5 is >=1.4.5, ==1.4.*
  return plain >= *wanted && starts_with(version, *parse_version(stem), stem);
}

}  // namespace

std::optional<PythonVersion> parse_version(std::string_view written) {
  std::string text(trimmed(written));
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  Reader reader{text};
  reader.take("v");
  PythonVersion version;
  version.text = reader.rest;
  auto number = reader.number();
  if (!number) return std::nullopt;
  if (reader.take("!")) {
    version.epoch = *number;
    if (!(number = reader.number())) return std::nullopt;
  }
  version.release.push_back(*number);
  while (reader.rest.size() > 1 && reader.rest[0] == '.' && is_digit(reader.rest[1])) {
    reader.take(".");
    version.release.push_back(reader.number().value_or(0));
  }
  Reader before = reader;
  reader.separator();
  for (auto [word, letter] : {std::pair{"alpha", 'a'}, {"beta", 'b'}, {"preview", 'r'}, {"pre", 'r'}, {"rc", 'r'}, {"a", 'a'}, {"b", 'b'}, {"c", 'r'}}) {
    if (!reader.take(word)) continue;
    version.pre = letter;
    reader.separator();
    version.pre_number = reader.number().value_or(0);
    break;
  }
  if (!version.pre) reader = before;
  before = reader;
  bool dash = reader.rest.starts_with("-");
  reader.separator();
  if (reader.take("post") || reader.take("rev") || reader.take("r")) {
    reader.separator();
    version.post = reader.number().value_or(0);
  } else if (dash && (number = reader.number())) {
    version.post = *number;
  } else {
    reader = before;
  }
  before = reader;
  reader.separator();
  if (reader.take("dev")) {
    reader.separator();
    version.dev = reader.number().value_or(0);
  } else {
    reader = before;
  }
  if (reader.take("+")) {
    version.local = reader.rest;
    std::replace_if(version.local.begin(), version.local.end(), [](char c) { return c == '-' || c == '_'; }, '.');
    if (version.local.empty()) return std::nullopt;
    reader.rest = {};
  }
  if (!reader.rest.empty()) return std::nullopt;
  while (version.release.size() > 1 && version.release.back() == 0) version.release.pop_back();
  return version;
}

std::string PythonVersion::base() const {
  size_t start = text.find('!') == std::string::npos ? 0 : text.find('!') + 1, end = start;
  while (end < text.size() && (is_digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1])))) end++;
  return text.substr(start, end - start);
}

std::weak_ordering operator<=>(const PythonVersion& a, const PythonVersion& b) {
  auto key = [](const PythonVersion& v) {
    return std::make_tuple(stage(v), v.pre_number, v.post ? *v.post + 1 : 0, v.dev.value_or(UINT64_MAX));
  };
  if (auto order = a.epoch <=> b.epoch; order != 0) return order;
  if (a.release != b.release) return a.release < b.release ? std::weak_ordering::less : std::weak_ordering::greater;
  if (key(a) != key(b)) return key(a) < key(b) ? std::weak_ordering::less : std::weak_ordering::greater;
  return compare_local(a.local, b.local);
}

std::optional<bool> in_range(const PythonVersion& version, std::string_view range) {
  bool all = true;
  while (!(range = trimmed(range)).empty()) {
    size_t end = std::min(range.find(','), range.size());
    std::string_view clause = trimmed(range.substr(0, end));
    range.remove_prefix(std::min(end + 1, range.size()));
    if (clause.empty()) continue;
    auto one = satisfies(version, clause);
    if (!one) return std::nullopt;
    all = all && *one;
  }
  return all;
}

std::optional<Requirement> parse_requirement(std::string_view line) {
  if (size_t comment = line.find(" #"); comment != std::string_view::npos) line = line.substr(0, comment);
  line = trimmed(line);
  if (line.empty() || line[0] == '#' || line[0] == '-') return std::nullopt;
  size_t end = line.find_first_of(" \t[(<>=!~;@");
  Requirement requirement;
  requirement.name = normalised_name(line.substr(0, end));
  line = end == std::string_view::npos ? std::string_view() : trimmed(line.substr(end));
  if (line.starts_with("[")) line = trimmed(line.substr(std::min(line.find(']'), line.size() - 1) + 1));
  if (size_t semicolon = line.find(';'); semicolon != std::string_view::npos) {
    requirement.marker = trimmed(line.substr(semicolon + 1));
    line = trimmed(line.substr(0, semicolon));
  }
  if (line.starts_with("(") && line.ends_with(")")) line = trimmed(line.substr(1, line.size() - 2));
  if (!line.starts_with("@")) requirement.range = line;
  return requirement;
}

std::string normalised_name(std::string_view distribution) {
  std::string result;
  for (char c : distribution) {
    bool separator = c == '-' || c == '_' || c == '.';
    if (separator && result.ends_with('-')) continue;
    result += separator ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

}  // namespace fusescout::source
