// Graphs and patterns from text, and a pricer with simple numbers, for the tests of this layer.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "fusion/analyze.h"
#include "fusion/flow.h"
#include "graph/text.h"

namespace fusescout::fusion {

inline graph::Graph parsed(const std::string& text) {
  auto graphs = graph::parse_text(text);
  EXPECT_FALSE(graphs.is_error()) << (graphs.is_error() ? graphs.error().message : "");
  return graphs.is_error() ? graph::Graph() : std::move((*graphs)[0].graph);
}

inline std::vector<graph::Pattern> patterns(const std::string& text) {
  auto result = graph::parse_patterns(text);
  EXPECT_FALSE(result.is_error()) << (result.is_error() ? result.error().message : "");
  return result.is_error() ? std::vector<graph::Pattern>() : std::move(*result);
}

// Every launch costs 3 us and a matmul 5 more; nothing depends on bytes.
class FakePricer final : public Pricer {
 public:
  double epilogue_cost = 0;            // of vector work behind a matmul
  bool fits = true;
  Price price(const graph::Graph& graph, std::span<const graph::KernelId> before, std::span<const ProposedKernel> after) const override {
    Price price;
    double today = 0, then = 0;
    for (graph::KernelId kernel : before) today += cost(graph, graph.kernels[kernel].operators);
    for (const ProposedKernel& kernel : after) then += cost(graph, kernel.operators);
    double gain = today - then;
    price.before = {today, today, today};
    price.after = {then, then, then};
    price.gain = {gain * 0.8, gain, gain * 1.2};
    price.pessimistic_gain = gain * 0.5;
    price.worthwhile = gain > 0.5;
    if (!price.worthwhile) price.reason = "the gain is too small";
    price.arithmetic.push_back("before - after");
    return price;
  }
  Feasibility feasibility(const graph::Graph&, const ProposedKernel& kernel) const override {
    Feasibility result;
    result.possible = fits || kernel.operators.size() < 3;
    if (!result.possible) result.requirements.push_back({"unified_buffer", false, true, 300000, 196352, "bytes", "live tiles need 300000 of 196352 bytes"});
    return result;
  }
  Estimate step_time(const graph::Graph& graph) const override {
    double sum = 0;
    for (const graph::Kernel& kernel : graph.kernels) sum += cost(graph, kernel.operators);
    return {sum, sum, sum};
  }

 private:
  double cost(const graph::Graph& graph, const std::vector<graph::OperatorId>& operators) const {
    bool matmul = false, vector = false;
    for (graph::OperatorId id : operators) (graph.operators[id].kind.view() == "matmul" ? matmul : vector) = true;
    return 3 + (matmul ? 5 : 0) + (matmul && vector ? epilogue_cost : 0);
  }
};

}  // namespace fusescout::fusion
