#include "fusion/planner.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace fusescout::fusion {

using namespace graph;

namespace {

constexpr double ready = 1.5;    // what calling a kernel that exists is worth beside writing one that saves as much
constexpr double noise = 2e-4;   // of a step: for less nobody changes a call site that no pattern asks for

// What each is worth at one place, for the order in which they are taken. Calling what exists comes first where a new kernel saves little more,
// also where it takes several calls to do what one new kernel would.
std::vector<double> worth_of(const std::vector<Finding>& findings) {
  std::vector<double> worth;
  std::vector<size_t> existing;
  for (size_t i = 0; i < findings.size(); ++i) {
    bool exists = findings[i].verdict == Verdict::Available;
    if (exists) existing.push_back(i);
    worth.push_back(findings[i].price.gain.nominal * (exists ? ready : 1));
  }
  auto gain = [&](size_t i) { return findings[i].price.gain.nominal; };
  std::stable_sort(existing.begin(), existing.end(), [&](size_t a, size_t b) { return gain(a) > gain(b); });
  for (size_t i = 0; i < findings.size(); ++i) {
    if (findings[i].verdict != Verdict::Opportunity) continue;
    const std::vector<KernelId>& whole = findings[i].occurrences[0].kernels;
    std::set<KernelId> covered;
    std::set<size_t> parts;
    double together = 0;
    for (size_t part : existing) {
      for (const Occurrence& occurrence : findings[part].occurrences) {
        const std::vector<KernelId>& kernels = occurrence.kernels;
        if (!std::includes(whole.begin(), whole.end(), kernels.begin(), kernels.end()) ||
            std::any_of(kernels.begin(), kernels.end(), [&](KernelId kernel) { return covered.contains(kernel); }))
          continue;
        covered.insert(kernels.begin(), kernels.end());
        parts.insert(part);
        together += gain(part);
      }
    }
    if (together * ready <= gain(i)) continue;
    for (size_t part : parts) worth[part] = std::max(worth[part], std::nextafter(gain(i), 2 * gain(i)));
  }
  return worth;
}

}  // namespace

bool wanted(const Finding& finding) { return finding.verdict == Verdict::Opportunity || finding.verdict == Verdict::Available; }

void Planner::add(std::vector<Finding> findings) {
  std::vector<size_t> order;
  std::map<Site, double> gain_at;
  for (const Finding& finding : findings) {
    if (generic(finding)) gain_at[site_of(finding)] += finding.step_gain.nominal;
  }
  for (size_t i = 0; i < findings.size(); ++i) {
    // Found by a pattern already: the generic engines have nothing to add.
    if (generic(findings[i]) && known_.contains(findings[i].occurrences[0].kernels)) continue;
    order.push_back(i);
  }
  std::vector<double> worth = worth_of(findings);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return worth[a] > worth[b]; });
  // Which of one pattern's findings at one place has which number must not depend on gains, which differ from scenario to scenario: scenarios are
  // compared by ids.
  std::vector<size_t> by_size = order;
  auto size = [&](size_t i) { return generic(findings[i]) ? 0 : findings[i].kernels_text.size(); };
  std::stable_sort(by_size.begin(), by_size.end(), [&](size_t a, size_t b) { return size(a) < size(b); });
  for (size_t i : by_size) findings[i].id = unique_id(findings[i]);
  for (size_t i : order) {
    Finding& finding = findings[i];
    for (const Occurrence& occurrence : finding.occurrences) known_.insert(occurrence.kernels);
    if (generic(finding) && finding.verdict == Verdict::Opportunity && gain_at[site_of(finding)] < noise * step_.nominal) {
      finding.verdict = Verdict::NoGain;
      finding.reason = fmt::format("saves {:.2f} us, less than {:.2f} us that would count", finding.step_gain.nominal, noise * step_.nominal);
    }
    if (wanted(finding)) plan(finding);
    // What need not run at all is not merged either; and a part of a better finding says nothing that this does not.
    if (!finding.alternative_to.empty() && (gone(finding.occurrences[0]) || within_better(finding))) continue;
    share(finding);
    result.push_back(std::move(finding));
  }
}

bool Planner::join(std::vector<Finding> findings) {
  bool joined = false;
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return a.step_gain.nominal > b.step_gain.nominal; });
  for (Finding& finding : findings) {
    if (finding.verdict != Verdict::Opportunity) continue;
    discount(finding);
    if (!wanted(finding)) continue;
    std::set<KernelId> kernels;
    std::set<std::string> owners;
    for (const Occurrence& occurrence : finding.occurrences) {
      kernels.insert(occurrence.kernels.begin(), occurrence.kernels.end());
      for (KernelId kernel : occurrence.kernels) owners.insert(owner_[kernel.index]);
    }
    std::vector<Finding*> parts;
    Estimate together;
    bool all = true;
    for (Finding& part : result) {
      if (!owners.contains(part.id)) continue;
      parts.push_back(&part);
      together = together + part.step_gain;
      for (const Occurrence& occurrence : part.occurrences) {
        all = all && std::all_of(occurrence.kernels.begin(), occurrence.kernels.end(), [&](KernelId kernel) { return kernels.contains(kernel); });
      }
    }
    if (!all || parts.size() != owners.size() || finding.step_gain.nominal <= together.nominal) continue;
    // After its parts, which have one name in all scenarios, in the order of the step.
    std::sort(parts.begin(), parts.end(), [](const Finding* a, const Finding* b) { return a->occurrences[0].kernels[0] < b->occurrences[0].kernels[0]; });
    finding.id = parts[0]->id;
    for (size_t i = 1; i < parts.size(); ++i) finding.id += "+" + parts[i]->pattern;
    for (Finding& other : result) {
      bool replaced = std::find(parts.begin(), parts.end(), &other) != parts.end();
      if (replaced || owners.contains(other.alternative_to)) other.alternative_to = finding.id;
    }
    for (KernelId kernel : kernels) owner_[kernel.index] = finding.id;
    for (const Occurrence& occurrence : finding.occurrences) known_.insert(occurrence.kernels);
    saved = {saved.low - together.low + finding.step_gain.low, saved.nominal - together.nominal + finding.step_gain.nominal,
             saved.high - together.high + finding.step_gain.high};
    share(finding);
    // A step on the way to this one.
    std::erase_if(result, [&](const Finding& part) { return owners.contains(part.id) && part.id.find('+') != std::string::npos; });
    result.push_back(std::move(finding));
    joined = true;
  }
  return joined;
}

void Planner::discount(Finding& finding) const {
  if (!wanted(finding) || finding.proposal.empty()) return;
  size_t before = std::erase_if(finding.conditions, [](const Condition& condition) { return condition.name == "removed"; });
  const std::vector<KernelId>& first = finding.occurrences[0].kernels;
  std::map<std::vector<bool>, size_t> places;      // by which of the kernels need not run
  for (const Occurrence& occurrence : finding.occurrences) {
    std::vector<bool> goes;
    for (KernelId kernel : occurrence.kernels) goes.push_back(removed_.contains(kernel));
    goes.resize(first.size());
    ++places[goes];
  }
  if (before == 0 && places.size() == 1 && std::ranges::count(places.begin()->first, true) == 0) return;
  auto most = std::max_element(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  Estimate sum;
  Price usual;
  for (auto place = places.begin(); place != places.end(); ++place) {
    Price price = price_without(finding, place->first);
    sum = sum + times(price.gain, static_cast<double>(place->second));
    if (place == most) usual = std::move(price);
    auto gone = std::ranges::count(place->first, true);
    if (gone == 0) continue;
    std::string value = fmt::format("{} kernels", gone);
    if (places.size() > 1) value += fmt::format(", {} of {} places", place->second, finding.occurrences.size());
    finding.conditions.push_back({"removed", true, value, "need not run at all, which is another finding: what that saves is not counted here"});
  }
  finding.price = std::move(usual);
  set_gain_condition(finding);
  finding.step_gain = sum;
  if (!finding.price.worthwhile) set_no_gain(finding);
}

void Planner::keep(Finding& finding, std::vector<Occurrence> occurrences) const {
  keep_occurrences(context_, finding, std::move(occurrences));
  discount(finding);
}

std::vector<bool> Planner::taken() const {
  std::vector<bool> list;
  for (const std::string& owner : owner_) list.push_back(!owner.empty());
  return list;
}

std::string Planner::unique_id(const Finding& finding) {
  std::string id = finding.pattern;
  if (!finding.locations.empty()) id += fmt::format("@{}:{}", finding.locations[0].file.str(), finding.locations[0].first_line);
  if (finding.part) id += "/part";     // in another phase it may be the larger variant that counts
  int number = ++ids_[id];
  return number == 1 ? id : fmt::format("{}#{}", id, number);
}

Price Planner::price_without(const Finding& finding, const std::vector<bool>& goes) const {
  const std::vector<KernelId>& all = finding.occurrences[0].kernels;
  std::vector<KernelId> kernels;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!goes[i]) kernels.push_back(all[i]);
  }
  std::vector<ProposedKernel> proposal = finding.proposal;
  for (ProposedKernel& kernel : proposal) {
    std::erase_if(kernel.operators, [&](OperatorId op) {
      auto at = std::find(all.begin(), all.end(), context_.graph.operators[op].kernel);
      return at != all.end() && goes[static_cast<size_t>(at - all.begin())];
    });
  }
  std::erase_if(proposal, [](const ProposedKernel& kernel) { return kernel.operators.empty(); });
  return context_.pricer.price(context_.graph, kernels, proposal);
}

void Planner::share(Finding& finding) const {
  if (step_.nominal <= 0) return;
  finding.step_share = finding.step_gain.nominal / step_.nominal;
  finding.step_share_low = finding.step_gain.low / step_.nominal;
  finding.step_share_high = finding.step_gain.high / step_.nominal;
}

bool Planner::gone(const Occurrence& occurrence) const {
  return std::all_of(occurrence.kernels.begin(), occurrence.kernels.end(), [&](KernelId kernel) { return removed_.contains(kernel); });
}

bool Planner::within_better(const Finding& finding) const {
  if (!generic(finding) || (finding.proposal.empty() && finding.pattern != "layout_copy")) return false;
  auto better = std::find_if(result.begin(), result.end(), [&](const Finding& other) { return other.id == finding.alternative_to; });
  if (better == result.end() || better->proposal.empty()) return false;
  return std::all_of(finding.occurrences.begin(), finding.occurrences.end(), [&](const Occurrence& occurrence) {
    return std::all_of(occurrence.kernels.begin(), occurrence.kernels.end(), [&](KernelId kernel) { return owner_[kernel.index] == better->id; });
  });
}

void Planner::plan(Finding& finding) {
  std::vector<Occurrence> free;
  std::vector<std::pair<std::string, size_t>> owners;      // and how many places each takes
  for (const Occurrence& occurrence : finding.occurrences) {
    auto owned = std::find_if(occurrence.kernels.begin(), occurrence.kernels.end(), [&](KernelId kernel) {
      return !owner_[kernel.index].empty() && (finding.proposal.empty() || !removed_.contains(kernel));
    });
    if (owned == occurrence.kernels.end()) {
      free.push_back(occurrence);
      continue;
    }
    const std::string& owner = owner_[owned->index];
    auto known = std::find_if(owners.begin(), owners.end(), [&](const auto& pair) { return pair.first == owner; });
    if (known == owners.end()) owners.emplace_back(owner, 1);
    else ++known->second;
  }
  auto most = std::max_element(owners.begin(), owners.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::string better = most == owners.end() ? "" : most->first;
  if (free.empty()) {
    finding.alternative_to = better;
    return;
  }
  if (!better.empty()) {
    finding.conditions.push_back({"other_places", true, std::to_string(finding.occurrences.size() - free.size()), "places where `" + better + "` takes more"});
    keep(finding, std::move(free));
    if (!wanted(finding)) return;
  }
  for (const Occurrence& occurrence : finding.occurrences) {
    for (KernelId kernel : occurrence.kernels) owner_[kernel.index] = finding.id;
    if (!finding.proposal.empty()) continue;
    removed_.insert(occurrence.kernels.begin(), occurrence.kernels.end());
    // A sum over ranks that does for another one as well stands elsewhere then.
    for (OperatorId op : occurrence.operators) {
      KernelId kernel = context_.graph.operators[op].kernel;
      if (kernel.valid() && context_.graph.kernels[kernel].unit == Unit::Communication) owner_[kernel.index] = finding.id;
    }
  }
  saved = saved + finding.step_gain;
}

}  // namespace fusescout::fusion
