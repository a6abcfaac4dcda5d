// What a run has to say beside its result, on stderr.
#pragma once

#include "graph/model_run.h"

namespace fusescout::app {

// Diagnostics, and for a model that gave no graph the exception with its Python stack. Done, or the exit code that the command ends with.
int report_status(const graph::ModelRun& run);

}  // namespace fusescout::app
