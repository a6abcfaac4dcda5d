#include "vllm/evaluate_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>

#include "base/stopwatch.h"
#include "catalogue/install.h"
#include "torch/context.h"
#include "torch/watch_calls.h"
#include "vllm/class_use.h"
#include "vllm/graph_passes.h"
#include "vllm/operator_library.h"
#include "vllm/scenario_module.h"
#include "vllm/summarize_run.h"
#include "vllm/entry_points.h"

namespace fusescout::vllm {

using python::Interpreter;
using python::Value;

namespace {

// A checkout has no version file; vllm-ascend lets its user say the version. Else it is newer than every release that the code asks about, under
// a name that can be compared.
std::string vllm_version(const Sources& sources, const graph::Scenario& scenario) {
  std::string version = sources.vllm->version();
  if (version != "dev") return version;
  for (const auto& [name, value] : scenario.environment) {
    if (name == "VLLM_VERSION") return value;
  }
  return "99.dev0";
}

void add_sources(TreeLoader& loader, const Sources& sources, const graph::Scenario& scenario) {
  loader.add_library(*sources.data, "library");
  loader.add_library(*sources.data, "catalogue");
  loader.add_stand_ins(*sources.data, "stand_ins");
  loader.add_tree(*sources.vllm);
  loader.add_tree(*sources.transformers);
  if (std::string version = vllm_version(sources, scenario); version != sources.vllm->version()) {
    loader.add_generated("vllm._version", "__version__ = '" + version + "'\n__version_tuple__ = version_tuple = tuple(__version__.split('.'))\n");
  }
  if (!scenario.triton) loader.set_installed("triton", false);
  if (scenario.upstream) return;
  loader.add_tree(*sources.ascend);
  // What its build generates: the device, and the library of C++ operators.
  DeviceGeneration device = device_generation(scenario.device);
  if (sources.ascend->read("vllm_ascend/utils.py").value_or("").find(" " + device.old_name + " = ") != std::string::npos) device.name = device.old_name;
  loader.add_generated("vllm_ascend._build_info", "__device_type__ = '" + device.name + "'\n__soc_version__ = '" + device.soc_name +
                                                      "'\n__sleep_mode_enabled__ = " + (scenario.custom_ops ? "True" : "False") + "\n");
  for (const char* package : {"torch_npu.op_plugin", "torch_npu.op_plugin.atb", "torch_npu.profiler"}) loader.add_generated(package, "");
  loader.add_generated("torch_npu.op_plugin.atb._atb_ops", "def _register_atb_extensions():\n    pass\n");
  loader.add_generated("vllm_ascend.vllm_ascend_C", scenario.custom_ops ? std::optional(operator_library(*sources.ascend, device.name.find("310") != std::string::npos)) : std::nullopt);
}

ScenarioFacts facts_of(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario) {
  ScenarioFacts facts{request, scenario, sources.transformers, {}, {}, {}, {}, {}};
  auto version = [&](const source::Tree* tree) { facts.versions.emplace_back(source::distribution_name(tree->package()), tree->version()); };
  version(sources.vllm);
  version(sources.transformers);
  if (scenario.upstream) {
    facts.entry_points.push_back({"vllm.platform_plugins", "upstream", "fusescout_worker.upstream_platform:register"});
  } else {
    version(sources.ascend);
    facts.entry_points = entry_points(*sources.ascend);
  }
  return facts;
}

}  // namespace

struct Evaluation::State {
  Sources sources;
  ScenarioFacts facts;
  graph::ModelRun run;
  TreeLoader loader;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  Stopwatch stopwatch;
  Interpreter interpreter;
  torch::Context context;
  GraphPasses passes;
  Value config, runner;
  std::optional<Interpreter::Failure> failure;

  State(const Sources& s, const ModelRequest& request, const graph::Scenario& scenario, python::Limits limits)
      : sources(s), facts(facts_of(s, request, scenario)), loader(*s.asts), interpreter(loader, run.graph.expressions, limits),
        context(interpreter, run.graph), passes(context, run) {
    add_sources(loader, sources, scenario);
    torch::install(context);
    catalogue::install(context);
    set_class_hooks(context, run);
    torch::watch_calls(context, run.wrappers);
    add_scenario_module(interpreter, context, facts, run);
    passes.add_to(interpreter, interpreter.find_module(Symbol("fusescout_scenario")));
    phase("start");
  }

  void phase(const char* name) { run.phases.emplace_back(name, stopwatch.lap()); }

  // A step of library/fusescout_worker.
  Value worker(const char* step, std::initializer_list<Value> arguments) {
    Value module = interpreter.import_module(Symbol("fusescout_worker"));
    return interpreter.call(interpreter.get_attribute(module, Symbol(step)), arguments);
  }

  void step(const char* name, const std::function<void()>& action) {
    if (failure) return;
    failure = interpreter.guard(action);
    context.recording = false;
    phase(name);
  }

  AstStore::Ast ast_of(const std::string& path) const {
    for (const source::Tree* tree : {sources.vllm, sources.ascend, sources.transformers}) {
      if (tree != nullptr && path.starts_with(std::string(source::import_name(tree->package())) + "/")) return sources.asts->whole(*tree, path);
    }
    return nullptr;
  }
};

Evaluation::Evaluation(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario, python::Limits limits)
    : state_(std::make_unique<State>(sources, request, scenario, limits)) {}
Evaluation::~Evaluation() = default;

void Evaluation::begin() {
  State& s = *state_;
  s.interpreter.misfits = s.facts.request.misfits;
  for (const source::Tree* tree : {s.sources.vllm, s.sources.ascend}) {
    if (tree != nullptr) s.interpreter.partners.push_back(source::import_name(tree->package()));
  }
  s.step("begin", [&] { s.worker("begin", {}); });
  s.facts.exported_names.finish();   // a process that is forked has one thread
}

void Evaluation::construct() {
  State& s = *state_;
  s.interpreter.workers_forked = !s.facts.request.forked.empty();
  s.interpreter.misfits = s.facts.request.misfits;
  s.step("prepare", [&] { s.config = s.worker("prepare", {}); });
  s.step("construct", [&] { s.runner = s.worker("construct", {s.config}); });
  if (!s.facts.request.forked.empty()) {
    s.interpreter.note(python::NoteKind::Assumption, "a spawned worker refuses the model: " + s.facts.request.forked + "; followed in a forked one, which had imported it before the patches");
  }
}

graph::ModelRun Evaluation::finish() {
  State& s = *state_;
  s.run.model = s.facts.request.model;
  s.run.architecture = s.facts.request.architecture;
  s.run.scenario = s.facts.scenario;
  s.run.versions = s.facts.versions;
  s.run.graph.phase = s.run.scenario.phase == graph::Phase::Prefill ? "prefill" : "decode";
  s.step("forward", [&] { s.worker("run_forward", {s.runner}); });
  s.step("graph passes", [&] {
    // A pass that cannot be followed leaves the step's own kernels: a gap, not the end.
    std::optional<Interpreter::Failure> gap = s.interpreter.guard([&] { s.worker("run_graph_passes", {s.runner}); });
    if (!gap) return;
    std::string place = gap->stack.empty() ? "" : fmt::format(" ({}:{})", gap->stack.back().first.view(), gap->stack.back().second);
    s.interpreter.note(python::NoteKind::Unsupported, fmt::format("the graph passes cannot be followed: {}: {}{}", gap->type, gap->message, place));
  });
  note_patched_functions(s.interpreter, s.run);
  AstOf ast_of = [&s](const std::string& path) { return s.ast_of(path); };
  summarize_run(s.interpreter, s.failure, ast_of, s.run);
  if (!s.run.exception.empty()) s.run.exception += unfit_config_value(s.facts.config_reads, s.run.exception, s.run.stack, ast_of);
  s.phase("summary");
  s.run.steps = s.interpreter.steps();
  s.run.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - s.since).count();
  return std::move(s.run);
}

std::string Evaluation::ask(const char* step, std::string& error) {
  State& s = *state_;
  std::string text;
  s.step(step, [&] { text = s.interpreter.text_of(s.worker(step, {})); });
  if (s.failure) error = s.failure->type + ": " + s.failure->message;
  return text;
}

bool Evaluation::fits(const ModelRequest& request, const graph::Scenario& scenario) const {
  const graph::Scenario& own = state_->facts.scenario;
  auto kind_of_machine = [](const graph::Scenario& s) { return std::tie(s.upstream, s.device, s.custom_ops, s.triton, s.environment); };
  return kind_of_machine(own) == kind_of_machine(scenario) && state_->facts.same_past(request, scenario);
}

void Evaluation::switch_to(const ModelRequest& request, const graph::Scenario& scenario) {
  CHECK(fits(request, scenario));
  state_->facts.request = request;
  state_->facts.scenario = scenario;
  state_->since = std::chrono::steady_clock::now();
  state_->stopwatch = Stopwatch();   // of the thread that goes on
}

std::optional<std::pair<Symbol, uint32_t>> misfit_of(const graph::ModelRun& run, const ModelRequest& request) {
  auto says = [&](std::string_view text) { return run.exception.find(text) != std::string::npos; };
  bool call = run.exception.starts_with("TypeError: ") && (says("() takes ") || says("() got an unexpected keyword argument") || says("() missing "));
  bool attribute = run.exception.starts_with("AttributeError: ") && says(" has no attribute ");
  bool import = run.exception.starts_with("ImportError: cannot import name ") || run.exception.starts_with("ModuleNotFoundError: No module named 'vllm");
  if (run.stack.empty() || (!call && !attribute && !import)) return std::nullopt;
  std::pair<Symbol, uint32_t> site(run.stack.back().file, run.stack.back().line);
  // What stands for the runner is ours: it fits, or is mended.
  if (site.first.view().starts_with("library/fusescout")) return std::nullopt;
  if (std::find(request.misfits.begin(), request.misfits.end(), site) != request.misfits.end()) return std::nullopt;
  return site;
}

graph::ModelRun evaluate_model(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario, const AroundBegin& around_begin) {
  auto evaluation = std::make_unique<Evaluation>(sources, around_begin ? ModelRequest() : request, scenario);
  auto begin = [&] { evaluation->begin(); };
  if (!around_begin) begin();
  else if (!around_begin(begin)) return {};
  if (!evaluation->fits(request, scenario)) {
    evaluation = std::make_unique<Evaluation>(sources, request, scenario);
    begin();
  }
  evaluation->switch_to(request, scenario);
  evaluation->construct();
  return evaluation->finish();
}

void fork_where_refused(const Sources& sources, ModelRequest& request, const graph::Scenario& scenario, graph::ModelRun& run) {
  if (!run.exception.starts_with("TypeError: ") || !misfit_of(run, request)) return;
  ModelRequest forked = request;
  forked.forked = fmt::format("`{}` ({}:{})", run.exception, run.stack.back().file.view(), run.stack.back().line);
  graph::ModelRun other = evaluate_model(sources, forked, scenario);
  if (!other.exception.empty()) return;
  run = std::move(other);
  request = std::move(forked);
}

void name_unfit_value(const Sources& sources, ModelRequest request, const graph::Scenario& scenario, graph::ModelRun& run) {
  bool limits = std::any_of(run.diagnostics.begin(), run.diagnostics.end(), [](const auto& d) { return d.kind == diagnostics::Kind::Limit; });
  if (run.stack.empty() || limits) return;
  request.watch_config = true;
  std::string exception = evaluate_model(sources, request, scenario).exception;
  if (exception.starts_with(run.exception)) run.exception = std::move(exception);
}

}  // namespace fusescout::vllm
