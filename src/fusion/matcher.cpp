#include "fusion/matcher.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

namespace fusescout::fusion {

using namespace graph;

namespace {

constexpr size_t max_readers = 16;
constexpr size_t max_steps = 20000;   // of one anchor: a pathological pattern ends, it does not hang

struct Binding {
  TensorId tensor;               // as first seen; invalid: not bound
  Region region;                 // Whole and parts; of an Any binding only root counts
  bool known = false;            // the region is known, not only the root
  int64_t last = 0;              // extent of the last axis, of an input of the pattern: rows of heads are no rows of tokens
  TensorId origin;               // Any: the root behind casts and copies
};

// A choice that turns out wrong is taken back: what it changed is written down, what it added is cut off.
class State {
 public:
  using Task = std::pair<uint32_t, NodeId>;              // this node of the pattern must be that one
  std::vector<std::pair<Symbol, Attribute>> attributes;  // may be added to
  std::vector<NodeId> through;                           // may be added to

  void clear(size_t nodes, size_t values) {
    node_of_.assign(nodes, no_node);
    values_.assign(values, {});
    attributes.clear();
    through.clear();
    todo_.clear();
    changes_.clear();
  }
  const std::vector<NodeId>& node_of() const { return node_of_; }
  const std::vector<Binding>& values() const { return values_; }
  void set_node(uint32_t pattern_node, NodeId node) {
    node_of_[pattern_node] = node;
    changes_.push_back({What::Node, pattern_node, no_node, {}});
  }
  Binding& change_value(uint32_t value) {
    changes_.push_back({What::Value, value, no_node, values_[value]});
    return values_[value];
  }
  bool has_task() const { return !todo_.empty(); }
  void add_task(Task task) {
    todo_.push_back(task);
    changes_.push_back({What::Added, 0, no_node, {}});
  }
  Task take_task() {
    Task task = todo_.back();
    todo_.pop_back();
    changes_.push_back({What::Taken, task.first, task.second, {}});
    return task;
  }

  struct Mark {
    size_t attributes, through, changes;
  };
  Mark mark() const { return {attributes.size(), through.size(), changes_.size()}; }
  void back_to(const Mark& mark) {
    attributes.resize(mark.attributes);
    through.resize(mark.through);
    for (; changes_.size() > mark.changes; changes_.pop_back()) {
      const Change& change = changes_.back();
      switch (change.what) {
        case What::Node: node_of_[change.index] = no_node; break;
        case What::Value: values_[change.index] = change.value; break;
        case What::Added: todo_.pop_back(); break;
        case What::Taken: todo_.emplace_back(change.index, change.node); break;
      }
    }
  }

 private:
  enum class What { Node, Value, Added, Taken };
  struct Change {
    What what;
    uint32_t index;
    NodeId node;
    Binding value;
  };
  std::vector<NodeId> node_of_;
  std::vector<Binding> values_;
  std::vector<Task> todo_;
  std::vector<Change> changes_;
};

std::optional<double> number(const Attribute& a) {
  if (const auto* b = std::get_if<bool>(&a)) return *b ? 1 : 0;
  if (const auto* d = std::get_if<Dim>(&a)) return static_cast<double>(d->value);
  if (const auto* f = std::get_if<double>(&a)) return *f;
  return std::nullopt;
}

// `dim=-1`, `dim=[2]` and `dim=[-1]` of a rank-3 tensor are the same.
std::optional<std::vector<int64_t>> axes(const Attribute& a, int64_t rank) {
  std::vector<int64_t> list;
  if (const auto* d = std::get_if<Dim>(&a)) list.push_back(d->value);
  else if (const auto* dims = std::get_if<std::vector<Dim>>(&a)) {
    for (Dim dim : *dims) list.push_back(dim.value);
  } else return std::nullopt;
  for (int64_t& axis : list) axis = axis < 0 ? axis + rank : axis;
  std::sort(list.begin(), list.end());
  return list;
}

class Matcher {
 public:
  Matcher(const Flow& flow, const PatternGraph& pattern) : flow_(flow), graph_(flow.graph()), pattern_(pattern) {}

  std::optional<Match> at(uint32_t anchor, NodeId node) {
    state_.clear(pattern_.nodes.size(), pattern_.values.size());
    steps_ = 0;
    anchor_ = node;
    if (!match_node(anchor, node)) return std::nullopt;
    Match match;
    match.graph = &pattern_;
    match.nodes = state_.node_of();
    match.through = state_.through;
    match.attributes = state_.attributes;
    for (const Binding& binding : state_.values()) match.values.push_back(binding.tensor);
    std::sort(match.through.begin(), match.through.end());
    match.through.erase(std::unique(match.through.begin(), match.through.end()), match.through.end());
    std::erase_if(match.through, [&](NodeId id) { return std::find(match.nodes.begin(), match.nodes.end(), id) != match.nodes.end(); });
    return match;
  }

 private:
  // False: the rest of the pattern is not there. The state is to be taken back to a mark then.
  bool solve() {
    if (++steps_ > max_steps) return false;
    if (state_.has_task()) {
      auto [pattern_node, node] = state_.take_task();
      return match_node(pattern_node, node);
    }
    // A node that reads something already bound: one of the readers.
    for (uint32_t i = 0; i < pattern_.nodes.size(); ++i) {
      if (state_.node_of()[i] != no_node) continue;
      for (const PatternOperand& operand : pattern_.nodes[i].operands) {
        const Binding& binding = state_.values()[operand.value];
        if (!binding.tensor.valid()) continue;
        std::vector<Reader> readers;
        collect_readers(binding.origin.valid() ? binding.origin : binding.tensor, readers, 0);
        keep_nearest(readers);
        for (auto [distance, reader] : readers) {
          if (!has_kind(pattern_.nodes[i], flow_.node(reader))) continue;
          State::Mark mark = state_.mark();
          if (match_node(i, reader)) return true;
          state_.back_to(mark);
        }
        return false;
      }
    }
    return !contains(state_.node_of(), no_node) && pieces_join();   // else it is not connected
  }

  // The tensor that an operator of the pattern reads as this piece of a value.
  TensorId piece(uint32_t value, Selector selector) const {
    for (size_t i = 0; i < pattern_.nodes.size(); ++i) {
      const std::vector<PatternOperand>& operands = pattern_.nodes[i].operands;
      for (size_t k = 0; k < operands.size(); ++k) {
        if (operands[k].value == value && operands[k].selector == selector) return flow_.behind(flow_.node(state_.node_of()[i]).inputs[k]);
      }
    }
    return {};
  }

  // The rest begins where the first columns end, row by row.
  bool pieces_join() const {
    for (uint32_t value = 0; value < pattern_.values.size(); ++value) {
      TensorId first = piece(value, Selector::First), rest = piece(value, Selector::Rest);
      if (!first.valid() || !rest.valid()) continue;
      const Tensor &a = graph_.tensors[first], &b = graph_.tensors[rest];
      if (a.shape.empty() || a.strides != b.strides || a.shape.size() != b.shape.size() || flow_.root(first) != flow_.root(rest)) return false;
      if (!std::equal(a.shape.begin(), a.shape.end() - 1, b.shape.begin())) return false;
      if (flow_.region(rest).offset != flow_.region(first).offset + a.shape.back().value * a.strides.back().value) return false;
    }
    return true;
  }

  struct Reader {
    int64_t distance = 0;  // from the anchor, in operators
    NodeId node = no_node;
    auto operator<=>(const Reader&) const = default;
  };

  // What all layers read (angles, masks) has many readers: the ones near the anchor are meant.
  static void keep_nearest(std::vector<Reader>& readers) {
    // One may have been met behind several casts.
    size_t kept = std::min(readers.size(), max_readers * 2);
    std::partial_sort(readers.begin(), readers.begin() + static_cast<ptrdiff_t>(kept), readers.end());
    readers.resize(kept);
    readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
    if (readers.size() > max_readers) readers.resize(max_readers);
  }

  void collect_readers(TensorId tensor, std::vector<Reader>& readers, int depth) const {
    int64_t anchor = flow_.node(anchor_).operators.front().index;
    for (NodeId id : flow_.consumers(tensor)) {
      const Node& node = flow_.node(id);
      if (!node.live) continue;
      readers.push_back({std::abs(static_cast<int64_t>(node.operators.front().index) - anchor), id});
      if (depth < 3 && Flow::transparent(graph_, node)) collect_readers(node.outputs[0], readers, depth + 1);
    }
  }

  static bool has_kind(const PatternNode& wanted, Symbol kind) { return std::find(wanted.kinds.begin(), wanted.kinds.end(), kind) != wanted.kinds.end(); }
  static bool is_transpose(const PatternNode& wanted) {
    static const Symbol transpose("transpose");
    return has_kind(wanted, transpose);
  }
  static bool has_kind(const PatternNode& wanted, const Node& node) { return has_kind(wanted, node.kind) || (!node.moved.empty() && is_transpose(wanted)); }

  static bool contains(const std::vector<NodeId>& nodes, NodeId id) { return std::find(nodes.begin(), nodes.end(), id) != nodes.end(); }

  bool match_node(uint32_t pattern_node, NodeId id) {
    const PatternNode& wanted = pattern_.nodes[pattern_node];
    const Node& node = flow_.node(id);
    if (NodeId known = state_.node_of()[pattern_node]; known != no_node) return known == id && solve();
    if (!node.live || !has_kind(wanted, node) || contains(state_.node_of(), id)) return false;
    if (wanted.rest ? node.inputs.size() < wanted.operands.size() : node.inputs.size() != wanted.operands.size()) return false;
    if (wanted.outputs.size() > node.outputs.size() || !match_attributes(wanted, node)) return false;
    state_.set_node(pattern_node, id);
    for (size_t i = 0; i < wanted.outputs.size(); ++i) {
      Binding& binding = state_.change_value(wanted.outputs[i]);
      binding.tensor = node.outputs[i];
      binding.region = flow_.region(node.outputs[i]);
      binding.known = true;
    }
    bool swaps = node.info != nullptr && node.info->commutative && wanted.operands.size() == 2 && node.inputs.size() >= 2;
    for (int order = 0; order < (swaps ? 2 : 1); ++order) {
      State::Mark mark = state_.mark();
      bool fits = true;
      for (size_t i = 0; i < wanted.operands.size() && fits; ++i) {
        TensorId actual = node.inputs[order == 1 && i < 2 ? 1 - i : i];
        fits = bind(wanted.operands[i], actual);
      }
      if (fits && solve()) return true;
      state_.back_to(mark);
    }
    return false;
  }

  bool match_attributes(const PatternNode& wanted, const Node& node) {
    int64_t rank = node.inputs.empty() ? 0 : static_cast<int64_t>(graph_.tensors[node.inputs[0]].shape.size());
    auto find = [&](Symbol name) -> const Attribute* {
      for (const auto& [key, value] : node.attributes) {
        if (key == name) return &value;
      }
      return nullptr;
    };
    std::optional<Attribute> moved;
    for (const auto& [name, value] : wanted.attributes) {
      const Attribute* actual = find(name);
      if (actual == nullptr && !node.moved.empty() && name.view() == "dims") actual = &moved.emplace(node.moved);
      if (const auto* metavariable = std::get_if<Metavariable>(&value)) {
        if (actual == nullptr) {
          if (name.view() == "other") return false;   // the operand is a tensor
          continue;
        }
        auto bound = std::find_if(state_.attributes.begin(), state_.attributes.end(), [&](const auto& pair) { return pair.first == metavariable->name; });
        if (bound == state_.attributes.end()) state_.attributes.emplace_back(metavariable->name, *actual);
        else if (!equal_attributes(bound->second, *actual)) return false;
        continue;
      }
      if (actual == nullptr) return false;
      const Attribute& constant = std::get<Attribute>(value);
      if ((name.view() == "dim" || name.view() == "dims") && !is_transpose(wanted)) {   // axes to reduce, in any order
        if (axes(constant, rank) != axes(*actual, rank)) return false;
      } else if (!equal_attributes(constant, *actual)) {
        return false;
      }
    }
    return std::all_of(node.attributes.begin(), node.attributes.end(), [&](const auto& pair) {
      bool named = std::any_of(wanted.attributes.begin(), wanted.attributes.end(), [&](const auto& w) { return w.first == pair.first; });
      return named || !makes_another(node, pair.first, pair.second);
    });
  }

  // Numbers that make an operator another one: no pattern means them that does not name them.
  static bool makes_another(const Node& node, Symbol name, const Attribute& value) {
    static const Symbol alpha("alpha"), largest("largest"), outer("outer"), flip("flip"), mode("mode"), equation("equation"), floor_div("floor_div");
    if (name == alpha) return number(value) != 1.0;
    if (name == largest) return number(value) == 0.0;
    if (name == outer || name == flip) return number(value) == 1.0;
    if (name == mode) return node.kind == floor_div;
    return name == equation && node.inputs.size() != 2;     // of several factors the third is no bias
  }

  // Which region of its root the whole value has when this operand shows the selected piece of it.
  std::optional<Region> whole_region(const PatternOperand& operand, TensorId actual) const {
    Region region = flow_.region(actual);
    const Tensor& tensor = graph_.tensors[actual];
    if (operand.selector == Selector::Whole) return region;
    if (tensor.shape.empty() || tensor.strides.empty()) return std::nullopt;
    int64_t last = tensor.shape.back().value, stride = tensor.strides.back().value;
    switch (operand.selector) {
      case Selector::Part:
        region.offset -= operand.part * last * stride;
        region.elements *= operand.parts;
        return region;
      case Selector::Even:
      case Selector::Odd:
        if (stride % 2 != 0 || stride == 0) return std::nullopt;
        if (operand.selector == Selector::Odd) region.offset -= stride / 2;
        region.elements *= 2;
        return region;
      default: return region;
    }
  }

  int64_t whole_last(const PatternOperand& operand, TensorId actual) const {
    const graph::Shape& shape = graph_.tensors[actual].shape;
    int64_t last = shape.empty() ? 1 : shape.back().value;
    if (operand.selector == Selector::Part) return last * operand.parts;
    return operand.selector == Selector::Even || operand.selector == Selector::Odd ? last * 2 : last;
  }

  // The view that an operand's piece was cut from.
  TensorId view_with(TensorId piece, const Region& region) const {
    for (TensorId view = graph_.tensors[piece].view_of; view.valid(); view = graph_.tensors[view].view_of) {
      if (flow_.region(view) == region) return view;
    }
    return region.root;
  }

  // The root behind all casts and copies, whatever part of it is seen.
  TensorId origin(TensorId tensor, std::vector<NodeId>* through) const {
    while (true) {
      TensorId root = flow_.root(tensor);
      NodeId id = flow_.producer(root);
      if (id == no_node || !Flow::transparent(graph_, flow_.node(id))) return root;
      if (through != nullptr) through->push_back(id);
      tensor = flow_.node(id).inputs[0];
    }
  }

  bool bind(const PatternOperand& operand, TensorId actual) {
    const PatternValue& value = pattern_.values[operand.value];
    const Binding& binding = state_.values()[operand.value];
    bool made = value.node != UINT32_MAX;
    if (is_any(operand.selector)) return bind_any(operand.value, actual);
    std::optional<Region> region = whole_region(operand, actual);
    if (!region) return false;
    if (binding.tensor.valid()) {
      if (!binding.known) {      // only the root was known
        if (!(*region == flow_.region(region->root)) || origin(actual, nullptr) != binding.origin) return false;
        return true;
      }
      if (binding.region == *region) return made || binding.last == whole_last(operand, actual);
      if (!(*region == flow_.region(region->root))) return false;
      std::vector<NodeId> through;
      TensorId behind = flow_.behind(region->root, &through);
      if (flow_.region(behind) == binding.region) {
        if (made) state_.through.insert(state_.through.end(), through.begin(), through.end());
        return true;
      }
      bool whole = binding.region == flow_.region(binding.region.root);
      return !made && whole && flow_.region(behind) == flow_.region(flow_.behind(binding.region.root));
    }
    if (!made) {
      TensorId whole = operand.selector == Selector::Whole ? actual : view_with(actual, *region);
      state_.change_value(operand.value) = {whole, *region, true, whole_last(operand, actual), {}};
      return true;
    }
    if (!(*region == flow_.region(region->root))) return false;
    return find_producer(value, region->root);
  }

  static bool is_any(Selector selector) { return selector == Selector::Any || selector == Selector::First || selector == Selector::Rest; }

  bool bind_any(uint32_t index, TensorId actual) {
    const PatternValue& value = pattern_.values[index];
    const Binding& binding = state_.values()[index];
    std::vector<NodeId> through;
    if (value.node != UINT32_MAX && !binding.tensor.valid()) return find_producer(value, flow_.root(actual));
    TensorId root = flow_.root(actual);
    if (binding.tensor.valid() && root == (binding.known ? binding.region.root : binding.origin)) return true;
    TensorId source = origin(actual, &through);
    if (!binding.tensor.valid()) {
      Binding& changed = state_.change_value(index);
      changed.tensor = source;
      changed.origin = source;
    } else if (source != (binding.known ? origin(binding.tensor, nullptr) : binding.origin)) {
      return false;
    }
    state_.through.insert(state_.through.end(), through.begin(), through.end());
    return true;
  }

  // The operator that made the tensor, casts and copies looked through, must be the pattern's.
  bool find_producer(const PatternValue& value, TensorId tensor) {
    const PatternNode& wanted = pattern_.nodes[value.node];
    std::vector<NodeId> through;
    while (true) {
      TensorId root = flow_.root(tensor);
      NodeId id = flow_.producer(root);
      if (id == no_node) return false;
      const Node& node = flow_.node(id);
      if (has_kind(wanted, node)) {
        if (value.output >= node.outputs.size() || node.outputs[value.output] != root) return false;
        state_.add_task({value.node, id});
        state_.through.insert(state_.through.end(), through.begin(), through.end());
        return true;
      }
      if (!node.live || !Flow::transparent(graph_, node)) return false;
      through.push_back(id);
      tensor = node.inputs[0];
      if (!(flow_.region(tensor) == flow_.region(flow_.root(tensor)))) {
        // A copy of a part: only an operand that may show any part fits, and only its root is asked for.
        if (!wants_any(value)) return false;
      }
    }
  }

  bool wants_any(const PatternValue& value) const {
    for (const PatternNode& node : pattern_.nodes) {
      for (const PatternOperand& operand : node.operands) {
        if (&pattern_.values[operand.value] == &value && is_any(operand.selector)) return true;
      }
    }
    return false;
  }

  const Flow& flow_;
  const Graph& graph_;
  const PatternGraph& pattern_;
  State state_;
  size_t steps_ = 0;
  NodeId anchor_ = no_node;
};

}  // namespace

bool equal_attributes(const Attribute& a, const Attribute& b) {
  std::optional<double> x = number(a), y = number(b);
  if (x && y) return *x == *y || std::abs(*x - *y) <= 1e-9 * std::abs(*x);
  if (a.index() != b.index()) return false;
  if (const auto* list = std::get_if<std::vector<Dim>>(&a)) {
    const auto& other = std::get<std::vector<Dim>>(b);
    return std::equal(list->begin(), list->end(), other.begin(), other.end(), [](Dim p, Dim q) { return p.value == q.value; });
  }
  return a == b;
}

std::vector<Match> find_matches(const Flow& flow, const PatternGraph& pattern) {
  std::vector<Match> matches;
  if (pattern.nodes.empty()) return matches;
  // Start from the rarest kind: most places fail at once.
  uint32_t anchor = 0;
  size_t fewest = SIZE_MAX;
  for (uint32_t i = 0; i < pattern.nodes.size(); ++i) {
    size_t count = 0;
    for (Symbol kind : pattern.nodes[i].kinds) count += flow.of_kind(kind).size();
    if (count < fewest) {
      fewest = count;
      anchor = i;
    }
  }
  if (fewest == 0) return matches;
  std::vector<NodeId> starts;
  for (Symbol kind : pattern.nodes[anchor].kinds) starts.insert(starts.end(), flow.of_kind(kind).begin(), flow.of_kind(kind).end());
  std::sort(starts.begin(), starts.end());
  Matcher matcher(flow, pattern);
  std::set<std::vector<NodeId>> seen;
  for (NodeId start : starts) {
    if (!flow.node(start).live) continue;
    std::optional<Match> match = matcher.at(anchor, start);
    if (!match) continue;
    std::vector<NodeId> key = match->nodes;
    std::sort(key.begin(), key.end());
    if (seen.insert(std::move(key)).second) matches.push_back(std::move(*match));
  }
  return matches;
}

}  // namespace fusescout::fusion
