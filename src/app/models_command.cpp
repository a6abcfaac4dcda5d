#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/locate_model.h"
#include "app/statistics.h"
#include "report/json_text.h"
#include "vllm/evaluate_models.h"
#include "vllm/model_types.h"
#include "vllm/registry.h"

namespace fusescout::app {
namespace {

using nlohmann::ordered_json;

struct ModelsOptions : Options {
  std::string filter, kind = "text";
  unsigned seconds = 60;
  size_t memory = 1024;
};

struct Line {
  vllm::RegisteredModel model;
  std::string status, config;
  size_t operators = 0;
  std::vector<std::string> unresolved;
  double milliseconds = 0;
};

// What the table says of a run: it is made where the run is, in another process.
std::string to_text(const graph::ModelRun& run) {
  std::vector<std::string> unresolved;
  if (!run.exception.empty()) {
    std::string place = run.stack.empty() ? "" : fmt::format("{}:{}: ", run.stack.back().file.view(), run.stack.back().line);
    unresolved.push_back(place + run.exception);
  }
  for (const auto& d : run.diagnostics) {
    if (d.kind != diagnostics::Kind::Condition) unresolved.push_back(diagnostics::to_text(d));
  }
  ordered_json result = {{"status", graph::status_name(run.status)}, {"operators", run.graph.operators.size()}, {"ms", run.milliseconds}, {"unresolved", unresolved}};
  return result.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void read_result(std::string_view text, Line& line) {
  ordered_json result = ordered_json::parse(text);
  line.status = result["status"];
  line.operators = result["operators"];
  line.milliseconds = result["ms"];
  line.unresolved = result["unresolved"];
}

void show_progress(size_t done, size_t all, const std::string& name) {
  constexpr size_t width = 30;
  size_t filled = width * done / all;
  fmt::print(stderr, "\r\033[K[{}{}] {}/{} {}", std::string(filled, '#'), std::string(width - filled, ' '), done, all, name);
  std::fflush(stderr);
}

int run(const ModelsOptions& o) {
  auto workspace = open_workspace(o);
  if (workspace.is_error()) return fail(workspace.error().message);
  const Workspace& w = **workspace;
  Statistics statistics;
  auto scenario = make_scenario(o, graph::Phase::Decode);
  if (scenario.is_error()) return fail(scenario.error().message);
  std::vector<Line> lines;
  std::vector<vllm::RegisteredModel> registry = vllm::read_registry(*w.vllm, w.ascend ? &*w.ascend : nullptr);
  if (registry.empty()) return fail(vllm::why_no_registry(*w.vllm));
  const std::string first_table = registry.front().table;
  for (const vllm::RegisteredModel& m : registry) {
    bool wanted = o.kind == "all" || (o.kind == "text" ? m.table == first_table : vllm::kind_of(m.table) == o.kind);
    if (wanted && m.architecture.find(o.filter) != std::string::npos) lines.push_back({m, "", "", 0, {}, 0});
  }
  if (lines.empty()) return fail("no architecture fits; `models --kind all` lists every one");
  vllm::ModelTypes types(w.sources);

  // The results stand in the order of the registry whoever comes first.
  bool show = ::isatty(STDERR_FILENO) != 0;
  auto evaluate = [&](const std::vector<std::pair<Line*, FoundConfig>>& configs, const std::function<void(Line&, Line)>& keep) {
    std::vector<vllm::EvaluationTask> tasks;
    for (const auto& [line, config] : configs) {
      vllm::ModelRequest request;
      request.model = request.architecture = line->model.architecture;
      request.config = config.text;
      tasks.push_back({std::move(request), *scenario});
    }
    size_t count = 0;
    vllm::evaluate_models(w.sources, tasks, {.jobs = jobs_of(o), .limits = {o.seconds, o.memory << 20}, .meanwhile = {}}, to_text, [&](size_t task, ErrorOr<std::string_view> result) {
      Line line{configs[task].first->model, "failed", configs[task].second.source, 0, {}, 0};
      if (result.is_error()) line.unresolved.push_back(result.error().message);
      else read_result(*result, line);
      if (show) show_progress(++count, tasks.size(), line.model.architecture);
      keep(*configs[task].first, std::move(line));
    });
  };
  std::vector<std::pair<Line*, FoundConfig>> configs;
  for (Line& line : lines) {
    auto config = config_of_architecture(w, o, types, registry, line.model);
    if (config.is_error() || config->text.empty()) {
      line.status = "failed";
      line.unresolved.push_back(config.is_error() ? config.error().message : "no config: neither a preset nor a config class is in reach");
      continue;
    }
    configs.emplace_back(&line, *config);
  }
  evaluate(configs, [](Line& line, Line made) { line = std::move(made); });
  // Models of one architecture differ, and a release may run one where it refuses another.
  while (o.config.empty()) {
    std::vector<std::pair<Line*, FoundConfig>> others;
    for (auto& [line, config] : configs) {
      if (line->status != "rejected" || !config.source.starts_with("models/")) continue;
      auto other = config_of_architecture(w, o, types, registry, line->model, config.source);
      if (!other.is_error() && !other->text.empty()) others.emplace_back(line, *other);
    }
    if (others.empty()) break;
    evaluate(others, [](Line& line, Line made) {
      if (made.status != "rejected") line = std::move(made);
    });
    configs = std::move(others);
  }
  if (show) fmt::print(stderr, "\r\033[K");
  if (o.verbose) {
    statistics.lap("evaluate");
    statistics.print(w, {});
  }

  std::map<std::string, size_t> counts;
  ordered_json list = ordered_json::array();
  std::string text;
  for (const Line& line : lines) {
    ++counts[line.status];
    list.push_back({{"architecture", line.model.architecture}, {"kind", vllm::kind_of(line.model.table)}, {"file", line.model.file}, {"class", line.model.class_name},
                    {"status", line.status}, {"config", line.config}, {"operators", line.operators}, {"unresolved", line.unresolved},
                    {"ms", static_cast<int64_t>(line.milliseconds)}});
    text += fmt::format("{:<44} {:<9} {:>6} operators {:>6.0f} ms  {}\n", line.model.architecture, line.status, line.operators, line.milliseconds, line.model.file);
    for (size_t i = 0; i < line.unresolved.size() && i < 3; ++i) text += fmt::format("    {}\n", line.unresolved[i]);
  }
  for (const auto& [status, count] : counts) text += fmt::format("{} {}\n", count, status);
  if (int code = write_output(o.format == "json" ? report::json_text(list) : text, ""); code != Done) return code;
  return o.strict && counts["complete"] != lines.size() ? Incomplete : Done;
}

}  // namespace

void add_models_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<ModelsOptions>();
  CLI::App* command = program.add_subcommand("models", "evaluate every registered architecture and say how far each can be followed");
  command->add_option("--filter", options->filter, "only architectures whose name has this text");
  command->add_option("--kind", options->kind, "text (default), all, or a table of the registry: embedding, multimodal, speculative_decoding, ...")->capture_default_str();
  command->add_option("--seconds", options->seconds, "processor time that an architecture may take")->type_name("N")->capture_default_str()->check(CLI::Range(1, 86400));
  command->add_option("--memory", options->memory, "megabytes that an architecture may take")->type_name("MB")->capture_default_str()->check(CLI::Range(64, 1 << 20));
  add_source_options(*command, *options);
  add_scenario_options(*command, *options);
  add_format_option(*command, *options, {"text", "json"});
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace fusescout::app
