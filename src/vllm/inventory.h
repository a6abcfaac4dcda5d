// What vllm-ascend changes and adds, whatever the model: found by reading the trees, and by evaluating the start of a worker where only running
// tells (which overrides are registered on a device, which graph passes are on by default).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vllm/evaluate_model.h"
#include "vllm/source_names.h"

namespace fusescout::vllm {

using diagnostics::Location;

struct PatchEntry {
  std::string target;                    // where it is defined: "vllm.config.model.ModelConfig.verify"
  Location at, old, replacement;         // the assignment; what was there (may be nothing), what takes its place
  std::string value;                     // as the source writes it
  std::vector<std::string> guards;
};

struct OverrideEntry { std::string name, class_name; Location at; std::vector<std::string> devices; };
struct NamedEntry { std::string name, detail; Location at; };     // detail: a class, a layer type, a schema

struct CustomOperatorEntry {
  std::string name, schema;              // "vllm.quantize", "(Tensor x) -> Tensor"; the schema may be empty
  std::string origin;                    // "python" or "csrc"
  Location at;
  std::string implementation;
};

struct KernelEntry { std::string name; Location at; std::vector<Location> launches; };

struct PassEntry {
  std::string name, switch_name;         // an option of ascend_compilation_config, or a condition; empty: always on
  bool on_by_default = false;
  Location at;
  std::vector<NamedEntry> patterns;      // detail: its replacement's calls
};

struct FusedEntry {
  std::string name;                      // "torch_npu.npu_add_rms_norm"
  Location at;                           // its registration or kernel; nothing for an operator of torch_npu
  std::vector<Location> called_from;
  std::vector<std::string> fuses;        // canonical operators
};

struct Inventory {
  std::vector<PatchEntry> patches;       // in the order in which they are applied
  std::vector<OverrideEntry> overrides;
  std::vector<NamedEntry> models, backends, schemes;
  std::vector<CustomOperatorEntry> operators;
  std::vector<KernelEntry> triton_kernels;
  std::vector<PassEntry> passes;
  std::vector<FusedEntry> fused_operators;
  std::vector<std::string> gaps;         // what could not be found out, and why
};

Inventory take_inventory(const Sources& sources, const ModelRequest& any_model);

// Its parts; each reads the trees on its own.
std::vector<PatchEntry> find_patches(SourceNames& names, const source::Tree& ascend);
std::vector<NamedEntry> find_schemes(SourceNames& names, const source::Tree& ascend);
std::vector<NamedEntry> find_attention_backends(SourceNames& names, const source::Tree& ascend);
std::vector<CustomOperatorEntry> find_custom_operators(SourceNames& names, const source::Tree& ascend);
std::vector<CustomOperatorEntry> find_bindings(const source::Tree& ascend);
std::vector<KernelEntry> find_triton_kernels(SourceNames& names, const source::Tree& ascend);
// Graph passes that a file defines, by its text.
std::vector<NamedEntry> passes_in(const std::string& path, const std::string& text);
std::vector<PassEntry> find_passes(SourceNames& names, const source::Tree& ascend);
std::vector<FusedEntry> find_fused_operators(SourceNames& names, const Sources& sources, const std::vector<CustomOperatorEntry>& operators,
                                             const std::vector<KernelEntry>& kernels);

}  // namespace fusescout::vllm
