#include "app/locate_model.h"

#include <algorithm>
#include <future>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vllm/locate.h"

namespace fusescout::app {

using nlohmann::ordered_json;

namespace {

void take_config(const FoundConfig& config, LocatedModel& located) {
  located.location.config = config.source;
  located.location.config_origin = config.origin;
  located.request.config = config.text;
  located.request.config_folder = config.folder;
}

}  // namespace

ErrorOr<LocatedModel> locate_model(const Workspace& workspace, const Options& options, const std::string& name) {
  FoundConfig config = TRY(find_config(workspace, options, name));
  std::optional<vllm::ConfigHint> hint;
  if (!config.architectures.empty()) hint = vllm::ConfigHint{config.architectures.front(), config.model_type, config.source};
  auto tree = [](const std::optional<source::Tree>& t) { return t ? &*t : nullptr; };
  LocatedModel located;
  located.location = TRY(vllm::locate(*workspace.vllm, tree(workspace.ascend), tree(workspace.transformers), name, hint));
  // A config that has only the model_type in common, a draft model's say, is no config of the architecture that was found.
  const std::string& architecture = located.location.architecture;
  bool of_another = options.config.empty() && !config.by_name && std::ranges::find(config.architectures, architecture) == config.architectures.end();
  if (config.text.empty() || of_another) {
    FoundConfig own = TRY(find_config(workspace, options, architecture));
    if (!own.text.empty()) config = std::move(own);
  }
  located.request.model = name;
  located.request.architecture = located.location.architecture;
  located.any_config = options.config.empty() && !config.by_name;
  take_config(config, located);
  located.request.quant_description = TRY(read_quant_description(options.quant_description));
  return located;
}

ErrorOr<std::string> read_quant_description(const std::string& path) {
  if (path.empty()) return std::string();
  auto text = source::real_files().read(path);
  if (!text) return Error{"cannot read the quantisation description `" + path + "`: give a quant_model_description.json"};
  if (!nlohmann::json::parse(*text, nullptr, false).is_object()) return Error{"the quantisation description `" + path + "` is no JSON object"};
  return *text;
}

ErrorOr<LocatedModel> locate_model_to_run(const Workspace& workspace, const Options& options, const std::string& name, const std::function<void()>& meanwhile) {
  auto search = std::async(std::launch::async, [&] { return locate_model(workspace, options, name); });
  meanwhile();
  LocatedModel located = TRY(search.get());
  if (located.request.config.empty()) {
    vllm::ModelTypes types(workspace.sources);
    std::vector<vllm::RegisteredModel> registry = vllm::read_registry(*workspace.vllm, workspace.sources.ascend);
    for (const vllm::RegisteredModel& model : registry) {
      if (model.architecture != located.request.architecture) continue;
      FoundConfig config = TRY(config_of_architecture(workspace, options, types, registry, model));
      take_config(config, located);
    }
  }
  if (located.request.config.empty()) return Error{"no config of `" + name + "` is built in: give its config.json with --config FILE"};
  return located;
}

void try_other_configs(const Workspace& workspace, const Options& options, LocatedModel& located, const std::function<bool(const LocatedModel&)>& runs) {
  LocatedModel other = located;
  while (located.any_config && other.location.config.starts_with("models/")) {
    ErrorOr<FoundConfig> config = find_config(workspace, options, located.location.architecture, other.location.config);
    if (config.is_error() || config->text.empty()) return;
    take_config(*config, other);
    if (!runs(other)) continue;
    fmt::print(stderr, "fusescout: the source refuses `{}`; this is of `{}`\n", located.location.config, other.location.config);
    located = std::move(other);
    return;
  }
}

void run_other_configs(const Workspace& workspace, const Options& options, const graph::Scenario& scenario, LocatedModel& located, graph::ModelRun& run) {
  if (run.status != graph::Status::Rejected) return;
  try_other_configs(workspace, options, located, [&](const LocatedModel& other) {
    graph::ModelRun another = vllm::evaluate_model(workspace.sources, other.request, scenario);
    if (another.status == graph::Status::Rejected) return false;
    run = std::move(another);
    return true;
  });
}

}  // namespace fusescout::app
