#include <algorithm>
#include <map>
#include <string>

#include "fusion/verdict.h"

namespace fusescout::fusion {

namespace {

template <typename T> void add_new(std::vector<T>& list, const std::vector<T>& more) {
  for (const T& item : more) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
  }
}

}  // namespace

bool generic(const Finding& finding) { return finding.kind != "pattern" && finding.kind != "kernel" && finding.kind != "merged" && finding.kind != "pass"; }

Site site_of(const Finding& finding) {
  Span span = finding.locations.empty() ? Span{} : finding.locations[0];
  return {finding.pattern, finding.name_en, span.file, span.first_line, span.last_line, finding.verdict, finding.alternative_to.empty()};
}

void join_places(std::vector<Finding>& findings) {
  std::map<Site, std::vector<size_t>> sites;
  for (size_t i = 0; i < findings.size(); ++i) {
    if (!findings[i].locations.empty()) sites[site_of(findings[i])].push_back(i);
  }
  std::map<std::string, std::string> joined_into;
  std::vector<bool> gone(findings.size());
  for (const auto& [site, members] : sites) {
    if (members.size() < 2) continue;
    size_t best = members[0];
    // A kernel that gives more serves where less is read, too.
    auto rank = [&](size_t i) { return std::pair(findings[i].interface.outputs.size(), findings[i].price.gain.nominal); };
    for (size_t i : members) {
      if (rank(i) > rank(best)) best = i;
    }
    Finding& kept = findings[best];
    for (size_t i : members) {
      if (i == best) continue;
      Finding& other = findings[i];
      kept.occurrences.insert(kept.occurrences.end(), other.occurrences.begin(), other.occurrences.end());
      kept.step_gain = kept.step_gain + other.step_gain;
      add_new(kept.layers, other.layers);
      add_new(kept.locations, other.locations);
      kept.step_share += other.step_share;
      kept.step_share_low += other.step_share_low;
      kept.step_share_high += other.step_share_high;
      joined_into[other.id] = findings[members[0]].id;
      gone[i] = true;
    }
    joined_into[kept.id] = findings[members[0]].id;
    kept.id = findings[members[0]].id;       // the first has no number: the same from scenario to scenario
    kept.conditions.push_back({"same_lines", true, std::to_string(members.size()), "groups of these lines in all; the gain counts all of them, this one gives most"});
  }
  for (Finding& finding : findings) {
    if (auto it = joined_into.find(finding.alternative_to); it != joined_into.end()) finding.alternative_to = it->second;
  }
  size_t left = 0;
  for (size_t i = 0; i < findings.size(); ++i) {
    if (gone[i]) continue;
    if (left != i) findings[left] = std::move(findings[i]);
    ++left;
  }
  findings.resize(left);
}

}  // namespace fusescout::fusion
