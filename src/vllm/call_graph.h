// The calls of a graph as a compiler's graph passes see them: dispatcher calls as nodes, what custom operators do inside hidden, composites
// that come down to a view under the view's name, calls that do nothing left out.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace fusescout::vllm {

struct CallValue { uint32_t node = UINT32_MAX, output = 0; };   // node UINT32_MAX: an input

struct CallNode {
  graph::EntryId entry;
  std::string op;                                // "aten.view", "npu.npu_rms_norm"
  std::vector<graph::Argument> arguments;        // positional, then by name
  std::vector<graph::TensorId> outputs;
  // What an argument was made by, where the call itself gives it back.
  std::vector<std::pair<graph::TensorId, CallValue>> passed;
};

class CallGraph {
 public:
  // Brings the arguments of a call into the order and number in which the dispatcher shows them.
  using Normalize = std::function<void(const graph::Entry&, std::vector<graph::Argument>&)>;
  // A compiled graph writes nothing in place: what writes a tensor makes a new one, and a custom operator that does so is wrapped up.
  enum class Form { AsTraced, Functional };
  // Entries from `end` on are not part of it.
  CallGraph(const graph::Graph& graph, const Normalize& normalize, Form form = Form::AsTraced, size_t end = SIZE_MAX);
  const graph::Graph& graph;
  std::vector<CallNode> nodes;                   // in order of execution

  CallValue value(graph::TensorId tensor) const;
  CallValue argument(uint32_t node, graph::TensorId tensor) const;   // as that node reads it
  // Readers of one output: nodes, and one more each when it leaves the graph and when its size is read.
  const std::vector<uint32_t>& users(CallValue value) const;
  static constexpr uint32_t outside = UINT32_MAX - 1, size = UINT32_MAX - 2;
  void add_size_reader(graph::TensorId tensor);

 private:
  std::unordered_map<graph::TensorId, CallValue> made_;
  std::unordered_map<uint64_t, std::vector<uint32_t>> users_;
};

// Where a pattern, itself a graph of calls, fits: by pattern node the node of the graph. The pattern's inputs are bound by name of tensor.
struct CallMatch {
  std::vector<uint32_t> nodes;
  std::unordered_map<graph::TensorId, graph::TensorId> inputs;   // pattern -> graph; invalid: None is given
};

enum class Constants : uint8_t { Ignored, Equal };

// What kept the best attempt from matching, for a reader.
struct NearMiss {
  size_t matched = 0;              // nodes of the pattern that fitted
  std::string reason;
  graph::EntryId entry;            // of the graph, where it stopped
  uint32_t node = UINT32_MAX;      // of the pattern, which is another there
  bool kin = false;                // but has the same name, or nearly
};

// As torch's matcher does: what makes the pattern's first output is the anchor, tried from the graph's end; a value inside the pattern has as many readers as
// in the graph. `outputs` are what the pattern returns.
class CallMatcher {
 public:
  CallMatcher(const CallGraph& pattern, const std::vector<graph::TensorId>& inputs, const std::vector<graph::TensorId>& outputs, const CallGraph& graph);
  // The match with its anchor at that node, if there is one. Nodes in `taken` (by node) belong to an earlier match.
  bool match_at(uint32_t node, Constants constants, const std::vector<bool>& taken, CallMatch& match, NearMiss& miss);
  uint32_t anchor() const { return anchor_; }

 private:
  bool match_tensor(graph::TensorId pattern, graph::TensorId graph);
  bool match_node(uint32_t pattern, uint32_t node);
  static bool commutes(const CallNode& node);
  bool matches_swapped(uint32_t pattern, uint32_t node, CallMatch before);
  bool matches_but_for_the_order(uint32_t node);
  bool match_argument(const graph::Argument& pattern, const graph::Argument& graph);
  bool match_users();
  bool reads(const CallNode& node, const std::string& op) const;
  bool match_forward();
  bool match_reader(uint32_t pattern);
  bool fail(std::string reason, uint32_t pattern, uint32_t node);

  const CallGraph& pattern_;
  const CallGraph& graph_;
  std::vector<graph::TensorId> inputs_;
  std::vector<graph::TensorId> outputs_;
  uint32_t anchor_ = 0;
  uint32_t pattern_reader_ = UINT32_MAX, reader_ = UINT32_MAX;       // whose arguments are compared
  Constants constants_ = Constants::Ignored;
  const std::vector<bool>* taken_ = nullptr;
  bool kin_ = false;
  bool swaps_ = false;                                               // operands that commute may stand in the other order
  std::pair<uint32_t, uint32_t> swapped_;                            // of the pattern, of the graph: where they do
  CallMatch match_;
  NearMiss miss_;
};

}  // namespace fusescout::vllm
