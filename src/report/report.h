// The report of one model: what was found, for every scenario that was asked for. One document, a renderer a format.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "contract/contract.h"
#include "fusion/finding.h"
#include "graph/model_location.h"
#include "graph/model_run.h"

namespace fusescout::report {

enum class Language { Zh, En };

struct ScenarioResult {
  const graph::ModelRun* run = nullptr;
  const fusion::Analysis* analysis = nullptr;
};

// One finding over all scenarios.
struct Row {
  const fusion::Finding* finding = nullptr;   // of the scenario where it gains most, by its share of a step
  size_t scenario = 0;                        // index of that one
  fusion::Verdict verdict = fusion::Verdict::NoGain;
  std::vector<const fusion::Finding*> by_scenario;   // nullptr: not found there
};

struct Report {
  const graph::ModelLocation* location = nullptr;
  std::vector<ScenarioResult> scenarios;      // at least one; the first shows the sequence
  std::vector<std::pair<std::string, std::string>> sources;   // "vllm" -> "0.17.0 (folder)"
  std::map<std::string, contract::Contract> contracts;        // of opportunities, by id
  // Other models of the tree whose code has the same pattern, by id; may be empty.
  std::map<std::string, std::vector<std::string>> elsewhere;
  std::string command_line;
  std::string program_version;
};

// Findings of all scenarios, equal ids joined. An opportunity in any scenario is one; opportunities first, by their best gain.
std::vector<Row> merge_findings(const Report& report);

// "decode, 16 tokens": tells the scenarios of a report apart.
std::string scenario_name(const graph::Scenario& scenario, Language language);
std::string step_name(const graph::Scenario& scenario, Language language);      // "prefill, 2048 tokens", also of a named one

std::string render_markdown(const Report& report, Language language);
std::string render_json(const Report& report);
// One row of it alone, with the model, the sources and the scenario that its shapes are of: `definition.json` of a contract.
std::string render_definition(const Report& report, const Row& row);

}  // namespace fusescout::report
