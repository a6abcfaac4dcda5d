#include "fusion/flow.h"

#include <algorithm>

namespace fusescout::fusion {

using namespace graph;

namespace {

// A copy of a permuted tensor moves axes as `transpose` does: which ones, those of one element left out. Empty: it moves none, or does more.
std::vector<Dim> moved_axes(const Graph& graph, const Operator& op) {
  static const Symbol copy("copy");
  if (op.kind != copy || op.inputs.size() != 1 || op.outputs.size() != 1) return {};
  const Tensor& from = graph.tensors[op.inputs[0]];
  if (from.strides.size() != from.shape.size() || graph.tensors[op.outputs[0]].shape.size() != from.shape.size()) return {};
  std::vector<size_t> kept, order;
  for (size_t i = 0; i < from.shape.size(); ++i) {
    if (from.shape[i].value != 1) kept.push_back(i);
  }
  order = kept;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return from.strides[a].value > from.strides[b].value; });
  int64_t dense = 1;
  for (size_t i = order.size(); i-- > 0; dense *= from.shape[order[i]].value) {
    if (from.strides[order[i]].value != dense) return {};
  }
  if (order == kept) return {};
  std::vector<Dim> axes;
  for (size_t axis : kept) axes.push_back(Dim{std::find(order.begin(), order.end(), axis) - order.begin()});
  return axes;
}

}  // namespace

Flow::Flow(const Graph& graph)
    : graph_(&graph), roots_(graph.tensors.size()), producer_(graph.tensors.size(), no_node), consumers_(graph.tensors.size()), is_output_(graph.tensors.size()),
      readers_(graph.consumers()) {
  for (uint32_t i = 0; i < roots_.size(); ++i) roots_[i] = graph.root(TensorId{i});
  nodes_.reserve(graph.operators.size());
  for (uint32_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[OperatorId{i}];
    Node node;
    node.kind = op.kind;
    node.inputs = op.inputs;
    node.outputs = op.outputs;
    node.attributes = op.attributes;
    node.operators.push_back(OperatorId{i});
    node.moved = moved_axes(graph, op);
    add(std::move(node));
  }
  for (TensorId output : graph.outputs) is_output_[root(output).index] = true;
  for (const Entry& entry : graph.entries) {
    if (!entry.opaque) continue;
    for (TensorId input : entry.inputs) is_output_[root(input).index] = true;
  }
}

void Flow::add(Node node) {
  static const Symbol transpose("transpose");
  auto id = static_cast<NodeId>(nodes_.size());
  node.info = find_operator_kind(node.kind.view());
  of_kind_[node.kind].push_back(id);
  if (!node.moved.empty()) of_kind_[transpose].push_back(id);
  for (TensorId output : node.outputs) producer_[output.index] = id;
  for (TensorId input : node.inputs) {
    std::vector<NodeId>& list = consumers_[root(input).index];
    if (list.empty() || list.back() != id) list.push_back(id);
  }
  nodes_.push_back(std::move(node));
}

const std::vector<NodeId>& Flow::of_kind(Symbol kind) const {
  static const std::vector<NodeId> none;
  auto it = of_kind_.find(kind);
  return it == of_kind_.end() ? none : it->second;
}

NodeId Flow::producer(TensorId tensor) const { return producer_[root(tensor).index]; }
const std::vector<NodeId>& Flow::consumers(TensorId tensor) const { return consumers_[root(tensor).index]; }
bool Flow::is_output(TensorId tensor) const { return is_output_[root(tensor).index]; }

size_t Flow::live_consumers(TensorId tensor) const {
  const std::vector<NodeId>& list = consumers(tensor);
  return static_cast<size_t>(std::count_if(list.begin(), list.end(), [&](NodeId id) { return nodes_[id].live; }));
}

Region Flow::region(TensorId tensor) const {
  const Tensor& t = graph_->tensors[tensor];
  Region region{root(tensor), t.storage_offset.value, 1};
  for (size_t i = 0; i < t.shape.size(); ++i) {
    if (i >= t.strides.size() || t.strides[i].value != 0) region.elements *= t.shape[i].value;  // an expanded axis shows the same elements again
  }
  return region;
}

bool Flow::transparent(const Graph& graph, const Node& node) {
  static const Symbol cast("cast"), copy("copy");
  if (node.inputs.size() != 1 || node.outputs.size() != 1) return false;
  const Tensor& from = graph.tensors[node.inputs[0]];
  const Tensor& to = graph.tensors[node.outputs[0]];
  if (node.kind == cast) return is_floating(from.dtype) && is_floating(to.dtype) && dtype_size(from.dtype) > 1 && dtype_size(to.dtype) > 1;
  return node.kind == copy && from.dtype == to.dtype;
}

TensorId Flow::behind(TensorId tensor, std::vector<NodeId>* through) const {
  while (true) {
    NodeId id = producer(tensor);
    if (id == no_node || !transparent(*graph_, nodes_[id])) return tensor;
    Region here = region(tensor), whole = region(here.root);
    if (!(here == whole) || region(nodes_[id].inputs[0]).elements != whole.elements) return tensor;
    if (through != nullptr) through->push_back(id);
    tensor = nodes_[id].inputs[0];
  }
}

std::vector<KernelId> Flow::kernels_of(NodeId id) const {
  std::vector<KernelId> kernels;
  for (OperatorId op : nodes_[id].operators) kernels.push_back(graph_->operators[op].kernel);
  std::sort(kernels.begin(), kernels.end());
  kernels.erase(std::unique(kernels.begin(), kernels.end()), kernels.end());
  return kernels;
}

NodeId Flow::raise(std::span<const NodeId> covered, Symbol kind, std::vector<TensorId> inputs, std::vector<TensorId> outputs, Attributes attributes) {
  Node node;
  node.kind = kind;
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  for (NodeId id : covered) {
    nodes_[id].live = false;
    node.operators.insert(node.operators.end(), nodes_[id].operators.begin(), nodes_[id].operators.end());
  }
  std::sort(node.operators.begin(), node.operators.end());
  add(std::move(node));
  return static_cast<NodeId>(nodes_.size() - 1);
}

namespace {

struct Access {
  uint32_t launch;
  TensorId tensor;
  bool write;
};

struct Event {                // an operator, or an opaque call
  uint32_t entry;
  OperatorId op;
};

std::vector<Event> events_of(const Graph& graph, const std::vector<bool>& has_operators) {
  std::vector<Event> events;
  for (uint32_t i = 0; i < graph.operators.size(); ++i) events.push_back({graph.operators[OperatorId{i}].call.index, OperatorId{i}});
  for (uint32_t i = 0; i < graph.entries.size(); ++i) {
    const Entry& entry = graph.entries[EntryId{i}];
    if (!entry.opaque || has_operators[i] || entry.is_view) continue;
    if (entry.parent.valid() && graph.entries[entry.parent].opaque) continue;
    events.push_back({i, OperatorId{}});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.entry < b.entry; });
  return events;
}

}  // namespace

Launches::Launches(const Graph& graph) : of_kernel_(graph.kernels.size(), UINT32_MAX), graph_(&graph) {
  std::vector<bool> has_operators(graph.entries.size());
  for (const Operator& op : graph.operators) {
    if (op.call.valid()) has_operators[op.call.index] = true;
  }
  std::vector<Event> events = events_of(graph, has_operators);
  auto storage_of = [&](TensorId id) {
    StorageId storage = graph.tensors[id].storage;
    return storage.valid() && storage.index < graph.storages ? storage.index : graph.storages;
  };
  // Storages that are written in place; the others need no bookkeeping.
  std::vector<bool> known(graph.storages + 1), in_place(graph.storages + 1);
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.kind != TensorKind::Intermediate && tensor.storage.valid() && tensor.storage.index < graph.storages) known[tensor.storage.index] = true;
  }
  auto mutated = [&](const Entry& entry, TensorId id) {
    return std::any_of(entry.mutates.begin(), entry.mutates.end(), [&](uint8_t i) { return i < entry.inputs.size() && entry.inputs[i] == id; });
  };
  auto mark = [&](TensorId id) {
    if (known[storage_of(id)]) in_place[storage_of(id)] = true;
    known[storage_of(id)] = true;
  };
  for (const Event& event : events) {
    const Entry& entry = graph.entries[EntryId{event.entry}];
    if (event.op.valid()) {
      for (TensorId output : graph.operators[event.op].outputs) mark(output);
    } else {
      for (TensorId output : entry.outputs) mark(output);
    }
    for (uint8_t i : entry.mutates) {
      if (i < entry.inputs.size()) in_place[storage_of(entry.inputs[i])] = true;
    }
  }
  in_place[graph.storages] = false;
  in_place_ = in_place;
  writes_.resize(graph.storages + 1);

  std::vector<uint32_t> made_by(graph.tensors.size(), UINT32_MAX);
  std::vector<std::vector<Access>> accesses(graph.storages + 1);
  uint32_t position = 0;
  for (const Event& event : events) {
    const Entry& entry = graph.entries[EntryId{event.entry}];
    uint32_t launch = UINT32_MAX;
    KernelId kernel = event.op.valid() ? graph.operators[event.op].kernel : KernelId{};
    if (kernel.valid()) launch = of_kernel_[kernel.index];
    if (launch == UINT32_MAX) {
      launch = static_cast<uint32_t>(launches_.size());
      launches_.push_back({kernel, EntryId{event.entry}, position, position, {}});
      if (kernel.valid()) of_kernel_[kernel.index] = launch;
    }
    launches_[launch].last = position++;
    std::span<const TensorId> inputs = event.op.valid() ? std::span<const TensorId>(graph.operators[event.op].inputs) : entry.inputs;
    std::span<const TensorId> outputs = event.op.valid() ? std::span<const TensorId>(graph.operators[event.op].outputs) : entry.outputs;
    auto access = [&](TensorId id, bool write) {
      uint32_t storage = storage_of(id);
      if (!in_place[storage]) return;
      std::vector<Access>& list = accesses[storage];
      for (const Access& before : list) {
        if ((write || before.write) && may_overlap(graph.tensors[before.tensor], graph.tensors[id])) {
          // A read after a write is what the dataflow says already; the others only keep an order.
          depend(before.launch, launch, write ? id : TensorId{});
        }
      }
      if (write && graph.tensors[id].kind == TensorKind::Intermediate && !graph.tensors[id].view_of.valid()) {
        std::erase_if(list, [&](const Access& before) { return graph.tensors[before.tensor].shape == graph.tensors[id].shape; });
      }
      list.push_back({launch, id, write});
      if (write) writes_[storage].push_back(event.entry);
    };
    for (TensorId input : inputs) {
      TensorId root = graph.root(input);
      if (made_by[root.index] != UINT32_MAX) depend(made_by[root.index], launch, {});
      access(input, mutated(entry, input));
    }
    for (TensorId output : outputs) {
      access(output, true);
      made_by[output.index] = launch;
    }
  }
}

bool Launches::written_in_place(TensorId tensor) const {
  StorageId storage = graph_->tensors[tensor].storage;
  return storage.valid() && storage.index < in_place_.size() && in_place_[storage.index];
}

bool Launches::overwritten(TensorId tensor, EntryId after, EntryId until) const {
  if (!written_in_place(tensor)) return false;
  const std::vector<uint32_t>& writes = writes_[graph_->tensors[tensor].storage.index];
  auto next = std::upper_bound(writes.begin(), writes.end(), after.index);
  return next != writes.end() && *next <= until.index;
}

void Launches::depend(uint32_t from, uint32_t to, TensorId written) {
  if (from == to) return;
  std::vector<uint32_t>& next = launches_[from].next;
  uint64_t key = uint64_t{from} << 32 | to;
  bool present = std::find(next.begin(), next.end(), to) != next.end();
  if (!present) {
    next.push_back(to);
    if (written.valid()) write_edges_.emplace(key, written);
  } else if (!written.valid()) {
    write_edges_.erase(key);
  }
}

Obstacle Launches::obstacle(std::span<const KernelId> kernels) const {
  std::vector<uint32_t> group;
  for (KernelId kernel : kernels) {
    if (of_kernel_[kernel.index] != UINT32_MAX) group.push_back(of_kernel_[kernel.index]);
  }
  if (group.size() < 2) return {};
  std::sort(group.begin(), group.end());
  auto inside = [&](uint32_t launch) { return std::binary_search(group.begin(), group.end(), launch); };
  uint32_t end = 0;
  for (uint32_t launch : group) end = std::max(end, launches_[launch].last);
  struct Step { uint32_t outside; TensorId written; bool own_write; };
  std::unordered_map<uint32_t, Step> reached;     // the launch outside that tells most of the way, and what was overwritten
  std::vector<uint32_t> work;
  auto visit = [&](uint32_t from, uint32_t to, Step step) -> bool {
    auto edge = write_edges_.find(uint64_t{from} << 32 | to);
    if (edge != write_edges_.end() && !step.written.valid()) step = {inside(to) ? from : to, edge->second, inside(to)};
    if (inside(to)) {
      reached[to] = step;
      return true;
    }
    if (launches_[to].first > end) return false;
    if (step.outside == UINT32_MAX) step.outside = to;
    if (reached.try_emplace(to, step).second) work.push_back(to);
    return false;
  };
  for (uint32_t launch : group) {
    for (uint32_t next : launches_[launch].next) {
      if (!inside(next)) visit(launch, next, {UINT32_MAX, {}, false});
    }
  }
  for (size_t i = 0; i < work.size(); ++i) {
    uint32_t from = work[i];
    for (uint32_t next : launches_[from].next) {
      if (visit(from, next, reached[from])) {
        const Step& step = reached[next];
        return {step.written.valid() ? Hazard::Write : Hazard::Path, step.outside, step.written, step.own_write};
      }
    }
  }
  return {};
}

}  // namespace fusescout::fusion
