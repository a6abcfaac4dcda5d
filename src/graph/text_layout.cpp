#include "graph/text_layout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace fusescout::graph {
namespace {

constexpr auto view_names = std::to_array<std::string_view>({
    "alias", "as_strided", "chunk", "detach", "diagonal", "expand", "expand_as", "flatten", "movedim", "narrow", "permute", "reshape", "select",
    "slice", "split", "split_with_sizes", "squeeze", "swapaxes", "t", "transpose", "unbind", "unflatten", "unfold", "unsqueeze", "view", "view_as",
});
constexpr auto unit_names = std::to_array<std::string_view>({"vector", "cube", "mixed", "communication", "host"});
constexpr auto tensor_kind_names = std::to_array<std::string_view>({"", "input", "param", "buffer", "cache", "const"});

const Attribute* find(const Attributes& attributes, std::string_view name) {
  for (const auto& [key, value] : attributes) {
    if (key.view() == name) return &value;
  }
  return nullptr;
}

std::optional<Dim> dim_attribute(const Attributes& attributes, std::string_view name) {
  const Attribute* found = find(attributes, name);
  const Dim* dim = found ? std::get_if<Dim>(found) : nullptr;
  return dim ? std::optional(*dim) : std::nullopt;
}

// A dimension's number, counted from the end when negative.
std::optional<size_t> axis_attribute(const Attributes& attributes, std::string_view name, size_t rank) {
  auto dim = dim_attribute(attributes, name);
  if (!dim) return std::nullopt;
  int64_t size = static_cast<int64_t>(rank), axis = dim->value < 0 ? dim->value + size : dim->value;
  if (axis < 0 || axis >= size) return std::nullopt;
  return static_cast<size_t>(axis);
}

bool same_values(const Shape& a, const Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](Dim x, Dim y) { return x.value == y.value; });
}

// Torch's rule for a view under another shape: chunks of input axes that lie without gaps are cut anew.
std::optional<Shape> reshape_strides(Expressions& e, const Tensor& input, const Shape& shape) {
  Shape result(shape.size());
  size_t out = shape.size();
  int64_t numel = 1, out_numel = 1;
  for (Dim d : input.shape) numel *= d.value;
  for (Dim d : shape) out_numel *= d.value;
  if (numel != out_numel) return std::nullopt;
  if (numel == 0) return contiguous_strides(e, shape);
  if (input.shape.empty()) {
    std::fill(result.begin(), result.end(), Dim(1));
    return result;
  }
  Dim chunk_stride = input.strides.back();
  int64_t in_chunk = 1, out_chunk = 1;
  Dim out_product(1);
  for (size_t i = input.shape.size(); i-- > 0;) {
    in_chunk *= input.shape[i].value;
    bool chunk_ends = i == 0 || (input.shape[i - 1].value != 1 && static_cast<double>(input.strides[i - 1].value) != static_cast<double>(in_chunk) * static_cast<double>(chunk_stride.value));
    if (!chunk_ends) continue;
    while (out > 0 && (out_chunk < in_chunk || shape[out - 1].value == 1)) {
      --out;
      result[out] = e.mul(out_product, chunk_stride);
      out_product = e.mul(out_product, shape[out]);
      out_chunk *= shape[out].value;
    }
    if (out_chunk != in_chunk) return std::nullopt;
    if (i > 0) chunk_stride = input.strides[i - 1];
    in_chunk = out_chunk = 1;
    out_product = Dim(1);
  }
  return out == 0 ? std::optional(result) : std::nullopt;
}

}  // namespace

bool is_view_name(std::string_view name) { return std::binary_search(view_names.begin(), view_names.end(), name); }

Shape contiguous_strides(Expressions& expressions, const Shape& shape) {
  Shape strides(shape.size());
  Dim stride(1);
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    if (shape[i].value != 1 || shape[i].symbolic()) stride = expressions.mul(stride, shape[i].value == 0 ? Dim(1) : shape[i]);
  }
  return strides;
}

std::optional<std::vector<Layout>> infer_view_layouts(Expressions& e, std::string_view name, const Tensor& input, const Attributes& attributes,
                                                      const std::vector<Shape>& outputs) {
  std::vector<Layout> layouts;
  const size_t rank = input.shape.size();
  auto one_of = [&](std::initializer_list<std::string_view> names) { return std::find(names.begin(), names.end(), name) != names.end(); };
  if (one_of({"split", "split_with_sizes", "chunk"})) {
    size_t axis = rank;
    for (const Shape& shape : outputs) {
      if (shape.size() != rank) return std::nullopt;
      for (size_t i = rank; i-- > 0;) {
        if (shape[i].value != input.shape[i].value) axis = i;
      }
    }
    if (auto given = axis_attribute(attributes, "dim", rank)) axis = *given;
    Dim offset = input.storage_offset;
    for (const Shape& shape : outputs) {
      layouts.push_back({input.strides, offset});
      if (axis < rank) offset = e.add(offset, e.mul(shape[axis], input.strides[axis]));
    }
    return layouts;
  }
  if (name == "unbind") {
    size_t axis = axis_attribute(attributes, "dim", rank).value_or(0);
    if (axis >= rank) return std::nullopt;
    Shape strides = input.strides;
    strides.erase(strides.begin() + static_cast<ptrdiff_t>(axis));
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].size() + 1 != rank) return std::nullopt;
      layouts.push_back({strides, e.add(input.storage_offset, e.mul(Dim(static_cast<int64_t>(i)), input.strides[axis]))});
    }
    return layouts;
  }
  if (outputs.size() != 1) return std::nullopt;
  const Shape& shape = outputs[0];
  Layout layout{input.strides, input.storage_offset};
  if (one_of({"alias", "detach"})) {
    if (!same_values(shape, input.shape)) return std::nullopt;
  } else if (one_of({"slice", "narrow"})) {
    if (shape.size() != rank) return std::nullopt;
    auto axis = axis_attribute(attributes, "dim", rank);
    auto start = dim_attribute(attributes, "start"), step = dim_attribute(attributes, "step");
    for (size_t i = 0; !axis && i < rank; ++i) {
      if (shape[i].value != input.shape[i].value) axis = i;
    }
    if (axis && start) layout.offset = e.add(layout.offset, e.mul(*start, input.strides[*axis]));
    if (axis && step) layout.strides[*axis] = e.mul(layout.strides[*axis], *step);
  } else if (name == "select") {
    if (shape.size() + 1 != rank) return std::nullopt;
    size_t axis = 0;
    if (auto given = axis_attribute(attributes, "dim", rank)) {
      axis = *given;
    } else {
      while (axis < shape.size() && shape[axis].value == input.shape[axis].value) ++axis;
    }
    Dim index = dim_attribute(attributes, "index").value_or(Dim(0));
    layout.offset = e.add(layout.offset, e.mul(index, input.strides[axis]));
    layout.strides.erase(layout.strides.begin() + static_cast<ptrdiff_t>(axis));
  } else if (one_of({"expand", "expand_as"})) {
    if (shape.size() < rank) return std::nullopt;
    size_t added = shape.size() - rank;
    layout.strides.assign(shape.size(), Dim(0));
    for (size_t i = 0; i < rank; ++i) {
      bool kept = input.shape[i].value == shape[added + i].value;
      if (!kept && input.shape[i].value != 1) return std::nullopt;
      if (kept) layout.strides[added + i] = input.strides[i];
    }
  } else if (one_of({"transpose", "swapaxes", "t"})) {
    auto a = axis_attribute(attributes, "dim0", rank), b = axis_attribute(attributes, "dim1", rank);
    if (rank == 2 && !a && !b) a = 0, b = 1;
    if (!a || !b || shape.size() != rank) return std::nullopt;
    std::swap(layout.strides[*a], layout.strides[*b]);
  } else if (name == "permute") {
    const Attribute* found = find(attributes, "dims");
    const auto* order = found ? std::get_if<std::vector<Dim>>(found) : nullptr;
    if (!order || order->size() != rank || shape.size() != rank) return std::nullopt;
    for (size_t i = 0; i < rank; ++i) {
      int64_t axis = (*order)[i].value < 0 ? (*order)[i].value + static_cast<int64_t>(rank) : (*order)[i].value;
      if (axis < 0 || axis >= static_cast<int64_t>(rank)) return std::nullopt;
      layout.strides[i] = input.strides[static_cast<size_t>(axis)];
    }
  } else if (one_of({"view", "view_as", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze"})) {
    if (input.strides == contiguous_strides(e, input.shape)) {
      layout.strides = contiguous_strides(e, shape);
      int64_t before = 1, after = 1;
      for (Dim d : input.shape) before *= d.value;
      for (Dim d : shape) after *= d.value;
      if (before != after) return std::nullopt;
    } else {
      auto strides = reshape_strides(e, input, shape);
      if (!strides) return std::nullopt;
      layout.strides = *strides;
    }
  } else {
    return std::nullopt;  // as_strided, unfold, ...: only the line itself knows
  }
  layouts.push_back(std::move(layout));
  return layouts;
}

std::string default_kernel_name(const OperatorKind& kind) {
  switch (kind.operator_class) {
    case OperatorClass::Elementwise:
    case OperatorClass::Injective:
    case OperatorClass::Reduction: return "aten." + std::string(kind.name);
    default: return std::string(kind.name);
  }
}

Unit default_unit(const OperatorKind& kind) {
  if (kind.operator_class == OperatorClass::MatMul) return Unit::Cube;
  if (kind.operator_class == OperatorClass::Collective) return Unit::Communication;
  return kind.name == "attention" || kind.name == "linear_attention" ? Unit::Mixed : Unit::Vector;
}

std::string_view unit_name(Unit unit) { return unit_names[static_cast<size_t>(unit)]; }

bool parse_unit(std::string_view name, Unit& out) {
  auto it = std::find(unit_names.begin(), unit_names.end(), name);
  if (it == unit_names.end()) return false;
  out = static_cast<Unit>(it - unit_names.begin());
  return true;
}

std::string_view tensor_kind_name(TensorKind kind) { return tensor_kind_names[static_cast<size_t>(kind)]; }

bool parse_tensor_kind(std::string_view name, TensorKind& out) {
  auto it = std::find(tensor_kind_names.begin() + 1, tensor_kind_names.end(), name);
  if (it == tensor_kind_names.end()) return false;
  out = static_cast<TensorKind>(it - tensor_kind_names.begin());
  return true;
}

std::vector<TensorId> infer_aliases(const Graph& graph, const std::vector<TensorId>& written, const std::vector<std::pair<const Shape*, DType>>& outputs) {
  std::vector<TensorId> aliases(outputs.size());
  size_t next = 0;
  for (size_t i = 0; i < outputs.size() && next < written.size(); ++i) {
    for (size_t k = next; k < written.size(); ++k) {
      const Tensor& tensor = graph.tensors[written[k]];
      if (tensor.dtype != outputs[i].second || !same_values(tensor.shape, *outputs[i].first)) continue;
      aliases[i] = written[k];
      next = k + 1;
      break;
    }
  }
  return aliases;
}

std::string_view layer_of_path(std::string_view path) {
  for (size_t start = 0; start < path.size();) {
    size_t end = std::min(path.find('.', start), path.size());
    std::string_view part = path.substr(start, end - start);
    if (!part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; })) return path.substr(0, end);
    start = end + 1;
  }
  return {};
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  return out + '"';
}

std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace fusescout::graph
