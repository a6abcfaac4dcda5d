#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/locate_model.h"
#include "vllm/model_types.h"
#include "vllm/registry.h"

namespace fusescout::app {
namespace {

using nlohmann::ordered_json;

struct ModelsOptions : Options {
  std::string filter, kind = "text";
};

struct Line {
  vllm::RegisteredModel model;
  std::string status, config;
  size_t operators = 0;
  std::vector<std::string> unresolved;
  double milliseconds = 0;
};

// "_TEXT_GENERATION_MODELS" -> "text_generation"
std::string kind_of(const std::string& table) {
  std::string kind = table;
  if (kind.ends_with("_MODELS")) kind.resize(kind.size() - 7);
  while (kind.starts_with('_')) kind.erase(0, 1);
  for (char& c : kind) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return kind;
}

// A config for an architecture: a preset, else one that says no more than its model_type, so that the class defaults hold.
ErrorOr<FoundConfig> config_of(const Workspace& workspace, const Options& options, const std::map<std::string, std::string>& types,
                               const std::string& architecture) {
  FoundConfig config = TRY(find_config(workspace, options, architecture));
  if (!config.text.empty()) return config;
  auto type = types.find(architecture);
  if (type == types.end()) return config;
  config.text = ordered_json{{"architectures", {architecture}}, {"model_type", type->second}}.dump();
  config.source = "class defaults of " + type->second;
  return config;
}

void evaluate(const Workspace& workspace, const Options& options, const graph::Scenario& scenario, const std::map<std::string, std::string>& types, Line& line) {
  auto config = config_of(workspace, options, types, line.model.architecture);
  if (config.is_error() || config->text.empty()) {
    line.status = "failed";
    line.unresolved.push_back(config.is_error() ? config.error().message : "no config: neither a preset nor a config class is in reach");
    return;
  }
  line.config = config->source;
  vllm::ModelRequest request;
  request.model = request.architecture = line.model.architecture;
  request.config = config->text;
  graph::ModelRun run = vllm::evaluate_model(workspace.sources, request, scenario);
  line.status = graph::status_name(run.status);
  line.operators = run.graph.operators.size();
  line.milliseconds = run.milliseconds;
  if (!run.exception.empty()) {
    std::string place = run.stack.empty() ? "" : fmt::format("{}:{}: ", run.stack.back().file.view(), run.stack.back().line);
    line.unresolved.push_back(place + run.exception);
  }
  for (const auto& d : run.diagnostics) {
    if (d.kind != diagnostics::Kind::Condition) line.unresolved.push_back(diagnostics::to_text(d));
  }
}

int run(const ModelsOptions& o) {
  auto workspace = open_workspace(o);
  if (workspace.is_error()) return fail(workspace.error().message);
  const Workspace& w = **workspace;
  auto scenario = make_scenario(o, graph::Phase::Decode);
  if (scenario.is_error()) return fail(scenario.error().message);
  std::vector<Line> lines;
  std::vector<vllm::RegisteredModel> registry = vllm::read_registry(*w.vllm, w.ascend ? &*w.ascend : nullptr);
  if (registry.empty()) return fail("the vLLM tree has no table of registered models");
  const std::string first_table = registry.front().table;
  for (vllm::RegisteredModel& m : registry) {
    bool wanted = o.kind == "all" || (o.kind == "text" ? m.table == first_table : kind_of(m.table) == o.kind);
    if (wanted && m.architecture.find(o.filter) != std::string::npos) lines.push_back({std::move(m), "", "", 0, {}, 0});
  }
  if (lines.empty()) return fail("no architecture fits; `models --kind all` lists every one");
  std::map<std::string, std::string> types;
  if (w.transformers) types = vllm::read_model_types(*w.transformers);

  // Each model is evaluated by itself; the results stand in the order of the registry whoever comes first.
  unsigned jobs = o.jobs > 0 ? static_cast<unsigned>(o.jobs) : std::max(1u, std::thread::hardware_concurrency());
  std::atomic<size_t> next = 0, done = 0;
  std::mutex terminal;
  bool show = ::isatty(STDERR_FILENO) != 0;
  auto work = [&] {
    for (size_t i; (i = next++) < lines.size();) {
      evaluate(w, o, *scenario, types, lines[i]);
      size_t count = ++done;
      if (!show) continue;
      std::lock_guard lock(terminal);
      fmt::print(stderr, "\r\033[K[{}/{}] {}", count, lines.size(), lines[i].model.architecture);
      std::fflush(stderr);
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  if (show) fmt::print(stderr, "\r\033[K");

  std::map<std::string, size_t> counts;
  ordered_json list = ordered_json::array();
  std::string text;
  for (const Line& line : lines) {
    ++counts[line.status];
    list.push_back({{"architecture", line.model.architecture}, {"kind", kind_of(line.model.table)}, {"file", line.model.file}, {"class", line.model.class_name},
                    {"status", line.status}, {"config", line.config}, {"operators", line.operators}, {"unresolved", line.unresolved},
                    {"ms", static_cast<int64_t>(line.milliseconds)}});
    text += fmt::format("{:<44} {:<9} {:>6} operators {:>6.0f} ms  {}\n", line.model.architecture, line.status, line.operators, line.milliseconds, line.model.file);
    for (size_t i = 0; i < line.unresolved.size() && i < 3; ++i) text += fmt::format("    {}\n", line.unresolved[i]);
  }
  for (const auto& [status, count] : counts) text += fmt::format("{} {}\n", count, status);
  if (int code = write_output(o.format == "json" ? list.dump(1) + "\n" : text, ""); code != Done) return code;
  return o.strict && counts["complete"] != lines.size() ? Incomplete : Done;
}

}  // namespace

void add_models_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<ModelsOptions>();
  CLI::App* command = program.add_subcommand("models", "evaluate every registered architecture and say how far each can be followed");
  command->add_option("--filter", options->filter, "only architectures whose name has this text");
  command->add_option("--kind", options->kind, "text (default), all, or a table of the registry: embedding, multimodal, speculative_decoding, ...")->capture_default_str();
  add_source_options(*command, *options);
  add_scenario_options(*command, *options);
  add_format_option(*command, *options, {"text", "json"});
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace fusescout::app
