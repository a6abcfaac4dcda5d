#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string_view>

#include "report/markdown.h"

namespace fusescout::report {

using fusion::Finding;
using fusion::Verdict;

namespace {

// Stars follow the share of a step that is saved.
std::string_view stars(double share) { return share >= 0.01 ? "⭐⭐⭐" : share >= 0.003 ? "⭐⭐" : "⭐"; }

std::string layers_text(const Finding& f, Words words) {
  if (f.layers.empty()) return std::string(words("每步一次", "once a step"));
  return fmt::format("{} {}", f.layers.size(), words("层", f.layers.size() == 1 ? "layer" : "layers"));
}

// The kernel first, then who put it there, each with its place unless that is the finding's own.
std::string who(const Finding& f, Words words) {
  std::string kernels, others;
  for (const fusion::FusedBy& by : f.by) {
    bool kernel = by.how == "kernel";
    std::string& text = kernel ? kernels : others;
    text += text.empty() ? "" : ", ";
    text += kernel ? fmt::format("`{}`", by.name) : fmt::format("{} `{}`", words(by.how), by.name);
    // A guard names the calls of the kernel.
    if (!by.guard.empty()) text += fmt::format(" ({})", words(by.guard));
    else if (!by.location.file.empty() && (f.locations.empty() || f.locations.front().file != by.location.file || f.locations.front().first_line != by.location.line))
      text += fmt::format(" ({})", place(by.location));
  }
  if (others.empty()) return kernels;
  return fmt::format("{}{}{}", kernels, kernels.empty() ? "" : words("; 来自 ", "; by "), others);
}

// One line each: what, where, in how many layers, by whom or why not.
void list(std::string& out, const std::vector<Row>& rows, Verdict verdict, Words words) {
  bool any = false;
  for (const Row& row : rows) {
    if (row.verdict != verdict) continue;
    const Finding& f = *row.finding;
    if (!any) out += fmt::format("**{}**\n\n", report::verdict(verdict, words));
    any = true;
    out += fmt::format("- **{}**, {}", words(f.name_zh, f.name_en), f.locations.empty() ? "-" : place(f.locations.front()));
    if (verdict != Verdict::BrokenPass) out += ", " + layers_text(f, words);      // a pass has no layers
    if (std::string by = who(f, words); !by.empty()) out += ": " + by;
    if (verdict == Verdict::Available) {
      out += fmt::format(": {}{:.1f} us ({:.2f} %); {}", words("每步可省 ", "saves per step "), f.step_gain.nominal, f.step_share * 100, words(f.target_zh, f.target_en));
    } else if (verdict != Verdict::AlreadyFused && !f.reason.empty()) {   // of what is fused the title says all
      out += ": " + words(f.reason);
      for (const fusion::Condition& condition : f.conditions) {
        if (condition.name == "available") out += "; " + words(condition.reason);
      }
    }
    if (verdict == Verdict::BrokenPass && !f.target_en.empty()) out += fmt::format("; {}", words(f.target_zh, f.target_en));
    out += fmt::format(" [`{}`]\n", f.id);
  }
  if (any) out += '\n';
}

}  // namespace

void findings_section(std::string& out, const Report& report, const std::vector<Row>& rows, Words words) {
  out += fmt::format("### 3. {}\n\n", words("融合机会清单", "Fusion opportunities"));
  out += words("| 优先级 | 融合类型 | 融合场景 | 现状 | 目标 |\n", "| Priority | Family | Fusion | Today | Target |\n");
  out += "|--------|---------|---------|------|------|\n";
  std::map<std::string, size_t> numbers = numbers_of(rows);
  std::map<std::string_view, size_t> so_called;
  for (const Row& row : rows) so_called[row.finding->name_en] += to_do(row.verdict);
  for (const Row& row : rows) {
    if (!to_do(row.verdict)) continue;
    const Finding& f = *row.finding;
    std::string name(words(f.name_zh, f.name_en));
    if (so_called[f.name_en] > 1 && !f.locations.empty()) {   // which of them: the file's name is enough to tell
      name += fmt::format(", `{}` L{}", std::filesystem::path(f.locations.front().file.view()).filename().string(), f.locations.front().first_line);
    }
    std::string where = only_in(report, row, words), instead = instead_of(report, row, numbers, words);
    if (!where.empty() && !instead.empty()) {      // one pair of brackets
      where.back() = ';';
      instead.replace(0, 2, " ");
    }
    name += where + instead;
    out += fmt::format("| {} | {} | {} | {} | {} |\n", stars(f.step_share), fusion::family_name(f.family), escape(name),
                       escape(words(f.today_zh, f.today_en)), escape(words(f.target_zh, f.target_en)));
  }
  if (numbers.empty()) out += fmt::format("| - | - | {} | - | - |\n", words("没有", "none"));
  out += '\n';
  for (const ScenarioResult& s : report.scenarios) {
    double before = s.analysis->step_time.nominal, after = s.analysis->step_time_after.nominal;
    if (before <= 0) continue;
    out += fmt::format("- {}: {:.0f} us → {:.0f} us ({:.1f} %)\n", scenario_name(s.run->scenario, words.language), before, after,
                       (before - after) / before * 100);
  }
  out += '\n';
  scenarios_table(out, report, rows, words);
  for (Verdict verdict : {Verdict::AlreadyFused, Verdict::Available, Verdict::BrokenPass, Verdict::Blocked, Verdict::NoGain}) list(out, rows, verdict, words);
}

}  // namespace fusescout::report
