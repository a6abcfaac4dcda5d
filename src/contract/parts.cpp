#include "contract/parts.h"

#include <algorithm>

#include "fusion/group.h"

namespace fusescout::contract {

using graph::EntryId;
using graph::Frame;
using graph::FrameId;
using graph::Graph;
using graph::OperatorId;
using graph::TensorId;

Parts::Parts(const Graph& graph, const std::vector<OperatorId>& operators, const SourceTexts& sources)
    : graph_(graph), sources_(sources) {
  for (OperatorId id : operators) {
    EntryId call = graph.operators[id].call;
    if (!call.valid() || !graph.entries[call].frame.valid()) continue;
    stacks_[id.index] = fusion::stack_of(graph, graph.entries[call].frame);
    kernels_.insert(graph.operators[id].kernel.index);
  }
}

// The innermost module call around `call` that was made above the frame at `level`.
EntryId Parts::module_above(EntryId call, const std::vector<FrameId>& stack, size_t level) const {
  for (EntryId id = graph_.entries[call].parent; id.valid(); id = graph_.entries[id].parent) {
    if (graph_.entries[id].kind != graph::EntryKind::Module) continue;
    for (size_t i = 0; i < level; ++i) {
      if (stack[i] == graph_.entries[id].frame) return id;
    }
  }
  return {};
}

Activation Parts::activation(OperatorId id, size_t level) const {
  const std::vector<FrameId>& stack = stacks_.at(id.index);
  const Frame& frame = graph_.frames[stack[level]];
  return {frame.parent, frame.file, frame.function, module_above(graph_.operators[id].call, stack, level)};
}

// Everything that runs in this activation at this statement belongs to the group.
bool Parts::pure(const Part& part) {
  const Statement& lines = source(part.activation.file)->statements()[part.statement];
  auto [first, end] = entries_of(graph_, part.activation);
  for (uint32_t k = 0; k < graph_.kernels.size(); ++k) {
    if (kernels_.contains(k)) continue;
    const graph::Kernel& kernel = graph_.kernels[graph::KernelId{k}];
    if (kernel.unit == graph::Unit::Host) continue;
    for (EntryId call : kernel.calls) {
      if (call.index < first || call.index >= end) continue;
      for (FrameId f = graph_.entries[call].frame; f.valid(); f = graph_.frames[f].parent) {
        const Frame& frame = graph_.frames[f];
        if (frame.parent == part.activation.caller && frame.file == part.activation.file && frame.function == part.activation.function &&
            frame.line >= lines.first_line && frame.line <= lines.last_line) return false;
      }
    }
  }
  return true;
}

std::vector<Part> Parts::find() {
  std::vector<Part> parts;
  if (stacks_.empty()) return parts;
  size_t common = 0;
  const std::vector<FrameId>& any = stacks_.begin()->second;
  for (size_t level = 0;; ++level) {
    bool same = std::all_of(stacks_.begin(), stacks_.end(), [&](const auto& s) {
      if (level >= s.second.size() || level >= any.size()) return false;
      const Frame &a = graph_.frames[s.second[level]], &b = graph_.frames[any[level]];
      return a.parent == b.parent && a.file == b.file && a.function == b.function;
    });
    if (!same) break;
    common = level;
  }
  std::vector<OperatorId> with_stack;
  for (const auto& [index, stack] : stacks_) with_stack.push_back(OperatorId{index});
  // Where one function stands on the stacks twice (a layer and the next one), the call belongs to the last.
  descend(with_stack, common, parts);
  return parts;
}

void Parts::descend(const std::vector<OperatorId>& operators, size_t level, std::vector<Part>& parts) {
  std::vector<Part> found;
  for (OperatorId id : operators) {
    Part part;
    part.activation = activation(id, level);
    part.level = level;
    const SourceText* text = source(part.activation.file);
    if (text) part.statement = text->index_at(graph_.frames[stacks_.at(id.index)[level]].line);
    if (text && part.statement == text->statements().size()) continue;
    auto same = std::find_if(found.begin(), found.end(),
                             [&](const Part& p) { return p.activation == part.activation && p.statement == part.statement; });
    if (same == found.end()) same = found.insert(found.end(), part);
    same->operators.push_back(id);
  }
  for (Part& part : found) {
    part.pure = !source(part.activation.file) || pure(part);
    std::vector<OperatorId> deeper;
    std::vector<OperatorId> here;
    for (OperatorId id : part.operators) (stacks_.at(id.index).size() > level + 1 ? deeper : here).push_back(id);
    if (part.pure || deeper.empty()) {
      parts.push_back(part);
      continue;
    }
    descend(deeper, level + 1, parts);
    if (here.empty()) continue;
    part.operators = here;
    parts.push_back(part);
  }
}

bool Parts::same_type(TensorId a, TensorId b) const {
  const graph::Tensor &x = graph_.tensors[a], &y = graph_.tensors[b];
  return x.dtype == y.dtype && std::equal(x.shape.begin(), x.shape.end(), y.shape.begin(), y.shape.end(),
                                          [](const graph::Dim& p, const graph::Dim& q) { return p.value == q.value; });
}

void Parts::boundary(const Part& part, std::vector<TensorId>& in, std::vector<TensorId>& out) {
  std::set<uint32_t> made;
  for (OperatorId id : part.operators) {
    const graph::Operator& op = graph_.operators[id];
    for (TensorId t : op.inputs) {
      graph::TensorKind kind = graph_.tensors[graph_.root(t)].kind;
      if (kind == graph::TensorKind::Parameter || kind == graph::TensorKind::Buffer || made.contains(graph_.root(t).index)) continue;
      if (std::none_of(in.begin(), in.end(), [&](TensorId other) { return graph_.root(other) == graph_.root(t); })) in.push_back(t);
    }
    for (TensorId t : op.outputs) made.insert(graph_.root(t).index);
  }
  if (consumers_.empty()) consumers_ = graph_.consumers();
  for (OperatorId id : part.operators) {
    for (TensorId t : graph_.operators[id].outputs) {
      const std::vector<OperatorId>& readers = consumers_[graph_.root(t).index];
      bool written = std::any_of(graph_.operators[id].inputs.begin(), graph_.operators[id].inputs.end(),
                                 [&](TensorId i) { return graph_.tensors[graph_.root(i)].kind == graph::TensorKind::Cache; });
      bool read = std::any_of(readers.begin(), readers.end(), [&](OperatorId r) {
        return std::find(part.operators.begin(), part.operators.end(), r) == part.operators.end();
      });
      bool leaves =
          std::any_of(graph_.outputs.begin(), graph_.outputs.end(), [&](TensorId o) { return graph_.root(o) == graph_.root(t); });
      if ((read || leaves) && !written) out.push_back(t);
    }
  }
}

}  // namespace fusescout::contract
