// The patterns of the repository, and a pricer for them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "catalogue/load_patterns.h"
#include "fusion/analyze.h"
#include "graph/text.h"
#include "source/file_system.h"

namespace fusescout {

inline const std::string folder = std::string(FUSESCOUT_SOURCE_DIR) + "/patterns";

inline const std::vector<graph::Pattern>& all_patterns() {
  static const std::vector<graph::Pattern> list = [] {
    source::RealFileSystem files;
    auto loaded = catalogue::load_patterns({{&files, folder}});
    EXPECT_FALSE(loaded.is_error()) << (loaded.is_error() ? loaded.error().message : "");
    return loaded.is_error() ? std::vector<graph::Pattern>() : *loaded;
  }();
  return list;
}

// Launches are all that counts, so that a verdict tells about the pattern and not about a device.
class LaunchPricer final : public fusion::Pricer {
 public:
  fusion::Price price(const graph::Graph&, std::span<const graph::KernelId> before, std::span<const fusion::ProposedKernel> after) const override {
    fusion::Price price;
    double gain = static_cast<double>(before.size()) - static_cast<double>(after.size());
    price.gain = {gain, gain, gain};
    price.worthwhile = gain > 0;
    return price;
  }
  fusion::Feasibility feasibility(const graph::Graph&, const fusion::ProposedKernel&) const override { return {}; }
  fusion::Estimate step_time(const graph::Graph& graph) const override {
    auto count = static_cast<double>(graph.kernels.size());
    return {count, count, count};
  }
};

}  // namespace fusescout
