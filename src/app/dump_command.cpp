#include <CLI/CLI.hpp>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/locate_model.h"
#include "app/passes_json.h"
#include "app/print_diagnostics.h"
#include "graph/text.h"
#include "report/sequence.h"

namespace fusescout::app {
namespace {

struct DumpOptions : Options {
  std::string stage, name, view = "module", output;
};

int run(const DumpOptions& o) {
  auto workspace = open_workspace(o);
  if (workspace.is_error()) return fail(workspace.error().message);
  auto scenario = make_scenario(o, graph::Phase::Decode);
  if (scenario.is_error()) return fail(scenario.error().message);
  ErrorOr<LocatedModel> located = Error{};
  vllm::ModelRequest request;
  graph::ModelRun model = vllm::evaluate_model((*workspace)->sources, request, *scenario, [&](const std::function<void()>& begin) {
    located = locate_model_to_run(**workspace, o, o.name, begin);
    if (!located.is_error()) request = located->request;
    return !located.is_error();
  });
  if (located.is_error()) return fail(located.error().message);
  vllm::fork_where_refused((*workspace)->sources, located->request, *scenario, model);
  run_other_configs(**workspace, o, *scenario, *located, model);
  vllm::name_unfit_value((*workspace)->sources, located->request, *scenario, model);
  if (int code = report_status(model); code != Done) return code;
  std::string text;
  if (o.stage == "passes") text = o.format == "json" ? passes_to_json(model) : passes_to_text(model);
  else if (o.stage == "graph") text = graph::to_text(model.graph);
  else if (o.format == "json") text = report::sequence_to_json(model);
  else text = report::sequence_to_text(model, o.view == "kernel" ? report::SequenceView::Kernel : report::SequenceView::Module);
  if (int code = write_output(text, o.output); code != Done) return code;
  return o.strict && model.status != graph::Status::Complete ? Incomplete : Done;
}

}  // namespace

void add_dump_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<DumpOptions>();
  CLI::App* command = program.add_subcommand("dump", "print what a stage of the program sees");
  command->add_option("stage", options->stage, "sequence: calls in order; graph: the operator graph; passes: what the graph passes of the trees do")->required()->check(CLI::IsMember({"sequence", "graph", "passes"}));
  command->add_option("name", options->name, "a model, an architecture or a model_type")->required();
  command->add_option("--view", options->view, "what the text shows: module (top level) or kernel (leaves)")->check(CLI::IsMember({"module", "kernel"}))->capture_default_str();
  command->add_option("-o,--output", options->output, "a file instead of standard output");
  add_source_options(*command, *options);
  add_scenario_options(*command, *options);
  add_format_option(*command, *options, {"text", "json"});
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace fusescout::app
