// From what the evaluator noted and how it ended to diagnostics, a status and the classes that took part.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "graph/model_run.h"
#include "python/interpreter.h"

namespace fusescout::vllm {

// The syntax tree of a file of the trees, nullptr when there is none: whether a line raises by its own words.
using AstOf = std::function<std::shared_ptr<const syntax::Ast>(const std::string& path)>;

void summarize_run(python::Interpreter& interpreter, const std::optional<python::Interpreter::Failure>& failure, const AstOf& ast_of, graph::ModelRun& run);

}  // namespace fusescout::vllm
