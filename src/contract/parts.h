// Where the operators of a group stand: statements of functions, from the one where all meet downwards.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "contract/contract.h"
#include "contract/names.h"
#include "contract/source_text.h"

namespace fusescout::contract {

// The statement of an activation that does a part of the group.
struct Part {
  Activation activation;
  size_t level = 0;                    // of the stacks
  size_t statement = 0;
  std::vector<graph::OperatorId> operators;   // of the group, in order
  bool pure = true;                    // nothing else runs there
  bool edited = false;
};

class Parts {
 public:
  Parts(const graph::Graph& graph, const std::vector<graph::OperatorId>& operators, const SourceTexts& sources);
  // Statements that do nothing but the group's work, and where there is none on the way to an operator the innermost one. Empty: no line is known.
  std::vector<Part> find();
  const SourceText* source(Symbol file) const { return sources_.find(file); }   // nullptr: it is not there
  // Activations that come into a part, and values that leave it.
  void boundary(const Part& part, std::vector<graph::TensorId>& in, std::vector<graph::TensorId>& out);
  bool same_type(graph::TensorId a, graph::TensorId b) const;

 private:
  graph::EntryId module_above(graph::EntryId call, const std::vector<graph::FrameId>& stack, size_t level) const;
  Activation activation(graph::OperatorId id, size_t level) const;
  bool pure(const Part& part);
  void descend(const std::vector<graph::OperatorId>& operators, size_t level, std::vector<Part>& parts);

  const graph::Graph& graph_;
  const SourceTexts& sources_;
  std::map<uint32_t, std::vector<graph::FrameId>> stacks_;     // by operator
  std::set<uint32_t> kernels_;
  std::vector<std::vector<graph::OperatorId>> consumers_;
};

}  // namespace fusescout::contract
