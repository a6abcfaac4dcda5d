// The group's canonical operators as a function in plain torch.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "contract/python_text.h"
#include "fusion/finding.h"
#include "graph/graph.h"

namespace fusescout::contract {

struct Reference {
  std::vector<std::string> lines;      // the function's body, without indentation
  std::set<std::string> helpers;
  std::vector<std::string> notes;
  bool complete = true;                // every operator has an expression
};

class ReferenceWriter {
 public:
  ReferenceWriter(const graph::Graph& graph, const fusion::Interface& interface, const std::vector<graph::OperatorId>& operators);
  Reference write(const std::vector<graph::TensorId>& results);

 private:
  using Parameters = std::vector<std::string>;
  void write_operator(const graph::Operator& op);
  bool elementwise_shape_differs(const graph::Operator& op) const;
  // One expression, or nothing when the kind has none. `tuple`: gives all outputs.
  std::string expression(const graph::Operator& op, bool& tuple);
  std::string compound(const graph::Operator& op, bool& tuple);
  std::string value(graph::TensorId tensor);                       // an expression for a tensor as it is seen
  std::string view_step(const std::string& of, const graph::Tensor& from, const graph::Tensor& to);
  std::string input(const graph::Operator& op, size_t i);
  const graph::Attribute* attribute(const graph::Operator& op, std::string_view name);
  std::string unread(const graph::Operator& op) const;             // what of it no expression has asked for
  std::string device() const;
  std::string creation(const graph::Operator& op);
  std::string second(const graph::Operator& op);                   // the second operand, or the number in its place
  std::string scalar(const graph::Operator& op, std::string_view name, const std::string& otherwise = "");
  std::string arguments(const graph::Operator& op, std::initializer_list<std::string_view> names);
  std::string fresh_name(const graph::Operator& op, graph::TensorId output);
  std::string call(const std::string& helper, const Parameters& parameters);
  bool state_step(const graph::Operator& op);                      // one of a state that is kept; false: another operator
  void note(const std::string& text);

  const graph::Graph& graph_;
  const fusion::Interface& interface_;
  std::vector<graph::OperatorId> operators_;
  Sizes sizes_;
  std::map<uint32_t, std::string> names_;                          // by tensor
  std::set<std::string> taken_;
  std::vector<graph::TensorId> inputs_;
  std::set<std::string_view> read_attributes_;                     // of the operator that is being written
  std::set<size_t> read_inputs_;
  Reference out_;
};

}  // namespace fusescout::contract
