// For tests: runs Python text with torch in it and gives the recorded graph as text.
#pragma once

#include <string>

#include "graph/text.h"
#include "torch/testing.h"

namespace fusescout::torch {

struct TorchProgram : TestMachine {
  std::string printed;
  TorchProgram() {
    interpreter.print_hook = [this](std::string_view text) { printed += text; };
  }
  // An input of the graph, bound to a name that every module sees.
  TensorObject* input(std::string_view name, const Shape& shape, DType dtype, TensorKind kind = TensorKind::Input) {
    TensorObject* tensor = context.make_tensor(shape, dtype, kind, Symbol(name));
    interpreter.builtins()->set(interpreter, Symbol(name), tensor);
    return tensor;
  }
  Dim symbol(std::string_view name, int64_t value) { return graph.expressions.symbol(Symbol(name), value); }

  std::optional<Interpreter::Failure> execute(const std::string& source) {
    auto ast = TestLoader::parse("import torch\nimport torch.nn.functional as F\n" + source);
    return interpreter.guard([&] { interpreter.run_source(Symbol("main"), Symbol("main.py"), ast); });
  }
  std::optional<Interpreter::Failure> evaluate(const std::string& expression, Value& out) {
    auto failure = execute("result = " + expression + "\n");
    if (!failure) out = *interpreter.find_module(Symbol("main"))->dict->find(Symbol("result"));
    return failure;
  }
  // Runs with recording on. The graph as text, or "Type: message" of what it raised.
  std::string record(const std::string& source) {
    RecordingGuard guard(context, true);
    auto failure = execute(source);
    return failure ? failure->type + ": " + failure->message : graph::to_text(graph);
  }
  // What it printed, without recording.
  std::string print(const std::string& source) {
    printed.clear();
    auto failure = execute(source);
    return failure ? printed + failure->type + ": " + failure->message : printed;
  }
};

}  // namespace fusescout::torch
