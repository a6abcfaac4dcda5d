#include <fmt/format.h>

#include <algorithm>
#include <map>

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

std::string code(std::string_view text) {
  return text.find('`') == std::string_view::npos ? fmt::format("`{}`", text) : fmt::format("`` {} ``", text);
}

std::string_view status(graph::Status status, Words words) {
  switch (status) {
    case graph::Status::Complete: return words("完整", "complete");
    case graph::Status::Partial: return words("部分", "partial");
    case graph::Status::Rejected: return words("被源码拒绝", "rejected by the sources");
    case graph::Status::Failed: return words("失败", "failed");
  }
  return "";
}

std::string_view verdict(fusion::Verdict verdict, Words words) {
  switch (verdict) {
    case fusion::Verdict::Opportunity: return words("融合机会", "Opportunity");
    case fusion::Verdict::AlreadyFused: return words("已融合", "Already fused");
    case fusion::Verdict::Available: return words("已有融合算子但未接入", "Available but not wired");
    case fusion::Verdict::BrokenPass: return words("已开启但不能生效的图融合pass", "Graph passes that are on but cannot match");
    case fusion::Verdict::Blocked: return words("不能融合", "Refused: blocked");
    case fusion::Verdict::NoGain: return words("没有收益", "Refused: no gain");
  }
  return "";
}

std::string estimate(const fusion::Estimate& e) { return fmt::format("{:.1f} us [{:.1f}, {:.1f}]", e.nominal, e.low, e.high); }

namespace {

std::string diagnostic_line(const diagnostics::Diagnostic& d, Words words) {
  static constexpr std::string_view zh[] = {"语法错误", "含义未知的调用", "未知值", "假设", "条件", "到达上限", "尚不支持的 Python", "签名不符", "形状不符", "缺少文件"};
  auto kind = static_cast<size_t>(d.kind);
  std::string text = d.location.file.empty() ? "" : place(d.location) + ": ";
  text += fmt::format("{}: {}", words(kind < std::size(zh) ? zh[kind] : "", diagnostics::kind_name(d.kind)), words(d.message));
  if (d.count > 1) text += fmt::format(" ({} {})", d.count, words("次", "times"));
  for (const auto& [location, word] : d.labels) text += fmt::format("\n  - {}: {}", place(location), words(word));
  return text;
}

// Code of this program that stands for the runner and the vendor's kernels.
bool of_ours(const diagnostics::Location& location) { return location.file.view().starts_with("library/") || location.file.view().starts_with("catalogue/"); }

// Branches that the run decided on the number of tokens.
void conditions(std::string& out, const graph::ModelRun& run, Words words) {
  std::map<std::string, std::string> places;   // of what is decided
  std::vector<std::string> ours;
  size_t count = 0;
  for (const auto& d : run.diagnostics) {
    if (d.kind != diagnostics::Kind::Condition) continue;
    if (of_ours(d.location)) {
      ++count;
      if (std::find(ours.begin(), ours.end(), d.message) == ours.end()) ours.push_back(d.message);
      continue;
    }
    std::string& text = places[d.message];
    text += (text.empty() ? "" : ", ") + place(d.location);
  }
  if (places.empty() && ours.empty()) return;
  out += fmt::format("- {}\n", words("条件: 源码在这些位置按 token 数 T 选择分支, 本次运行据此判断; 条件成立时结果有效:",
                                     "Conditions: here the code branches on the number of tokens T, and the run decided; the result holds while they hold:"));
  for (const auto& [condition, where] : places) out += fmt::format("  - `{}`: {}\n", condition, where);
  if (ours.empty()) return;
  std::string list;
  for (const std::string& condition : ours) list += fmt::format("{}`{}`", list.empty() ? "" : ", ", condition);
  out += fmt::format("  - {} {}: {}\n", count, words("处在本程序自带的 `library/` 与 `catalogue/` 中", "in this program's own `library/` and `catalogue/`"), list);
}

}  // namespace

void diagnostics_section(std::string& out, const Report& report, Words words) {
  out += fmt::format("### {}\n\n", words("假设与诊断", "Assumptions and diagnostics"));
  bool any = false;
  for (const ScenarioResult& s : report.scenarios) {
    const graph::ModelRun& run = *s.run;
    if (run.diagnostics.empty() && run.exception.empty()) continue;
    any = true;
    out += fmt::format("**{}** ({})\n\n", scenario_name(run.scenario, words.language), status(run.status, words));
    if (!run.exception.empty()) {
      out += fmt::format("- {}\n", code(run.exception));
      for (const auto& frame : run.stack) out += fmt::format("  - {}{}\n", place(graph::Location{frame.file, frame.line}), frame.function.empty() ? "" : " `" + frame.function + "`");
    }
    for (const auto& d : run.diagnostics) {
      if (d.kind != diagnostics::Kind::Condition) out += fmt::format("- {}\n", diagnostic_line(d, words));
    }
    conditions(out, run, words);
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
