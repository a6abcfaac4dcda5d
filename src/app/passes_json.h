#pragma once

#include <string>

#include "graph/model_run.h"

namespace fusescout::app {

std::string passes_to_json(const graph::ModelRun& run);
std::string passes_to_text(const graph::ModelRun& run);

}  // namespace fusescout::app
