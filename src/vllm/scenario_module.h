// The Python module `fusescout_scenario`: the facts of this run, for library/fusescout_worker and the stand-ins.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/model_run.h"
#include "graph/scenario.h"
#include "python/interpreter.h"
#include "torch/context.h"
#include "vllm/evaluate_model.h"
#include "vllm/entry_points.h"

namespace fusescout::vllm {

// What vllm-ascend calls the device: the name in its generated _build_info.py, and the number that CANN reports.
struct DeviceGeneration { std::string name, soc_name; int64_t soc_version = 0; };
DeviceGeneration device_generation(const std::string& device);  // "910B2" -> A2; empty name: unknown

struct ScenarioFacts {
  const graph::Scenario& scenario;
  const ModelRequest& request;
  const source::Tree* transformers;
  std::vector<std::pair<std::string, std::string>> versions;         // package -> version
  std::vector<EntryPoint> entry_points;
};

void add_scenario_module(python::Interpreter& interpreter, torch::Context& context, const ScenarioFacts& facts, graph::ModelRun& run);

}  // namespace fusescout::vllm
