// What graph passes have made of the step where the graph's kernels do not show it: a replacement of several launches leaves them as they were.
#include <algorithm>
#include <utility>

#include "fusion/candidate.h"

namespace fusescout::fusion {

using namespace graph;

std::vector<Candidate> find_apart(const Context& context, std::span<const PassResult> passes) {
  std::vector<Candidate> candidates;
  std::vector<std::pair<EntryId, KernelId>> kernel_of_call;     // calls in their order
  for (KernelId kernel{0}; kernel.index < context.graph.kernels.size(); ++kernel.index) {
    for (EntryId call : context.graph.kernels[kernel].calls) kernel_of_call.emplace_back(call, kernel);
  }
  auto earlier = [](const auto& a, const auto& b) { return a.first.index < b.first.index; };
  std::sort(kernel_of_call.begin(), kernel_of_call.end(), earlier);
  for (const PassResult& pass : passes) {
    for (const PassResult::Apart& apart : pass.apart) {
      Candidate candidate;
      for (EntryId call : apart.calls) {
        uint32_t end = std::max(context.graph.entries[call].end.index, call.index + 1);
        auto at = std::lower_bound(kernel_of_call.begin(), kernel_of_call.end(), std::pair(call, KernelId()), earlier);
        for (; at != kernel_of_call.end() && at->first.index < end; ++at) candidate.kernels.push_back(at->second);
      }
      std::sort(candidate.kernels.begin(), candidate.kernels.end());
      candidate.kernels.erase(std::unique(candidate.kernels.begin(), candidate.kernels.end()), candidate.kernels.end());
      candidate.nodes = nodes_of(context, candidate.kernels);
      if (candidate.nodes.empty()) continue;
      candidate.name = pass.pattern;
      candidate.kind = "pass";
      candidate.family = family_of(context, candidate.nodes);
      candidate.name_en = candidate.name_zh = pass.pass;
      candidate.made_by = {{pass.pass, "graph pass", pass.location, ""}};
      for (const std::string& kernel : apart.kernels) candidate.made_by.push_back({kernel, "kernel", pass.location, ""});
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

}  // namespace fusescout::fusion
