#include <CLI/CLI.hpp>
#include <unordered_set>

#include "app/analyze.h"
#include "app/command.h"
#include "app/exit_code.h"
#include "report/explain.h"

namespace fusescout::app {
namespace {

struct ExplainOptions : AnalyzeOptions { std::string id; };

int run(const ExplainOptions& o) {
  AnalyzeResult result = analyze_model(o, false);
  if (!result.analyzed) return result.code;
  const report::Language language = language_of(o);
  std::string text, near;
  std::unordered_set<std::string> listed;   // most findings are in both scenarios
  for (const report::ScenarioResult& s : result.analyzed->report.scenarios) {
    for (const fusion::Finding& f : s.analysis->findings) {
      if (f.id == o.id) text += report::scenario_name(s.run->scenario, language) + "\n" + report::explain(f, *s.run, language) + "\n";
      else if ((f.pattern == o.id || f.id.find(o.id) != std::string::npos) && listed.insert(f.id).second) near += "\n  " + f.id;
    }
  }
  if (text.empty()) {
    return fail("no finding `" + o.id + "`" + (near.empty() ? ": `analyze` prints the ids" : "; did you mean:" + near));
  }
  return write_output(text, o.output);
}

}  // namespace

void add_explain_command(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = program.add_subcommand("explain", "print one finding of `analyze`: operators, partition today and after, conditions, arithmetic");
  add_analyze_options(*command, *options);
  command->add_option("id", options->id, "the finding's id, as `analyze` prints it")->required();
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace fusescout::app
