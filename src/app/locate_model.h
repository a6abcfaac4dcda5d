// A model by name: where its code is, and the config to run it with.
#pragma once

#include <functional>
#include <string>

#include "app/model_input.h"
#include "graph/model_location.h"

namespace fusescout::app {

struct LocatedModel {
  graph::ModelLocation location;
  vllm::ModelRequest request;     // its config is empty when none is known
  bool any_config = false;        // the name is an architecture's: any preset of it will do
};
ErrorOr<LocatedModel> locate_model(const Workspace& workspace, const Options& options, const std::string& name);
// The same for a command that evaluates the model: an error without a config. `meanwhile` is done beside the search.
ErrorOr<LocatedModel> locate_model_to_run(const Workspace& workspace, const Options& options, const std::string& name, const std::function<void()>& meanwhile);
// For a model that the sources refuse: models of one architecture differ, and a release may run one where it refuses another. `runs` is asked of each
// other preset, as far as any will do; the first that it accepts is `located` from then on.
void try_other_configs(const Workspace& workspace, const Options& options, LocatedModel& located, const std::function<bool(const LocatedModel&)>& runs);
// The same for one scenario, whose run is `run`.
void run_other_configs(const Workspace& workspace, const Options& options, const graph::Scenario& scenario, LocatedModel& located, graph::ModelRun& run);
// The text of a description of quantised weights; of no path, nothing.
ErrorOr<std::string> read_quant_description(const std::string& path);

}  // namespace fusescout::app
