#include "suite.h"

#include <fmt/format.h>

#include <regex>

#define TOML_EXCEPTIONS 0   // as everywhere in the program
#include <toml++/toml.h>

namespace fusescout::golden {
namespace {

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

std::string trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return std::string(s);
}

std::vector<std::string> split_list(std::string_view s) {
  std::vector<std::string> items;
  while (!s.empty()) {
    size_t comma = s.find(',');
    if (std::string item = trim(s.substr(0, comma)); !item.empty()) items.push_back(item);
    s = comma == std::string_view::npos ? std::string_view() : s.substr(comma + 1);
  }
  return items;
}

// What a heading's `toml` block says, inherited by the headings below it.
struct Settings {
  std::string entry = "Block", device = "910B3";
  std::map<std::string, std::string> inputs;
  std::map<std::string, int64_t> symbols;
};

ErrorOr<Settings> read_settings(Settings settings, const std::string& text) {
  toml::parse_result table = toml::parse(text);
  if (!table) return Error{std::string(table.error().description())};
  for (auto&& [key, value] : table.table()) {
    std::string name(key.str());
    if (name == "entry" && value.is_string()) settings.entry = value.as_string()->get();
    else if (name == "device" && value.is_string()) settings.device = value.as_string()->get();
    else if (name == "inputs" && value.is_table()) {
      settings.inputs.clear();
      for (auto&& [input, type] : *value.as_table()) {
        if (!type.is_string()) return Error{fmt::format("input `{}` is no text like \"bf16[T, 4096]\"", std::string(input.str()))};
        settings.inputs[std::string(input.str())] = type.as_string()->get();
      }
    } else if (value.is_integer()) settings.symbols[name] = value.as_integer()->get();
    else return Error{fmt::format("`{}` is no setting: entry, device, inputs, or a symbol's number", name)};
  }
  return settings;
}

// "op: add, rms_norm  opportunity: [add_rms_norm]": two spaces between assertions.
ErrorOr<std::vector<Assertion>> read_assertions(std::string_view comment) {
  static const std::regex head(R"((op|opportunity|no-opportunity|diagnostic):\s+(.*))");
  std::vector<Assertion> result;
  std::string text(comment);
  for (size_t start = 0; start < text.size();) {
    size_t end = text.find("  ", start);
    if (end == std::string::npos) end = text.size();
    std::string part = trim(text.substr(start, end - start));
    start = end + 2;
    std::smatch match;
    if (part.empty()) continue;
    if (!std::regex_match(part, match, head)) continue;   // a comment of another kind
    Assertion a;
    std::string kind = match[1], value = match[2];
    if (kind == "op") {
      a.names = split_list(value);
    } else {
      a.kind = kind == "opportunity" ? AssertionKind::Opportunity : kind == "no-opportunity" ? AssertionKind::NoOpportunity : AssertionKind::Diagnostic;
      static const std::regex bracket(R"re(\[([a-z0-9_\-]+)\](?:\s+"(.*)")?)re");
      if (!std::regex_match(value, match, bracket)) return Error{fmt::format("`{}` is no `{}: [name]`", part, kind)};
      a.names = {match[1]};
      a.reason = match[2];
    }
    result.push_back(std::move(a));
  }
  return result;
}

}  // namespace

ErrorOr<Suite> parse_suite(std::string path, std::string_view text) {
  Suite suite;
  suite.path = std::move(path);
  suite.lines = split_lines(text);
  auto error = [&](size_t line, const std::string& message) { return Error{fmt::format("{}:{}: {}", suite.path, line + 1, message)}; };
  struct Heading { size_t level; std::string name; Settings settings; };
  std::vector<Heading> headings;
  std::string file = "model.py";
  Test* test = nullptr;
  for (size_t i = 0; i < suite.lines.size(); ++i) {
    const std::string& line = suite.lines[i];
    if (line.starts_with('#')) {
      size_t level = line.find_first_not_of('#');
      if (level == std::string::npos || line[level] != ' ') continue;
      while (!headings.empty() && headings.back().level >= level) headings.pop_back();
      Settings inherited = headings.empty() ? Settings{} : headings.back().settings;
      headings.push_back({level, trim(line.substr(level)), std::move(inherited)});
      test = nullptr;
      file = "model.py";
      continue;
    }
    static const std::regex file_line(R"(`([^`]+\.py)`:)");
    std::smatch match;
    if (std::regex_match(line, match, file_line)) {
      file = match[1];
      continue;
    }
    if (!line.starts_with("```")) continue;
    std::string kind = trim(line.substr(3));
    size_t end = i + 1;
    while (end < suite.lines.size() && !suite.lines[end].starts_with("```")) ++end;
    if (end == suite.lines.size()) return error(i, "the block has no end");
    if (headings.empty()) return error(i, "a block before the first heading");
    if (kind == "toml") {
      std::string content;
      for (size_t k = i + 1; k < end; ++k) content += suite.lines[k] + "\n";
      auto settings = read_settings(headings.back().settings, content);
      if (settings.is_error()) return error(i, settings.error().message);
      headings.back().settings = std::move(*settings);
    } else if (kind == "py") {
      if (!test) {
        suite.tests.emplace_back();
        test = &suite.tests.back();
        for (const Heading& h : headings) test->name += (test->name.empty() ? "" : " / ") + h.name;
        test->line = static_cast<uint32_t>(i + 1);
        const Settings& s = headings.back().settings;
        test->entry = s.entry;
        test->device = s.device;
        test->inputs = s.inputs;
        test->symbols = s.symbols;
      }
      std::string& source = test->files[file];
      uint32_t number = static_cast<uint32_t>(std::count(source.begin(), source.end(), '\n'));
      for (size_t k = i + 1; k < end; ++k) {
        const std::string& code = suite.lines[k];
        source += code + "\n";
        ++number;
        size_t hash = code.rfind("# ");
        if (hash == std::string::npos) continue;
        auto assertions = read_assertions(std::string_view(code).substr(hash + 2));
        if (assertions.is_error()) return error(k, assertions.error().message);
        bool alone = trim(code.substr(0, hash)).empty();   // then it speaks of the next line
        for (Assertion& a : *assertions) {
          a.file = file;
          a.line = alone ? number + 1 : number;
          a.suite_line = static_cast<uint32_t>(k + 1);
          test->assertions.push_back(std::move(a));
        }
      }
      file = "model.py";
    } else if (kind == "ops" || kind == "opportunities" || kind == "diagnostics") {
      if (!test) return error(i, fmt::format("a block `{}` before the test's Python", kind));
      test->evidence.push_back({kind, i + 1, end});
    }
    i = end;
  }
  return suite;
}

}  // namespace fusescout::golden
