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
};
ErrorOr<LocatedModel> locate_model(const Workspace& workspace, const Options& options, const std::string& name);
// The same for a command that evaluates the model: an error without a config. `meanwhile` is done beside the search.
ErrorOr<LocatedModel> locate_model_to_run(const Workspace& workspace, const Options& options, const std::string& name, const std::function<void()>& meanwhile);
// The text of a description of quantised weights; of no path, nothing.
ErrorOr<std::string> read_quant_description(const std::string& path);

}  // namespace fusescout::app
