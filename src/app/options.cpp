#include "app/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "source/cache.h"

#include "app/scenario_file.h"

namespace fusescout::app {
namespace {

constexpr int64_t default_decode_tokens = 16;     // sequences that decode together
constexpr int64_t default_prefill_tokens = 2048;  // one prompt

CLI::Range from(int64_t least, int64_t most) { return {least, most}; }

// Text of a JSON object, or none at all.
bool is_object(const std::string& text) { return text.empty() || nlohmann::json::parse(text, nullptr, false).is_object(); }

}  // namespace

unsigned jobs_of(const Options& o) { return o.jobs > 0 ? static_cast<unsigned>(o.jobs) : std::max(1u, std::thread::hardware_concurrency()); }

std::string cache_of(const Options& o) { return o.no_cache ? "" : source::cache_directory(o.cache_dir); }

void add_source_options(CLI::App& command, Options& o) {
  command.add_option("--vllm", o.vllm, "the vLLM source: unpacked archive, checkout or installed package")->type_name("DIR");
  command.add_option("--ascend", o.ascend, "the vllm-ascend source, likewise")->type_name("DIR");
  command.add_option("--transformers", o.transformers, "the transformers source, likewise")->type_name("DIR");
  command.add_option("--release", o.release, "a release of vllm-ascend that `fetch` brought, instead of the three folders; the only one that was fetched need not be named")->type_name("VERSION");
  command.add_option("--data", o.data, "folder with catalogue/, patterns/, devices/, models/, library/ in place of the built-in ones")->type_name("DIR");
  command.add_flag("--no-cache", o.no_cache, "neither read nor write the cache of parsed files");
  command.add_option("--cache-dir", o.cache_dir, "where the cache and fetched releases are (default: the XDG cache folder)")->type_name("DIR");
  command.add_flag("--verbose", o.verbose, "what was read and where the time went, as JSON on standard error");
  command.add_option("--jobs", o.jobs, "processes and threads (default: as many as the machine has)")->type_name("N")->check(from(0, 1024));
}

void add_step_options(CLI::App& command, Options& o) {
  command.add_option("--device", o.device, "910B1 to 910B4, 910C, 310P, 950, or a device file")->capture_default_str();
  command.add_option("--graph-mode", o.graph_mode, "aclgraph or eager")->capture_default_str()->check(CLI::IsMember({"aclgraph", "eager"}));
  command.add_option("--phase", o.phase, "prefill or decode (default: decode; `analyze` does both)")->check(CLI::IsMember({"prefill", "decode"}));
  command.add_option("--tokens", o.tokens, "tokens of the step (default: 16 in decode, 2048 in prefill)")->type_name("N")->check(from(1, max_tokens));
  command.add_option("--batch", o.batch, "sequences of the step (default: one a token in decode, 1 in prefill)")->type_name("N")->check(from(1, max_tokens));
  command.add_option("--context", o.context, "cached tokens of a sequence in decode")->type_name("N")->capture_default_str()->check(from(0, max_context));
}

void add_scenario_options(CLI::App& command, Options& o) {
  add_step_options(command, o);
  command.add_option("--config", o.config, "config.json of the model, or its folder (default: a built-in preset)")->type_name("FILE");
  command.add_flag("--upstream", o.upstream, "leave vllm-ascend out: vLLM's own code on an out-of-tree platform, attention opaque");
  command.add_option("--dtype", o.dtype, "bf16, f16 or f32 (default: what the config says)");
  command.add_option("--tp", o.tp, "tensor parallel size")->capture_default_str()->check(from(1, max_ranks));
  command.add_option("--ep", o.ep, "expert parallel size; without a number: over all ranks (default: off)")->expected(0, 1)->type_name("[N]")->check(from(1, max_ranks));
  command.add_option("--dp", o.dp, "data parallel size")->capture_default_str()->check(from(1, max_ranks));
  command.add_option("--pp", o.pp, "pipeline parallel size")->capture_default_str()->check(from(1, max_ranks));
  command.add_option("--quant", o.quant, "a quantisation scheme for all layers: w8a8, w8a8_dynamic, ...");
  command.add_option("--quant-description", o.quant_description, "a quant_model_description.json")->type_name("FILE");
  command.add_option("--additional-config", o.additional_config, "vllm-ascend's additional_config")->type_name("JSON");
  command.add_option("--image", o.image, "a picture goes through the tower for pictures too: its frames, rows and columns of patches")->type_name("T,H,W");
  command.add_option("--compilation-config", o.compilation_config, "vLLM's compilation_config")->type_name("JSON");
  command.add_option("--mtp", o.mtp, "tokens that multi-token prediction proposes in each step (default: off)")->type_name("N")->check(from(0, max_proposed));
  command.add_option("--env", o.environment, "an environment variable of the run; may be repeated")->type_name("NAME=VALUE");
  command.add_flag("--no-custom-ops", o.no_custom_ops, "vllm-ascend's C++ operators are not built");
  command.add_flag("--no-triton", o.no_triton, "no working triton is installed");
  command.add_flag("--strict", o.strict, "exit code 3 when the result is not complete");
}

void add_format_option(CLI::App& command, Options& o, std::vector<std::string> formats) {
  o.format = formats.front();
  command.add_option("--format", o.format, "how to print the result")->capture_default_str()->check(CLI::IsMember(formats));
}

ErrorOr<graph::Scenario> make_scenario(const Options& o, graph::Phase phase) {
  graph::Scenario s;
  if (o.phase == "prefill") phase = graph::Phase::Prefill;
  if (o.phase == "decode") phase = graph::Phase::Decode;
  s.phase = phase;
  s.device = o.device;
  s.graph_mode = o.graph_mode == "eager" ? graph::GraphMode::Eager : graph::GraphMode::AclGraph;
  s.mtp = o.mtp;
  bool decode = phase == graph::Phase::Decode;
  int64_t each = decode ? 1 + o.mtp : 1;   // tokens of a sequence: what was proposed is checked with the next one
  s.tokens = o.tokens ? o.tokens : decode ? (o.batch ? o.batch : default_decode_tokens) * each : default_prefill_tokens;
  if (s.tokens % each != 0) return Error{fmt::format("--tokens {}: with --mtp {} each sequence decodes {} tokens in a step", s.tokens, o.mtp, each)};
  s.batch = o.batch || each == 1 ? o.batch : s.tokens / each;
  s.context = o.context;
  s.dtype = o.dtype;
  s.tp = o.tp;
  s.dp = o.dp;
  s.pp = o.pp;
  // CLI11 hands over "{}" or "" for an option without its optional value.
  bool all_ranks = o.ep.find_first_not_of("{}") == std::string::npos;
  auto [end, failure] = std::from_chars(o.ep.data(), o.ep.data() + o.ep.size(), s.ep);
  if (all_ranks) s.ep = s.tp * s.dp;
  else if (failure != std::errc() || end != o.ep.data() + o.ep.size()) return Error{"--ep takes a number, not `" + o.ep + "`"};
  if (s.ep != 1 && s.ep != s.tp * s.dp) {
    return Error{"--ep " + std::to_string(s.ep) + ": experts are spread over all ranks or none; with this --tp and --dp that is " +
                 std::to_string(s.tp * s.dp) + " or 1"};
  }
  if (s.sequences() > s.tokens) return Error{"--batch is larger than --tokens: every sequence has at least one token"};
  s.quant = o.quant;
  s.quant_description = o.quant_description;
  if (!is_object(o.additional_config)) return Error{"--additional-config takes a JSON object, like '{\"torchair_graph_config\": {\"enabled\": true}}'"};
  s.additional_config = o.additional_config;
  if (!is_object(o.compilation_config)) return Error{"--compilation-config takes a JSON object, like '{\"pass_config\": {\"enable_sp\": true}}'"};
  s.compilation_config = o.compilation_config;
  for (const std::string& setting : o.environment) {
    size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos) return Error{"--env takes NAME=VALUE, not `" + setting + "`"};
    s.environment.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (int64_t t = 0, h = 0, w = 0, end = 0; !o.image.empty()) {
    bool sizes = std::sscanf(o.image.c_str(), "%4ld,%4ld,%4ld%ln", &t, &h, &w, &end) == 3 && end == static_cast<int64_t>(o.image.size());
    if (!sizes || std::min({t, h, w}) < 1) return Error{"--image takes frames, rows and columns of patches, like 1,32,32, not `" + o.image + "`"};
  }
  if (!o.image.empty()) s.environment.emplace_back("FUSESCOUT_IMAGE", o.image);
  s.custom_ops = !o.no_custom_ops;
  s.triton = !o.no_triton;
  s.upstream = o.upstream;
  return s;
}

ErrorOr<std::vector<graph::Scenario>> make_scenarios(const Options& o) {
  if (!o.scenario_file.empty()) return read_scenarios(o, o.scenario_file);
  std::vector<graph::Scenario> scenarios;
  scenarios.push_back(TRY(make_scenario(o, graph::Phase::Decode)));
  if (o.phase.empty()) scenarios.push_back(TRY(make_scenario(o, graph::Phase::Prefill)));
  return scenarios;
}

}  // namespace fusescout::app
