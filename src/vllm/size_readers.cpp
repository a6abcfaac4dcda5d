#include "vllm/size_readers.h"

#include <algorithm>
#include <array>

namespace fusescout::vllm {

using graph::Argument;
using graph::ArgumentList;
using graph::Dim;
using graph::Entry;
using graph::TensorId;

namespace {

// The sizes that a view is asked for, by dimension of its result; empty: it is not asked for sizes.
std::vector<Dim> asked_sizes(const Entry& e, const graph::Shape& shape) {
  static constexpr std::array<std::string_view, 4> whole{"aten.unflatten", "aten.flatten", "aten.view_as", "aten.reshape_as"};
  std::string_view op = e.op.view();
  if (std::find(whole.begin(), whole.end(), op) != whole.end()) return shape;
  if (op != "aten.view" && op != "aten.reshape" && op != "aten.expand") return {};
  std::vector<Dim> sizes;
  for (const Argument& a : e.arguments) {
    if (auto* dim = std::get_if<Dim>(&a.value)) sizes.push_back(*dim);
    auto* list = std::get_if<std::shared_ptr<ArgumentList>>(&a.value);
    if (list == nullptr) continue;
    for (const Argument& item : **list) {
      if (auto* dim = std::get_if<Dim>(&item.value)) sizes.push_back(*dim);
    }
  }
  return sizes.size() == shape.size() ? sizes : std::vector<Dim>{};
}

}  // namespace

void add_size_readers(CallGraph& calls, const ComputesDim& computes) {
  const graph::Graph& g = calls.graph;
  std::unordered_map<TensorId, std::vector<TensorId>> origins;   // of each dimension; invalid: an input of the graph
  auto inherited = [&](const Entry& e, Dim dim) -> const TensorId* {
    static const TensorId outside;
    for (TensorId input : e.inputs) {
      const graph::Shape& shape = g.tensors[input].shape;
      auto at = std::find(shape.begin(), shape.end(), dim);
      if (at == shape.end()) continue;
      auto known = origins.find(input);
      return known == origins.end() ? &outside : &known->second[static_cast<size_t>(at - shape.begin())];
    }
    return nullptr;
  };
  for (const CallNode& node : calls.nodes) {
    const Entry e = g.entries[node.entry];   // copies: the fake implementation that `computes` runs adds to the graph
    for (size_t k = 0; k < e.outputs.size(); ++k) {
      const graph::Shape shape = g.tensors[e.outputs[k]].shape;
      std::vector<TensorId> origin(shape.size());
      for (size_t d = 0; d < shape.size(); ++d) {
        if (!shape[d].symbolic()) continue;
        const TensorId* from = inherited(e, shape[d]);
        if (computes(node.entry, k, d) || (from == nullptr && !e.is_view)) origin[d] = e.outputs[k];
        else if (from != nullptr) origin[d] = *from;
      }
      if (e.is_view) {
        std::vector<Dim> sizes = asked_sizes(e, shape);
        for (size_t d = 0; d < sizes.size(); ++d) {
          if (sizes[d].symbolic() && origin[d].valid()) calls.add_size_reader(origin[d]);
        }
      }
      origins[e.outputs[k]] = std::move(origin);
    }
  }
}

}  // namespace fusescout::vllm
