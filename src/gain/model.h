// The gain model: times of kernels by rules over operator kinds, with the parameters of one device. Never by a pattern's name.
#pragma once

#include <memory>

#include "fusion/pricer.h"
#include "gain/device.h"
#include "graph/scenario.h"

namespace fusescout::gain {

// What a graph's shapes do not tell.
struct Options {
  graph::GraphMode graph_mode = graph::GraphMode::AclGraph;
  bool prefill = false;
  int64_t sequences = 1;
  int64_t context = 1024;      // cached tokens of a sequence
};
Options options_of(const graph::Scenario& scenario);

class Costs;

class Model final : public fusion::Pricer {
 public:
  Model(Device device, Options options);
  ~Model() override;
  // A graph that was passed once is finished: it may not change between calls.
  fusion::Price price(const graph::Graph& graph, std::span<const graph::KernelId> before,
                      std::span<const fusion::ProposedKernel> after) const override;
  fusion::Feasibility feasibility(const graph::Graph& graph, const fusion::ProposedKernel& kernel) const override;
  fusion::Estimate step_time(const graph::Graph& graph) const override;

  // Two graphs: the same work before and after.
  fusion::Price compare(const graph::Graph& before, const graph::Graph& after) const;
  const Device& device() const { return device_; }
  const Options& options() const { return options_; }

 private:
  struct Cache;
  std::shared_ptr<const Costs> costs_of(const graph::Graph& graph) const;
  Device device_;
  Options options_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace fusescout::gain
