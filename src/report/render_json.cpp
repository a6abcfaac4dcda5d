#include <cmath>
#include <map>
#include <set>
#include <nlohmann/json.hpp>

#include "graph/fold_layers.h"
#include "report/json_text.h"
#include "report/location.h"
#include "report/report.h"

namespace fusescout::report {

using fusion::Finding;
using fusion::Verdict;
using nlohmann::ordered_json;

namespace {

// Three decimals: enough for microseconds, and the same text on every machine.
double rounded(double x) { return std::isfinite(x) ? std::round(x * 1000) / 1000 : 0; }
double rounded_share(double x) { return std::isfinite(x) ? std::round(x * 1e6) / 1e6 : 0; }

ordered_json to_json(const fusion::Estimate& e) { return {{"low", rounded(e.low)}, {"nominal", rounded(e.nominal)}, {"high", rounded(e.high)}}; }

ordered_json tensor_to_json(const graph::ModelRun& run, const fusion::InterfaceTensor& t) {
  const graph::Graph& graph = run.graph;
  const graph::Tensor& tensor = graph.tensors[t.tensor];
  ordered_json shape = ordered_json::array(), symbols = ordered_json::array(), strides = ordered_json::array();
  for (graph::Dim d : tensor.shape) {
    shape.push_back(d.value);
    symbols.push_back(graph.expressions.to_string(d));
  }
  for (graph::Dim d : tensor.strides) strides.push_back(d.value);
  return {{"name", t.name}, {"dtype", graph::dtype_name(tensor.dtype)}, {"shape", shape}, {"symbolic_shape", symbols}, {"strides", strides},
          {"contiguous", graph.contiguous(tensor)}, {"mutated", t.mutated}, {"parameter", t.parameter}};
}

ordered_json interface_to_json(const graph::ModelRun& run, const fusion::Interface& i) {
  ordered_json inputs = ordered_json::array(), scalars = ordered_json::array(), outputs = ordered_json::array();
  for (const auto& t : i.inputs) inputs.push_back(tensor_to_json(run, t));
  for (const auto& s : i.scalars) scalars.push_back({{"name", s.name}, {"type", s.type}, {"value", s.value}});
  for (const auto& t : i.outputs) outputs.push_back(tensor_to_json(run, t));
  return {{"name", i.name}, {"inputs", inputs}, {"scalars", scalars}, {"outputs", outputs}};
}

ordered_json feasibility_to_json(const fusion::Feasibility& f) {
  ordered_json requirements = ordered_json::array();
  for (const auto& r : f.requirements) {
    requirements.push_back({{"name", r.name}, {"holds", r.holds}, {"hard", r.hard}, {"value", rounded(r.value)}, {"limit", rounded(r.limit)},
                            {"unit", r.unit}, {"reason", r.reason}});
  }
  return {{"possible", f.possible}, {"triton", f.triton_possible}, {"ascendc", f.ascendc_possible}, {"tile_rows", f.tile_rows},
          {"requirements", requirements}};
}

ordered_json contract_to_json(const contract::Contract& c) {
  ordered_json sites = ordered_json::array();
  for (const auto& s : c.call_sites) {
    sites.push_back({{"file", s.file}, {"first_line", s.first_line}, {"last_line", s.last_line}, {"before", s.before}, {"after", s.after},
                     {"diff", s.diff}, {"calls", s.calls}});
  }
  return {{"signature", c.signature}, {"interface", c.interface}, {"registration", c.registration}, {"reference", c.reference},
          {"test", c.test}, {"call_sites", std::move(sites)}, {"patch", c.patch}, {"notes", c.notes}};
}

ordered_json row_to_json(const Report& report, const Row& row) {
  const Finding& f = *row.finding;
  const graph::ModelRun& run = *report.scenarios[row.scenario].run;
  ordered_json j;
  j["id"] = f.id;
  j["pattern"] = f.pattern;
  j["family"] = fusion::family_name(f.family);
  j["kind"] = f.kind;
  j["name"] = {{"zh", f.name_zh}, {"en", f.name_en}};
  j["verdict"] = fusion::verdict_name(row.verdict);
  ordered_json locations = ordered_json::array();
  for (const auto& l : f.locations) locations.push_back({{"file", l.file.str()}, {"first_line", l.first_line}, {"last_line", l.last_line}});
  j["locations"] = std::move(locations);
  j["layers"] = f.layers;
  j["operators"] = f.operators_text;
  j["kernels_today"] = f.kernels_text;
  auto written = report.contracts.find(f.id);
  if (!f.interface.name.empty()) j["interface"] = interface_to_json(run, written == report.contracts.end() ? f.interface : written->second.named);
  ordered_json gains = ordered_json::array();
  for (size_t s = 0; s < row.by_scenario.size(); ++s) {
    const Finding* there = row.by_scenario[s];
    if (!there) continue;
    gains.push_back({{"scenario", scenario_name(report.scenarios[s].run->scenario, Language::En)},
                     {"verdict", fusion::verdict_name(there->verdict)},
                     {"microseconds", to_json(there->step_gain)},
                     {"share", {{"low", rounded_share(there->step_share_low)}, {"nominal", rounded_share(there->step_share)}, {"high", rounded_share(there->step_share_high)}}},
                     {"before_once", to_json(there->price.before)},
                     {"after_once", to_json(there->price.after)},
                     {"alternative_to", there->alternative_to.empty() ? ordered_json(nullptr) : ordered_json(there->alternative_to)},
                     {"reason", there->reason}});
  }
  j["gain"] = std::move(gains);
  j["reason"] = f.reason;
  j["why"] = {{"zh", f.why_zh}, {"en", f.why_en}};
  ordered_json by = ordered_json::array();
  for (const auto& b : f.by) by.push_back({{"name", b.name}, {"how", b.how}, {"file", b.location.file.str()}, {"line", b.location.line}, {"guard", b.guard}, {"signature", b.signature}});
  j["by"] = std::move(by);
  ordered_json conditions = ordered_json::array();
  for (const auto& c : f.conditions) conditions.push_back({{"name", c.name}, {"holds", c.holds}, {"value", c.value}, {"reason", c.reason}});
  j["conditions"] = std::move(conditions);
  if (row.verdict == Verdict::Opportunity || row.verdict == Verdict::Available)
    j["alternative_to"] = f.alternative_to.empty() ? ordered_json(nullptr) : ordered_json(f.alternative_to);
  if (row.verdict == Verdict::Opportunity) {
    j["feasibility"] = feasibility_to_json(f.feasibility);
    j["risks"] = f.risks;
    j["bytes_saved_once"] = f.bytes_saved;
    j["launches_saved_once"] = f.launches_saved;
    if (auto contract = report.contracts.find(f.id); contract != report.contracts.end()) j["contract"] = contract_to_json(contract->second);
  }
  return j;
}

ordered_json scenario_to_json(const ScenarioResult& s) {
  const graph::ModelRun& run = *s.run;
  const graph::Scenario& c = run.scenario;
  ordered_json symbols = ordered_json::object();
  for (const auto& [name, value] : run.graph.expressions.symbols()) symbols[name] = value;
  ordered_json diagnostics = ordered_json::array();
  for (const auto& d : run.diagnostics) {
    diagnostics.push_back({{"kind", diagnostics::kind_name(d.kind)}, {"file", d.location.file.str()}, {"line", d.location.line}, {"message", d.message}, {"count", d.count}});
  }
  ordered_json kinds = ordered_json::array();
  for (const graph::LayerGroup& kind : graph::fold_layers(run.graph)) {
    if (kind.layers.front().empty()) continue;   // outside of the layers
    ordered_json layers = ordered_json::array();
    for (Symbol l : kind.layers) layers.push_back(l.str());
    kinds.push_back({{"representative", kind.layers.front().str()}, {"layers", std::move(layers)}});
  }
  return {{"name", scenario_name(c, Language::En)}, {"status", graph::status_name(run.status)}, {"device", c.device},
          {"graph_mode", c.graph_mode == graph::GraphMode::AclGraph ? "aclgraph" : "eager"},
          {"phase", c.phase == graph::Phase::Decode ? "decode" : "prefill"}, {"tokens", c.tokens}, {"sequences", c.sequences()},
          {"context", c.phase == graph::Phase::Decode ? c.context : 0}, {"tp", c.tp}, {"ep", c.ep}, {"dp", c.dp}, {"pp", c.pp},
          {"dtype", c.dtype}, {"quant", c.quant}, {"symbols", symbols}, {"step", to_json(s.analysis->step_time)},
          {"step_after", to_json(s.analysis->step_time_after)}, {"layer_kinds", kinds}, {"diagnostics", diagnostics}};
}

}  // namespace

std::string render_definition(const Report& report, const Row& row) {
  const graph::ModelRun& run = *report.scenarios[row.scenario].run;
  ordered_json document = {{"schema", "fusescout-definition-1"}, {"model", run.model}, {"architecture", run.architecture}, {"fusescout", report.program_version}};
  ordered_json sources = ordered_json::object();
  for (const auto& [name, version] : report.sources) sources[name] = version;
  document["sources"] = std::move(sources);
  document["scenario"] = scenario_to_json(report.scenarios[row.scenario]);
  for (const char* other : {"diagnostics", "layer_kinds"}) document["scenario"].erase(other);
  document.update(row_to_json(report, row));
  return json_text(document);
}

std::string render_json(const Report& report) {
  const graph::ModelRun& first = *report.scenarios.front().run;
  ordered_json document;
  document["schema"] = "fusescout-report-1";
  document["model"] = first.model;
  document["architecture"] = first.architecture;
  document["fusescout"] = report.program_version;
  document["command_line"] = report.command_line;
  ordered_json sources = ordered_json::object();
  for (const auto& [name, version] : report.sources) sources[name] = version;
  if (report.location && !report.location->config.empty()) sources["config"] = report.location->config;
  document["sources"] = std::move(sources);
  document["classes"] = classes_to_json(first.classes);
  ordered_json scenarios = ordered_json::array();
  for (const ScenarioResult& s : report.scenarios) scenarios.push_back(scenario_to_json(s));
  document["scenarios"] = std::move(scenarios);
  static constexpr std::pair<const char*, Verdict> lists[] = {
      {"opportunities", Verdict::Opportunity}, {"already_fused", Verdict::AlreadyFused}, {"available", Verdict::Available},
      {"blocked", Verdict::Blocked}, {"no_gain", Verdict::NoGain}, {"broken_passes", Verdict::BrokenPass}};
  for (const auto& [name, verdict] : lists) document[name] = ordered_json::array();
  document["alternatives"] = ordered_json::array();
  std::vector<Row> rows = merge_findings(report);
  std::map<std::string_view, const Finding*> by_id;
  for (const Row& row : rows) by_id.emplace(row.finding->id, row.finding);
  std::set<std::pair<size_t, graph::KernelId>> listed;   // kernels, by scenario, of what is listed though an alternative
  for (const Row& row : rows) {
    // Another fusion of the same kind, where one of it is to be done, is not one more thing to do. The best of those that do more is: an existing
    // kernel may come first, and a new one save still more.
    const Finding& f = *row.finding;
    auto done = row.verdict == Verdict::Opportunity && !f.alternative_to.empty() ? by_id.find(f.alternative_to) : by_id.end();
    if (done != by_id.end() && done->second->family == f.family) {
      bool more = f.kernels_text.size() > done->second->kernels_text.size();
      for (size_t i = 0; more && i < f.occurrences[0].kernels.size(); ++i) more = listed.emplace(row.scenario, f.occurrences[0].kernels[i]).second;
      document[more ? "opportunities" : "alternatives"].push_back(row_to_json(report, row));
      continue;
    }
    for (const auto& [name, verdict] : lists) {
      if (row.verdict == verdict) document[name].push_back(row_to_json(report, row));
    }
  }
  return json_text(document);
}

}  // namespace fusescout::report
