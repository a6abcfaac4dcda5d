#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "report/report.h"

namespace fusescout::report {

using fusion::Finding;
using fusion::Verdict;

// What there is to do in one scenario counts, though another has nothing: an operator to write, or one that is there to be called.
static int weight(Verdict verdict) { return verdict == Verdict::Opportunity ? 2 : verdict == Verdict::Available ? 1 : 0; }

std::vector<Row> merge_findings(const Report& report) {
  std::vector<Row> rows;
  std::map<std::string, size_t> row_of;
  for (size_t s = 0; s < report.scenarios.size(); ++s) {
    for (const Finding& finding : report.scenarios[s].analysis->findings) {
      auto [it, added] = row_of.try_emplace(finding.id, rows.size());
      if (added) rows.push_back({&finding, s, finding.verdict, std::vector<const Finding*>(report.scenarios.size())});
      Row& row = rows[it->second];
      row.by_scenario[s] = &finding;
      // Where it is to be done itself, before where another one is to be done in its place.
      auto rank = [](const Finding& f) {
        int w = weight(f.verdict);
        return std::tuple(w > 0, w > 0 && f.alternative_to.empty(), w, w > 0 ? f.step_share : 0);
      };
      if (rank(finding) > rank(*row.finding)) {
        row.finding = &finding;
        row.scenario = s;
        row.verdict = finding.verdict;
      }
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    bool first_a = weight(a.verdict) > 0, first_b = weight(b.verdict) > 0;
    if (first_a != first_b) return first_a;
    // What replaces a better one comes after all that can be done together.
    bool later_a = !a.finding->alternative_to.empty(), later_b = !b.finding->alternative_to.empty();
    if (first_a && later_a != later_b) return later_b;
    return first_a && a.finding->step_share > b.finding->step_share;
  });
  return rows;
}

std::string scenario_name(const graph::Scenario& s, Language language) { return s.name.empty() ? step_name(s, language) : s.name; }

std::string step_name(const graph::Scenario& s, Language language) {
  bool decode = s.phase == graph::Phase::Decode;
  if (language == Language::Zh) return fmt::format("{}, {} token", decode ? "decode" : "prefill", s.tokens);
  return fmt::format("{}, {} tokens", decode ? "decode" : "prefill", s.tokens);
}

}  // namespace fusescout::report
