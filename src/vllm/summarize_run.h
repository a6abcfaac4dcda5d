// From what the evaluator noted and how it ended to diagnostics, a status and the classes that took part.
#pragma once

#include <optional>

#include "graph/model_run.h"
#include "python/interpreter.h"
#include "vllm/code_place.h"

namespace fusescout::vllm {

void summarize_run(python::Interpreter& interpreter, const std::optional<python::Interpreter::Failure>& failure, const AstOf& ast_of, graph::ModelRun& run);

}  // namespace fusescout::vllm
