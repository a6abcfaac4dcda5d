#include "app/passes_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/json_text.h"

namespace fusescout::app {

using nlohmann::ordered_json;

std::string passes_to_json(const graph::ModelRun& run) {
  ordered_json list = ordered_json::array();
  for (const graph::PassResult& p : run.passes) {
    ordered_json constants = ordered_json::object();
    for (const auto& [name, value] : p.constants) constants[name] = value;
    ordered_json item = {{"pass", p.pass}, {"pattern", p.pattern}, {"file", p.location.file.str()}, {"line", p.location.line}, {"constants", std::move(constants)},
                         {"registered", p.registered}, {"range", {p.range_low, p.range_high}}, {"applicable", p.applicable}, {"matches", p.matches},
                         {"refused", p.refused}, {"why", p.why}};
    if (!p.absent.empty()) item["absent"] = p.absent;
    if (!p.stops.empty()) item["stops"] = p.stops;
    if (!p.differs.file.empty()) item["differs"] = {{"file", p.differs.file.str()}, {"line", p.differs.line}};
    if (!p.nearest.file.empty()) item["nearest"] = {{"file", p.nearest.file.str()}, {"line", p.nearest.line}};
    list.push_back(std::move(item));
  }
  return report::json_text(ordered_json{{"model", run.model}, {"architecture", run.architecture}, {"passes", std::move(list)}});
}

std::string passes_to_text(const graph::ModelRun& run) {
  std::string text;
  for (const graph::PassResult& p : run.passes) {
    std::string constants;
    for (const auto& [name, value] : p.constants) constants += fmt::format("{}{}={}", constants.empty() ? "" : ", ", name, value);
    text += fmt::format("{} {}({})  {}:{}\n  {} matches", p.pass, p.pattern, constants, p.location.file.view(), p.location.line, p.matches);
    if (p.refused) text += fmt::format(", {} refused", p.refused);
    if (!p.why.empty()) text += ": " + p.why;
    if (!p.nearest.file.empty()) text += fmt::format(" ({}:{})", p.nearest.file.view(), p.nearest.line);
    if (!p.differs.file.empty()) text += fmt::format(", pattern {}:{}", p.differs.file.view(), p.differs.line);
    if (!p.stops.empty()) text += "\n  ends the compilation: " + p.stops;
    text += '\n';
  }
  return text.empty() ? "no graph pass is on in this scenario\n" : text;
}

}  // namespace fusescout::app
