// Value numbers: tensors of one number hold equal values, though different operators made them.
#pragma once

#include <map>
#include <vector>

#include "fusion/candidate.h"

namespace fusescout::fusion {

class Numbering {
 public:
  explicit Numbering(const Context& context);    // which must stay where it is

  graph::OperatorId first(graph::OperatorId op) const { return first_[op.index]; }   // that computed the same before; itself when none did
  bool fixed(graph::OperatorId op) const { return static_[op.index]; }               // depends on weights only
  uint32_t number(graph::TensorId root) const { return number_[root.index]; }

 private:
  bool pure(const graph::Operator& op) const;
  void visit(graph::OperatorId id);

  const Context& context_;
  const graph::Graph& graph_;
  std::vector<uint32_t> number_;      // by tensor
  std::vector<bool> fixed_, static_;  // by tensor; by operator
  std::vector<graph::OperatorId> first_;
  std::map<std::vector<uint64_t>, graph::OperatorId> known_;
};

}  // namespace fusescout::fusion
