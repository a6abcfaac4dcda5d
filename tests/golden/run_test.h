// Runs a golden test: its Python through the evaluator, its graph through the fusion engine.
#pragma once

#include <string>
#include <vector>

#include "fusion/finding.h"
#include "graph/model_run.h"
#include "graph/pattern.h"
#include "source/file_system.h"
#include "suite.h"

namespace fusescout::golden {

struct Outcome {
  std::string failure;          // a Python exception or a bad input; empty: it ran
  graph::ModelRun run;
  fusion::Analysis analysis;
};
Outcome run_test(const Test& test, const source::FileSystem& data, const std::vector<graph::Pattern>& patterns);

// The text of a block that `--update` writes.
std::string evidence_text(const std::string& kind, const Outcome& outcome);

}  // namespace fusescout::golden
