#include "report/location.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/json_text.h"

namespace fusescout::report {

using nlohmann::ordered_json;

namespace {

std::string place(const graph::Location& location) {
  return location.line == 0 ? location.file.str() : fmt::format("{}:{}", location.file.view(), location.line);
}

void classes_to_text(std::string& out, const char* label, const std::vector<graph::ClassUse>& uses) {
  for (const auto& use : uses) {
    out += fmt::format("  {:<14} {}:{} {}", label, use.upstream.file.view(), use.upstream.line, use.name);
    if (!use.replaced_by.empty()) out += fmt::format(" -> {}:{} {} ({})", use.replacement.file.view(), use.replacement.line, use.replaced_by, use.replaced_how);
    out += '\n';
  }
}

}  // namespace

ordered_json classes_to_json(const graph::ModelClasses& classes) {
  auto list_of = [](const std::vector<graph::ClassUse>& uses) {
    ordered_json list = ordered_json::array();
    for (const auto& use : uses) {
      ordered_json c = {{"name", use.name}, {"file", use.upstream.file.str()}, {"line", use.upstream.line}};
      if (use.replaced_by.empty()) c["replaced_by"] = nullptr;
      else c["replaced_by"] = {{"name", use.replaced_by}, {"file", use.replacement.file.str()}, {"line", use.replacement.line}, {"how", use.replaced_how}};
      list.push_back(std::move(c));
    }
    return list;
  };
  return {{"main", list_of(classes.main)}, {"decoder_layer", list_of(classes.decoder_layer)}, {"attention", list_of(classes.attention)},
          {"mlp", list_of(classes.mlp)}, {"moe", list_of(classes.moe)}};
}

std::string location_to_json(const graph::ModelLocation& l) {
  ordered_json evidence = ordered_json::array(), rejected = ordered_json::array();
  for (const auto& e : l.evidence) evidence.push_back({{"file", e.location.file.str()}, {"line", e.location.line}, {"text", e.text}, {"why", e.why}});
  for (const auto& r : l.rejected) rejected.push_back({{"file", r.file}, {"why", r.why}});
  ordered_json document;
  document["query"] = l.query;
  document["architecture"] = l.architecture;
  document["file"] = l.file;
  document["classes"] = classes_to_json(l.classes);
  document["evidence"] = std::move(evidence);
  document["rejected"] = std::move(rejected);
  document["config"] = l.config.empty() ? ordered_json(nullptr) : ordered_json(l.config);
  return json_text(document);
}

std::string location_to_text(const graph::ModelLocation& l) {
  std::string out = fmt::format("{} is {} in {}\n", l.query, l.architecture, l.file);
  classes_to_text(out, "main", l.classes.main);
  classes_to_text(out, "decoder layer", l.classes.decoder_layer);
  classes_to_text(out, "attention", l.classes.attention);
  classes_to_text(out, "MLP", l.classes.mlp);
  classes_to_text(out, "MoE", l.classes.moe);
  out += "evidence\n";
  for (const auto& e : l.evidence) out += fmt::format("  {}: {}\n    {}\n", place(e.location), e.text, e.why);
  if (!l.rejected.empty()) out += "not these\n";
  for (const auto& r : l.rejected) out += fmt::format("  {}: {}\n", r.file, r.why);
  out += l.config.empty() ? "config: none built in; give one with --config FILE\n" : fmt::format("config: {}\n", l.config);
  return out;
}

}  // namespace fusescout::report
