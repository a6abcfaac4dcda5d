#include "vllm/evaluate_model.h"

#include <fmt/format.h>

#include <chrono>

#include "catalogue/install.h"
#include "torch/context.h"
#include "vllm/class_use.h"
#include "vllm/graph_passes.h"
#include "vllm/scenario_module.h"
#include "vllm/summarize_run.h"
#include "vllm/entry_points.h"

namespace fusescout::vllm {

using python::Interpreter;
using python::Value;

namespace {

void add_sources(TreeLoader& loader, const Sources& sources, const graph::Scenario& scenario) {
  loader.add_library(*sources.data, "library");
  loader.add_library(*sources.data, "catalogue");
  loader.add_stand_ins(*sources.data, "stand_ins");
  loader.add_tree(*sources.vllm);
  loader.add_tree(*sources.transformers);
  if (!scenario.triton) loader.set_installed("triton", false);
  if (scenario.upstream) return;
  loader.add_tree(*sources.ascend);
  // What its build generates: the device, and the library of C++ operators.
  DeviceGeneration device = device_generation(scenario.device);
  loader.add_generated("vllm_ascend._build_info", "__device_type__ = '" + device.name + "'\n__soc_version__ = '" + device.soc_name +
                                                      "'\n__sleep_mode_enabled__ = " + (scenario.custom_ops ? "True" : "False") + "\n");
  loader.add_generated("vllm_ascend.vllm_ascend_C", scenario.custom_ops ? std::optional<std::string>("") : std::nullopt);
}

}  // namespace

graph::ModelRun evaluate_model(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario) {
  return evaluate_model(sources, request, scenario, {});
}

graph::ModelRun evaluate_model(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario, python::Limits limits) {
  auto begin = std::chrono::steady_clock::now();
  graph::ModelRun run;
  run.model = request.model;
  run.architecture = request.architecture;
  run.scenario = scenario;
  run.graph.phase = scenario.phase == graph::Phase::Prefill ? "prefill" : "decode";

  ScenarioFacts facts{scenario, request, sources.transformers, {}, {}};
  auto version = [&](const source::Tree* tree) { facts.versions.emplace_back(source::distribution_name(tree->package()), tree->version()); };
  version(sources.vllm);
  version(sources.transformers);
  if (scenario.upstream) {
    facts.entry_points.push_back({"vllm.platform_plugins", "upstream", "fusescout_worker.upstream_platform:register"});
  } else {
    version(sources.ascend);
    facts.entry_points = entry_points(*sources.ascend);
  }
  run.versions = facts.versions;

  TreeLoader loader(*sources.asts);
  add_sources(loader, sources, scenario);
  Interpreter interpreter(loader, run.graph.expressions, limits);
  torch::Context context(interpreter, run.graph);
  torch::install(context);
  catalogue::install(context);
  set_class_hooks(context, run);
  add_scenario_module(interpreter, context, facts, run);

  GraphPasses passes(context, run);
  passes.add_to(interpreter, interpreter.find_module(Symbol("fusescout_scenario")));

  auto worker = [&](const char* step, std::initializer_list<Value> arguments) {
    Value module = interpreter.import_module(Symbol("fusescout_worker"));
    return interpreter.call(interpreter.get_attribute(module, Symbol(step)), arguments);
  };
  std::optional<Interpreter::Failure> failure = interpreter.guard([&] {
    Value config = worker("prepare", {});
    Value runner = worker("construct", {config});
    worker("run_forward", {runner});
    context.recording = false;
    // A pass that cannot be followed leaves the step's own kernels: a gap, not the end.
    std::optional<Interpreter::Failure> gap = interpreter.guard([&] { worker("run_graph_passes", {runner}); });
    if (gap) {
      std::string place = gap->stack.empty() ? "" : fmt::format(" ({}:{})", gap->stack.back().first.view(), gap->stack.back().second);
      interpreter.note(python::NoteKind::Unsupported, fmt::format("the graph passes cannot be followed: {}: {}{}", gap->type, gap->message, place));
    }
  });
  context.recording = false;
  note_patched_functions(interpreter, run);
  AstOf ast_of = [&](const std::string& path) -> std::shared_ptr<const syntax::Ast> {
    for (const source::Tree* tree : {sources.vllm, sources.ascend, sources.transformers}) {
      if (tree != nullptr && path.starts_with(std::string(source::import_name(tree->package())) + "/")) return sources.asts->get(*tree, path);
    }
    return nullptr;
  };
  summarize_run(interpreter, failure, ast_of, run);
  run.steps = interpreter.steps();
  run.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return run;
}

}  // namespace fusescout::vllm
