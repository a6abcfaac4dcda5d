// The trees' own graph passes: their patterns traced into calls, matched on the step's calls as torch's matcher does, and what matches put into
// one kernel. The passes run as library/fusescout_worker/graph_passes.py calls them.
#pragma once

#include <memory>

#include "graph/model_run.h"
#include "torch/context.h"

namespace fusescout::vllm {

class GraphPasses {
 public:
  GraphPasses(torch::Context& context, graph::ModelRun& run);
  ~GraphPasses();
  // callers(): the objects whose methods are running, innermost first, for a registry to know who registers.
  // end_of_model(): what follows is not compiled.
  // capture_calls(one_size): the step's calls as they are compiled; for one size, or with sizes that stay symbolic.
  // apply_patterns((pass class, range start, range end), registrations, applicable): the number of matches.
  // finish_passes(): the partition is final.
  void add_to(python::Interpreter& interpreter, python::Module* module);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fusescout::vllm
