// The front door of this layer: from the source trees, a config and a scenario to one forward pass as data.
#pragma once

#include <string>

#include "graph/model_run.h"
#include "graph/scenario.h"
#include "python/interpreter.h"
#include "source/file_system.h"
#include "source/tree.h"
#include "vllm/tree_loader.h"

namespace fusescout::vllm {

// Where everything is read.
struct Sources {
  const source::Tree* vllm = nullptr;
  const source::Tree* ascend = nullptr;        // may be missing for an upstream run
  const source::Tree* transformers = nullptr;
  const source::FileSystem* data = nullptr;    // library/, stand_ins/, catalogue/ (source::DataFiles)
  AstStore* asts = nullptr;                    // shared by all runs over these trees
};

struct ModelRequest {
  std::string model;         // the name, as asked for
  std::string architecture;  // registry key; empty: the first one of the config that the registry knows
  std::string config;        // the text of config.json
  std::string config_folder; // for a configuration_*.py beside it; may be empty
  std::string quant_description;  // the text of the scenario's quant_description file; may be empty
};

// Never fails: what went wrong is in the run's status, exception and diagnostics.
graph::ModelRun evaluate_model(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario);
graph::ModelRun evaluate_model(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario, python::Limits limits);

}  // namespace fusescout::vllm
