// fusescout_golden [--filter TEXT] [--update] FILE...: runs golden suites; the last line is "N passed, N failed". docs/golden.md has the rules.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "catalogue/load_patterns.h"
#include "run_test.h"
#include "source/file_system.h"

namespace fusescout::golden {
namespace {

// The source folder as data: a test runs what is on disk, not what a program was built with.
class SourceFolder final : public source::FileSystem {
 public:
  explicit SourceFolder(std::string root) : root_(std::move(root) + "/") {}
  std::optional<std::string> read(const std::string& path) const override { return source::real_files().read(root_ + path); }
  bool is_file(const std::string& path) const override { return source::real_files().is_file(root_ + path); }
  bool is_directory(const std::string& path) const override { return source::real_files().is_directory(root_ + path); }
  std::vector<std::string> list(const std::string& path) const override { return source::real_files().list(root_ + path); }

 private:
  std::string root_;
};

bool is_at(const graph::Frame& frame, const Assertion& a) {
  return frame.line == a.line && (frame.file.view() == a.file || frame.file.view().ends_with("/" + a.file));
}

// All operators whose innermost frame in the test's files is that line, in order.
std::vector<std::string> operators_at(const graph::ModelRun& run, const Assertion& a, const Test& test) {
  std::vector<std::string> names;
  for (const graph::Operator& op : run.graph.operators) {
    for (graph::FrameId id = run.graph.entries[op.call].frame; id.valid(); id = run.graph.frames[id].parent) {
      const graph::Frame& frame = run.graph.frames[id];
      bool own = std::any_of(test.files.begin(), test.files.end(), [&](const auto& f) { return frame.file.view() == f.first || frame.file.view().ends_with("/" + f.first); });
      if (!own) continue;
      if (is_at(frame, a)) names.push_back(op.kind.str());
      break;
    }
  }
  return names;
}

bool covers(const fusion::Finding& f, const Assertion& a) {
  return std::any_of(f.locations.begin(), f.locations.end(), [&](const fusion::Span& s) {
    return (s.file.view() == a.file || s.file.view().ends_with("/" + a.file)) && s.first_line <= a.line && a.line <= s.last_line;
  });
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& n : names) text += (text.empty() ? "" : ", ") + n;
  return text;
}

std::vector<std::string> check(const Test& test, const Outcome& outcome) {
  std::vector<std::string> problems;
  if (!outcome.failure.empty()) return {outcome.failure};
  if (test.assertions.empty()) return {"the test asserts nothing: it states no intent"};
  auto problem = [&](const Assertion& a, const std::string& text) { problems.push_back(fmt::format("{}:{}: {}", a.file, a.line, text)); };
  for (const Assertion& a : test.assertions) {
    if (a.kind == AssertionKind::Op) {
      auto found = operators_at(outcome.run, a, test);
      if (found != a.names) problem(a, fmt::format("expected operators {}; found {}", join(a.names), found.empty() ? "none" : join(found)));
    } else if (a.kind == AssertionKind::Diagnostic) {
      bool found = std::any_of(outcome.run.diagnostics.begin(), outcome.run.diagnostics.end(), [&](const auto& d) {
        return diagnostics::kind_name(d.kind) == a.names[0] && is_at({{}, d.location.file, d.location.line, {}}, a);
      });
      if (!found) problem(a, fmt::format("expected the diagnostic {}", a.names[0]));
    } else {
      const fusion::Finding* opportunity = nullptr;
      std::string reasons;
      bool reason_found = a.reason.empty();
      for (const fusion::Finding& f : outcome.analysis.findings) {
        if (f.pattern != a.names[0] || !covers(f, a)) continue;
        if (f.verdict == fusion::Verdict::Opportunity) opportunity = &f;
        reasons += fmt::format("\n      {}: {}", fusion::verdict_name(f.verdict), f.reason);
        if (!a.reason.empty() && f.reason.find(a.reason) != std::string::npos) reason_found = true;
      }
      if (a.kind == AssertionKind::Opportunity && !opportunity) problem(a, fmt::format("expected the opportunity {}{}", a.names[0], reasons.empty() ? "; no candidate" : reasons));
      if (a.kind == AssertionKind::NoOpportunity && (opportunity || !reason_found)) {
        problem(a, fmt::format("expected no opportunity {}{}{}", a.names[0], a.reason.empty() ? "" : " because \"" + a.reason + "\"", reasons));
      }
    }
  }
  // Both ways: what is found must be asserted, so that no change can add a finding unseen.
  for (const fusion::Finding& f : outcome.analysis.findings) {
    if (f.verdict != fusion::Verdict::Opportunity) continue;
    bool expected = std::any_of(test.assertions.begin(), test.assertions.end(), [&](const Assertion& a) {
      return a.kind == AssertionKind::Opportunity && a.names[0] == f.pattern && covers(f, a);
    });
    if (!expected) problems.push_back(fmt::format("unexpected opportunity {} at line {}", f.pattern, f.locations.empty() ? 0 : f.locations[0].first_line));
  }
  return problems;
}

int run(const std::vector<std::string>& paths, const std::string& filter, bool update) {
  SourceFolder data(FUSESCOUT_SOURCE_DIR);
  auto patterns = catalogue::load_patterns({{&data, "patterns"}});
  if (patterns.is_error()) {
    fmt::print(stderr, "{}\n", patterns.error().message);
    return 2;
  }
  size_t passed = 0, failed = 0;
  for (const std::string& path : paths) {
    auto text = source::real_files().read(path);
    auto suite = text ? parse_suite(path, *text) : ErrorOr<Suite>(Error{path + ": no such file"});
    if (suite.is_error()) {
      fmt::print("FAILED {}\n", suite.error().message);
      ++failed;
      continue;
    }
    std::vector<std::string> lines = suite->lines;
    // From the end, so that line numbers of earlier blocks stay true.
    for (size_t t = suite->tests.size(); t-- > 0;) {
      const Test& test = suite->tests[t];
      if (test.name.find(filter) == std::string::npos && path.find(filter) == std::string::npos) continue;
      Outcome outcome = run_test(test, data, *patterns);
      std::vector<std::string> problems = check(test, outcome);
      for (size_t e = test.evidence.size(); e-- > 0 && problems.empty();) {
        const Evidence& block = test.evidence[e];
        std::string found = evidence_text(block.kind, outcome), expected;
        for (size_t i = block.first_line; i < block.last_line; ++i) expected += suite->lines[i] + "\n";
        if (found == expected) continue;
        if (!update) {
          problems.push_back(fmt::format("line {}: the block `{}` is not what the program says now (--update rewrites it):\n{}", block.first_line, block.kind, found));
          continue;
        }
        auto first = lines.begin() + static_cast<ptrdiff_t>(block.first_line);
        lines.erase(first, lines.begin() + static_cast<ptrdiff_t>(block.last_line));
        if (!found.empty()) found.pop_back();
        lines.insert(lines.begin() + static_cast<ptrdiff_t>(block.first_line), found);
      }
      if (problems.empty()) ++passed;
      else ++failed;
      if (!problems.empty()) fmt::print("FAILED {}:{} {}\n", path, test.line, test.name);
      for (const std::string& p : problems) fmt::print("    {}\n", p);
    }
    if (update && lines != suite->lines) {
      std::ofstream out(path, std::ios::binary);
      for (const std::string& line : lines) out << line << "\n";
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed || passed == 0 ? 1 : 0;
}

}  // namespace
}  // namespace fusescout::golden

int main(int argc, char** argv) {
  std::vector<std::string> paths;
  std::string filter;
  bool update = false;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument == "--update") update = true;
    else if (argument == "--filter" && i + 1 < argc) filter = argv[++i];
    else paths.push_back(argument);
  }
  if (paths.empty() || (update && std::getenv("CI"))) {
    fmt::print(stderr, "usage: fusescout_golden [--filter TEXT] [--update] FILE.md...; --update is refused where CI is set\n");
    return 2;
  }
  return fusescout::golden::run(paths, filter, update);
}
