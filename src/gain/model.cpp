#include "gain/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "gain/kernel_cost.h"

namespace fusescout::gain {

using fusion::Estimate;
using fusion::Price;

namespace {

constexpr double own_error = 0.2;       // of a gain: what the parameters do not explain
constexpr double rest_error = 0.04;      // of the time before: what stays the same is not known exactly either
constexpr double smallest_gain = 0.5;    // us
constexpr double smallest_share = 0.05;  // of the time before

// Device and host work at the same time in eager mode; a captured graph only has gaps.
double total(const Device& device, std::span<const KernelCost> kernels, const Parameters& p, graph::GraphMode mode) {
  double sum = 0, host = 0, gaps = 0;
  for (const KernelCost& kernel : kernels) {
    sum += kernel_time(device, kernel, p);
    if (!kernel.host) gaps += p.gap;
    host += kernel.triton ? device.host_triton : device.host_operator;
  }
  return mode == graph::GraphMode::Eager ? std::max(sum, host) : sum + gaps;
}

// One parameter at a time, deviations added as independent ones.
template <typename Value>
Estimate interval(const Device& device, double own, const Value& value) {
  double nominal = value(nominal_parameters(device)), low = 0, high = 0;
  for (const auto& [a, b] : parameter_sweep(device)) {
    double x = value(a) - nominal, y = value(b) - nominal;
    low += std::pow(std::min({x, y, 0.0}), 2);
    high += std::pow(std::max({x, y, 0.0}), 2);
  }
  return {nominal - std::sqrt(low + own * own), nominal, nominal + std::sqrt(high + own * own)};
}

Price compare_sides(const Device& device, graph::GraphMode mode, std::span<const KernelCost> before, std::span<const KernelCost> after) {
  Price price;
  auto time = [&](std::span<const KernelCost> side) { return [&, side](const Parameters& p) { return total(device, side, p, mode); }; };
  auto gain = [&](const Parameters& p) { return total(device, before, p, mode) - total(device, after, p, mode); };
  price.before = interval(device, 0, time(before));
  price.after = interval(device, 0, time(after));
  double nominal = gain(nominal_parameters(device));
  bool changes = std::abs(nominal) > 1e-9;  // equal sides differ by nothing, for certain
  price.gain = interval(device, changes ? std::hypot(own_error * nominal, rest_error * price.before.nominal) : 0, gain);
  // What starts slowly counts against a new Triton kernel; what starts quickly, against replacing one.
  Parameters slow = pessimistic_parameters(device), quick = slow;
  quick.triton_start = device.triton_start.low;
  // A parameter that counts against most fusions may favour this one: it is never worth more than expected.
  price.pessimistic_gain = std::min({nominal, gain(slow), gain(quick)});
  double needed = std::max(smallest_gain, smallest_share * price.before.nominal);
  std::string few_items;
  for (const KernelCost& kernel : after) {
    for (const CubePart& part : kernel.cube) {
      if (part.grouped && kernel.vector.any && part.tiles_per_core < 1)
        few_items = fmt::format("only {:.0f} % of the cube cores get a tile of an expert", 100 * part.tiles_per_core);
    }
  }
  if (price.gain.nominal <= 0) price.reason = fmt::format("costs {:.2f} us more", -price.gain.nominal);
  else if (price.gain.nominal <= needed)
    price.reason = fmt::format("saves {:.2f} us, less than {:.2f} us that would count", price.gain.nominal, needed);
  else if (price.pessimistic_gain <= 0)
    price.reason = fmt::format("saves {:.2f} us, but loses {:.2f} us in the worst case of the uncertain parameters", price.gain.nominal,
                               -price.pessimistic_gain);
  else if (!few_items.empty()) price.reason = few_items;
  price.worthwhile = price.reason.empty();

  Parameters p = nominal_parameters(device);
  auto explain = [&](std::string_view side, std::span<const KernelCost> kernels, const Estimate& sum) {
    for (const KernelCost& kernel : kernels) price.arithmetic.push_back(fmt::format("{}: {}", side, kernel_arithmetic(device, kernel, p)));
    double host = 0;
    for (const KernelCost& kernel : kernels) host += kernel.triton ? device.host_triton : device.host_operator;
    price.arithmetic.push_back(mode == graph::GraphMode::Eager
                                   ? fmt::format("{}: max(device, host {:.1f} us) = {:.2f} us", side, host, sum.nominal)
                                   : fmt::format("{}: with {} gaps of {:.1f} us = {:.2f} us", side, kernels.size(), p.gap, sum.nominal));
  };
  explain("before", before, price.before);
  explain("after", after, price.after);
  price.arithmetic.push_back(fmt::format("gain: {:.2f} us, {:.2f} to {:.2f}, with pessimistic parameters {:.2f}", price.gain.nominal, price.gain.low,
                                         price.gain.high, price.pessimistic_gain));
  return price;
}

}  // namespace

Options options_of(const graph::Scenario& scenario) {
  return {scenario.graph_mode, scenario.phase == graph::Phase::Prefill, std::max<int64_t>(1, scenario.sequences()), scenario.context};
}

// The costs of the graph that was asked about last.
struct Model::Cache {
  std::mutex mutex;
  const graph::Graph* graph = nullptr;
  const void* operators = nullptr;
  size_t operator_count = 0, tensor_count = 0;
  std::shared_ptr<const Costs> costs;

  std::shared_ptr<const Costs> get(const Model& model, const graph::Graph& g) {
    std::lock_guard lock(mutex);
    const void* data = g.operators.size() ? &*g.operators.begin() : nullptr;
    if (!costs || graph != &g || operators != data || operator_count != g.operators.size() || tensor_count != g.tensors.size()) {
      costs = std::make_shared<const Costs>(model.device_, model.options_, g);
      graph = &g;
      operators = data;
      operator_count = g.operators.size();
      tensor_count = g.tensors.size();
    }
    return costs;
  }
};

Model::Model(Device device, Options options) : device_(std::move(device)), options_(options), cache_(std::make_unique<Cache>()) {}
Model::~Model() = default;
std::shared_ptr<const Costs> Model::costs_of(const graph::Graph& graph) const { return cache_->get(*this, graph); }

Price Model::price(const graph::Graph& graph, std::span<const graph::KernelId> before,
                   std::span<const fusion::ProposedKernel> after) const {
  auto costs = costs_of(graph);
  std::vector<KernelCost> today, target;
  for (graph::KernelId id : before) today.push_back(costs->kernel(id));
  for (const fusion::ProposedKernel& kernel : after) target.push_back(costs->kernel(Symbol("fused"), kernel.operators, kernel.triton));
  return compare_sides(device_, options_.graph_mode, today, target);
}

Estimate Model::step_time(const graph::Graph& graph) const {
  auto costs = costs_of(graph);
  std::vector<KernelCost> kernels = costs->all();
  return interval(device_, 0, [&](const Parameters& p) { return total(device_, kernels, p, options_.graph_mode); });
}

Price Model::compare(const graph::Graph& before, const graph::Graph& after) const {
  Costs costs_before(device_, options_, before), costs_after(device_, options_, after);
  return compare_sides(device_, options_.graph_mode, costs_before.all(), costs_after.all(&before));
}

}  // namespace fusescout::gain
