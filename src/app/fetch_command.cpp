#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/command.h"
#include "app/exit_code.h"
#include "source/cache.h"
#include "source/fetch.h"

namespace fusescout::app {
namespace {

struct FetchCommandOptions { std::string release, index, cache_dir; };

int run(const FetchCommandOptions& o) {
  std::string directory = source::cache_directory(o.cache_dir);
  if (directory.empty()) return fail("no folder for the cache: set HOME or XDG_CACHE_HOME, or give --cache-dir DIR");
  auto release = source::fetch({o.release, directory, o.index, source::progress_on_terminal()});
  if (release.is_error()) return fail(release.error().message);
  std::string text;
  for (const auto& p : release->packages) {
    text += fmt::format("{} {}\n  {}\n  sha256 {}\n  {}\n", source::distribution_name(p.package), p.version, p.directory, p.sha256, p.why);
  }
  return write_output(text, "");
}

}  // namespace

void add_fetch_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<FetchCommandOptions>();
  CLI::App* command = program.add_subcommand("fetch", "bring a release of vllm-ascend, its vLLM and their transformers into the cache");
  command->add_option("release", options->release, "a version of vllm-ascend, like 0.17.0rc1")->required();
  command->add_option("--index", options->index, "the package index (default: what pip is configured with)")->type_name("URL");
  command->add_option("--cache-dir", options->cache_dir, "where to put it (default: the XDG cache folder)")->type_name("DIR");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace fusescout::app
