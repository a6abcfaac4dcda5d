// Values of the graph as Python writes them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace fusescout::contract {

std::string torch_dtype(graph::DType dtype);                     // "torch.bfloat16"
std::string float_literal(double value);                         // "1e-06", "float(\"inf\")"
std::string python_name(std::string_view name);                  // an identifier that is no keyword
std::string literal(const graph::Graph& graph, const graph::Attribute& value);
std::string shape_text(const graph::Shape& shape);               // "[16, 4096]"
std::string symbolic_shape(const graph::Graph& graph, const graph::Shape& shape);  // "[T, 4096]"
// Sizes for a `view` that makes one of the other; empty: none is needed, or there is none.
std::string view_shape(const graph::Tensor& to, const graph::Tensor& from);

// How code says a symbolic size: through the shape of an argument, or else as the number of the scenario.
class Sizes {
 public:
  explicit Sizes(const graph::Graph& graph) : graph_(graph) {}
  void add_argument(const std::string& name, const graph::Tensor& tensor);
  std::string dim(const graph::Dim& size);                        // "8 * T"; remembers the symbols that it used
  std::string list(const graph::Shape& shape);                    // "(T, 4096)"
  std::vector<std::string> definitions() const;                   // "T = x.shape[0]", of the used ones
  bool fixed() const { return fixed_; }                           // a size was not expressible: the scenario's number stands there

 private:
  const graph::Graph& graph_;
  std::map<std::string, std::string> sources_;                    // symbol -> "x.shape[0]"
  std::map<std::string, bool> used_;
  bool fixed_ = false;
};

}  // namespace fusescout::contract
