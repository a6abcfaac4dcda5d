#include "vllm/call_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace fusescout::vllm {

using graph::Argument;
using graph::ArgumentList;
using graph::Entry;
using graph::EntryId;
using graph::EntryKind;
using graph::Graph;
using graph::TensorId;

namespace {

// One name for what decomposes to the same call: view-like composites, and the two ways to call an operator of torch_npu.
std::string node_name(const Entry& e) {
  static constexpr std::array<std::string_view, 7> views{"aten.reshape", "aten.flatten", "aten.unflatten", "aten.view", "aten._unsafe_view", "aten.view_as",
                                                         "aten.reshape_as"};
  std::string_view op = e.op.view();
  if (e.is_view && std::find(views.begin(), views.end(), op) != views.end()) return "aten.view";
  if (op.starts_with("torch_npu.")) return "npu." + std::string(op.substr(10));
  if (op == "aten.chunk") return "aten.split";
  if (op == "aten.to" || op == "aten.float" || op == "aten.type_as") return "aten._to_copy";
  return std::string(op);
}

std::string functional_name(const Entry& e, std::string name) {
  if (e.mutates.empty()) return name;
  if (!name.starts_with("aten.")) return "higher_order.auto_functionalized_v2";
  if (name.ends_with('_')) name.pop_back();
  return name;
}

bool view_by_shape(const std::string& op) {
  return op == "aten.view" || op == "aten.split" || op == "aten.split_with_sizes" || op == "aten._to_copy";
}

// Which of the sizes that a view is asked for is to be found out; SIZE_MAX: none.
size_t open_size(const Entry& e) {
  size_t position = 0;
  auto scan = [&](const ArgumentList& list) {
    for (const Argument& a : list) {
      auto* dim = std::get_if<graph::Dim>(&a.value);
      if (dim != nullptr && dim->value == -1) return true;
      if (dim != nullptr) ++position;
    }
    return false;
  };
  for (const Argument& a : e.arguments) {
    auto* list = std::get_if<std::shared_ptr<ArgumentList>>(&a.value);
    if (list != nullptr && scan(**list)) return position;
  }
  return scan(e.arguments) ? position : SIZE_MAX;
}

graph::Dim split_axis(const Entry& e) {
  size_t position = 0;
  for (const Argument& a : e.arguments) {
    bool axis = a.name.empty() ? position == 2 : a.name.view() == "dim";
    position += a.name.empty();
    if (auto* dim = std::get_if<graph::Dim>(&a.value); dim != nullptr && axis) return *dim;
  }
  return graph::Dim(0);
}

// A call of torch that gives back what it got. A custom operator stays in the graph whatever its body does.
bool does_nothing(const Entry& e) {
  return e.op.view().starts_with("aten.") && !e.is_view && e.launches == 0 && e.mutates.empty() && e.outputs.size() == 1 && !e.inputs.empty() && e.outputs[0] == e.inputs[0];
}

void tensors_of(const ArgumentList& arguments, std::vector<TensorId>& out) {
  for (const Argument& a : arguments) {
    if (auto* tensor = std::get_if<TensorId>(&a.value)) out.push_back(*tensor);
    else if (auto* list = std::get_if<std::shared_ptr<ArgumentList>>(&a.value)) tensors_of(**list, out);
  }
}

}  // namespace

CallGraph::CallGraph(const Graph& g, const Normalize& normalize, Form form, size_t end) : graph(g) {
  for (uint32_t i = 0; i < std::min(g.entries.size(), end); ++i) {
    const Entry& e = g.entries[EntryId{i}];
    if (e.kind == EntryKind::Refresh) {   // a stale view sees what was written: the written value
      made_[e.outputs[0]] = value(e.inputs[1]);
      continue;
    }
    if (e.kind != EntryKind::Call || does_nothing(e)) continue;
    uint32_t node = static_cast<uint32_t>(nodes.size());
    std::string name = node_name(e);
    CallNode n{EntryId{i}, form == Form::Functional ? functional_name(e, std::move(name)) : std::move(name), {}, e.outputs, {}};
    if (view_by_shape(n.op)) {
      // What the result looks like says all but this: a size that `view` itself is asked for as -1 stays -1, and the axis of a split as it is given.
      if (!e.inputs.empty()) n.arguments.push_back({Symbol(), e.inputs[0]});
      size_t open = e.op.view() == "aten.view" ? open_size(e) : SIZE_MAX;
      for (TensorId output : e.outputs) {
        auto shape = std::make_shared<ArgumentList>();
        for (graph::Dim d : g.tensors[output].shape) shape->push_back({Symbol(), shape->size() == open ? graph::Dim(-1) : d});
        n.arguments.push_back({Symbol(), shape});
        if (n.op == "aten._to_copy") n.arguments.push_back({Symbol(), g.tensors[output].dtype});
      }
      if (n.op.starts_with("aten.split")) n.arguments.push_back({Symbol(), split_axis(e)});
    } else {
      n.arguments = e.arguments;
      normalize(e, n.arguments);
      std::stable_sort(n.arguments.begin(), n.arguments.end(), [](const Argument& a, const Argument& b) { return a.name.view() < b.name.view(); });
    }
    std::vector<TensorId> read;
    tensors_of(n.arguments, read);
    std::set<uint64_t> seen;
    for (TensorId t : read) {
      CallValue v = value(t);
      uint64_t key = static_cast<uint64_t>(v.node) << 32 | v.output;
      if (v.node != UINT32_MAX && seen.insert(key).second) users_[key].push_back(node);
      if (std::find(e.outputs.begin(), e.outputs.end(), t) != e.outputs.end()) n.passed.emplace_back(t, v);
    }
    for (uint32_t k = 0; k < e.outputs.size(); ++k) made_[e.outputs[k]] = {node, k};
    nodes.push_back(std::move(n));
    // A custom operator hides what is inside it.
    bool custom = !e.op.view().starts_with("aten.");
    if (custom && e.end.valid()) i = std::max(i, e.end.index - 1);
  }
  for (TensorId output : g.outputs) {
    CallValue v = value(output);
    if (v.node != UINT32_MAX) users_[static_cast<uint64_t>(v.node) << 32 | v.output].push_back(outside);
  }
}

CallValue CallGraph::value(TensorId tensor) const {
  auto found = made_.find(tensor);
  return found == made_.end() ? CallValue{} : found->second;
}

CallValue CallGraph::argument(uint32_t node, TensorId tensor) const {
  if (node < nodes.size()) {
    for (const auto& [passed, v] : nodes[node].passed) {
      if (passed == tensor) return v;
    }
  }
  return value(tensor);
}

const std::vector<uint32_t>& CallGraph::users(CallValue v) const {
  static const std::vector<uint32_t> none;
  auto found = users_.find(static_cast<uint64_t>(v.node) << 32 | v.output);
  return found == users_.end() ? none : found->second;
}

void CallGraph::add_size_reader(TensorId tensor) {
  CallValue v = value(tensor);
  if (v.node == UINT32_MAX) return;
  std::vector<uint32_t>& users = users_[static_cast<uint64_t>(v.node) << 32 | v.output];
  if (std::find(users.begin(), users.end(), size) == users.end()) users.push_back(size);
}

CallMatcher::CallMatcher(const CallGraph& pattern, const std::vector<TensorId>& inputs, const std::vector<TensorId>& outputs, const CallGraph& g)
    : pattern_(pattern), graph_(g), inputs_(inputs), outputs_(outputs) {
  CallValue first = outputs.empty() ? CallValue{} : pattern.value(outputs.front());
  anchor_ = first.node != UINT32_MAX ? first.node : static_cast<uint32_t>(pattern.nodes.size() - 1);
}

// npu_add_rms_norm and npu_add_rms_norm_bias: one operator under two names, perhaps.
static bool same_start(std::string_view a, std::string_view b) {
  a.remove_prefix(a.rfind('.') + 1);
  b.remove_prefix(b.rfind('.') + 1);
  return a.starts_with(b) || b.starts_with(a);
}

bool CallMatcher::fail(std::string reason, uint32_t pattern, uint32_t node) {
  size_t matched = static_cast<size_t>(std::count_if(match_.nodes.begin(), match_.nodes.end(), [](uint32_t n) { return n != UINT32_MAX; }));
  if (miss_.reason.empty() || matched > miss_.matched) miss_ = {matched, std::move(reason), node < graph_.nodes.size() ? graph_.nodes[node].entry : EntryId{}, pattern, kin_};
  return false;
}

bool CallMatcher::match_tensor(TensorId pattern, TensorId tensor) {
  CallValue p = pattern_.argument(pattern_reader_, pattern);
  if (p.node == UINT32_MAX) {
    auto [bound, added] = match_.inputs.try_emplace(pattern, tensor);
    if (added || bound->second == tensor) return true;
    if (!bound->second.valid()) return fail("two operands of the pattern are one, here one of them is not given", UINT32_MAX, UINT32_MAX);
    CallValue a = graph_.value(bound->second), b = graph_.value(tensor);
    return (a.node != UINT32_MAX && a.node == b.node && a.output == b.output) || fail("two operands of the pattern are one tensor, here they differ", UINT32_MAX, UINT32_MAX);
  }
  CallValue g = graph_.argument(reader_, tensor);
  if (g.node == UINT32_MAX) return fail(fmt::format("the pattern has `{}` where the code has an input", pattern_.nodes[p.node].op), p.node, UINT32_MAX);
  if (g.output != p.output && pattern_.nodes[p.node].op == graph_.nodes[g.node].op) return fail(fmt::format("another output of `{}`", graph_.nodes[g.node].op), p.node, g.node);
  uint32_t pattern_reader = pattern_reader_, reader = reader_;
  bool matched = match_node(p.node, g.node);
  pattern_reader_ = pattern_reader;
  reader_ = reader;
  return matched;
}

bool CallMatcher::match_argument(const Argument& pattern, const Argument& argument) {
  if (auto* tensor = std::get_if<TensorId>(&pattern.value)) {
    auto* other = std::get_if<TensorId>(&argument.value);
    if (other) return match_tensor(*tensor, *other);
    // An input of the pattern stands for anything, also for an argument that is not given.
    if (!std::holds_alternative<graph::NoneArgument>(argument.value) || pattern_.value(*tensor).node != UINT32_MAX) return false;
    return !match_.inputs.try_emplace(*tensor, TensorId{}).first->second.valid();
  }
  // A number of the pattern says nothing before it is traced on what is really there.
  bool number = std::holds_alternative<graph::Dim>(pattern.value) || std::holds_alternative<double>(pattern.value);
  if (std::holds_alternative<TensorId>(argument.value)) return constants_ == Constants::Ignored && number;
  auto* list = std::get_if<std::shared_ptr<ArgumentList>>(&pattern.value);
  auto* other = std::get_if<std::shared_ptr<ArgumentList>>(&argument.value);
  if (list && other) {
    std::vector<TensorId> tensors;
    tensors_of(**list, tensors);
    if (constants_ == Constants::Ignored && tensors.empty()) return true;
    if ((*list)->size() != (*other)->size()) return false;
    for (size_t i = 0; i < (*list)->size(); ++i) {
      if (!match_argument((**list)[i], (**other)[i])) return false;
    }
    return true;
  }
  if (std::holds_alternative<graph::NoneArgument>(pattern.value) || std::holds_alternative<graph::NoneArgument>(argument.value)) {
    return pattern.value.index() == argument.value.index();
  }
  if (constants_ == Constants::Ignored) return true;
  auto value_of = [](const Argument& a, double& out) {
    if (auto* d = std::get_if<graph::Dim>(&a.value)) out = static_cast<double>(d->value);
    else if (auto* f = std::get_if<double>(&a.value)) out = *f;
    else if (auto* b = std::get_if<bool>(&a.value)) out = *b;
    else return false;
    return true;
  };
  double a = 0, b = 0;
  if (value_of(pattern, a) && value_of(argument, b)) return a == b;
  if (auto* text = std::get_if<std::string>(&pattern.value)) return std::get_if<std::string>(&argument.value) && *text == std::get<std::string>(argument.value);
  if (auto* dtype = std::get_if<graph::DType>(&pattern.value)) return std::get_if<graph::DType>(&argument.value) && *dtype == std::get<graph::DType>(argument.value);
  return pattern.value.index() == argument.value.index();
}

// What the pattern wants may come one call earlier.
bool CallMatcher::reads(const CallNode& node, const std::string& op) const {
  std::vector<TensorId> read;
  tensors_of(node.arguments, read);
  return std::any_of(read.begin(), read.end(), [&](TensorId t) {
    CallValue v = graph_.value(t);
    return v.node != UINT32_MAX && graph_.nodes[v.node].op == op;
  });
}

bool CallMatcher::match_node(uint32_t pattern, uint32_t node) {
  if (match_.nodes[pattern] != UINT32_MAX) return match_.nodes[pattern] == node || fail("the pattern's paths meet, the code's do not", pattern, node);
  const CallNode& p = pattern_.nodes[pattern];
  const CallNode& g = graph_.nodes[node];
  bool between = p.op != g.op && !p.op.starts_with("aten.") && reads(g, p.op);
  kin_ = p.op == g.op || same_start(p.op, g.op) || between;
  if (between) return fail(fmt::format("the code has `{}` behind `{}`, which the pattern has not", g.op, p.op), pattern, node);
  if (p.op != g.op) return fail(fmt::format("the pattern has `{}` where the code has `{}`", p.op, g.op), pattern, node);
  if ((*taken_)[node]) return fail("an earlier match has taken it", pattern, node);
  if (p.arguments.size() != g.arguments.size()) return fail(fmt::format("`{}` has {} arguments in the pattern and {} in the code", p.op, p.arguments.size(), g.arguments.size()), pattern, node);
  match_.nodes[pattern] = node;
  CallMatch before = swaps_ && commutes(p) ? match_ : CallMatch{};
  for (size_t i = 0; i < p.arguments.size(); ++i) {
    pattern_reader_ = pattern;
    reader_ = node;
    if (p.arguments[i].name != g.arguments[i].name) return fail(fmt::format("`{}` is called with other keywords", p.op), pattern, node);
    bool tensor = std::holds_alternative<TensorId>(g.arguments[i].value) && !std::holds_alternative<TensorId>(p.arguments[i].value);
    if (match_argument(p.arguments[i], g.arguments[i])) continue;
    if (swaps_ && commutes(p) && matches_swapped(pattern, node, std::move(before))) return true;
    bool number = std::holds_alternative<TensorId>(p.arguments[i].value) && !std::holds_alternative<TensorId>(g.arguments[i].value);
    if (number) return fail(fmt::format("argument {} of `{}` is a tensor in the pattern and none in the code", i + 1, p.op), pattern, node);
    return tensor ? fail(fmt::format("argument {} of `{}` is a tensor in the code and none in the pattern", i + 1, p.op), pattern, node) : fail(fmt::format("argument {} of `{}` is another one in the pattern", i + 1, p.op), pattern, node);
  }
  return true;
}

// Whether the operator gives the same with its first two operands swapped. torch's matcher does not know.
bool CallMatcher::commutes(const CallNode& node) {
  auto tensor = [&](size_t i) { return std::holds_alternative<TensorId>(node.arguments[i].value) && node.arguments[i].name.empty(); };
  return (node.op == "aten.add" || node.op == "aten.mul") && node.arguments.size() == 2 && tensor(0) && tensor(1);
}

bool CallMatcher::matches_swapped(uint32_t pattern, uint32_t node, CallMatch before) {
  const ArgumentList &p = pattern_.nodes[pattern].arguments, &g = graph_.nodes[node].arguments;
  match_ = std::move(before);
  for (size_t i = 0; i < 2; ++i) {
    pattern_reader_ = pattern;
    reader_ = node;
    if (!match_argument(p[i], g[1 - i])) return false;
  }
  swapped_ = {pattern, node};
  return true;
}

// Nodes of the pattern that the anchor does not lead back to: reached from what is matched already, along its readers.
bool CallMatcher::match_forward() {
  for (bool found = true; found;) {
    found = false;
    for (uint32_t p = 0; p < pattern_.nodes.size() && !found; ++p) found = match_.nodes[p] == UINT32_MAX && match_reader(p);
  }
  auto left = std::find(match_.nodes.begin(), match_.nodes.end(), UINT32_MAX);
  if (left == match_.nodes.end()) return true;
  auto p = static_cast<uint32_t>(left - match_.nodes.begin());
  return fail(fmt::format("nothing reads the result with `{}`", pattern_.nodes[p].op), p, UINT32_MAX);
}

bool CallMatcher::match_reader(uint32_t p) {
  std::vector<TensorId> read;
  tensors_of(pattern_.nodes[p].arguments, read);
  for (TensorId t : read) {
    CallValue v = pattern_.value(t);
    if (v.node == UINT32_MAX || match_.nodes[v.node] == UINT32_MAX) continue;
    for (uint32_t user : graph_.users({match_.nodes[v.node], v.output})) {
      if (user >= graph_.nodes.size()) continue;
      CallMatch saved = match_;
      if (match_node(p, user)) return true;
      match_ = std::move(saved);
    }
  }
  return false;
}

bool CallMatcher::match_users() {
  for (uint32_t p = 0; p < pattern_.nodes.size(); ++p) {
    for (uint32_t k = 0; k < pattern_.nodes[p].outputs.size(); ++k) {
      TensorId output = pattern_.nodes[p].outputs[k];
      if (std::find(outputs_.begin(), outputs_.end(), output) != outputs_.end()) {
        // One of several results that nobody reads is no node of a compiled graph.
        if (pattern_.nodes[p].outputs.size() > 1 && graph_.users({match_.nodes[p], k}).empty()) {
          return fail(fmt::format("output {} of `{}`, which the pattern replaces, is never read", k, pattern_.nodes[p].op), p, match_.nodes[p]);
        }
        continue;
      }
      size_t wanted = pattern_.users({p, k}).size(), found = graph_.users({match_.nodes[p], k}).size();
      if (wanted != found) {
        return fail(fmt::format("output {} of `{}` has {} readers in the code and {} in the pattern", k, pattern_.nodes[p].op, found, wanted), p, match_.nodes[p]);
      }
    }
  }
  return true;
}

// Everything else is as the pattern has it.
bool CallMatcher::matches_but_for_the_order(uint32_t node) {
  if (std::none_of(pattern_.nodes.begin(), pattern_.nodes.end(), commutes)) return false;
  NearMiss found = miss_;
  match_ = {std::vector<uint32_t>(pattern_.nodes.size(), UINT32_MAX), {}};
  constants_ = Constants::Equal;
  swaps_ = true;
  bool matched = match_node(anchor(), node) && match_forward() && match_users();
  swaps_ = false;
  auto [pattern, swapped] = swapped_;
  miss_ = !matched ? found : NearMiss{match_.nodes.size(), fmt::format("the operands of `{}` stand in the other order in the code", pattern_.nodes[pattern].op), graph_.nodes[swapped].entry, pattern, true};
  return matched;
}

bool CallMatcher::match_at(uint32_t node, Constants constants, const std::vector<bool>& taken, CallMatch& match, NearMiss& miss) {
  constants_ = constants;
  taken_ = &taken;
  match_ = {std::vector<uint32_t>(pattern_.nodes.size(), UINT32_MAX), {}};
  miss_ = {};
  bool matched = match_node(anchor(), node) && match_forward() && match_users();
  if (matched) match = match_;
  else if (matches_but_for_the_order(node)) miss = miss_;
  else if (miss.reason.empty() || miss_.matched > miss.matched) miss = miss_;
  return matched;
}

}  // namespace fusescout::vllm
