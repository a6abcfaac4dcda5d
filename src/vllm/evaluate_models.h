// Many models and scenarios over the same trees. Each is evaluated in a process of its own, which starts from what it shares with others: the
// state before any model's configuration, and between scenarios of one model the constructed model, as far as nothing has asked for a fact in
// which they differ (Evaluation::fits).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error_or.h"
#include "base/processes.h"
#include "vllm/evaluate_model.h"

namespace fusescout::vllm {

struct EvaluationTask {
  ModelRequest request;
  graph::Scenario scenario;
};

struct EvaluateModelsOptions {
  unsigned jobs = 1;
  ProcessLimits limits = {};       // of each task
  bool share = true;               // false: every task from the start, for tests
  std::function<void()> meanwhile = {};   // done in this process, which only waits; may be empty
  AroundBegin around_begin = {};   // may be empty
};

// `result` makes of a run, in its process, what `done` is given in this one, in any order; it stays valid. An error: the process did not get to
// the end.
void evaluate_models(const Sources& sources, const std::vector<EvaluationTask>& tasks, const EvaluateModelsOptions& options,
                     const std::function<std::string(const graph::ModelRun&)>& result, const std::function<void(size_t, ErrorOr<std::string_view>)>& done);

}  // namespace fusescout::vllm
