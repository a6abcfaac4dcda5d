#include "vllm/inventory.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vllm/registry.h"

namespace fusescout::vllm {

namespace {

// One of each generation: they differ in what is registered.
constexpr const char* devices[] = {"910B2", "910C", "310P", "950"};

struct Evaluated {
  std::vector<std::string> passes;       // dotted names of those that are on
  std::vector<OverrideEntry> overrides;
};

void evaluate(SourceNames& names, const Sources& sources, const ModelRequest& model, Evaluated& found, std::vector<std::string>& gaps) {
  for (const char* device : devices) {
    graph::Scenario scenario;
    scenario.device = device;
    std::string error;
    Evaluation evaluation(sources, model, scenario);
    evaluation.begin();
    std::string text = evaluation.ask("take_inventory", error);
    nlohmann::json answer = nlohmann::json::parse(text, nullptr, false);
    if (!answer.is_object()) {
      gaps.push_back(fmt::format("{}: a worker's start cannot be followed: {}", device, error));
      continue;
    }
    for (const auto& gap : answer["gaps"]) gaps.push_back(fmt::format("{}: {}", device, gap.get<std::string>()));
    for (const auto& pass : answer.value("passes", nlohmann::json::array())) found.passes.push_back(pass.get<std::string>());
    for (const auto& pair : answer.value("overrides", nlohmann::json::array())) {
      std::string name = pair[0].get<std::string>(), dotted = pair[1].get<std::string>();
      std::string cls = dotted.substr(dotted.rfind('.') + 1);
      auto same = std::find_if(found.overrides.begin(), found.overrides.end(), [&](const OverrideEntry& o) { return o.name == name && o.class_name == cls; });
      if (same == found.overrides.end()) {
        std::optional<Definition> definition = names.resolve(dotted);
        found.overrides.push_back({name, cls, definition ? definition->location() : Location{}, {}});
        same = found.overrides.end() - 1;
      }
      same->devices.emplace_back(device);
    }
  }
}

}  // namespace

Inventory take_inventory(const Sources& sources, const ModelRequest& any_model) {
  CHECK(sources.ascend != nullptr);
  SourceNames names(*sources.asts, {sources.vllm, sources.ascend, sources.transformers});
  Inventory inventory;
  inventory.patches = find_patches(names, *sources.ascend);
  for (const RegisteredModel& model : read_registry(*sources.vllm, sources.ascend)) {
    if (model.table == "register_model") inventory.models.push_back({model.architecture, model.module + ":" + model.class_name, model.location});
  }
  inventory.backends = find_attention_backends(names, *sources.ascend);
  inventory.schemes = find_schemes(names, *sources.ascend);
  inventory.operators = find_bindings(*sources.ascend);
  std::vector<CustomOperatorEntry> python = find_custom_operators(names, *sources.ascend);
  inventory.operators.insert(inventory.operators.end(), python.begin(), python.end());
  inventory.triton_kernels = find_triton_kernels(names, *sources.ascend);
  inventory.passes = find_passes(names, *sources.ascend);
  inventory.fused_operators = find_fused_operators(names, sources, inventory.operators, inventory.triton_kernels);
  Evaluated evaluated;
  evaluate(names, sources, any_model, evaluated, inventory.gaps);
  inventory.overrides = std::move(evaluated.overrides);
  for (PassEntry& pass : inventory.passes) {
    pass.on_by_default = std::any_of(evaluated.passes.begin(), evaluated.passes.end(), [&](const std::string& dotted) { return dotted.ends_with("." + pass.name); });
  }
  return inventory;
}

}  // namespace fusescout::vllm
