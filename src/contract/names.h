// How the source names the tensors of one activation of a function: read off its statements and the calls that they made.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "contract/source_text.h"
#include "graph/graph.h"

namespace fusescout::contract {

// One activation of one function, as far as the stacks tell: the same caller, and the same module call around it.
struct Activation {
  graph::FrameId caller;
  Symbol file, function;
  graph::EntryId module;
  friend bool operator==(const Activation&, const Activation&) = default;
};

// Entries [first, end) that can belong to the activation.
std::pair<uint32_t, uint32_t> entries_of(const graph::Graph& graph, const Activation& activation);

class Names {
 public:
  // `line`: one of the function's.
  Names(const graph::Graph& graph, const Activation& activation, const SourceText& text, uint32_t line);
  // The expression that is this tensor, as it lies in storage, when the statement begins; "" when none is known.
  std::string before(graph::TensorId tensor, size_t statement) const;
  // The variable that one of the statements gives this value, and the tensor that it then is.
  struct Target { std::string name; graph::TensorId tensor; };
  Target after(graph::TensorId tensor, const std::vector<size_t>& statements) const;

 private:
  struct Binding { size_t statement; bool read; std::string name; graph::TensorId tensor; };   // in order of execution
  void read_statement(size_t statement, const std::vector<graph::EntryId>& direct, graph::EntryId nested);
  void read_parameters(size_t first_statement);
  const graph::Graph& graph_;
  const Activation& activation_;
  const SourceText& text_;
  std::vector<Binding> bindings_;
};

bool same_place(const graph::Graph& graph, graph::TensorId a, graph::TensorId b);  // the same elements of the same value, in the same shape

}  // namespace fusescout::contract
