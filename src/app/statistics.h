// What a command read and where its time went (`--verbose`).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/model_input.h"
#include "base/stopwatch.h"
#include "graph/model_run.h"

namespace fusescout::app {

class Statistics {
 public:
  void lap(const char* phase) { phases_.emplace_back(phase, stopwatch_.lap()); }
  void add(const char* phase, double milliseconds) { phases_.emplace_back(phase, milliseconds); }
  // One line of JSON on stderr. Times are milliseconds of processor time: of the command's own thread, and of each run.
  void print(const Workspace& workspace, const std::vector<graph::ModelRun>& runs) const;

 private:
  Stopwatch stopwatch_;
  std::vector<std::pair<std::string, double>> phases_;
};

}  // namespace fusescout::app
