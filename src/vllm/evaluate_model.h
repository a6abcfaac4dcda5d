// The front door of this layer: from the source trees, a config and a scenario to one forward pass as data.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/model_run.h"
#include "graph/scenario.h"
#include "python/interpreter.h"
#include "source/file_system.h"
#include "source/tree.h"
#include "vllm/tree_loader.h"

namespace fusescout::vllm {

// Where everything is read.
struct Sources {
  const source::Tree* vllm = nullptr;
  const source::Tree* ascend = nullptr;        // may be missing for an upstream run
  const source::Tree* transformers = nullptr;
  const source::FileSystem* data = nullptr;    // library/, stand_ins/, catalogue/ (source::DataFiles)
  AstStore* asts = nullptr;                    // shared by all runs over these trees
};

struct ModelRequest {
  std::string model;         // the name, as asked for
  std::string architecture;  // registry key; empty: the first one of the config that the registry knows
  std::string config;        // the text of config.json
  std::string config_folder; // for a configuration_*.py beside it; may be empty
  std::string quant_description;  // the text of the scenario's quant_description file; may be empty
  std::vector<std::pair<Symbol, uint32_t>> misfits = {};  // see python::Interpreter; from misfit_of
  // Not empty: workers are forked, so that a model's modules that the configuration was made from are imported before a worker's patches; and why.
  std::string forked = {};
  bool watch_config = false;  // an exception says which value of the config does not fit and who read it; slow
};

// One evaluation in steps. What several have in common is done once: a process that stands between two steps is forked (evaluate_models.h).
// Never fails: what went wrong is in the run's status, exception and diagnostics.
class Evaluation {
 public:
  Evaluation(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario, python::Limits limits = {});
  ~Evaluation();
  void begin();                // what comes before the model's configuration
  void construct();            // configuration, patches, the model
  graph::ModelRun finish();    // forward and graph passes
  // The text that a step of library/fusescout_worker gives, in place of these. Empty, and `error`, when it raises.
  std::string ask(const char* step, std::string& error);
  // Whether all that was done so far would have been the same for another model and scenario. Then it may be about them from here on.
  bool fits(const ModelRequest& request, const graph::Scenario& scenario) const;
  void switch_to(const ModelRequest& request, const graph::Scenario& scenario);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Where the run ended because the trees do not fit each other, if it did and the request does not know it: worth another try with it.
std::optional<std::pair<Symbol, uint32_t>> misfit_of(const graph::ModelRun& run, const ModelRequest& request);

// Workers are spawned, as `vllm serve` has them, and import the model behind the patches. Where it then calls a patched function otherwise than that takes
// it, a forked worker may run, which had imported the model before: then that is the run, and the request says so.
void fork_where_refused(const Sources& sources, ModelRequest& request, const graph::Scenario& scenario, graph::ModelRun& run);

// Runs the beginning that it is given, and does other things beside it, such as to find out what the request is: it is read when this has
// returned. No thread is left by then. False: there is nothing to evaluate.
using AroundBegin = std::function<bool(const std::function<void()>& begin)>;

// The run is empty if `around_begin` said so.
graph::ModelRun evaluate_model(const Sources& sources, const ModelRequest& request, const graph::Scenario& scenario, const AroundBegin& around_begin = {});

// A run that ended with an exception is done once more, to add to the exception which value of the config it is about, as far as that can be told.
void name_unfit_value(const Sources& sources, ModelRequest request, const graph::Scenario& scenario, graph::ModelRun& run);

}  // namespace fusescout::vllm
