// Numbers of rows: what a fusion takes in because it makes it on the way.
#include <algorithm>
#include <map>
#include <set>

#include "fusion/candidate.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

bool contains(const std::vector<KernelId>& kernels, KernelId kernel) { return std::find(kernels.begin(), kernels.end(), kernel) != kernels.end(); }

bool elementwise(const Graph& graph, KernelId kernel) {
  const Kernel& k = graph.kernels[kernel];
  return k.unit == Unit::Vector && !k.operators.empty() && std::all_of(k.operators.begin(), k.operators.end(), [&](OperatorId op) {
    const OperatorKind* kind = find_operator_kind(graph.operators[op].kind.view());
    return kind != nullptr && kind->operator_class == OperatorClass::Elementwise;
  });
}

// Only vector kernels among these read the tensor, and each as at most one number for each row of what it works on.
bool for_rows_of(const Context& context, const std::vector<KernelId>& kernels, TensorId tensor) {
  const Graph& graph = context.graph;
  const std::vector<OperatorId>& readers = context.flow.readers(tensor);
  return !readers.empty() && !context.flow.is_output(tensor) && std::all_of(readers.begin(), readers.end(), [&](OperatorId id) {
    const Operator& reader = graph.operators[id];
    TensorId rows = reader.inputs[0];
    const Shape& shape = graph.tensors[rows].shape;
    return reader.kernel.valid() && contains(kernels, reader.kernel) && graph.kernels[reader.kernel].unit == Unit::Vector && rows != tensor && !shape.empty() &&
           context.flow.region(tensor).elements * shape.back().value <= context.flow.region(rows).elements;
  });
}

// What a step's inputs and weights alone decide is made once for all layers, not on the way.
bool made_of_intermediates(const Graph& graph, KernelId kernel) {
  const std::vector<OperatorId>& operators = graph.kernels[kernel].operators;
  return std::any_of(operators.begin(), operators.end(), [&](OperatorId op) {
    const std::vector<TensorId>& inputs = graph.operators[op].inputs;
    return std::any_of(inputs.begin(), inputs.end(), [&](TensorId input) {
      OperatorId maker = graph.producer(input);
      return maker.valid() && graph.operators[maker].kernel != kernel;
    });
  });
}

bool all_for_rows_of(const Context& context, const std::vector<KernelId>& kernels, KernelId maker) {
  const std::vector<OperatorId>& operators = context.graph.kernels[maker].operators;
  return std::all_of(operators.begin(), operators.end(), [&](OperatorId op) {
    const std::vector<TensorId>& outputs = context.graph.operators[op].outputs;
    return std::all_of(outputs.begin(), outputs.end(), [&](TensorId output) {
      const std::vector<OperatorId>& readers = context.flow.readers(output);
      bool within = !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](OperatorId reader) { return context.graph.operators[reader].kernel == maker; });
      return within || for_rows_of(context, kernels, output);
    });
  });
}

}  // namespace

void take_in_numbers_of_rows(const Context& context, std::vector<Candidate>& candidates, const std::vector<Candidate>& redundant) {
  const Graph& graph = context.graph;
  std::set<KernelId> gone;      // need not run, with or without this
  for (const Candidate& candidate : redundant) gone.insert(candidate.kernels.begin(), candidate.kernels.end());
  std::map<KernelId, std::vector<std::vector<KernelId>>> groups_of;      // as they were found
  for (const Candidate& candidate : candidates) {
    if (candidate.kernels.size() < 2 || !candidate.blocked.empty()) continue;
    for (KernelId kernel : candidate.kernels) groups_of[kernel].push_back(candidate.kernels);
  }
  for (Candidate& candidate : candidates) {
    // An existing kernel takes what it takes.
    if (candidate.kind != "pattern" || candidate.kernels.size() < 2 || !candidate.blocked.empty() || !candidate.meanings.empty()) continue;
    std::vector<KernelId> own = candidate.kernels;
    for (KernelId kernel : own) {
      for (OperatorId id : graph.kernels[kernel].operators) {
        for (TensorId input : graph.operators[id].inputs) {
          OperatorId maker = graph.producer(input);
          KernelId from = maker.valid() ? graph.operators[maker].kernel : KernelId{};
          if (!from.valid() || contains(candidate.kernels, from) || gone.contains(from) || !elementwise(graph, from) || !made_of_intermediates(graph, from) || !all_for_rows_of(context, own, from)) continue;
          // Part of another fusion that could be done besides this one: it is better there.
          const auto& others = groups_of[from];
          bool elsewhere = std::any_of(others.begin(), others.end(), [&](const std::vector<KernelId>& other) {
            return std::none_of(other.begin(), other.end(), [&](KernelId k) { return contains(own, k); });
          });
          std::vector<KernelId> with = candidate.kernels;
          with.insert(std::upper_bound(with.begin(), with.end(), from), from);
          if (elsewhere || context.launches.obstacle(with).hazard != Hazard::None) continue;
          candidate.kernels = std::move(with);
          for (NodeId node : nodes_of(context, std::span(&from, 1))) candidate.nodes.push_back(node);
        }
      }
    }
  }
}

}  // namespace fusescout::fusion
