#include <CLI/CLI.hpp>

#include "app/analyze.h"
#include "app/command.h"
#include "app/exit_code.h"

namespace fusescout::app {

void add_analyze_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<AnalyzeOptions>();
  CLI::App* command = program.add_subcommand("analyze", "print the report: where the model is, its operators, what is fused, what to fuse and what it would gain");
  add_analyze_options(*command, *options);
  command->add_option("--contract", options->contract, "a folder that gets one for each opportunity: interface.py, reference.py, a test, call_site.patch, definition.json")->type_name("DIR");
  add_format_option(*command, *options, {"md", "json"});
  command->callback([options, &program, &chosen] {
    chosen = [options] {
      AnalyzeResult result = analyze_model(*options, true);
      if (!result.analyzed) return result.code;
      report::Report& report = result.analyzed->report;
      std::string text = options->format == "json" ? report::render_json(report)
                                                   : report::render_markdown(report, options->language == "en" ? report::Language::En : report::Language::Zh);
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
