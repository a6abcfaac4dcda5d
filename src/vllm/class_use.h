// What ModelRun says about a class: where it is defined, and what of it vllm-ascend replaces.
#pragma once

#include <string_view>

#include "graph/model_run.h"
#include "python/interpreter.h"
#include "torch/context.h"

namespace fusescout::vllm {

// Adds instances of the class under a role: "main", "decoder_layer", "attention", "mlp", "moe".
void add_class_use(python::Interpreter& interpreter, graph::ModelRun& run, std::string_view role, python::Class* cls, uint32_t count);

// Which nn.Modules are library modules (CustomOp, PluggableLayer, attention layers), and what a class of vllm-ascend overrides.
void set_class_hooks(torch::Context& context, graph::ModelRun& run);
// The functions that vllm-ascend put into classes of vLLM and into modules of the models folders: they are the model's own code.
void note_patched_functions(python::Interpreter& interpreter, graph::ModelRun& run);

}  // namespace fusescout::vllm
