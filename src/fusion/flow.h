// The graph as fusion sees it: canonical operators after raising (nodes), and who depends on whom among the launches.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "graph/operator_kind.h"

namespace fusescout::fusion {

using NodeId = uint32_t;
inline constexpr NodeId no_node = UINT32_MAX;

// Which elements of which tensor a view shows. Reshapes and transposes of the same elements are the same region.
struct Region {
  graph::TensorId root;
  int64_t offset = 0;
  int64_t elements = 0;
  friend bool operator==(const Region&, const Region&) = default;
};

struct Node {
  Symbol kind;
  const graph::OperatorKind* info = nullptr;
  std::vector<graph::TensorId> inputs;      // as seen
  std::vector<graph::TensorId> outputs;
  graph::Attributes attributes;
  std::vector<graph::OperatorId> operators; // one, or what a compound was raised from
  std::vector<graph::Dim> moved;            // of a `copy` that is a `transpose`: its dims
  bool live = true;                         // false: part of a compound
};

class Flow {
 public:
  explicit Flow(const graph::Graph& graph);

  const graph::Graph& graph() const { return *graph_; }
  size_t size() const { return nodes_.size(); }
  const Node& node(NodeId id) const { return nodes_[id]; }
  const std::vector<NodeId>& of_kind(Symbol kind) const;      // live ones, and dead ones: check; copies that move axes are transposes, too
  graph::TensorId root(graph::TensorId tensor) const { return roots_[tensor.index]; }   // Graph::root, once for each
  NodeId producer(graph::TensorId tensor) const;              // of its root; no_node: from outside
  const std::vector<NodeId>& consumers(graph::TensorId tensor) const;  // of its root; may hold dead nodes
  size_t live_consumers(graph::TensorId tensor) const;
  Region region(graph::TensorId tensor) const;
  // Through floating casts and copies, which change no meaning: the tensor behind them. Adds the nodes that it went through.
  graph::TensorId behind(graph::TensorId tensor, std::vector<NodeId>* through = nullptr) const;
  static bool transparent(const graph::Graph& graph, const Node& node);
  graph::KernelId kernel_of(NodeId id) const { return graph_->operators[nodes_[id].operators.front()].kernel; }
  std::vector<graph::KernelId> kernels_of(NodeId id) const;
  graph::OperatorClass class_of(NodeId id) const { return nodes_[id].info == nullptr ? graph::OperatorClass::Opaque : nodes_[id].info->operator_class; }
  // By root: an output of the whole forward pass, or something of unknown meaning reads it.
  bool is_output(graph::TensorId tensor) const;
  // Operators that read its root, raised or not.
  const std::vector<graph::OperatorId>& readers(graph::TensorId tensor) const { return readers_[root(tensor).index]; }

  // Replaces the nodes by one of this kind.
  NodeId raise(std::span<const NodeId> covered, Symbol kind, std::vector<graph::TensorId> inputs, std::vector<graph::TensorId> outputs,
               graph::Attributes attributes);

 private:
  void add(Node node);

  const graph::Graph* graph_;
  std::vector<graph::TensorId> roots_;            // by tensor
  std::vector<Node> nodes_;
  std::unordered_map<Symbol, std::vector<NodeId>> of_kind_;
  std::vector<NodeId> producer_;                  // by tensor
  std::vector<std::vector<NodeId>> consumers_;    // by root tensor
  std::vector<bool> is_output_;
  std::vector<std::vector<graph::OperatorId>> readers_;  // by root tensor
};

// A launch, or an opaque call without one of ours: what must keep its place among the others.
struct Launch {
  graph::KernelId kernel;      // invalid: an opaque call
  graph::EntryId entry;        // the (first) call
  uint32_t first = 0, last = 0;  // positions in the order of execution
  std::vector<uint32_t> next;  // launches that must come after it
};

enum class Hazard : uint8_t { None, Path, Write };

struct Obstacle {              // why some launches cannot be one
  Hazard hazard = Hazard::None;
  uint32_t launch = 0;         // that stands between; Write: that overwrites the tensor, or needs it before one of the group does
  graph::TensorId tensor;      // Write: that is overwritten in between
  bool own_write = false;      // Write: by one of the group
};

class Launches {
 public:
  explicit Launches(const graph::Graph& graph);
  const Launch& operator[](size_t i) const { return launches_[i]; }
  size_t size() const { return launches_.size(); }
  uint32_t of(graph::KernelId kernel) const { return of_kernel_[kernel.index]; }
  // Whether the kernels can be one launch: nothing outside depends on one of them and is needed by another.
  Obstacle obstacle(std::span<const graph::KernelId> kernels) const;
  // Something overwrites the tensor's memory after it was first made.
  bool written_in_place(graph::TensorId tensor) const;
  // A call behind `after`, up to `until`, writes into the tensor's memory.
  bool overwritten(graph::TensorId tensor, graph::EntryId after, graph::EntryId until) const;

 private:
  void depend(uint32_t from, uint32_t to, graph::TensorId written);

  std::vector<Launch> launches_;
  std::vector<uint32_t> of_kernel_;
  std::unordered_map<uint64_t, graph::TensorId> write_edges_;  // (from, to) that come from a write alone
  const graph::Graph* graph_;
  std::vector<bool> in_place_;                                 // by storage
  std::vector<std::vector<uint32_t>> writes_;                  // by storage: calls in order; of those that are written in place
};

}  // namespace fusescout::fusion
