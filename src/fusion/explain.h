// One finding in full, as plain text: its operators, the partition today and after, each condition with what was found, how the gain comes about.
#pragma once

#include <string>

#include "fusion/finding.h"
#include "graph/model_run.h"

namespace fusescout::fusion {

std::string explain(const Finding& finding, const graph::ModelRun& run);

}  // namespace fusescout::fusion
