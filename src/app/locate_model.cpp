#include "app/locate_model.h"

#include <future>

#include <nlohmann/json.hpp>

#include "vllm/locate.h"

namespace fusescout::app {

using nlohmann::ordered_json;

ErrorOr<LocatedModel> locate_model(const Workspace& workspace, const Options& options, const std::string& name) {
  FoundConfig config = TRY(find_config(workspace, options, name));
  std::optional<vllm::ConfigHint> hint;
  if (!config.architectures.empty()) hint = vllm::ConfigHint{config.architectures.front(), config.model_type, config.source};
  auto tree = [](const std::optional<source::Tree>& t) { return t ? &*t : nullptr; };
  LocatedModel located;
  located.location = TRY(vllm::locate(*workspace.vllm, tree(workspace.ascend), tree(workspace.transformers), name, hint));
  if (config.text.empty()) config = TRY(find_config(workspace, options, located.location.architecture));
  located.location.config = config.source;
  located.location.config_origin = config.origin;
  located.request.model = name;
  located.request.architecture = located.location.architecture;
  located.request.config = config.text;
  located.request.config_folder = config.folder;
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
      located.request.config = config.text;
      located.location.config = config.source;
      located.location.config_origin = config.origin;
    }
  }
  if (located.request.config.empty()) return Error{"no config of `" + name + "` is built in: give its config.json with --config FILE"};
  return located;
}

}  // namespace fusescout::app
