#include <CLI/CLI.hpp>

#include "app/analyze.h"
#include "app/command.h"
#include "app/exit_code.h"

#include <filesystem>
#include <set>

namespace fusescout::app {
namespace {

std::string quoted(const std::string& value) {
  if (!value.empty() && value.find_first_of(" \t\n'\"\\{}()[]$&;|<>*?!`#~") == std::string::npos) return value;
  std::string text = "'";
  for (char c : value) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// What the result depends on: not where folders are on this machine, nor how the result is shown.
std::string command_line(const CLI::App& command) {
  static const std::set<std::string> elsewhere = {"--no-cache", "--verbose", "--jobs", "--output", "--format", "--lang", "--strict"};
  std::string text = "fusescout analyze";
  for (const CLI::Option* option : command.get_options()) {
    std::string name = option->get_name(), type = option->get_type_name();
    if (option->count() == 0 || elsewhere.contains(name) || type == "DIR") continue;
    bool positional = !name.starts_with("-"), flag = option->get_expected_max() == 0, bare = option->get_expected_min() == 0;
    if (!positional) text += " " + name;
    for (const std::string& value : option->results()) {
      if (!flag && !(bare && (value.empty() || value == "{}"))) text += " " + quoted(type == "FILE" ? std::filesystem::path(value).filename().string() : value);
    }
  }
  return text;
}

}  // namespace

void add_analyze_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<AnalyzeOptions>();
  CLI::App* command = program.add_subcommand("analyze", "print the report: where the model is, its operators, what is fused, what to fuse and what it would gain");
  add_analyze_options(*command, *options);
  command->add_option("--contract", options->contract, "a folder that gets one for each opportunity: interface.py, reference.py, a test, call_site.patch, definition.json")->type_name("DIR");
  add_format_option(*command, *options, {"md", "json"});
  command->callback([options, command, &chosen] {
    chosen = [options, line = command_line(*command)] {
      AnalyzeResult result = analyze_model(*options, true);
      if (!result.analyzed) return result.code;
      report::Report& report = result.analyzed->report;
      report.command_line = line;
      std::string text = options->format == "json" ? report::render_json(report)
                                                   : report::render_markdown(report, language_of(*options));
      result.analyzed->statistics.lap("report");
      if (options->verbose) result.analyzed->statistics.print(*result.analyzed->workspace, result.analyzed->runs);
      if (!options->contract.empty()) {
        if (int code = write_contracts(report, options->contract); code != Done) return code;
      }
      if (int code = write_output(text, options->output); code != Done) return code;
      for (const graph::ModelRun& run : result.analyzed->runs) {
        if (options->strict && run.status != graph::Status::Complete) return static_cast<int>(Incomplete);
      }
      return static_cast<int>(Done);
    };
  });
}

}  // namespace fusescout::app
