#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/locate_model.h"
#include "report/location.h"

namespace fusescout::app {
namespace {

struct LocateOptions : Options { std::string name; };

int run(const LocateOptions& o) {
  auto workspace = open_workspace(o);
  if (workspace.is_error()) return fail(workspace.error().message);
  auto located = locate_model(**workspace, o, o.name);
  if (located.is_error()) return fail(located.error().message);
  graph::ModelLocation& location = located->location;
  if (!located->request.config.empty()) {
    // A run knows which classes really take part, and what vllm-ascend makes of them.
    auto scenario = make_scenario(o, graph::Phase::Decode);
    if (scenario.is_error()) return fail(scenario.error().message);
    graph::ModelRun run = vllm::evaluate_model((*workspace)->sources, located->request, *scenario);
    run_other_configs(**workspace, o, *scenario, *located, run);
    if (!run.classes.main.empty()) location.classes = run.classes;
    else if (!run.exception.empty()) fmt::print(stderr, "fusescout: which classes take part is not known: the source refuses `{}`: {}\n", location.config, run.exception);
  }
  return write_output(o.format == "json" ? report::location_to_json(location) : report::location_to_text(location), "");
}

}  // namespace

void add_locate_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<LocateOptions>();
  CLI::App* command = program.add_subcommand("locate", "find a model's code by what the sources say, with the evidence");
  command->add_option("name", options->name, "a model (GLM-4.7, zai-org/GLM-4.7), an architecture or a model_type")->required();
  add_source_options(*command, *options);
  add_scenario_options(*command, *options);
  add_format_option(*command, *options, {"text", "json"});
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace fusescout::app
