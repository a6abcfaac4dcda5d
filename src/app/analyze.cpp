#include "app/analyze.h"

#include <CLI/CLI.hpp>
#include <future>

#include "app/command.h"
#include "app/existing_kernels.h"
#include "app/exit_code.h"
#include "app/locate_model.h"
#include "app/print_diagnostics.h"
#include "catalogue/load_patterns.h"
#include "contract/contract.h"
#include "fusion/analyze.h"
#include "graph/transfer.h"
#include "vllm/evaluate_models.h"

namespace fusescout::app {

void add_analyze_options(CLI::App& command, AnalyzeOptions& o) {
  command.add_option("name", o.name, "a model (GLM-4.7, zai-org/GLM-4.7), an architecture or a model_type")->required();
  command.add_option("--lang", o.language, "language of the report: zh or en")->capture_default_str()->check(CLI::IsMember({"zh", "en"}));
  command.add_option("--patterns", o.patterns, "a folder with more patterns")->type_name("DIR");
  command.add_option("-o,--output", o.output, "a file instead of standard output")->type_name("FILE");
  add_source_options(command, o);
  add_scenario_options(command, o);
  command.add_option("--scenario", o.scenario_file, "several scenarios of one run, in TOML (docs/scenarios.md); other options hold where it says nothing")->type_name("FILE");
}

namespace {

std::launch policy_of(const Options& o) { return o.jobs == 1 ? std::launch::deferred : std::launch::async; }

// Does `meanwhile` beside it.
std::vector<graph::ModelRun> evaluate_once(const Workspace& w, const Options& o, const std::vector<vllm::EvaluationTask>& tasks, const std::function<void()>& meanwhile,
                                           const vllm::AroundBegin& around_begin) {
  if (tasks.size() == 1) {
    auto beside = std::async(policy_of(o), meanwhile);
    std::vector<graph::ModelRun> one;
    one.push_back(vllm::evaluate_model(w.sources, tasks[0].request, tasks[0].scenario, around_begin));
    beside.get();
    return one;
  }
  vllm::EvaluateModelsOptions options;
  options.jobs = jobs_of(o);
  options.meanwhile = meanwhile;
  options.around_begin = around_begin;
  std::vector<ErrorOr<std::string_view>> results(tasks.size(), Error{"not evaluated"});
  vllm::evaluate_models(w.sources, tasks, options, graph::to_bytes, [&](size_t i, ErrorOr<std::string_view> bytes) { results[i] = std::move(bytes); });
  // From here on there may be threads.
  std::vector<std::future<graph::ModelRun>> reading;
  for (size_t i = 0; i < tasks.size(); ++i) {
    reading.push_back(std::async(policy_of(o), [&tasks, &results, i] {
      auto run = results[i].is_error() ? ErrorOr<graph::ModelRun>(results[i].error()) : graph::from_bytes(*results[i]);
      if (!run.is_error()) return std::move(*run);
      graph::ModelRun failed;
      failed.model = tasks[i].request.model;
      failed.scenario = tasks[i].scenario;
      failed.exception = run.error().message;
      return failed;
    }));
  }
  std::vector<graph::ModelRun> runs;
  for (auto& run : reading) runs.push_back(run.get());
  return runs;
}

// Where a spawned worker is refused a forked one is tried. Trees that do not fit each other in that either are told of, with what can be said of them all
// the same.
std::vector<graph::ModelRun> evaluate(const Workspace& w, const Options& o, std::vector<vllm::EvaluationTask>& tasks, const std::function<void()>& meanwhile,
                                      const vllm::AroundBegin& around_begin) {
  constexpr int tries = 8;
  std::vector<graph::ModelRun> runs = evaluate_once(w, o, tasks, meanwhile, around_begin);
  for (size_t task = 0; task < tasks.size(); ++task) vllm::fork_where_refused(w.sources, tasks[task].request, tasks[task].scenario, runs[task]);
  for (int i = 0; i < tries; ++i) {
    bool again = false;
    for (size_t task = 0; task < tasks.size(); ++task) {
      auto site = vllm::misfit_of(runs[task], tasks[task].request);
      if (!site) continue;
      tasks[task].request.misfits.push_back(*site);
      again = true;
    }
    if (!again) break;
    runs = evaluate_once(w, o, tasks, [] {}, {});
  }
  return runs;
}

bool refused(const std::vector<graph::ModelRun>& runs) {
  return std::any_of(runs.begin(), runs.end(), [](const graph::ModelRun& run) { return run.status == graph::Status::Rejected; });
}

bool holds_patterns(const std::string& folder) {
  const source::FileSystem& files = source::real_files();
  for (const std::string& family : files.list(folder)) {
    if (!family.ends_with('/')) continue;
    for (const std::string& file : files.list(folder + "/" + family)) {
      if (file.ends_with(".py")) return true;
    }
  }
  return false;
}

// Of the opportunities, by id.
std::map<std::string, contract::Contract> make_contracts(const Workspace& w, const Options& o, const report::Report& report) {
  std::vector<report::Row> rows = report::merge_findings(report);
  std::erase_if(rows, [](const report::Row& row) { return row.verdict != fusion::Verdict::Opportunity; });
  constexpr size_t shares = 2;
  auto share = [&](size_t first) {
    contract::SourceTexts texts([&w](const std::string& path) { return w.read(path); });
    std::map<std::string, contract::Contract> contracts;
    for (size_t i = first; i < rows.size(); i += shares) {
      contracts.emplace(rows[i].finding->id, contract::make_contract(*rows[i].finding, *report.scenarios[rows[i].scenario].run, texts));
    }
    return contracts;
  };
  auto other = std::async(policy_of(o), share, 1);
  std::map<std::string, contract::Contract> contracts = share(0);
  contracts.merge(other.get());
  return contracts;
}

}  // namespace

AnalyzeResult analyze_model(const AnalyzeOptions& o, bool with_contracts) {
  auto bad = [](const std::string& message) { return AnalyzeResult{fail(message), nullptr}; };
  auto result = std::make_unique<Analyzed>();
  auto workspace = open_workspace(o);
  if (workspace.is_error()) return bad(workspace.error().message);
  result->workspace = std::move(*workspace);
  const Workspace& w = *result->workspace;
  auto scenarios = make_scenarios(o);
  if (scenarios.is_error()) return bad(scenarios.error().message);
  std::vector<gain::Device> devices;
  for (graph::Scenario& scenario : *scenarios) {
    auto device = gain::load_device(w.data, scenario.device);
    if (device.is_error()) return bad(device.error().message);
    // A file of one's own: the trees know the device by its name.
    if (scenario.device.ends_with(".toml") && !device->spellings.empty()) scenario.device = device->spellings.front();
    devices.push_back(std::move(*device));
  }
  std::vector<catalogue::PatternFolder> folders{{&w.data, "patterns", o.data.empty()}};
  if (!o.patterns.empty()) {
    if (!source::real_files().is_directory(o.patterns)) return bad("no folder `" + o.patterns + "`: --patterns takes one that holds FAMILY/NAME.py files");
    folders.push_back({&source::real_files(), o.patterns, false});
    if (!holds_patterns(o.patterns)) return bad("no pattern in `" + o.patterns + "`: --patterns takes a folder that holds FAMILY/NAME.py files");
  }
  std::vector<vllm::EvaluationTask> tasks;
  for (const graph::Scenario& scenario : *scenarios) {
    tasks.push_back({{}, scenario});
    auto description = read_quant_description(scenario.quant_description);
    if (description.is_error()) return bad(description.error().message);
    tasks.back().request.quant_description = std::move(*description);
  }
  result->statistics.lap("open");
  ErrorOr<LocatedModel> located = Error{};
  auto ask_for = [](const LocatedModel& model, std::vector<vllm::EvaluationTask>& asked) {
    for (vllm::EvaluationTask& task : asked) {
      std::string description = std::move(task.request.quant_description);
      task.request = model.request;
      task.request.quant_description = std::move(description);
    }
  };
  auto around_begin = [&](const std::function<void()>& begin) {
    located = locate_model_to_run(w, o, o.name, begin);
    if (!located.is_error()) ask_for(*located, tasks);
    return !located.is_error();
  };
  ErrorOr<std::vector<graph::Pattern>> patterns = Error{};
  ErrorOr<std::vector<fusion::FusedKernelMeaning>> available = std::vector<fusion::FusedKernelMeaning>();
  result->runs = evaluate(w, o, tasks, [&] {
    Stopwatch stopwatch;      // perhaps of another thread
    patterns = catalogue::load_patterns(folders, cache_of(o));
    result->statistics.add("patterns", stopwatch.lap());
    if (!o.upstream) available = existing_kernels(w, o.device);
    result->statistics.add("kernels", stopwatch.lap());
  }, around_begin);
  if (located.is_error()) return bad(located.error().message);
  if (refused(result->runs)) {
    try_other_configs(w, o, *located, [&](const LocatedModel& other) {
      std::vector<vllm::EvaluationTask> others = tasks;
      ask_for(other, others);
      std::vector<graph::ModelRun> runs = evaluate(w, o, others, [] {}, {});
      if (refused(runs)) return false;
      result->runs = std::move(runs);
      tasks = std::move(others);
      return true;
    });
  }
  for (size_t i = 0; i < tasks.size(); ++i) vllm::name_unfit_value(w.sources, tasks[i].request, tasks[i].scenario, result->runs[i]);
  result->location = std::move(located->location);
  if (patterns.is_error()) return bad(patterns.error().message);
  if (available.is_error()) return bad(available.error().message);
  for (const graph::ModelRun& run : result->runs) {
    if (int code = report_status(run); code != Done) return {code, nullptr};
  }
  result->statistics.lap("evaluate");
  std::vector<std::future<fusion::Analysis>> judging;
  for (size_t i = 0; i < result->runs.size(); ++i) {
    const graph::ModelRun& run = result->runs[i];
    result->models.push_back(std::make_unique<gain::Model>(devices[i], gain::options_of(run.scenario)));
    judging.push_back(std::async(policy_of(o),
                                 [&run, &patterns, &available, model = result->models.back().get()] { return fusion::analyze(run, *patterns, *available, *model); }));
  }
  for (auto& analysis : judging) result->analyses.push_back(analysis.get());
  result->statistics.lap("fusion");
  report::Report& report = result->report;
  report.location = &result->location;
  for (size_t i = 0; i < result->runs.size(); ++i) report.scenarios.push_back({&result->runs[i], &result->analyses[i]});
  report.sources = w.versions();
  report.program_version = FUSESCOUT_VERSION;
  if (with_contracts) report.contracts = make_contracts(w, o, report);
  result->statistics.lap("contracts");
  return {Done, std::move(result)};
}

}  // namespace fusescout::app
