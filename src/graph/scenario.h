// The facts that a run is about: what the user or the device sets. Everything else comes from the sources. Data only.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fusescout::graph {

enum class Phase : uint8_t { Prefill, Decode };
enum class GraphMode : uint8_t { AclGraph, Eager };

struct Scenario {
  std::string name;                       // of a scenario file; empty: made from the others
  std::string device = "910B2";           // a device of devices/: 910B1 to 910B4, 910C, 310P, 950, or a file
  GraphMode graph_mode = GraphMode::AclGraph;
  Phase phase = Phase::Decode;
  int64_t tokens = 16;                    // of this step, all sequences together
  int64_t batch = 0;                      // sequences; 0: tokens in decode, 1 in prefill
  int64_t context = 1024;                 // cached tokens of a sequence in decode; prefill starts without
  std::string dtype;                      // "bf16", ...; empty: what the config says
  int64_t tp = 1, ep = 1, dp = 1, pp = 1; // ep: 1 off; otherwise expert parallel over all tp*dp ranks
  std::string quant;                      // "w8a8", ...; empty: none
  std::string quant_description;          // a file
  std::string additional_config;          // JSON
  std::string compilation_config;         // JSON, as of vLLM's option of that name
  int64_t mtp = 0;                        // tokens that multi-token prediction proposes in a step; 0: off
  std::vector<std::pair<std::string, std::string>> environment;
  bool custom_ops = true;                 // vllm-ascend's C++ operators are built
  bool triton = true;                     // a working triton is installed
  bool upstream = false;                  // vllm-ascend left out: an out-of-tree platform, attention opaque
  int64_t sequences() const { return batch ? batch : phase == Phase::Decode ? tokens : 1; }
};

}  // namespace fusescout::graph
