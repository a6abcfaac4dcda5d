#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/inventory_text.h"
#include "app/model_input.h"
#include "vllm/inventory.h"
#include "vllm/registry.h"

namespace fusescout::app {
namespace {

struct InventoryOptions : Options { std::string output; };

// A worker does not start without a model. Any will do: the first preset that these trees know.
std::optional<vllm::ModelRequest> any_model(const Workspace& workspace) {
  std::vector<vllm::RegisteredModel> known = vllm::read_registry(*workspace.vllm, nullptr);
  for (const std::string& file : workspace.data.list("models")) {
    nlohmann::json preset = nlohmann::json::parse(workspace.data.read("models/" + file).value_or(""), nullptr, false);
    if (!preset.is_object() || !preset.contains("config")) continue;
    for (const auto& architecture : preset["config"].value("architectures", std::vector<std::string>())) {
      bool registered = std::any_of(known.begin(), known.end(), [&](const vllm::RegisteredModel& m) { return m.architecture == architecture; });
      if (registered) return vllm::ModelRequest{preset.value("id", architecture), architecture, preset["config"].dump(), "", ""};
    }
  }
  return std::nullopt;
}

int run(const InventoryOptions& o) {
  auto workspace = open_workspace(o);
  if (workspace.is_error()) return fail(workspace.error().message);
  const Workspace& w = **workspace;
  if (!w.ascend) return fail("say where vllm-ascend is, which the inventory is about: --ascend DIR");
  std::optional<vllm::ModelRequest> model = any_model(w);
  if (!model) return fail("none of the presets in models/ is a model of this vLLM: a worker cannot be started");
  vllm::Inventory inventory = vllm::take_inventory(w.sources, *model);
  return write_output(o.format == "json" ? inventory_to_json(inventory) : inventory_to_text(inventory), o.output);
}

}  // namespace

void add_inventory_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<InventoryOptions>();
  CLI::App* command = program.add_subcommand("inventory", "list what vllm-ascend patches, overrides, registers and fuses, whatever the model");
  command->add_option("-o,--output", options->output, "a file instead of standard output")->type_name("FILE");
  add_source_options(*command, *options);
  add_format_option(*command, *options, {"text", "json"});
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace fusescout::app
