#include "app/inventory_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "report/json_text.h"
#include "vllm/inventory.h"

namespace fusescout::app {

using nlohmann::ordered_json;
using vllm::Location;

namespace {

ordered_json place(const Location& at) {
  if (at.file.empty()) return nullptr;
  return {{"file", at.file.str()}, {"line", at.line}};
}

// An object that begins with a name and the place where it stands.
ordered_json entry(const char* key, const std::string& name, const Location& at) {
  ordered_json item = {{key, name}, {"file", nullptr}, {"line", nullptr}};
  if (!at.file.empty()) {
    item["file"] = at.file.str();
    item["line"] = at.line;
  }
  return item;
}

ordered_json places(const std::vector<Location>& locations) {
  ordered_json list = ordered_json::array();
  for (const Location& at : locations) list.push_back(place(at));
  return list;
}

ordered_json named(const std::vector<vllm::NamedEntry>& entries, const char* detail) {
  ordered_json list = ordered_json::array();
  for (const vllm::NamedEntry& e : entries) {
    ordered_json item = entry("name", e.name, e.at);
    if (detail != nullptr) item[detail] = e.detail;
    list.push_back(std::move(item));
  }
  return list;
}

std::string shown(const Location& at) { return at.file.empty() ? "-" : fmt::format("{}:{}", at.file.view(), at.line); }

}  // namespace

std::string inventory_to_json(const vllm::Inventory& inventory) {
  ordered_json patches = ordered_json::array(), overrides = ordered_json::array(), operators = ordered_json::array(), kernels = ordered_json::array(),
               passes = ordered_json::array(), fused = ordered_json::array();
  for (const vllm::PatchEntry& p : inventory.patches) {
    ordered_json item = entry("target", p.target, p.at);
    item["order"] = patches.size();
    item["old"] = place(p.old);
    item["replacement"] = place(p.replacement);
    item["value"] = p.value;
    item["guards"] = p.guards;
    patches.push_back(std::move(item));
  }
  for (const vllm::OverrideEntry& o : inventory.overrides) {
    ordered_json item = entry("name", o.name, o.at);
    item["class"] = o.class_name;
    item["devices"] = o.devices;
    overrides.push_back(std::move(item));
  }
  for (const vllm::CustomOperatorEntry& o : inventory.operators) {
    ordered_json item = entry("name", o.name, o.at);
    item["schema"] = o.schema;
    item["origin"] = o.origin;
    item["implementation"] = o.implementation;
    operators.push_back(std::move(item));
  }
  for (const vllm::KernelEntry& k : inventory.triton_kernels) {
    ordered_json item = entry("name", k.name, k.at);
    item["launches"] = places(k.launches);
    kernels.push_back(std::move(item));
  }
  for (const vllm::PassEntry& p : inventory.passes) {
    ordered_json item = entry("name", p.name, p.at), names = ordered_json::array();
    for (const vllm::NamedEntry& pattern : p.patterns) names.push_back(pattern.name);
    item["switch"] = p.switch_name;
    item["default"] = p.on_by_default;
    item["patterns"] = std::move(names);
    item["replacements"] = named(p.patterns, "calls");
    passes.push_back(std::move(item));
  }
  for (const vllm::FusedEntry& f : inventory.fused_operators) {
    ordered_json item = entry("name", f.name, f.at);
    item["called_from"] = places(f.called_from);
    item["fuses"] = f.fuses;
    fused.push_back(std::move(item));
  }
  return report::json_text(ordered_json{{"patches", std::move(patches)},
                      {"overrides", std::move(overrides)},
                      {"models", named(inventory.models, "class")},
                      {"attention_backends", named(inventory.backends, nullptr)},
                      {"quantisation_schemes", named(inventory.schemes, "layer_type")},
                      {"custom_operators", std::move(operators)},
                      {"triton_kernels", std::move(kernels)},
                      {"passes", std::move(passes)},
                      {"fused_operators", std::move(fused)},
                      {"gaps", inventory.gaps}});
}

std::string inventory_to_text(const vllm::Inventory& inventory) {
  std::string text;
  auto heading = [&](const char* title, size_t count) { text += fmt::format("{}{} ({})\n", text.empty() ? "" : "\n", title, count); };
  auto list = [&](const char* title, const std::vector<vllm::NamedEntry>& entries) {
    heading(title, entries.size());
    for (const vllm::NamedEntry& e : entries) text += fmt::format("  {}  {}  {}\n", e.name, e.detail, shown(e.at));
  };
  heading("Patches, in order", inventory.patches.size());
  for (const vllm::PatchEntry& p : inventory.patches) {
    text += fmt::format("  {}\n    {} -> {}  at {}\n", p.target, shown(p.old), shown(p.replacement), shown(p.at));
    if (!p.guards.empty()) text += fmt::format("    if {}\n", fmt::join(p.guards, " and "));
  }
  heading("Operator overrides", inventory.overrides.size());
  for (const vllm::OverrideEntry& o : inventory.overrides) text += fmt::format("  {}  {}  {}  on {}\n", o.name, o.class_name, shown(o.at), fmt::join(o.devices, ", "));
  heading("Graph passes", inventory.passes.size());
  for (const vllm::PassEntry& p : inventory.passes) {
    text += fmt::format("  {}  {}  {} by default{}\n", p.name, shown(p.at), p.on_by_default ? "on" : "off", p.switch_name.empty() ? "" : "; switch " + p.switch_name);
    for (const vllm::NamedEntry& e : p.patterns) text += fmt::format("    {}  {}{}\n", e.name, shown(e.at), e.detail.empty() ? "" : "  -> " + e.detail);
  }
  heading("Fused operators", inventory.fused_operators.size());
  for (const vllm::FusedEntry& f : inventory.fused_operators) {
    text += fmt::format("  {}  {}\n    fuses {}\n", f.name, shown(f.at), fmt::join(f.fuses, ", "));
    for (const Location& at : f.called_from) text += fmt::format("    called at {}\n", shown(at));
  }
  list("Models", inventory.models);
  list("Attention backends", inventory.backends);
  list("Quantisation schemes", inventory.schemes);
  heading("Custom operators", inventory.operators.size());
  for (const vllm::CustomOperatorEntry& o : inventory.operators) text += fmt::format("  {}{}  {}  {}\n", o.name, o.schema, o.origin, shown(o.at));
  heading("Triton kernels", inventory.triton_kernels.size());
  for (const vllm::KernelEntry& k : inventory.triton_kernels) {
    text += fmt::format("  {}  {}\n", k.name, shown(k.at));
    for (const Location& at : k.launches) text += fmt::format("    launched at {}\n", shown(at));
  }
  for (const std::string& gap : inventory.gaps) text += "\n" + gap + "\n";
  return text;
}

}  // namespace fusescout::app
