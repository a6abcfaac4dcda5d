#include "app/model_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "source/cache.h"
#include "source/fetch.h"
#include <nlohmann/json.hpp>

namespace fusescout::app {

using nlohmann::json;

namespace {

constexpr int most_levels = 500;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Every layer is built. The deepest models have hundreds of layers; a config that asks for a million would only fill the memory.
std::string too_deep(const json& config) {
  constexpr int64_t most = 10'000;
  for (const auto& [key, value] : config.items()) {
    if (value.is_object()) {   // of a part of the model: text_config
      if (std::string deep = too_deep(value); !deep.empty()) return deep;
    }
    bool depth = key == "num_hidden_layers" || key == "num_layers" || key == "n_layer" || key == "n_layers";
    if (depth && value.is_number() && value.get<double>() > most) return fmt::format("`{}` is {}, at most {} are followed", key, value.dump(), most);
  }
  return "";
}

// Python's json reads and writes numbers that JSON does not have, and configs on the hub have them (`"time_step_limit": [0.0, Infinity]`). What is
// read here needs none of them; the model's own reader gets the text as it is.
std::string without_infinities(std::string text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted) ++i;
    else if (text[i] == '"') quoted = !quoted;
    for (std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (quoted || text.compare(i, word.size(), word) != 0) continue;
      text.replace(i, word.size(), word.size(), ' ');
      text[i] = '0';
    }
  }
  return text;
}

void describe(const json& config, FoundConfig& found) {
  auto strings = config.find("architectures");
  if (strings != config.end() && strings->is_array()) {
    for (const json& a : *strings) {
      if (a.is_string()) found.architectures.push_back(a.get<std::string>());
    }
  }
  auto type = config.find("model_type");
  if (type != config.end() && type->is_string()) found.model_type = type->get<std::string>();
}

// What says which model it is.
std::string wrong_names(const json& config) {
  auto strings = config.find("architectures");
  bool list = strings == config.end() || strings->is_null() || (strings->is_array() && std::all_of(strings->begin(), strings->end(), [](const json& a) { return a.is_string(); }));
  if (!list) return "`architectures` that are no list of strings: " + strings->dump();
  auto type = config.find("model_type");
  return type == config.end() || type->is_string() ? "" : "a `model_type` that is no string: " + type->dump();
}

}  // namespace

Workspace::~Workspace() {
  if (asts) asts->save();
}

std::vector<std::pair<std::string, std::string>> Workspace::versions() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto* tree : {&vllm, &ascend, &transformers}) {
    if (*tree) result.emplace_back(source::distribution_name((*tree)->package()), (*tree)->version());
  }
  return result;
}

std::optional<std::string> Workspace::read(const std::string& path) const {
  for (const auto* tree : {&vllm, &ascend, &transformers}) {
    if (!*tree) continue;
    std::string prefix = std::string(source::import_name((*tree)->package())) + "/";
    if (path.starts_with(prefix)) return (*tree)->read(path);
  }
  return std::nullopt;
}

ErrorOr<std::unique_ptr<Workspace>> open_workspace(const Options& options) {
  auto workspace = std::make_unique<Workspace>();
  workspace->data = TRY(source::DataFiles::open(options.data));
  source::TreeDirectories directories{options.vllm, options.ascend, options.transformers};
  bool folders = !options.vllm.empty() || !options.ascend.empty() || !options.transformers.empty();
  if (!options.release.empty() && folders) return Error{"give either --release or the folders --vllm, --ascend and --transformers, not both"};
  if (!folders) {
    std::string cache = source::cache_directory(options.cache_dir);
    directories = TRY(options.release.empty() ? source::only_release(cache) : source::find_release(cache, options.release)).directories();
  }
  if (directories.ascend.empty() && !options.upstream) return Error{"say where vllm-ascend is: --ascend DIR (or --upstream to leave it out)"};
  if (directories.transformers.empty()) return Error{"say where transformers is, which has the classes of the configs: --transformers DIR"};
  workspace->vllm = TRY(source::Tree::open(source::Package::Vllm, directories.vllm));
  if (!directories.ascend.empty()) workspace->ascend = TRY(source::Tree::open(source::Package::VllmAscend, directories.ascend));
  workspace->transformers = TRY(source::Tree::open(source::Package::Transformers, directories.transformers));
  workspace->asts = std::make_unique<vllm::AstStore>(cache_of(options), options.data);
  vllm::Sources& sources = workspace->sources;
  sources.vllm = &*workspace->vllm;
  if (workspace->ascend) sources.ascend = &*workspace->ascend;
  sources.transformers = &*workspace->transformers;
  sources.data = &workspace->data;
  sources.asts = workspace->asts.get();
  return workspace;
}

ErrorOr<FoundConfig> find_config(const Workspace& workspace, const Options& options, const std::string& name, const std::string& after, bool of_draft) {
  FoundConfig found;
  const source::FileSystem& files = source::real_files();
  if (!options.config.empty()) {
    found.source = files.is_directory(options.config) ? options.config + "/config.json" : options.config;
    std::optional<std::string> text = files.read(found.source);
    if (!text) return Error{"cannot read the config `" + found.source + "`: give a config.json, or the folder that holds it"};
    json document;
    bool nested = false;
    try {
      // What goes through a document calls itself for each level. Python's own reader gives up at some thousand.
      auto shallow = [&](int depth, json::parse_event_t, json&) {
        nested = nested || depth > most_levels;
        return !nested;
      };
      document = json::parse(without_infinities(*text), shallow);
    } catch (const json::exception& e) {
      std::string_view what = e.what();   // "[json.exception...] parse error at line 1, column 9: ...", "[...] number overflow parsing '1e999'"
      if (size_t at = what.find("] "); at != std::string_view::npos) what.remove_prefix(at + 2);
      return Error{"the config `" + found.source + "` is no JSON: " + std::string(what.substr(0, what.find(": syntax error"))) };
    }
    if (nested) return Error{fmt::format("the config `{}` has objects and lists within each other, more than {} levels", found.source, most_levels)};
    if (!document.is_object()) return Error{"the config `" + found.source + "` is no JSON object"};
    found.text = *text;
    // A copy of a preset holds a config.
    if (json inner = document.value("config", json()); inner.is_object() && document.contains("id") && !document.contains("model_type")) {
      document = std::move(inner);
      found.text = document.dump();
    }
    if (std::string deep = too_deep(document); !deep.empty()) return Error{"the config `" + found.source + "` asks for too many layers: " + deep};
    if (std::string wrong = wrong_names(document); !wrong.empty()) return Error{"the config `" + found.source + "` has " + wrong};
    size_t slash = found.source.rfind('/');
    found.folder = slash == std::string::npos ? "." : found.source.substr(0, slash);
    describe(document, found);
    return found;
  }
  std::string wanted = lower(name);
  if (workspace.presets.empty()) {
    for (const std::string& file : workspace.data.list("models")) {
      if (!file.ends_with(".json")) continue;
      std::string text = workspace.data.read("models/" + file).value_or(""), low = lower(text);
      workspace.presets.push_back({file, std::move(text), std::move(low)});
    }
  }
  for (const auto& [file, text, low] : workspace.presets) {
    if (low.find(wanted + '"') == std::string::npos || "models/" + file <= after) continue;
    json preset = json::parse(text, nullptr, false);
    auto bad = [&](const std::string& what) { return Error{"the preset `models/" + file + "` " + what}; };
    if (!preset.is_object() || !preset.value("id", json()).is_string() || !preset.value("config", json()).is_object()) {
      return bad("is no JSON object with `id`, a string, and `config`, an object");
    }
    std::vector<std::string> aliases;
    for (const json& alias : preset.value("aliases", json::array())) {
      if (!alias.is_string()) return bad("has `aliases` that are no list of strings");
      aliases.push_back(alias);
    }
    std::string id = lower(preset["id"].get<std::string>());
    bool named = id == wanted || id.ends_with("/" + wanted) ||
                 std::any_of(aliases.begin(), aliases.end(), [&](const std::string& a) { return lower(a) == wanted; });
    FoundConfig candidate;
    describe(preset["config"], candidate);
    // Another model of the type may differ from one that brings a class of its own.
    bool same_architecture = std::find(candidate.architectures.begin(), candidate.architectures.end(), name) != candidate.architectures.end() ||
                             (!name.empty() && candidate.model_type == name && !preset["config"].contains("auto_map"));
    // An id or alias wins over another preset of the architecture.
    if (found.by_name || !(named || (same_architecture && found.text.empty()))) continue;
    // A draft model is evaluated as the one that its target speculates with.
    if (preset.contains("target")) {
      if (!preset["target"].is_string()) return bad("has a `target` that is no string");
      if (of_draft) return bad("is a draft model's, and that of another draft model's target");
      preset["config"]["speculative_config"] = preset.value("speculative_config", json::object());
      FoundConfig target = TRY(find_config(workspace, options, preset["target"].get<std::string>(), "", true));
      if (target.text.empty()) return bad("has a `target` without a config");
      preset["config"]["target_config"] = json::parse(without_infinities(target.text));
    }
    candidate.text = preset["config"].dump();
    candidate.source = "models/" + file;
    candidate.by_name = named;
    if (auto origin = preset.find("source"); origin != preset.end() && origin->is_string()) candidate.origin = origin->get<std::string>();
    found = std::move(candidate);
  }
  return found;
}

ErrorOr<FoundConfig> config_of_architecture(const Workspace& workspace, const Options& options, const vllm::ModelTypes& types,
                                            const std::vector<vllm::RegisteredModel>& registry, const vllm::RegisteredModel& model,
                                            const std::string& after) {
  FoundConfig config = TRY(find_config(workspace, options, model.architecture, after));
  bool has_its_own = !config.text.empty() || (!after.empty() && !TRY(find_config(workspace, options, model.architecture)).text.empty());
  if (has_its_own) return config;
  if (std::string type = types.of(model); !type.empty()) {
    config = TRY(find_config(workspace, options, type, after));
    if (config.text.empty() && after.empty()) {
      config.text = json{{"model_type", type}}.dump();
      config.source = "class defaults of " + type;
      config.model_type = type;
    }
  }
  for (const vllm::RegisteredModel& other : registry) {
    if (!config.text.empty() || other.module != model.module || &other == &model) continue;
    config = TRY(find_config(workspace, options, other.architecture, after));
  }
  if (config.text.empty() || config.architectures == std::vector{model.architecture}) return config;
  json document = json::parse(without_infinities(config.text));
  document["architectures"] = config.architectures = {model.architecture};
  config.text = document.dump();
  return config;
}

}  // namespace fusescout::app
