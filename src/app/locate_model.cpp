#include "app/locate_model.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "vllm/locate.h"

namespace fusescout::app {

using nlohmann::ordered_json;

ErrorOr<LocatedModel> locate_model(const Workspace& workspace, const Options& options, const std::string& name) {
  FoundConfig config = TRY(find_config(workspace, options, name));
  std::optional<vllm::ConfigHint> hint;
  if (!config.architectures.empty()) hint = vllm::ConfigHint{config.architectures.front(), config.model_type, config.source};
  auto tree = [](const std::optional<source::Tree>& t) { return t ? &*t : nullptr; };
  LocatedModel located;
  located.location = TRY(vllm::locate(*workspace.vllm, tree(workspace.ascend), tree(workspace.transformers), name, hint));
  if (config.text.empty()) config = TRY(find_config(workspace, options, located.location.architecture));
  located.location.config = config.source;
  located.request.model = name;
  located.request.architecture = located.location.architecture;
  located.request.config = config.text;
  located.request.config_folder = config.folder;
  if (!options.quant_description.empty()) {
    auto text = source::real_files().read(options.quant_description);
    if (!text) return Error{"cannot read the quantisation description `" + options.quant_description + "`: give a quant_model_description.json"};
    if (!nlohmann::json::parse(*text, nullptr, false).is_object()) {
      return Error{"the quantisation description `" + options.quant_description + "` is no JSON object"};
    }
    located.request.quant_description = *text;
  }
  return located;
}

ErrorOr<LocatedModel> locate_model_to_run(const Workspace& workspace, const Options& options, const std::string& name) {
  LocatedModel located = TRY(locate_model(workspace, options, name));
  if (located.request.config.empty()) return Error{"no config of `" + name + "` is built in: give its config.json with --config FILE"};
  return located;
}

namespace {

std::string place(const graph::Location& location) {
  return location.line == 0 ? location.file.str() : fmt::format("{}:{}", location.file.view(), location.line);
}

ordered_json classes_to_json(const std::vector<graph::ClassUse>& uses) {
  ordered_json list = ordered_json::array();
  for (const auto& use : uses) {
    ordered_json c = {{"name", use.name}, {"file", use.upstream.file.str()}, {"line", use.upstream.line}};
    if (use.replaced_by.empty()) c["replaced_by"] = nullptr;
    else c["replaced_by"] = {{"name", use.replaced_by}, {"file", use.replacement.file.str()}, {"line", use.replacement.line}, {"how", use.replaced_how}};
    list.push_back(std::move(c));
  }
  return list;
}

void classes_to_text(std::string& out, const char* label, const std::vector<graph::ClassUse>& uses) {
  for (const auto& use : uses) {
    out += fmt::format("  {:<14} {}:{} {}", label, use.upstream.file.view(), use.upstream.line, use.name);
    if (!use.replaced_by.empty()) out += fmt::format(" -> {}:{} {} ({})", use.replacement.file.view(), use.replacement.line, use.replaced_by, use.replaced_how);
    out += '\n';
  }
}

}  // namespace

std::string location_to_json(const graph::ModelLocation& l) {
  ordered_json evidence = ordered_json::array(), rejected = ordered_json::array();
  for (const auto& e : l.evidence) evidence.push_back({{"file", e.location.file.str()}, {"line", e.location.line}, {"text", e.text}, {"why", e.why}});
  for (const auto& r : l.rejected) rejected.push_back({{"file", r.file}, {"why", r.why}});
  ordered_json document;
  document["query"] = l.query;
  document["architecture"] = l.architecture;
  document["file"] = l.file;
  document["classes"] = {{"main", classes_to_json(l.classes.main)}, {"decoder_layer", classes_to_json(l.classes.decoder_layer)},
                         {"attention", classes_to_json(l.classes.attention)}, {"mlp", classes_to_json(l.classes.mlp)}, {"moe", classes_to_json(l.classes.moe)}};
  document["evidence"] = std::move(evidence);
  document["rejected"] = std::move(rejected);
  document["config"] = l.config.empty() ? ordered_json(nullptr) : ordered_json(l.config);
  return document.dump(1) + "\n";
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

}  // namespace fusescout::app
