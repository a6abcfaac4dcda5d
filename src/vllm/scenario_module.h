// The Python module `fusescout_scenario`: the facts of this run, for library/fusescout_worker and the stand-ins.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/model_run.h"
#include "graph/scenario.h"
#include "python/interpreter.h"
#include "torch/context.h"
#include "vllm/config_reads.h"
#include "vllm/evaluate_model.h"
#include "vllm/entry_points.h"
#include "vllm/exported_names.h"

namespace fusescout::vllm {

// What vllm-ascend calls the device: the name in its generated _build_info.py, in releases of old another one, and the number that CANN reports.
struct DeviceGeneration { std::string name, old_name, soc_name; int64_t soc_version = 0; };
DeviceGeneration device_generation(const std::string& device);  // "910B2" -> A2; empty name: unknown

// What a run is about. Python reads each fact when it needs it, and may be handed another model and scenario later: those that would have
// been told the same so far have the same past.
struct ScenarioFacts {
  ModelRequest request;
  graph::Scenario scenario;
  const source::Tree* transformers = nullptr;
  std::vector<std::pair<std::string, std::string>> versions;         // package -> version
  std::vector<EntryPoint> entry_points;
  ExportedNamesReader exported_names;
  std::vector<ConfigRead> config_reads;                              // of a request that asks for them, in order

  using Question = std::function<std::string(const ModelRequest&, const graph::Scenario&)>;
  struct Told { Question question; std::string answer; };
  std::map<std::string, Told> told;                                  // by what was asked
  std::string ask(const std::string& what, Question question);
  bool same_past(const ModelRequest& other_request, const graph::Scenario& other_scenario) const;
};

// `facts` and `run` outlive the interpreter.
void add_scenario_module(python::Interpreter& interpreter, torch::Context& context, ScenarioFacts& facts, graph::ModelRun& run);

}  // namespace fusescout::vllm
