#include <fmt/format.h>

#include "report/markdown.h"

namespace fusescout::report {

std::string place(const graph::Location& location) {
  if (location.file.empty()) return "-";
  return location.line == 0 ? fmt::format("`{}`", location.file.view()) : fmt::format("`{}` L{}", location.file.view(), location.line);
}

std::string place(const fusion::Span& span) {
  if (span.file.empty()) return "-";
  if (span.first_line == span.last_line) return fmt::format("`{}` L{}", span.file.view(), span.first_line);
  return fmt::format("`{}` L{}-{}", span.file.view(), span.first_line, span.last_line);
}

std::string escape(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '|') result += "\\|";
    else if (c == '\n') result += ' ';
    else result += c;
  }
  return result;
}

std::string estimate(const fusion::Estimate& e) { return fmt::format("{:.1f} us [{:.1f}, {:.1f}]", e.nominal, e.low, e.high); }

void diagnostics_section(std::string& out, const Report& report, Words words) {
  out += fmt::format("### {}\n\n", words("假设与诊断", "Assumptions and diagnostics"));
  bool any = false;
  for (const ScenarioResult& s : report.scenarios) {
    const graph::ModelRun& run = *s.run;
    if (run.diagnostics.empty() && run.exception.empty()) continue;
    any = true;
    out += fmt::format("**{}** ({})\n\n", scenario_name(run.scenario, words.language), graph::status_name(run.status));
    if (!run.exception.empty()) {
      out += fmt::format("- `{}`\n", run.exception);
      for (const auto& frame : run.stack) out += fmt::format("  - {}{}\n", place(graph::Location{frame.file, frame.line}), frame.function.empty() ? "" : " `" + frame.function + "`");
    }
    for (const auto& d : run.diagnostics) out += fmt::format("- {}\n", diagnostics::to_text(d));
    out += '\n';
  }
  if (!any) out += fmt::format("{}\n", words("没有假设, 也没有诊断: 每个调用的含义都已知。", "None: the meaning of every call is known."));
}

std::string render_markdown(const Report& report, Language language) {
  Words words{language};
  std::vector<Row> rows = merge_findings(report);
  std::string out = fmt::format("## {}: {}\n\n", words("模型算子分析报告", "Model operator analysis"), report.scenarios.front().run->model);
  locations_section(out, report, words);
  sequence_section(out, report, rows, words);
  findings_section(out, report, rows, words);
  recommendations_section(out, report, rows, words);
  diagnostics_section(out, report, words);
  return out;
}

}  // namespace fusescout::report
