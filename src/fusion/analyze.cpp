#include "fusion/analyze.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "fusion/candidate.h"
#include "fusion/numbering.h"
#include "fusion/planner.h"
#include "fusion/raise.h"
#include "fusion/verdict.h"
#include "graph/fold_layers.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

Context make_context(const ModelRun& run, const std::vector<Pattern>& patterns, std::span<const FusedKernelMeaning> available, const Pricer& pricer) {
  Context context{run.graph, Flow(run.graph), Launches(run.graph), layers_of_kernels(run.graph, layers_of_entries(run.graph)), {}, {}, {}, available, pricer};
  raise_compounds(context.flow, patterns);
  context.node_of_operator.assign(run.graph.operators.size(), no_node);
  for (NodeId id = 0; id < context.flow.size(); ++id) {
    if (!context.flow.node(id).live) continue;
    for (OperatorId op : context.flow.node(id).operators) context.node_of_operator[op.index] = id;
  }
  context.expert_modules.assign(run.graph.modules.size(), false);
  for (std::string_view kind : {"moe_gating", "expert_dispatch", "expert_combine", "grouped_matmul"}) {
    for (NodeId id : context.flow.of_kind(Symbol(kind))) {
      EntryId call = run.graph.operators[context.flow.node(id).operators.front()].call;
      if (call.valid() && run.graph.entries[call].module.valid()) context.expert_modules[run.graph.entries[call].module.index] = true;
    }
  }
  context.passed.assign(run.graph.tensors.size(), false);
  for (const Entry& entry : run.graph.entries) {
    for (TensorId input : entry.inputs) context.passed[run.graph.root(input).index] = true;
  }
  std::vector<bool> caches(run.graph.storages);
  for (const Tensor& tensor : run.graph.tensors) {
    if (tensor.kind == TensorKind::Cache) caches[tensor.storage.index] = true;
  }
  context.cache_storages.assign(run.graph.storages, false);
  for (const Operator& op : run.graph.operators) {
    if (op.kind.view() != "kv_cache_write" && op.kind.view() != "attention") continue;
    for (TensorId input : op.inputs) {
      uint32_t storage = run.graph.tensors[input].storage.index;
      if (caches[storage]) context.cache_storages[storage] = true;
    }
  }
  return context;
}

// One candidate for each set of kernels: the one that says most about it. An existing kernel that does a pattern's work belongs to the pattern.
std::vector<Candidate> merge(std::vector<Candidate> named, std::vector<Candidate> available) {
  std::map<std::vector<KernelId>, size_t> by_kernels;
  std::map<KernelId, std::vector<std::vector<NodeId>>> fused;     // what patterns say of one kernel
  for (const Candidate& candidate : named) {
    if (candidate.kernels.size() == 1) fused[candidate.kernels[0]].push_back(candidate.nodes);
  }
  std::vector<Candidate> result;
  for (Candidate& candidate : named) {
    if (candidate.kernels.size() < 2) {
      const auto& others = fused[candidate.kernels[0]];
      bool part = std::any_of(others.begin(), others.end(), [&](const std::vector<NodeId>& nodes) {
        return nodes.size() > candidate.nodes.size() && std::includes(nodes.begin(), nodes.end(), candidate.nodes.begin(), candidate.nodes.end());
      });
      if (!part) result.push_back(std::move(candidate));
      continue;
    }
    auto [it, added] = by_kernels.try_emplace(candidate.kernels, result.size());
    if (added) {
      result.push_back(std::move(candidate));
      continue;
    }
    Candidate& other = result[it->second];
    auto rank = [](const Candidate& c) { return std::tuple(c.blocked.empty(), !c.part, c.nodes.size()); };
    bool better = rank(candidate) > rank(other);
    if (better) other = std::move(candidate);
  }
  for (Candidate& candidate : available) {
    auto [it, added] = by_kernels.try_emplace(candidate.kernels, result.size());
    if (added) {
      result.push_back(std::move(candidate));
      continue;
    }
    Candidate& other = result[it->second];
    if (candidate.blocked.empty()) {
      // A kernel that exists settles what a pattern's requirements doubt.
      if (other.kind == "kernel" && !other.blocked.empty()) other = std::move(candidate);
      else other.meanings.insert(other.meanings.end(), candidate.meanings.begin(), candidate.meanings.end());
    } else if (other.part) {
      result.push_back(std::move(candidate));      // what stands for the place may be the larger variant: there it would not be told
    } else {
      for (Condition& condition : candidate.conditions) {
        if (!condition.holds) other.conditions.push_back({"available", true, "no", condition.reason});
      }
    }
  }
  return result;
}

// A smaller variant of a pattern counts where it can be done and the larger one cannot.
std::vector<Finding> without_parts(const Planner& planner, std::vector<Finding> findings) {
  std::map<std::string, std::set<KernelId>> taken;   // by pattern
  auto take = [&](const Finding& finding) {
    for (const Occurrence& occurrence : finding.occurrences) taken[finding.pattern].insert(occurrence.kernels.begin(), occurrence.kernels.end());
  };
  std::vector<Finding> kept, parts;
  for (Finding& finding : findings) {
    if (!finding.part && (wanted(finding) || finding.verdict == Verdict::AlreadyFused)) take(finding);
    (finding.part ? parts : kept).push_back(std::move(finding));
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Finding& a, const Finding& b) { return a.kernels_text.size() > b.kernels_text.size(); });
  for (Finding& part : parts) {
    if (!wanted(part)) continue;
    const std::set<KernelId>& others = taken[part.pattern];
    std::vector<Occurrence> left = part.occurrences;
    std::erase_if(left, [&](const Occurrence& o) { return std::any_of(o.kernels.begin(), o.kernels.end(), [&](KernelId kernel) { return others.contains(kernel); }); });
    if (left.empty()) continue;
    if (left.size() < part.occurrences.size()) planner.keep(part, std::move(left));
    if (!wanted(part)) continue;
    take(part);
    kept.push_back(std::move(part));
  }
  return kept;
}

// Kernels of today that are more than an operator of torch, and the copies and casts that make their arguments fit.
void find_whole(Context& context, const std::vector<Candidate>& candidates) {
  const Graph& graph = context.graph;
  std::set<KernelId>& fused = context.fused;
  for (const Candidate& candidate : candidates) {
    if (candidate.kernels.size() == 1 && is_chosen(graph.kernels[candidate.kernels[0]].name.view())) fused.insert(candidate.kernels[0]);
  }
  std::set<KernelId> conversions;
  for (KernelId id{0}; id.index < graph.kernels.size(); ++id.index) {
    const std::vector<OperatorId>& operators = graph.kernels[id].operators;
    bool converts = !operators.empty() && std::all_of(operators.begin(), operators.end(), [&](OperatorId op) {
      std::string_view kind = graph.operators[op].kind.view();
      if ((kind != "copy" && kind != "cast") || graph.operators[op].outputs.size() != 1) return false;
      const auto& readers = context.flow.readers(graph.operators[op].outputs[0]);
      return !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](OperatorId reader) {
        return fused.contains(graph.operators[reader].kernel) && among_arguments(graph, op, reader).valid();
      });
    });
    if (converts) conversions.insert(id);
  }
  fused.insert(conversions.begin(), conversions.end());
}

// Whether two operators may be one under two names: `npu_add_rms_norm` and `npu_add_rms_norm_bias`, but not `mul` and `mean`.
bool similar_names(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.rfind('.') + 1, a.size()));
  b.remove_prefix(std::min(b.rfind('.') + 1, b.size()));
  size_t shorter = std::min(a.size(), b.size()), common = 0;
  while (common < shorter && a[common] == b[common]) ++common;
  return common >= 6 && 5 * common >= 3 * shorter;
}

// A different operator at the nearest place is no near miss: the model does something else there.
bool something_else(const std::string& why) {
  if (why.find("where the code has an input") != std::string::npos || why.find("is a tensor in the code and none") != std::string::npos ||
      why.find("is a tensor in the pattern and none") != std::string::npos)
    return true;
  size_t at = why.find("` where the code has `");
  if (at == std::string::npos) return false;
  size_t start = why.rfind('`', at - 1), other = at + std::string_view("` where the code has `").size(), end = why.find('`', other);
  if (start == std::string::npos || end == std::string::npos) return false;
  return !similar_names(std::string_view(why).substr(start + 1, at - start - 1), std::string_view(why).substr(other, end - other));
}

// A pass that is on, finds nothing, and has a place where it nearly would have.
std::vector<Finding> broken_passes(const ModelRun& run, Planner& planner) {
  std::vector<Finding> findings;
  std::map<std::string, int> matches;
  for (const PassResult& pass : run.passes) matches[pass.pass] += pass.matches;
  auto turned_down = [](const PassResult& pass) { return pass.refused > 0 && pass.matches == 0 && !something_else(pass.why); };
  std::set<std::pair<std::string, std::string>> found;     // patterns that one setting finds: the others are not meant for this model
  for (const PassResult& pass : run.passes) {
    if (pass.registered && pass.applicable && turned_down(pass)) found.emplace(pass.pass, pass.pattern);
  }
  std::set<std::tuple<std::string, Symbol, uint32_t>> seen;
  for (const PassResult& pass : run.passes) {
    bool refused = turned_down(pass);
    bool near = !pass.nearest.file.empty() && !something_else(pass.why);
    bool stops = !pass.stops.empty();
    if (!pass.registered || !pass.applicable || (!stops && (pass.matches > 0 || matches[pass.pass] > 0 || (!near && !refused)))) continue;
    if (!stops && !refused && found.contains({pass.pass, pass.pattern})) continue;
    if (!seen.emplace(pass.pass, pass.nearest.file, pass.nearest.line).second) continue;
    Finding finding;
    finding.pattern = pass.pattern;
    finding.kind = "pass";
    finding.name_en = pass.pass + (stops ? " ends the compilation" : refused ? " turns down what it finds" : " cannot match");
    finding.name_zh = pass.pass + (stops ? " 会使编译失败" : refused ? " 匹配后被检查拒绝" : " 无法匹配");
    finding.verdict = Verdict::BrokenPass;
    finding.reason = stops ? pass.stops : pass.why;
    if (near || stops) finding.locations.push_back({pass.nearest.file, pass.nearest.line, pass.nearest.line});
    if (!pass.differs.file.empty()) finding.locations.push_back({pass.differs.file, pass.differs.line, pass.differs.line});
    finding.locations.push_back({pass.location.file, pass.location.line, pass.location.line});
    finding.by.push_back({pass.pass, "graph pass", pass.location, ""});
    if (pass.refused > 0) finding.conditions.push_back({"places", true, std::to_string(pass.refused), "places that the pattern finds and its check turns down"});
    for (const auto& [name, value] : pass.constants) finding.conditions.push_back({name, true, value, "constant of the pattern"});
    finding.id = planner.unique_id(finding);
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Whether a graph pass sees the operators: a custom operator that does more than the group is one node to it.
bool seen_by_passes(const Graph& graph, const Occurrence& occurrence) {
  std::set<EntryId> outermost;
  for (OperatorId op : occurrence.operators) {
    EntryId custom;
    for (EntryId up = graph.operators[op].call; up.valid(); up = graph.entries[up].parent) {
      if (graph.entries[up].kind == EntryKind::Call) custom = up;
    }
    if (custom.valid()) outermost.insert(custom);
  }
  for (KernelId kernel{0}; kernel.index < graph.kernels.size(); ++kernel.index) {
    if (std::find(occurrence.kernels.begin(), occurrence.kernels.end(), kernel) != occurrence.kernels.end()) continue;
    for (EntryId call : graph.kernels[kernel].calls) {
      bool inside = std::any_of(outermost.begin(), outermost.end(), [&](EntryId custom) { return custom < call && call < graph.entries[custom].end; });
      if (inside) return false;
    }
  }
  return true;
}

// An existing kernel that is called by a pass which cannot match: the pass is what has to be repaired, and its lines are where.
void tell_repair(const Context& context, std::vector<Finding>& findings, std::vector<Finding>& broken) {
  for (Finding& pass : broken) {
    const FusedBy& by = pass.by[0];
    for (Finding& finding : findings) {
      if (finding.verdict != Verdict::Available || !seen_by_passes(context.graph, finding.occurrences[0])) continue;
      bool calls = std::any_of(context.available.begin(), context.available.end(), [&](const FusedKernelMeaning& kernel) {
        return kernel.name == finding.by[0].name && std::find(kernel.callers.begin(), kernel.callers.end(), by.location.file) != kernel.callers.end();
      });
      if (!calls) continue;
      pass.family = finding.family;
      for (const Span& span : pass.locations) {
        if (std::find(finding.locations.begin(), finding.locations.end(), span) == finding.locations.end()) finding.locations.push_back(span);
      }
      finding.target_en = fmt::format("repair graph pass {}: it calls {}", by.name, finding.by[0].name);
      finding.target_zh = fmt::format("修复图 pass {}: 由它调用 {}", by.name, finding.by[0].name);
      finding.reason = fmt::format("graph pass `{}` would call `{}`: {}", by.name, finding.by[0].name, pass.reason);
      pass.target_en = "repair it: what it would fuse is available, see there";
      pass.target_zh = "修复该 pass: 其融合见“可用”一节";
    }
  }
}

// A graph pass that calls the kernel and did not run: it may only have to be switched on.
void tell_switch(const Context& context, const ModelRun& run, std::vector<Finding>& findings) {
  if (run.passes.empty()) return;      // nothing is compiled
  for (Finding& finding : findings) {
    if (finding.verdict != Verdict::Available || !finding.target_en.starts_with("call ") || !seen_by_passes(context.graph, finding.occurrences[0])) continue;
    auto kernel = std::find_if(context.available.begin(), context.available.end(), [&](const FusedKernelMeaning& k) { return k.name == finding.by[0].name; });
    if (kernel == context.available.end()) continue;
    for (const auto& [name, place] : kernel->passes) {
      if (std::any_of(run.passes.begin(), run.passes.end(), [&](const PassResult& pass) { return pass.pass == name; })) continue;
      finding.target_en += fmt::format(" (graph pass {}, off here, calls it)", name);
      finding.target_zh += fmt::format(" (图 pass {} 会调用它, 此处未打开)", name);
      finding.reason = fmt::format("graph pass `{}`{} calls `{}` and is off: `inventory` names its switch, `dump passes` with it says whether it matches", name, in_brackets(place), kernel->name);
      break;
    }
  }
}

}  // namespace

Analysis analyze(const ModelRun& run, const std::vector<Pattern>& patterns, std::span<const FusedKernelMeaning> available, const Pricer& pricer) {
  Analysis analysis;
  Context context = make_context(run, patterns, available, pricer);
  analysis.step_time = pricer.step_time(run.graph);
  Planner planner(context, analysis.step_time);
  std::vector<bool> none(run.graph.kernels.size());

  // What need not run at all, and what has a name, before what the generic engines find.
  Numbering numbering(context);
  std::vector<Candidate> redundant = find_redundant(context, numbering, none);
  auto layouts = std::stable_partition(redundant.begin(), redundant.end(), [](const Candidate& c) { return !c.name.starts_with("layout_"); });
  std::vector<Candidate> unneeded(redundant.begin(), layouts);
  std::vector<Candidate> candidates = merge(find_named(context, patterns), find_available(context));
  take_in_numbers_of_rows(context, candidates, unneeded);
  find_whole(context, candidates);
  planner.add(judge(context, std::move(unneeded)));
  std::vector<Finding> named = judge(context, std::move(candidates));
  for (Finding& finding : named) planner.discount(finding);
  planner.add(without_parts(planner, std::move(named)));
  planner.add(judge(context, find_apart(context, run.passes)));
  planner.add(judge(context, find_merged(context)));

  std::vector<bool> taken = planner.taken();
  std::vector<Candidate> second = find_chains(context, taken);
  for (auto it = layouts; it != redundant.end(); ++it) {
    bool spoken_for = std::any_of(it->kernels.begin(), it->kernels.end(), [&](KernelId kernel) { return taken[kernel.index]; });
    if (!spoken_for) second.push_back(std::move(*it));
  }
  planner.add(judge(context, std::move(second)));
  while (planner.join(judge(context, find_joined(context, planner.result)))) {
  }
  // A copy that goes is better than one launch for several of them.
  planner.add(judge(context, find_siblings(context, numbering, planner.taken())));

  analysis.findings = std::move(planner.result);
  join_places(analysis.findings);
  std::vector<Finding> broken = broken_passes(run, planner);
  tell_repair(context, analysis.findings, broken);
  tell_switch(context, run, analysis.findings);
  for (Finding& finding : broken) analysis.findings.push_back(std::move(finding));
  auto place = [](const Finding& f) { return f.locations.empty() ? std::tuple(std::string_view(), 0U) : std::tuple(f.locations[0].file.view(), f.locations[0].first_line); };
  std::stable_sort(analysis.findings.begin(), analysis.findings.end(), [&](const Finding& a, const Finding& b) {
    bool x = a.verdict == Verdict::Opportunity, y = b.verdict == Verdict::Opportunity;
    if (x != y) return x;
    if (x && a.alternative_to.empty() != b.alternative_to.empty()) return a.alternative_to.empty();
    if (x && a.step_gain.nominal != b.step_gain.nominal) return a.step_gain.nominal > b.step_gain.nominal;
    if (a.verdict != b.verdict) return a.verdict < b.verdict;
    if (place(a) != place(b)) return place(a) < place(b);
    return a.id < b.id;
  });
  Estimate& after = analysis.step_time_after;
  after = {analysis.step_time.low - planner.saved.low, analysis.step_time.nominal - planner.saved.nominal, analysis.step_time.high - planner.saved.high};
  after = {std::min(after.low, after.nominal), after.nominal, std::max(after.high, after.nominal)};    // the gain may be less sure than the step
  return analysis;
}

}  // namespace fusescout::fusion
