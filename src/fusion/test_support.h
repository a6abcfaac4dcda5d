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
  std::string misfit;                  // an operator that fits with no other
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
  Feasibility feasibility(const graph::Graph& graph, const ProposedKernel& kernel) const override {
    Feasibility result;
    result.possible = (fits || kernel.operators.size() < 3) &&
                      std::none_of(kernel.operators.begin(), kernel.operators.end(), [&](graph::OperatorId id) { return graph.operators[id].kind.view() == misfit; });
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

inline constexpr const char* add_norm = R"(pattern add_rms_norm norm
name "Add + RMSNorm" "残差 Add + RMSNorm"
graph
  %0 = add(%x, %residual)
  %1 = rms_norm(%0, ..., eps=$eps)
  output %1, %0
require %x.rank > 1 and %residual.rank > 1 : "one side of the sum is broadcast"
require %x.dtype == %residual.dtype : "the sides of the sum have different dtypes"
)";

inline constexpr const char* plain_inputs =
    "T = 16\ninput %x : bf16[T, 64]\ninput %y : bf16[T, 64]\ninput %b : bf16[64]\ninput %ids : i64[T]\nparam %w \"model.layers.0.norm.weight\" : bf16[64]\n"
    "param %m \"model.layers.0.proj.weight\" : bf16[64, 64]\nparam %m2 \"model.layers.0.proj2.weight\" : bf16[64, 64]\n";

struct ModelCase {
  graph::ModelRun run;
  FakePricer pricer;
  std::vector<FusedKernelMeaning> available;
  explicit ModelCase(const std::string& text) { run.graph = parsed(plain_inputs + text); }
  Analysis operator()(const std::string& pattern_text = "") { return analyze(run, patterns(pattern_text), available, pricer); }
};

inline const Finding* find(const Analysis& analysis, std::string_view pattern) {
  for (const Finding& finding : analysis.findings) {
    if (finding.pattern == pattern) return &finding;
  }
  return nullptr;
}

inline std::string verdict(const Analysis& analysis, std::string_view pattern) {
  const Finding* finding = find(analysis, pattern);
  if (finding == nullptr) return "not found";
  return std::string(verdict_name(finding->verdict)) + (finding->reason.empty() ? "" : ": " + finding->reason);
}

}  // namespace fusescout::fusion
