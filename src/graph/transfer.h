// A run as bytes, for another process of the same program. Not a file format: numbers are as this machine has them, and nothing is checked but
// the length.
#pragma once

#include <string>
#include <string_view>

#include "base/error_or.h"
#include "graph/model_run.h"

namespace fusescout::graph {

std::string to_bytes(const ModelRun& run);
ErrorOr<ModelRun> from_bytes(std::string_view bytes);

}  // namespace fusescout::graph
