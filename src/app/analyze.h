// What `analyze` and `explain` share: evaluate the scenarios and judge every candidate.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/model_input.h"
#include "app/statistics.h"
#include "fusion/finding.h"
#include "gain/model.h"
#include "report/report.h"

namespace fusescout::app {

struct AnalyzeOptions : Options {
  std::string name, output, language = "zh", patterns, contract;
};
inline report::Language language_of(const AnalyzeOptions& options) { return options.language == "en" ? report::Language::En : report::Language::Zh; }
void add_analyze_options(CLI::App& command, AnalyzeOptions& options);

// Everything that a report points to.
struct Analyzed {
  std::unique_ptr<Workspace> workspace;
  graph::ModelLocation location;
  std::vector<graph::ModelRun> runs;
  std::vector<std::unique_ptr<gain::Model>> models;
  std::vector<fusion::Analysis> analyses;
  report::Report report;
  Statistics statistics;
};
// An error's exit code and text went out already: `code` is not Done then.
struct AnalyzeResult { int code = 0; std::unique_ptr<Analyzed> analyzed; };
// A folder for each opportunity, and `index.json`: their ids, names and folders.
int write_contracts(const report::Report& report, const std::string& folder);
AnalyzeResult analyze_model(const AnalyzeOptions& options, bool with_contracts);

}  // namespace fusescout::app
