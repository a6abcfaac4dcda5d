#include <CLI/CLI.hpp>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/options.h"
#include "gain/price_text.h"
#include "source/data_files.h"

namespace fusescout::app {
namespace {

struct PriceOptions : Options { std::string file; };

int run(const PriceOptions& o) {
  auto data = source::DataFiles::open(o.data);
  if (data.is_error()) return fail(data.error().message);
  auto device = gain::load_device(*data, o.device);
  if (device.is_error()) return fail(device.error().message);
  auto text = source::real_files().read(o.file);
  if (!text) return fail("cannot read `" + o.file + "`: give a file with graph text, as `dump graph` prints it");
  auto scenario = make_scenario(o, graph::Phase::Decode);
  if (scenario.is_error()) return fail(scenario.error().message);
  auto priced = gain::price_text(*text, *device, gain::options_of(*scenario));
  if (priced.is_error()) return fail(o.file + ": " + priced.error().message);
  return write_output(gain::to_text(*priced), "");
}

}  // namespace

void add_price_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<PriceOptions>();
  CLI::App* command = program.add_subcommand("price", "price a group of operators before and after a fusion, from graph text");
  command->add_option("file", options->file, "graph text: `--- before` and `--- after`, or one graph against all of it in one kernel")->required();
  command->add_option("--data", options->data, "folder in place of the built-in data")->type_name("DIR");
  add_step_options(*command, *options);
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace fusescout::app
