// A function of the sources traced on tensors of given layouts: its calls, in a graph of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "torch/context.h"

namespace fusescout::vllm {

struct Trace {
  graph::Graph graph;
  std::vector<graph::TensorId> inputs, outputs;
};

struct Layout {
  graph::Shape shape, strides;
  graph::DType dtype = graph::DType::BF16;
  bool none = false;                     // None in place of a tensor
  friend bool operator==(const Layout&, const Layout&) = default;
};
Layout layout_of(const graph::Graph& graph, graph::TensorId tensor);

struct TraceError {
  std::string text;
  bool own = false;                      // the function's own file raises, not what it calls elsewhere
};
// nullopt when it raises.
std::optional<Trace> trace(torch::Context& context, const python::Value& function, const std::vector<Layout>& layouts, TraceError& error);

// The line that the call stands on.
graph::Frame frame_of(const graph::Graph& graph, graph::EntryId entry);

// Brings the arguments of a call into the form in which the dispatcher hands them on: positional ones in the schema's order, and none behind
// the last that is no default.
void normalize_arguments(python::Interpreter& interpreter, const graph::Entry& call, std::vector<graph::Argument>& arguments);

// An argument as a value of the evaluator; nullopt where only its text is known.
std::optional<python::Value> value_of(torch::Context& context, const graph::Argument& argument);

}  // namespace fusescout::vllm
