#include "app/scenario_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#define TOML_EXCEPTIONS 0   // everywhere alike: the two kinds of toml++ do not mix in one program
#include <toml++/toml.h>

#include "source/file_system.h"

namespace fusescout::app {
namespace {

// One table of the file put over options.
class Reader {
 public:
  Reader(Options& options, std::string folder) : o_(options), folder_(std::move(folder)) {}
  std::string name;
  std::string error;

  bool read(const toml::table& table) {
    for (const auto& [key, node] : table) {
      if (key.str() != "scenario" && !set(std::string(key.str()), node)) {
        if (error.empty()) error = fmt::format("`{}` of line {} {}", key.str(), node.source().begin.line, wanted(key.str()));
        return false;
      }
    }
    return true;
  }

 private:
  struct Text { const char* key; std::string Options::* field; };
  struct Number { const char* key; int64_t Options::* field; int64_t least, most; };
  struct Flag { const char* key; bool Options::* field; bool negated; };
  static constexpr Text texts[] = {{"device", &Options::device}, {"graph_mode", &Options::graph_mode}, {"phase", &Options::phase}, {"dtype", &Options::dtype}, {"quant", &Options::quant}};
  static constexpr Number numbers[] = {{"tokens", &Options::tokens, 1, max_tokens}, {"batch", &Options::batch, 1, max_tokens}, {"context", &Options::context, 0, max_context},
                                       {"tp", &Options::tp, 1, max_ranks}, {"dp", &Options::dp, 1, max_ranks}, {"pp", &Options::pp, 1, max_ranks},
                                       {"mtp", &Options::mtp, 0, max_proposed}};
  static constexpr Flag flags[] = {{"upstream", &Options::upstream, false}, {"custom_ops", &Options::no_custom_ops, true}, {"triton", &Options::no_triton, true}};
  static constexpr Text objects[] = {{"additional_config", &Options::additional_config}, {"compilation_config", &Options::compilation_config}};

  // What a key takes, as the end of a sentence.
  static std::string wanted(std::string_view key) {
    auto is = [&](const auto& list) { return std::any_of(std::begin(list), std::end(list), [&](const auto& item) { return key == item.key; }); };
    for (const Number& n : numbers) {
      if (key == n.key) return fmt::format("takes a whole number from {} to {}", n.least, n.most);
    }
    if (is(flags)) return "takes true or false";
    if (is(objects)) return "takes a table";
    if (key == "env") return "takes a table of variables";
    if (key == "ep") return "takes true, false or a whole number";
    return is(texts) || key == "name" || key == "quant_description" ? "takes a string" : "is no option of a scenario";
  }

  bool set(const std::string& key, const toml::node& node) {
    for (const Text& t : texts) {
      if (key == t.key) return node.is_string() && (o_.*t.field = node.value_or(std::string()), true);
    }
    for (const Number& n : numbers) {
      if (key == n.key) {
        int64_t value = node.is_integer() ? node.value_or(int64_t{-1}) : -1;
        return value >= n.least && value <= n.most && (o_.*n.field = value, true);
      }
    }
    for (const Flag& f : flags) {
      if (key == f.key) return node.is_boolean() && (o_.*f.field = node.value_or(false) != f.negated, true);
    }
    for (const Text& t : objects) {
      if (key != t.key) continue;
      if (const toml::table* table = node.as_table()) o_.*t.field = json(*table);
      else if (node.is_string()) o_.*t.field = node.value_or(std::string());
      else return false;
      return true;
    }
    if (key == "name") return node.is_string() && (name = node.value_or(std::string()), true);
    if (key == "quant_description") {
      std::string file = node.value_or(std::string());
      o_.quant_description = file.starts_with('/') || file.empty() ? file : folder_ + file;
      return node.is_string();
    }
    if (key == "ep") {   // true: over all ranks
      if (node.is_boolean()) o_.ep = node.value_or(false) ? "" : "1";
      else o_.ep = std::to_string(node.value_or(int64_t{0}));
      return node.is_boolean() || node.is_integer();
    }
    const toml::table* environment = key == "env" ? node.as_table() : nullptr;
    if (environment == nullptr) return false;
    for (const auto& [variable, value] : *environment) {
      std::ostringstream text;
      if (value.is_string()) text << value.value_or(std::string());
      else text << toml::node_view(value);
      o_.environment.push_back(std::string(variable.str()) + "=" + text.str());
    }
    return true;
  }

  static std::string json(const toml::table& table) {
    std::ostringstream text;
    text << toml::json_formatter(table);
    return text.str();
  }

  Options& o_;
  std::string folder_;
};

}  // namespace

ErrorOr<std::vector<graph::Scenario>> read_scenarios(const Options& options, const std::string& path) {
  std::optional<std::string> text = source::real_files().read(path);
  if (!text) return Error{"cannot read the scenarios `" + path + "`: give a TOML file with a [[scenario]] for each"};
  toml::parse_result parsed = toml::parse(*text, path);
  if (!parsed) return Error{fmt::format("the scenarios `{}` are no TOML: line {}: {}", path, parsed.error().source().begin.line, parsed.error().description())};
  const toml::table& document = parsed.table();
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  auto bad = [&](const std::string& what) { return Error{"the scenarios `" + path + "`: " + what}; };
  Options common = options;
  Reader for_all(common, folder);
  if (!for_all.read(document)) return bad(for_all.error);
  const toml::array* list = document["scenario"].as_array();
  if (list == nullptr || list->empty()) return bad("there is no [[scenario]]");
  std::vector<graph::Scenario> scenarios;
  for (const toml::node& node : *list) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return bad("`scenario` is no [[scenario]]");
    Options own = common;
    Reader reader(own, folder);
    if (!reader.read(*table)) return bad(reader.error);
    own.scenario_file.clear();
    if (own.graph_mode != "aclgraph" && own.graph_mode != "eager") return bad("`graph_mode` is aclgraph or eager, not `" + own.graph_mode + "`");
    if (!own.phase.empty() && own.phase != "prefill" && own.phase != "decode") return bad("`phase` is prefill or decode, not `" + own.phase + "`");
    for (graph::Scenario& scenario : TRY(make_scenarios(own))) {
      scenario.name = reader.name;
      if (!reader.name.empty() && own.phase.empty()) scenario.name += scenario.phase == graph::Phase::Decode ? " (decode)" : " (prefill)";
      for (const graph::Scenario& other : scenarios) {
        if (!scenario.name.empty() && other.name == scenario.name) return bad("two scenarios are called `" + scenario.name + "`");
      }
      scenarios.push_back(std::move(scenario));
    }
  }
  return scenarios;
}

}  // namespace fusescout::app
