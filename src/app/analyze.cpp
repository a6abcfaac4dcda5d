#include "app/analyze.h"

#include <CLI/CLI.hpp>
#include <future>
#include <thread>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/locate_model.h"
#include "app/print_diagnostics.h"
#include "catalogue/load_patterns.h"
#include "contract/contract.h"
#include "fusion/analyze.h"

namespace fusescout::app {

void add_analyze_options(CLI::App& command, AnalyzeOptions& o) {
  command.add_option("name", o.name, "a model (GLM-4.7, zai-org/GLM-4.7), an architecture or a model_type")->required();
  command.add_option("--lang", o.language, "language of the report: zh or en")->capture_default_str()->check(CLI::IsMember({"zh", "en"}));
  command.add_option("--patterns", o.patterns, "a folder with more patterns")->type_name("DIR");
  command.add_option("-o,--output", o.output, "a file instead of standard output")->type_name("FILE");
  add_source_options(command, o);
  add_scenario_options(command, o);
}

AnalyzeResult analyze_model(const AnalyzeOptions& o, bool with_contracts) {
  auto bad = [](const std::string& message) { return AnalyzeResult{fail(message), nullptr}; };
  auto result = std::make_unique<Analyzed>();
  auto workspace = open_workspace(o);
  if (workspace.is_error()) return bad(workspace.error().message);
  result->workspace = std::move(*workspace);
  const Workspace& w = *result->workspace;
  auto scenarios = make_scenarios(o);
  if (scenarios.is_error()) return bad(scenarios.error().message);
  auto device = gain::load_device(w.data, o.device);
  if (device.is_error()) return bad(device.error().message);
  std::vector<catalogue::PatternFolder> folders{{&w.data, "patterns"}};
  if (!o.patterns.empty()) {
    if (!source::real_files().is_directory(o.patterns)) return bad("no folder `" + o.patterns + "`: --patterns takes one that holds FAMILY/NAME.py files");
    folders.push_back({&source::real_files(), o.patterns});
  }
  auto patterns = catalogue::load_patterns(folders);
  if (patterns.is_error()) return bad(patterns.error().message);
  auto located = locate_model_to_run(w, o, o.name);
  if (located.is_error()) return bad(located.error().message);
  result->location = std::move(located->location);
  const vllm::ModelRequest& request = located->request;

  // Scenarios share nothing but the parsed files: one thread each.
  std::vector<std::future<graph::ModelRun>> running;
  bool parallel = o.jobs != 1;
  for (const graph::Scenario& scenario : *scenarios) {
    running.push_back(std::async(parallel ? std::launch::async : std::launch::deferred,
                                 [&w, &request, scenario] { return vllm::evaluate_model(w.sources, request, scenario); }));
  }
  for (auto& run : running) result->runs.push_back(run.get());
  for (const graph::ModelRun& run : result->runs) {
    if (int code = report_status(run); code != Done) return {code, nullptr};
  }

  for (graph::ModelRun& run : result->runs) {
    result->models.push_back(std::make_unique<gain::Model>(*device, gain::options_of(run.scenario)));
    result->analyses.push_back(fusion::analyze(run, *patterns, {}, *result->models.back()));
  }
  report::Report& report = result->report;
  report.location = &result->location;
  for (size_t i = 0; i < result->runs.size(); ++i) report.scenarios.push_back({&result->runs[i], &result->analyses[i]});
  report.sources = w.versions();
  report.program_version = FUSESCOUT_VERSION;
  if (with_contracts) {
    for (const report::Row& row : report::merge_findings(report)) {
      if (row.verdict != fusion::Verdict::Opportunity) continue;
      report.contracts.emplace(row.finding->id, contract::make_contract(*row.finding, result->runs[row.scenario], [&w](const std::string& path) { return w.read(path); }));
    }
  }
  return {Done, std::move(result)};
}

}  // namespace fusescout::app
