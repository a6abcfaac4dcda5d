#include "fusion/group.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace fusescout::fusion {

using namespace graph;

namespace {

// Different pieces of one tensor (a split projection) come in as that tensor: the kernel knows where they lie.
void merge_pieces(const Flow& flow, Group& group) {
  const Graph& graph = flow.graph();
  std::vector<TensorId> merged;
  for (TensorId input : group.inputs) {
    TensorId root = graph.root(input);
    bool plain = graph.tensors[root].kind == TensorKind::Intermediate || graph.tensors[root].kind == TensorKind::Input;
    bool pieces = plain && std::any_of(group.inputs.begin(), group.inputs.end(), [&](TensorId other) {
      return graph.root(other) == root && !(flow.region(other) == flow.region(input));
    });
    bool written = std::find(group.mutated.begin(), group.mutated.end(), input) != group.mutated.end();
    TensorId as = pieces && !written ? root : input;
    if (std::find(merged.begin(), merged.end(), as) == merged.end()) merged.push_back(as);
  }
  group.inputs = std::move(merged);
}

// What today's kernels give besides and nothing takes up: a new kernel need not. Only values of their own, nothing that is written elsewhere.
void leave_out_unused(const Flow& flow, Group& group) {
  const Graph& graph = flow.graph();
  std::set<OperatorId> used(group.operators.begin(), group.operators.end());
  for (auto it = group.operators.rbegin(); it != group.operators.rend(); ++it) {
    const Operator& op = graph.operators[*it];
    bool unused = !op.outputs.empty() && graph.entries[op.call].mutates.empty() && std::all_of(op.outputs.begin(), op.outputs.end(), [&](TensorId output) {
      const Tensor& tensor = graph.tensors[output];
      bool own = std::none_of(op.inputs.begin(), op.inputs.end(), [&](TensorId input) { return graph.tensors[input].storage == tensor.storage; });
      bool read = std::any_of(flow.readers(output).begin(), flow.readers(output).end(), [&](OperatorId reader) {
        return used.contains(reader) || !std::binary_search(group.operators.begin(), group.operators.end(), reader);
      });
      return own && !read && !flow.is_output(output) && graph.root(output) == output;
    });
    if (unused) used.erase(*it);
  }
  if (!used.empty()) group.operators.assign(used.begin(), used.end());
}

}  // namespace

Group make_group(const Flow& flow, std::vector<KernelId> kernels) {
  const Graph& graph = flow.graph();
  Group group;
  std::sort(kernels.begin(), kernels.end());
  kernels.erase(std::unique(kernels.begin(), kernels.end()), kernels.end());
  for (KernelId kernel : kernels) {
    const std::vector<OperatorId>& operators = graph.kernels[kernel].operators;
    group.operators.insert(group.operators.end(), operators.begin(), operators.end());
  }
  std::sort(group.operators.begin(), group.operators.end());
  for (OperatorId op : group.operators) {                      // kernels in order of their first operator
    KernelId kernel = graph.operators[op].kernel;
    if (std::find(group.kernels.begin(), group.kernels.end(), kernel) == group.kernels.end()) group.kernels.push_back(kernel);
  }
  leave_out_unused(flow, group);
  auto inside = [&](OperatorId op) { return std::binary_search(group.operators.begin(), group.operators.end(), op); };
  struct Use {
    Region region;
    std::vector<KernelId> kernels;
    double bytes;
  };
  std::vector<Use> uses;                                       // of inputs: read by how many kernels
  for (OperatorId id : group.operators) {
    const Operator& op = graph.operators[id];
    for (TensorId input : op.inputs) {
      OperatorId maker = graph.producer(input);
      if (maker.valid() && inside(maker)) {
        // What the group writes only a part of comes in as it was before.
        for (TensorId before : graph.before_partial_writes(input)) {
          maker = graph.producer(before);
          if (maker.valid() && inside(maker)) continue;
          bool nothing = !maker.valid() && graph.tensors[graph.root(before)].kind == TensorKind::Intermediate;     // allocated
          if (nothing || std::any_of(group.inputs.begin(), group.inputs.end(), [&](TensorId other) { return flow.region(other) == flow.region(before); })) break;
          group.inputs.push_back(before);
          group.mutated.push_back(before);
          break;
        }
        continue;
      }
      Region region = flow.region(input);
      auto use = std::find_if(uses.begin(), uses.end(), [&](const Use& u) { return u.region == region; });
      if (use == uses.end()) {
        uses.push_back({region, {op.kernel}, graph.bytes(graph.tensors[input])});
        group.inputs.push_back(input);
      } else if (std::find(use->kernels.begin(), use->kernels.end(), op.kernel) == use->kernels.end()) {
        use->kernels.push_back(op.kernel);
      }
      const Entry& call = graph.entries[op.call];
      bool written = std::any_of(call.mutates.begin(), call.mutates.end(),
                                 [&](uint8_t i) { return i < call.inputs.size() && call.inputs[i] == input; });
      if (written && std::find(group.mutated.begin(), group.mutated.end(), input) == group.mutated.end()) group.mutated.push_back(input);
    }
    for (TensorId output : op.outputs) {
      std::vector<KernelId> readers;
      bool outside = flow.is_output(output);
      for (OperatorId reader : flow.readers(output)) {
        if (!inside(reader)) outside = true;
        else if (graph.operators[reader].kernel != op.kernel && std::find(readers.begin(), readers.end(), graph.operators[reader].kernel) == readers.end()) {
          readers.push_back(graph.operators[reader].kernel);
        }
      }
      if (outside) group.outputs.push_back(output);
      double bytes = graph.bytes(graph.tensors[output]);
      group.bytes_saved += bytes * (static_cast<double>(readers.size()) + (outside || readers.empty() ? 0 : 1));
    }
  }
  merge_pieces(flow, group);
  for (const Use& use : uses) group.bytes_saved += use.bytes * static_cast<double>(use.kernels.size() - 1);
  return group;
}

std::vector<FrameId> stack_of(const Graph& graph, FrameId frame) {
  size_t depth = 0;
  for (FrameId f = frame; f.valid(); f = graph.frames[f].parent) ++depth;
  std::vector<FrameId> stack(depth);
  for (; frame.valid(); frame = graph.frames[frame].parent) stack[--depth] = frame;
  return stack;
}

namespace {

void add_span(std::vector<Span>& spans, Span span) {
  for (const Span& other : spans) {
    if (other.file == span.file && other.first_line <= span.first_line && span.last_line <= other.last_line) return;
  }
  spans.push_back(span);
}

EntryId module_around(const Graph& graph, EntryId call) {
  EntryId module = graph.entries[call].parent;
  while (module.valid() && graph.entries[module].kind != EntryKind::Module) module = graph.entries[module].parent;
  return module;
}

// The innermost module call around all operators.
EntryId common_module(const Graph& graph, std::span<const OperatorId> operators) {
  std::vector<EntryId> around;                       // of the first operator, innermost first
  for (size_t i = 0; i < operators.size(); ++i) {
    std::vector<EntryId> mine;
    EntryId call = graph.operators[operators[i]].call;
    for (EntryId id = call.valid() ? graph.entries[call].parent : EntryId{}; id.valid(); id = graph.entries[id].parent) {
      if (graph.entries[id].kind == EntryKind::Module) mine.push_back(id);
    }
    if (i == 0) around = mine;
    else std::erase_if(around, [&](EntryId id) { return std::find(mine.begin(), mine.end(), id) == mine.end(); });
  }
  return around.empty() ? EntryId{} : around.front();
}

}  // namespace

bool same_activation(const Graph& graph, FrameId a, FrameId b) {
  const Frame &x = graph.frames[a], &y = graph.frames[b];
  return x.parent == y.parent && x.file == y.file && x.function == y.function;
}

const std::vector<uint32_t>& FrameKernels::of_layer(const Graph& graph, const std::vector<Symbol>& layer_of_kernel, Symbol layer,
                                                   const std::set<KernelId>* only) const {
  auto [it, added] = counts_.try_emplace(layer);
  std::vector<uint32_t>& counts = it->second;
  if (!added) return counts;
  counts.resize(graph.frames.size());
  for (KernelId kernel{0}; kernel.index < graph.kernels.size(); ++kernel.index) {
    if (layer_of_kernel[kernel.index] != layer || (only != nullptr && !only->contains(kernel))) continue;
    const std::vector<EntryId>& calls = graph.kernels[kernel].calls;
    FrameId frame = calls.empty() ? FrameId{} : graph.entries[calls[0]].frame;
    for (; frame.valid(); frame = graph.frames[frame].parent) ++counts[frame.index];
  }
  return counts;
}

namespace {

// From which level of its stack on a call's lines launch nothing but whole kernels: the call itself, and wrappers inside the module around it.
size_t own_level(const Graph& graph, EntryId call, const std::vector<FrameId>& stack, const FrameCounts& counts) {
  EntryId module = module_around(graph, call);
  size_t outer = module.valid() && graph.entries[module].frame.valid() ? stack_of(graph, graph.entries[module].frame).size() : 0;
  size_t level = stack.size() - 1;
  auto others = [&](FrameId frame) { return counts.kernels[frame.index] - counts.whole[frame.index]; };
  while (level > outer && others(stack[level - 1]) == 0) --level;
  return level;
}

// The deepest level where all are in one activation of one function.
size_t common_level(const Graph& graph, std::span<const std::vector<FrameId>> stacks) {
  size_t depth = 0;
  for (size_t level = 0;; ++level) {
    bool same = std::all_of(stacks.begin(), stacks.end(), [&](const auto& stack) { return level < stack.size() && same_activation(graph, stack[level], stacks[0][level]); });
    if (!same) return depth;
    depth = level;
  }
}

}  // namespace

Span meeting_of(const Graph& graph, std::span<const OperatorId> operators) {
  std::vector<std::vector<FrameId>> stacks;
  for (OperatorId op : operators) {
    EntryId call = graph.operators[op].call;
    if (call.valid() && graph.entries[call].frame.valid()) stacks.push_back(stack_of(graph, graph.entries[call].frame));
  }
  Span span;
  if (stacks.empty()) return span;
  size_t level = common_level(graph, stacks);
  for (const auto& stack : stacks) {
    const Frame& frame = graph.frames[stack[std::min(level, stack.size() - 1)]];
    if (span.first_line == 0) span = {frame.file, frame.line, frame.line};
    span.first_line = std::min(span.first_line, frame.line);
    span.last_line = std::max(span.last_line, frame.line);
  }
  return span;
}

FrameId among_arguments(const Graph& graph, OperatorId op, OperatorId reader) {
  EntryId mine = graph.operators[op].call, other = graph.operators[reader].call;
  if (!mine.valid() || !other.valid()) return {};
  for (FrameId at = graph.entries[mine].frame; at.valid(); at = graph.frames[at].parent) {
    for (FrameId frame = graph.entries[other].frame; frame.valid(); frame = graph.frames[frame].parent) {
      if (same_activation(graph, frame, at)) return graph.frames[frame].line <= graph.frames[at].line ? at : FrameId{};
    }
  }
  return {};
}

std::vector<Span> places_of(const Graph& graph, std::span<const OperatorId> operators, size_t kernels, const FrameCounts& counts, const std::set<KernelId>& whole,
                            const std::set<FrameId>& others) {
  std::vector<std::vector<FrameId>> stacks;
  std::vector<size_t> shown;            // levels of each stack
  std::vector<bool> alone;              // its kernel does nothing else
  bool fused = true;                    // all of the kernels are, and stand in one module
  EntryId module = common_module(graph, operators);
  for (OperatorId op : operators) {
    EntryId call = graph.operators[op].call;
    if (!call.valid() || !graph.entries[call].frame.valid()) continue;
    stacks.push_back(stack_of(graph, graph.entries[call].frame));
    shown.push_back(whole.contains(graph.operators[op].kernel) ? own_level(graph, call, stacks.back(), counts) : stacks.back().size());
    alone.push_back(graph.kernels[graph.operators[op].kernel].operators.size() == 1);
    fused = fused && whole.contains(graph.operators[op].kernel) && module_around(graph, call) == module;
  }
  std::vector<Span> spans;
  if (stacks.empty()) return spans;
  size_t depth = common_level(graph, stacks);
  bool all = std::all_of(shown.begin(), shown.end(), [&](size_t levels) { return levels <= depth; });
  for (size_t i = 0; (all || fused) && i < stacks.size(); ++i) {
    if (alone[i]) shown[i] = stacks[i].size();
  }
  std::set<uint32_t> lines, left_out;
  std::set<Symbol> files;
  for (size_t i = 0; i < stacks.size(); ++i) {
    const Frame& frame = graph.frames[stacks[i][std::min(depth, stacks[i].size() - 1)]];
    bool out = shown[i] <= depth && !all;
    (out ? left_out : lines).insert(frame.line);
    if (!out) files.insert(frame.file);
  }
  // Nor are statements between them that do other work.
  const Frame& meeting = graph.frames[stacks[0][std::min(depth, stacks[0].size() - 1)]];
  for (uint32_t i = 0; lines.size() > 1 && i < graph.frames.size(); ++i) {
    const Frame& other = graph.frames[FrameId{i}];
    if (counts.kernels[i] > 0 && other.parent == meeting.parent && other.file == meeting.file && other.function == meeting.function && !lines.contains(other.line)) {
      left_out.insert(other.line);
    }
  }
  // What was left out is no part of the lines around it either.
  for (auto line = lines.begin(); files.size() == 1 && line != lines.end(); ++line) {
    bool on = !spans.empty();
    if (auto out = left_out.upper_bound(on ? spans.back().last_line : 0); on && out != left_out.end() && *out < *line) on = false;
    if (on) spans.back().last_line = *line;
    else spans.push_back({*files.begin(), *line, *line});
  }
  // All of it inside one library module (a norm, an activation): the line that calls the module is where a model would call the new kernel.
  if (module.valid() && graph.entries[module].library && graph.entries[module].frame.valid()) {
    const Frame& frame = graph.frames[graph.entries[module].frame];
    add_span(spans, {frame.file, frame.line, frame.line});
  }
  auto add = [&](FrameId frame) { add_span(spans, {graph.frames[frame].file, graph.frames[frame].line, graph.frames[frame].line}); };
  size_t outside = 0;                      // levels that are no part of the module around it
  if (module.valid()) outside = stack_of(graph, graph.entries[module].frame).size();
  for (size_t level = depth; level-- > outside;) {
    FrameId frame = stacks[0][level];
    if (counts.kernels[frame.index] > 2 * kernels || others.contains(frame)) break;
    add(frame);
  }
  size_t deepest = 0;
  for (const auto& stack : stacks) deepest = std::max(deepest, stack.size());
  for (size_t level = depth + 1; level < deepest; ++level) {
    for (size_t i = 0; i < stacks.size(); ++i) {
      if (level < shown[i] && !others.contains(stacks[i][level])) add(stacks[i][level]);
    }
  }
  return spans;
}

Location place_of(const Graph& graph, EntryId entry) {
  if (!entry.valid() || !graph.entries[entry].frame.valid()) return {};
  const Frame& frame = graph.frames[graph.entries[entry].frame];
  return {frame.file, frame.line};
}
Location place_of(const Graph& graph, OperatorId op) { return place_of(graph, graph.operators[op].call); }

}  // namespace fusescout::fusion
