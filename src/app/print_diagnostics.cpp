#include "app/print_diagnostics.h"

#include <fmt/format.h>

#include "app/command.h"
#include "app/exit_code.h"

namespace fusescout::app {

int report_status(const graph::ModelRun& run) {
  for (const auto& d : run.diagnostics) {
    if (d.kind == diagnostics::Kind::Condition) continue;   // what holds for the scenario's token count stands in the JSON: it asks for nothing
    fmt::print(stderr, "fusescout: {}\n", diagnostics::to_text(d));
  }
  std::string stack;
  for (const auto& s : run.stack) stack += fmt::format("\n  {}:{}{}", s.file.view(), s.line, s.function.empty() ? "" : " in " + s.function);
  if (run.status == graph::Status::Complete || run.status == graph::Status::Partial) {
    if (!run.exception.empty()) fmt::print(stderr, "fusescout: what `{}` does ends here: {}{}\n", run.model, run.exception, stack);
    return Done;
  }
  if (run.status == graph::Status::Rejected) {
    std::string where = run.scenario.name.empty() ? "this scenario" : "the scenario `" + run.scenario.name + "`";
    return fail(fmt::format("the source refuses `{}` in {}: {}{}", run.model, where, run.exception, stack));
  }
  return fail(fmt::format("`{}` could not be followed to the end: {}{}", run.model, run.exception, stack));
}

}  // namespace fusescout::app
