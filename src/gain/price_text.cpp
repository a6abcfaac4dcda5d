#include "gain/price_text.h"

#include <fmt/format.h>

#include "gain/kernel_cost.h"
#include "graph/text.h"

namespace fusescout::gain {

using fusion::Estimate;
using graph::Graph;
using graph::NamedGraph;

namespace {

Options options_for(const Graph& graph, Options options) {
  if (!graph.phase.empty()) options.prefill = graph.phase == "prefill";
  for (const auto& [name, value] : graph.expressions.symbols()) {
    if (name == "B" && value > 0) options.sequences = value;
    if (name == "L" && value > 0) options.context = value;
  }
  return options;
}

std::vector<KernelTime> kernel_times(const Device& device, std::span<const KernelCost> kernels) {
  std::vector<KernelTime> out;
  for (const KernelCost& kernel : kernels) {
    KernelTime time{std::string(kernel.name.view()), {}};
    double nominal = kernel_time(device, kernel, nominal_parameters(device));
    time.time = {nominal, nominal, nominal};
    for (const auto& [a, b] : parameter_sweep(device)) {
      for (const Parameters& p : {a, b}) {
        double value = kernel_time(device, kernel, p);
        time.time.low = std::min(time.time.low, value);
        time.time.high = std::max(time.time.high, value);
      }
    }
    out.push_back(time);
  }
  return out;
}

std::vector<KernelTime> times_of(const Device& device, const Options& options, const Graph& graph, const Graph* before = nullptr) {
  return kernel_times(device, Costs(device, options, graph).all(before));
}

fusion::ProposedKernel whole(const Graph& graph) {
  fusion::ProposedKernel kernel;
  for (uint32_t i = 0; i < graph.operators.size(); ++i) kernel.operators.push_back(graph::OperatorId{i});
  if (graph.kernels.size() == 1) {
    kernel.unit = graph.kernels[graph::KernelId{0}].unit;
    kernel.triton = graph.kernels[graph::KernelId{0}].triton;
  }
  return kernel;
}

}  // namespace

ErrorOr<PricedText> price_text(std::string_view text, const Device& device, const Options& options) {
  std::vector<NamedGraph> graphs = TRY(graph::parse_text(text));
  const Graph *before = nullptr, *after = nullptr;
  const std::string nothing = "nothing to price: expected operators, or two graphs `--- before` and `--- after`";
  for (const NamedGraph& named : graphs) {
    if (named.graph.operators.size() == 0)
      return Error{named.name.empty() ? nothing : fmt::format("the graph `{}` has no operators", named.name)};
    if (named.name == "before" && !before) before = &named.graph;
    else if (named.name == "after" && !after) after = &named.graph;
    else if (graphs.size() > 1) return Error{fmt::format("a graph named `{}`: expected one `--- before` and one `--- after`", named.name)};
    else before = &named.graph;
  }
  if (!before) return Error{nothing};
  PricedText out;
  Model model(device, options_for(*before, options));
  out.before = times_of(device, model.options(), *before);
  if (after) {
    out.price = model.compare(*before, *after);
    out.after = times_of(device, model.options(), *after, before);
    if (after->kernels.size() == 1) out.feasibility = model.feasibility(*after, whole(*after));
    return out;
  }
  std::vector<graph::KernelId> today;
  for (uint32_t i = 0; i < before->kernels.size(); ++i) today.push_back(graph::KernelId{i});
  fusion::ProposedKernel fused = whole(*before);
  out.price = model.price(*before, today, std::span(&fused, 1));
  Costs costs(device, model.options(), *before);
  KernelCost cost = costs.kernel(Symbol("fused"), fused.operators, fused.triton);
  out.after = kernel_times(device, std::span(&cost, 1));
  out.feasibility = model.feasibility(*before, fused);
  return out;
}

std::string to_text(const PricedText& priced) {
  std::string out;
  auto kernels = [&](std::string_view side, const std::vector<KernelTime>& times, const Estimate& sum) {
    out += fmt::format("{}: {:.2f} us ({:.2f} to {:.2f})\n", side, sum.nominal, sum.low, sum.high);
    for (const KernelTime& t : times)
      out += fmt::format("  {:<40} {:9.2f} us ({:.2f} to {:.2f})\n", t.name, t.time.nominal, t.time.low, t.time.high);
  };
  const fusion::Price& price = priced.price;
  kernels("before", priced.before, price.before);
  kernels("after", priced.after, price.after);
  out += fmt::format("gain: {:.2f} us ({:.2f} to {:.2f}), with pessimistic parameters {:.2f} us\n", price.gain.nominal, price.gain.low, price.gain.high,
                     price.pessimistic_gain);
  out += price.worthwhile ? "worthwhile: yes\n" : fmt::format("worthwhile: no, {}\n", price.reason);
  for (const fusion::Requirement& r : priced.feasibility.requirements) {
    out += fmt::format("{}: {}{} ({})\n", r.name, r.holds ? "holds" : "does not hold", r.holds || r.hard ? "" : ", costs time", r.reason);
  }
  for (const std::string& line : price.arithmetic) out += "  " + line + "\n";
  return out;
}

}  // namespace fusescout::gain
