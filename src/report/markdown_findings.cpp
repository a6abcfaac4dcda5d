#include <fmt/format.h>

#include <map>

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

// One line each: what, where, who or why.
void list(std::string& out, const std::vector<Row>& rows, Verdict verdict, std::string_view title, Words words) {
  bool any = false;
  for (const Row& row : rows) {
    if (row.verdict != verdict) continue;
    const Finding& f = *row.finding;
    if (!any) out += fmt::format("**{}**\n\n", title);
    any = true;
    out += fmt::format("- {} ({}; {})", words(f.name_zh, f.name_en), f.locations.empty() ? "-" : place(f.locations.front()), layers_text(f, words));
    for (const auto& by : f.by) {
      out += fmt::format(": `{}` {}", by.name, by.how);
      if (!by.location.file.empty()) out += " " + place(by.location);
      if (!by.guard.empty()) out += fmt::format(" ({})", by.guard);
    }
    if (!f.reason.empty()) out += fmt::format(": {}", f.reason);
    out += fmt::format(" [`{}`]\n", f.id);
  }
  if (any) out += '\n';
}

}  // namespace

void findings_section(std::string& out, const Report& report, const std::vector<Row>& rows, Words words) {
  out += fmt::format("### 3. {}\n\n", words("融合机会清单", "Fusion opportunities"));
  out += words("| 优先级 | 融合类型 | 融合场景 | 现状 | 目标 |\n", "| Priority | Family | Fusion | Today | Target |\n");
  out += "|--------|---------|---------|------|------|\n";
  size_t count = 0;
  std::map<std::string, size_t> number;   // by id
  for (const Row& row : rows) {
    if (row.verdict != Verdict::Opportunity) continue;
    const Finding& f = *row.finding;
    number[f.id] = ++count;
    std::string name(words(f.name_zh, f.name_en));
    if (auto other = number.find(f.alternative_to); other != number.end()) name += fmt::format(" ({} {})", words("替代机会", "instead of"), other->second);
    out += fmt::format("| {} | {} | {} | {} | {} |\n", stars(f.step_share), fusion::family_name(f.family), escape(name),
                       escape(words(f.today_zh, f.today_en)), escape(words(f.target_zh, f.target_en)));
  }
  if (count == 0) out += fmt::format("| - | - | {} | - | - |\n", words("没有", "none"));
  out += '\n';
  for (const ScenarioResult& s : report.scenarios) {
    double before = s.analysis->step_time.nominal, after = s.analysis->step_time_after.nominal;
    if (before <= 0) continue;
    out += fmt::format("- {}: {:.0f} us → {:.0f} us ({:.1f} %)\n", scenario_name(s.run->scenario, words.language), before, after,
                       (before - after) / before * 100);
  }
  out += '\n';
  scenarios_table(out, report, rows, words);
  list(out, rows, Verdict::AlreadyFused, words("已融合", "Already fused"), words);
  list(out, rows, Verdict::Available, words("已有融合算子但未接入", "Available but not wired"), words);
  list(out, rows, Verdict::BrokenPass, words("已开启但不能生效的图融合pass", "Graph passes that are on but cannot match"), words);
  list(out, rows, Verdict::Blocked, words("不能融合", "Refused: blocked"), words);
  list(out, rows, Verdict::NoGain, words("没有收益", "Refused: no gain"), words);
}

}  // namespace fusescout::report
