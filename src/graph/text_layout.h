// What both directions of the text form must agree on: what may be left out of a line, because the reader infers it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/operator_kind.h"

namespace fusescout::graph {

struct Layout {
  Shape strides;
  Dim offset;
  friend bool operator==(const Layout&, const Layout&) = default;
};

// A line with one of these names makes a view. `transpose` is also an operator (a copy): inside the braces of a kernel a line
// without strides is the operator.
bool is_view_name(std::string_view name);

Shape contiguous_strides(Expressions& expressions, const Shape& shape);

// The layouts of the outputs of a view line, nothing when name, shapes and attributes do not tell.
std::optional<std::vector<Layout>> infer_view_layouts(Expressions& expressions, std::string_view name, const Tensor& input, const Attributes& attributes,
                                                      const std::vector<Shape>& outputs);

// Kernel of an operator that stands outside braces.
std::string default_kernel_name(const OperatorKind& kind);
Unit default_unit(const OperatorKind& kind);
std::string_view unit_name(Unit unit);
bool parse_unit(std::string_view name, Unit& out);
std::string_view tensor_kind_name(TensorKind kind);  // "input", "param", ...; "" for Intermediate
bool parse_tensor_kind(std::string_view name, TensorKind& out);

// The in-place operand (`%x!`) whose storage each output takes: the operands and the outputs pair in order where shape and dtype agree.
std::vector<TensorId> infer_aliases(const Graph& graph, const std::vector<TensorId>& written, const std::vector<std::pair<const Shape*, DType>>& outputs);

std::string quoted(std::string_view text);
std::string real_text(double value);   // the shortest that reads as the same number, never as an integer

// "model.layers.3" of "model.layers.3.mlp.gate"; empty without a number.
std::string_view layer_of_path(std::string_view path);

}  // namespace fusescout::graph
