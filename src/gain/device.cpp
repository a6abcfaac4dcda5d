#include "gain/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace fusescout::gain {
namespace {

// Reads keys, remembers them, and afterwards tells which ones nobody asked for: a typo must not be a silent default.
class Reader {
 public:
  Reader(const toml::table& root, std::string file) : root_(root), file_(std::move(file)) {}

  void number(const char* key, double& out, bool optional = false) {
    const toml::node* node = find(key, optional);
    if (!node) return;
    if (auto value = node->value<double>(); value && *value >= 0 && std::isfinite(*value)) out = *value;
    else fail(key, "must be a number that is not negative");
  }
  void flag(const char* key, bool& out, bool optional = false) {
    if (const toml::node* node = find(key, optional)) {
      if (node->is_boolean()) out = *node->value<bool>();
      else fail(key, "must be true or false");
    }
  }
  void text(const char* key, std::string& out) {
    if (const toml::node* node = find(key, false)) {
      if (node->is_string()) out = *node->value<std::string>();
      else fail(key, "must be a string");
    }
  }
  void range(const char* key, Range& out, bool optional = false) {
    const toml::node* node = find(key, optional);
    if (!node) return;
    std::vector<double> values = numbers(*node);
    if (values.size() == 3 && values[0] >= 0 && values[0] <= values[1] && values[1] <= values[2]) out = {values[0], values[1], values[2]};
    else fail(key, "must be [low, nominal, high]");
  }
  void texts(const char* key, std::vector<std::string>& out) {
    const toml::node* node = find(key, false);
    if (!node) return;
    if (const toml::array* array = node->as_array()) {
      for (const toml::node& item : *array) {
        if (auto value = item.value<std::string>()) out.push_back(*value);
      }
      if (out.size() == array->size()) return;
    }
    fail(key, "must be a list of strings");
  }
  void points(const char* key, std::vector<std::pair<double, double>>& out) {
    const toml::node* node = find(key, false);
    if (!node) return;
    if (const toml::array* array = node->as_array()) {
      for (const toml::node& item : *array) {
        std::vector<double> pair = numbers(item);
        if (pair.size() == 2 && pair[0] > 0 && pair[1] > 0 && (out.empty() || pair[0] > out.back().first))
          out.emplace_back(pair[0], pair[1]);
      }
      if (!out.empty() && out.size() == array->size()) return;
    }
    fail(key, "must be a list of [x, y] with growing x");
  }
  const toml::table* table(const char* key) {
    const toml::node* node = find(key, false);
    if (!node) return nullptr;
    if (!node->is_table()) fail(key, "must be a table");
    return node->as_table();
  }
  void fail(const std::string& key, const std::string& why) {
    if (error_.empty()) error_ = fmt::format("{}: `{}` {}", file_, key, why);
  }
  std::string finish() {
    check_unknown(root_, "");
    return error_;
  }

 private:
  const toml::node* find(const char* key, bool optional) {
    known_.insert(key);
    toml::node_view<const toml::node> view = root_.at_path(key);
    if (!view && !optional) fail(key, "is missing");
    return view.node();
  }
  static std::vector<double> numbers(const toml::node& node) {
    std::vector<double> out;
    if (const toml::array* array = node.as_array()) {
      for (const toml::node& item : *array) {
        auto value = item.value<double>();
        if (!value) return {};
        out.push_back(*value);
      }
    }
    return out;
  }
  void check_unknown(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      std::string path = prefix.empty() ? std::string(key.str()) : prefix + "." + std::string(key.str());
      if (known_.contains(path)) continue;
      if (const toml::table* inner = node.as_table()) check_unknown(*inner, path);
      else fail(path, "is not a key of a device");
    }
  }

  const toml::table& root_;
  std::string file_, error_;
  std::set<std::string> known_;
};

void read_vector_kinds(Reader& reader, Device& device) {
  const toml::table* kinds = reader.table("vector.kinds");
  if (!kinds) return;
  for (const auto& [name, node] : *kinds) {
    std::string path = fmt::format("vector.kinds.{}", std::string(name.str()));
    const toml::table* fields = node.as_table();
    if (!fields) {
      reader.fail(path, "must be a table");
      continue;
    }
    VectorCost cost;
    for (const auto& [field, value] : *fields) {
      double* to = field == "start" ? &cost.start : field == "spread" ? &cost.spread : field == "resident" ? &cost.resident
                   : field == "far" ? &cost.far : field == "head_row" ? &cost.head_row : field == "triton" ? &cost.triton : nullptr;
      auto number = value.value<double>();
      if (!to || !number || *number < 0)
        reader.fail(fmt::format("{}.{}", path, std::string(field.str())),
                    "must be one of start, spread, resident, far, head_row, triton, and a number");
      else *to = *number;
    }
    device.vector_kinds.emplace(name.str(), cost);
  }
  // Every operator kind falls back to one of these.
  for (const char* needed : {"elementwise", "injective", "slice", "reduction", "norm", "add_norm", "opaque"}) {
    if (!device.vector_kinds.contains(needed)) reader.fail(fmt::format("vector.kinds.{}", needed), "is missing");
  }
}

std::string normal_spelling(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c))) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  for (std::string_view prefix : {"ascend", "nvidia"}) {
    if (out.starts_with(prefix) && out.size() > prefix.size()) out.erase(0, prefix.size());
  }
  return out;
}

}  // namespace

ErrorOr<Device> parse_device(std::string_view text, const std::string& file) {
  toml::parse_result result = toml::parse(text, file);
  if (!result) {
    const toml::parse_error& error = result.error();
    return Error{fmt::format("{}:{}: {}", file, error.source().begin.line, error.description())};
  }
  Reader reader(result.table(), file);
  Device d;
  reader.text("name", d.name);
  reader.text("family", d.family);
  reader.texts("spellings", d.spellings);
  reader.number("cores.cube", d.cube_cores);
  reader.number("cores.vector", d.vector_cores);
  reader.number("cores.mhz", d.mhz);
  reader.number("memory.capacity_gb", d.capacity_gb);
  reader.number("memory.bandwidth_tb", d.bandwidth_tb);
  reader.number("memory.l2_mib", d.l2_mib);
  reader.number("memory.buffer_bytes", d.buffer_bytes);
  reader.number("memory.alignment", d.alignment);
  reader.number("memory.row_alignment", d.row_alignment);
  reader.number("memory.dma_bytes", d.dma_bytes);
  reader.flag("features.bf16", d.bf16);
  reader.flag("features.triton", d.triton);
  reader.flag("features.fp8", d.fp8);
  reader.flag("features.vector_bf16", d.vector_bf16);
  reader.flag("features.fused_epilogue", d.fused_epilogue);
  if (const toml::table* compute = reader.table("compute")) {
    for (const auto& [name, value] : *compute) {
      graph::DType dtype;
      auto number = value.value<double>();
      if (!graph::parse_dtype(name.str(), dtype) || !number || *number <= 0)
        reader.fail(fmt::format("compute.{}", std::string(name.str())), "must be a dtype and its TF/s");
      else d.tflops[static_cast<size_t>(dtype)] = *number;
    }
    if (d.peak(graph::DType::F16) <= 0) reader.fail("compute.f16", "is missing");
  }
  reader.range("launch.gap", d.gap);
  reader.number("launch.host_operator", d.host_operator);
  reader.number("launch.host_triton", d.host_triton);
  reader.range("launch.triton_start", d.triton_start);
  reader.range("launch.mix", d.mix);
  reader.number("launch.triton_state", d.triton_state, true);
  reader.range("fusion.absorb", d.absorb, true);
  reader.range("fusion.spread_kept", d.spread_kept);
  reader.range("fusion.tail", d.tail);
  reader.number("fusion.row_kept", d.row_kept);
  reader.number("fusion.again", d.again, true);
  reader.number("fusion.again_heavy", d.again_heavy, true);
  reader.number("fusion.again_row", d.again_row, true);
  reader.number("matmul.start", d.matmul_start);
  reader.number("matmul.bandwidth_tb", d.matmul_tb);
  reader.number("matmul.depth", d.matmul_depth, true);
  reader.number("matmul.tile", d.matmul_tile, true);
  reader.number("matmul.efficiency_8bit", d.matmul_8bit);
  reader.points("matmul.efficiency", d.matmul_efficiency);
  reader.number("vector.near", d.near);
  reader.number("vector.short_row", d.short_row, true);
  reader.number("vector.short_row_triton", d.short_row_triton, true);
  reader.flag("vector.cold_inputs", d.cold_inputs, true);
  reader.number("vector.row_latency", d.row_latency, true);
  reader.number("vector.broadcast", d.broadcast, true);
  reader.number("vector.topk_row", d.topk_row, true);
  read_vector_kinds(reader, d);
  reader.number("attention.start", d.attention_start);
  reader.number("attention.bandwidth_tb", d.attention_tb);
  reader.number("attention.efficiency", d.attention_efficiency);
  reader.number("communication.bandwidth_gb", d.communication_gb);
  reader.number("communication.efficiency", d.communication_efficiency);
  reader.range("communication.start", d.communication_start);
  reader.number("communication.chunk", d.chunk);
  for (auto [value, key] : {std::pair{d.cube_cores, "cores.cube"},
                            {d.vector_cores, "cores.vector"},
                            {d.bandwidth_tb, "memory.bandwidth_tb"},
                            {d.buffer_bytes, "memory.buffer_bytes"},
                            {d.alignment, "memory.alignment"},
                            {d.matmul_tb, "matmul.bandwidth_tb"},
                            {d.attention_tb, "attention.bandwidth_tb"},
                            {d.attention_efficiency, "attention.efficiency"},
                            {d.communication_gb, "communication.bandwidth_gb"},
                            {d.communication_efficiency, "communication.efficiency"}}) {
    if (value <= 0) reader.fail(key, "must be positive");
  }
  if (std::string error = reader.finish(); !error.empty()) return Error{error};
  return d;
}

ErrorOr<Device> load_device(const source::FileSystem& files, const std::string& name, const std::string& directory) {
  std::string wanted = normal_spelling(name);
  std::string known;
  for (const std::string& file : files.list(directory)) {
    if (!file.ends_with(".toml")) continue;
    std::string path = directory + "/" + file;
    auto text = files.read(path);
    if (!text) continue;
    Device device = TRY(parse_device(*text, path));
    std::vector<std::string> spellings = device.spellings;
    spellings.push_back(file.substr(0, file.size() - 5));
    for (const std::string& spelling : spellings) {
      if (!wanted.empty() && normal_spelling(spelling) == wanted) return device;
    }
    if (!device.spellings.empty()) known += (known.empty() ? "" : ", ") + device.spellings[0];
  }
  for (const source::FileSystem* place : {&files, &source::real_files()}) {   // the data may be embedded; one's own file is on the disk
    if (auto text = place->read(name)) return parse_device(*text, name);
  }
  return Error{fmt::format("no device `{}`: use one of {}, or the path of a device file", name, known)};
}

}  // namespace fusescout::gain
