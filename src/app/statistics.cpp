#include "app/statistics.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace fusescout::app {
namespace {

using nlohmann::ordered_json;

ordered_json times(const std::vector<std::pair<std::string, double>>& phases) {
  ordered_json result = ordered_json::object();
  for (const auto& [phase, milliseconds] : phases) result[phase] = std::round(milliseconds * 10) / 10;
  return result;
}

}  // namespace

void Statistics::print(const Workspace& workspace, const std::vector<graph::ModelRun>& runs) const {
  const vllm::AstStore& asts = *workspace.asts;
  ordered_json statistics = {{"files", asts.files()}, {"files_parsed", asts.parsed()}, {"bytes_parsed", asts.parsed_bytes()}, {"ms", times(phases_)}};
  for (const graph::ModelRun& run : runs) {
    statistics["runs"].push_back({{"phase", run.graph.phase}, {"statements", run.steps}, {"operators", run.graph.operators.size()}, {"ms", times(run.phases)}});
  }
  fmt::print(stderr, "{}\n", statistics.dump());
}

}  // namespace fusescout::app
