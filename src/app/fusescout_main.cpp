#include <malloc.h>
#include <signal.h>

#include <CLI/CLI.hpp>

#include "app/command.h"
#include "app/exit_code.h"

int main(int argc, char** argv) {
  using namespace fusescout::app;
  // Short runs that only grow: memory that goes back to the system costs its pages again.
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TOP_PAD, 16 << 20);
  ::signal(SIGXFSZ, SIG_IGN);   // a file that may not grow is one that cannot be written: it is said, or does no harm where it is the cache
  CLI::App program{"Reads the source of vLLM and vllm-ascend, follows one model's forward pass as it would run on an Ascend NPU, and says which operators are worth fusing."};
  program.name("fusescout");
  program.set_version_flag("--version", "fusescout " FUSESCOUT_VERSION);
  program.require_subcommand(1);
  Action chosen;
  add_analyze_command(program, chosen);
  add_locate_command(program, chosen);
  add_models_command(program, chosen);
  add_explain_command(program, chosen);
  add_price_command(program, chosen);
  add_dump_command(program, chosen);
  add_fetch_command(program, chosen);
  add_inventory_command(program, chosen);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& e) {   // --help, --version
    return program.exit(e);
  } catch (const CLI::ParseError& e) {
    // A word that is not known says more than that another is missing.
    std::vector<std::string> unknown = program.remaining(true);
    bool missing = dynamic_cast<const CLI::RequiredError*>(&e) != nullptr && !unknown.empty() && (!program.get_subcommands().empty() || unknown.front()[0] != '-');
    return fail((missing ? "`" + unknown.front() + "` is not known" : std::string(e.what())) + " (`--help` lists what there is)");
  }
  try {
    return chosen();
  } catch (const std::bad_alloc&) {
    return fail("out of memory");
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fusescout: internal error: %s; please report this\n", e.what());
    return OurBug;
  }
}
