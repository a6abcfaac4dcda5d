#include <fmt/format.h>

#include <algorithm>

#include "report/markdown.h"

namespace fusescout::report {

using fusion::Finding;
using fusion::Verdict;

namespace {

bool worth_a_line(const Row& row) {
  return std::any_of(row.by_scenario.begin(), row.by_scenario.end(), [](const Finding* f) {
    return f != nullptr && (f->verdict == Verdict::Opportunity || f->verdict == Verdict::AlreadyFused || f->verdict == Verdict::Available);
  });
}

std::string cell(const Finding* f, Words words) {
  if (f == nullptr) return "-";
  if (f->verdict == Verdict::Opportunity) return fmt::format("{:.1f} us ({:.2f} %)", f->step_gain.nominal, f->step_share * 100);
  std::string text(verdict(f->verdict, words));
  return f->verdict == Verdict::AlreadyFused && !f->by.empty() ? text + ": " + escape(f->by.front().name) : text;
}

}  // namespace

std::map<std::string, size_t> numbers_of(const std::vector<Row>& rows) {
  std::map<std::string, size_t> numbers;
  for (const Row& row : rows) {
    if (to_do(row.verdict)) numbers.try_emplace(row.finding->id, numbers.size() + 1);
  }
  return numbers;
}

std::string instead_of(const Report& report, const Row& row, const std::map<std::string, size_t>& numbers, Words words) {
  std::string text;
  for (size_t s = 0; s < row.by_scenario.size(); ++s) {
    const Finding* there = s == row.scenario || row.finding->alternative_to.empty() ? row.by_scenario[s] : nullptr;
    if (there == nullptr || !to_do(there->verdict)) continue;
    auto other = numbers.find(there->alternative_to);
    if (other == numbers.end()) continue;
    std::string where = s == row.scenario ? "" : scenario_name(report.scenarios[s].run->scenario, words.language) + ": ";
    text += fmt::format("{}{}{} {}", text.empty() ? " (" : "; ", where, words("替代机会", "instead of opportunity"), other->second);
  }
  return text.empty() ? text : text + ")";
}

std::string only_in(const Report& report, const Row& row, Words words) {
  if (row.by_scenario.size() != 2) return "";      // of more, a table of its own tells
  auto holds = [&](size_t s) { return row.by_scenario[s] != nullptr && to_do(row.by_scenario[s]->verdict); };
  if (holds(0) == holds(1)) return "";
  return fmt::format(" ({} {})", words("仅", "only"), scenario_name(report.scenarios[holds(1)].run->scenario, words.language));
}

void scenarios_table(std::string& out, const Report& report, const std::vector<Row>& rows, Words words) {
  bool named = std::any_of(report.scenarios.begin(), report.scenarios.end(), [](const ScenarioResult& s) { return !s.run->scenario.name.empty(); });
  if (report.scenarios.size() < 2 || (report.scenarios.size() == 2 && !named)) return;
  out += fmt::format("**{}**\n\n| {} | {} |", words("各场景对照", "What holds in which scenario"), words("融合", "Fusion"), words("位置", "Place"));
  for (const ScenarioResult& s : report.scenarios) out += fmt::format(" {} |", escape(scenario_name(s.run->scenario, words.language)));
  out += "\n|---|---|";
  for (size_t i = 0; i < report.scenarios.size(); ++i) out += "---|";
  out += '\n';
  for (const Row& row : rows) {
    if (!worth_a_line(row)) continue;
    const Finding& f = *row.finding;
    out += fmt::format("| {} | {} |", escape(words(f.name_zh, f.name_en)), f.locations.empty() ? "-" : place(f.locations.front()));
    for (const Finding* there : row.by_scenario) out += fmt::format(" {} |", cell(there, words));
    out += '\n';
  }
  out += '\n';
}

}  // namespace fusescout::report
