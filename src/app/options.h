// The options that every command takes which reads a model, with their defaults.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error_or.h"
#include "graph/scenario.h"

namespace CLI { class App; }

namespace fusescout::app {

// Larger than any step of a real server, and small enough for shapes that multiply them.
constexpr int64_t max_tokens = int64_t{1} << 20, max_context = int64_t{1} << 24, max_ranks = 4096, max_proposed = 16;

struct Options {
  std::string vllm, ascend, transformers, release;   // folders, or a fetched release
  std::string config;                                // a file or folder
  bool upstream = false;
  std::string device = "910B2", graph_mode = "aclgraph", phase;
  int64_t tokens = 0, batch = 0, context = 1024;
  std::string dtype, quant, image, quant_description, additional_config, compilation_config, scenario_file;
  int64_t tp = 1, dp = 1, pp = 1, mtp = 0;
  std::string ep = "1";                              // "" when it was given without a number: all ranks
  std::vector<std::string> environment;
  bool no_custom_ops = false, no_triton = false;
  int jobs = 0;                                      // 0: as many as the machine has
  bool no_cache = false, verbose = false;
  std::string cache_dir, data;
  std::string format = "text";
  bool strict = false;
};

unsigned jobs_of(const Options& options);
std::string cache_of(const Options& options);                     // its directory; "": none

void add_source_options(CLI::App& command, Options& options);     // where the trees are, the cache
void add_step_options(CLI::App& command, Options& options);       // the device and the size of the step: all that a price needs
void add_scenario_options(CLI::App& command, Options& options);   // those, the model's config, parallelism, quantisation, ...
void add_format_option(CLI::App& command, Options& options, std::vector<std::string> formats);

// The scenario that the options describe; `phase` where none was given.
ErrorOr<graph::Scenario> make_scenario(const Options& options, graph::Phase phase);
// One scenario for a given phase; without one, decode and prefill. Those of a scenario file, where there is one.
ErrorOr<std::vector<graph::Scenario>> make_scenarios(const Options& options);

}  // namespace fusescout::app
