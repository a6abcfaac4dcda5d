// Candidates of the declared patterns, and what is fused without one.
#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "fusion/candidate.h"

namespace fusescout::fusion {

using namespace graph;

std::string in_brackets(Location place) { return place.file.empty() ? "" : " (" + place.file.str() + ":" + std::to_string(place.line) + ")"; }

bool is_chosen(std::string_view kernel) { return kernel.find('.') != std::string_view::npos && !kernel.starts_with("aten.") && !kernel.starts_with("c10d."); }

Family family_of(const std::string& folder) {
  if (folder == "norm") return Family::Norm;
  if (folder == "matmul") return Family::MatMul;
  if (folder == "moe") return Family::MoE;
  if (folder == "attention") return Family::Attention;
  if (folder == "activation") return Family::Activation;
  return Family::Vector;
}

Family family_of(const Context& context, std::span<const NodeId> nodes) {
  const Flow& flow = context.flow;
  auto has = [&](std::initializer_list<std::string_view> kinds) {
    return std::any_of(nodes.begin(), nodes.end(), [&](NodeId id) { return std::find(kinds.begin(), kinds.end(), flow.node(id).kind.view()) != kinds.end(); });
  };
  if (has({"moe_gating", "expert_dispatch", "expert_combine", "grouped_matmul"})) return Family::MoE;
  bool cache = std::any_of(nodes.begin(), nodes.end(), [&](NodeId id) {
    const std::vector<TensorId>& inputs = flow.node(id).inputs;
    return std::any_of(inputs.begin(), inputs.end(), [&](TensorId input) {
      const Tensor& tensor = flow.graph().tensors[input];
      return flow.graph().tensors[flow.graph().root(input)].kind == TensorKind::Cache || context.cache_storages[tensor.storage.index];
    });
  });
  bool of_experts = std::all_of(nodes.begin(), nodes.end(), [&](NodeId id) {
    EntryId call = flow.graph().operators[flow.node(id).operators.front()].call;
    ModuleId module = call.valid() ? flow.graph().entries[call].module : ModuleId{};
    return module.valid() && context.expert_modules[module.index];
  });
  if (cache || has({"rope", "kv_cache_write", "attention", "linear_attention"})) return Family::Attention;
  if (has({"softmax"})) return of_experts ? Family::MoE : Family::Attention;      // a router has one, too
  if (has({"matmul", "quantized_matmul", "conv", "hadamard"})) return Family::MatMul;
  if (has({"rms_norm", "gemma_rms_norm", "layer_norm", "group_norm", "l2_norm"})) return Family::Norm;
  if (of_experts) return Family::MoE;
  if (has({"silu_mul", "gelu_mul", "silu", "gelu"})) return Family::Activation;
  return Family::Vector;
}

Family family_served(const Context& context, std::span<const NodeId> nodes) {
  Family own = family_of(context, nodes);
  if (own != Family::Vector) return own;
  static const std::set<std::string_view> recurrent = {"linear_attention", "causal_conv1d"};
  std::optional<Family> served;
  for (NodeId id : nodes) {
    for (TensorId output : context.flow.node(id).outputs) {
      for (NodeId reader : context.flow.consumers(output)) {
        if (!context.flow.node(reader).live || std::find(nodes.begin(), nodes.end(), reader) != nodes.end()) continue;
        std::vector<NodeId> one = {reader};
        Family family = recurrent.contains(context.flow.node(reader).kind.view()) ? Family::Vector : family_of(context, one);
        if (served && *served != family) return own;
        served = family;
      }
    }
  }
  return served.value_or(own);
}

std::vector<NodeId> nodes_of(const Context& context, std::span<const KernelId> kernels) {
  std::vector<NodeId> nodes;
  for (KernelId kernel : kernels) {
    for (OperatorId op : context.graph.kernels[kernel].operators) {
      NodeId id = context.node_of_operator[op.index];
      if (id != no_node && std::find(nodes.begin(), nodes.end(), id) == nodes.end()) nodes.push_back(id);
    }
  }
  auto first = [&](NodeId id) { return context.flow.node(id).operators.front(); };
  std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) { return first(a) < first(b); });
  return nodes;
}

namespace {

// "triton.fused_gdn_gating_kernel" does gdn_gating.
std::string work_of(std::string_view kernel) {
  kernel.remove_prefix(kernel.rfind('.') + 1);
  for (std::string_view prefix : {"_", "fused_", "npu_"}) {
    if (kernel.starts_with(prefix)) kernel.remove_prefix(prefix.size());
  }
  for (std::string_view suffix : {"_npu", "_kernel"}) {
    if (kernel.ends_with(suffix)) kernel.remove_suffix(suffix.size());
  }
  return std::string(kernel);
}

}  // namespace

std::string kinds_name(const Context& context, std::span<const NodeId> nodes, std::string_view between) {
  constexpr size_t spelled_out = 2;     // operators of one kernel; of more its own name says what it does
  std::map<KernelId, size_t> work;
  for (NodeId id : nodes) ++work[context.flow.kernel_of(id)];
  std::string name;
  std::vector<std::string> kinds;
  for (NodeId id : nodes) {
    KernelId kernel = context.flow.kernel_of(id);
    bool whole = kernel.valid() && work.size() > 1 && work[kernel] > spelled_out;
    std::string kind = whole ? work_of(context.graph.kernels[kernel].name.view()) : context.flow.node(id).kind.str();
    if (kinds.size() == 4 || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) continue;
    if (!name.empty()) name += between;
    name += kind;
    kinds.push_back(std::move(kind));
  }
  return name;
}

void set_kernels(const Context& context, Candidate& candidate) {
  for (NodeId id : candidate.nodes) {
    for (KernelId kernel : context.flow.kernels_of(id)) candidate.kernels.push_back(kernel);
  }
  std::sort(candidate.kernels.begin(), candidate.kernels.end());
  candidate.kernels.erase(std::unique(candidate.kernels.begin(), candidate.kernels.end()), candidate.kernels.end());
}

bool unread(const Context& context, OperatorId id) {
  const Operator& op = context.graph.operators[id];
  const OperatorKind* kind = find_operator_kind(op.kind.view());
  // What was filled holds that where nobody writes later, in the rows of padding of a larger step.
  bool other = kind == nullptr || kind->operator_class == OperatorClass::Opaque || kind->operator_class == OperatorClass::Collective || op.kind.view() == "fill";
  if (other || op.outputs.empty() || !context.graph.entries[op.call].mutates.empty()) return false;
  return std::all_of(op.outputs.begin(), op.outputs.end(), [&](TensorId output) {
    // The host may have read whole numbers, which leaves no trace.
    return is_floating(context.graph.tensors[output].dtype) && context.graph.root(output) == output && !context.passed[output.index] &&
           context.flow.readers(output).empty() && !context.flow.is_output(output);
  });
}

bool in_one_kernel(const Context& context, const std::vector<NodeId>& nodes) {
  Candidate candidate;
  candidate.nodes = nodes;
  set_kernels(context, candidate);
  return candidate.kernels.size() == 1;
}

void check(Candidate& candidate, std::string name, bool holds, std::string value, std::string reason) {
  if (!holds && candidate.blocked.empty()) candidate.blocked = reason;
  candidate.conditions.push_back({std::move(name), holds, std::move(value), std::move(reason)});
}

namespace {

constexpr int max_joined = 4;     // small kernels that a group takes in because they stand in its way

std::string launch_name(const Context& context, uint32_t launch) {
  const Launch& l = context.launches[launch];
  std::string name = l.kernel.valid() ? context.graph.kernels[l.kernel].name.str() : context.graph.entries[l.entry].op.str();
  return "`" + name + "`" + in_brackets(place_of(context.graph, l.entry));
}

// A small kernel of element-wise or moving operators: what stands between two others may as well join them. Where the group becomes several
// kernels, sums along an axis may, too: what they need is there when the next one starts. So may those of few numbers, which every core has.
bool light(const Context& context, KernelId kernel, bool several) {
  constexpr int64_t few = 4096;
  const Graph& graph = context.graph;
  const Kernel& k = graph.kernels[kernel];
  return k.unit == Unit::Vector && !k.operators.empty() && std::all_of(k.operators.begin(), k.operators.end(), [&](OperatorId op) {
    const OperatorKind* kind = find_operator_kind(graph.operators[op].kind.view());
    if (kind == nullptr) return false;
    if (kind->operator_class == OperatorClass::Elementwise || kind->operator_class == OperatorClass::Injective) return true;
    const std::vector<TensorId>& inputs = graph.operators[op].inputs;
    return kind->operator_class == OperatorClass::Reduction &&
           (several || std::all_of(inputs.begin(), inputs.end(), [&](TensorId input) { return context.flow.region(input).elements <= few; }));
  });
}

bool heavy(OperatorClass c) { return c == OperatorClass::MatMul || c == OperatorClass::Collective || c == OperatorClass::Opaque; }

}  // namespace

void check_legality(const Context& context, Candidate& candidate) {
  const Graph& graph = context.graph;
  if (candidate.removes) return;
  // A kernel that does other heavy work does not come apart, and the fusion is not about that work.
  for (KernelId kernel : candidate.kernels) {
    for (NodeId id : nodes_of(context, std::span(&kernel, 1))) {
      if (!heavy(context.flow.class_of(id)) || std::find(candidate.nodes.begin(), candidate.nodes.end(), id) != candidate.nodes.end()) continue;
      check(candidate, "whole_kernels", false, graph.kernels[kernel].name.str(),
            fmt::format("an operator of it is part of the kernel `{}`, which also does `{}`", graph.kernels[kernel].name.str(), context.flow.node(id).kind.str()));
      return;
    }
  }
  if (candidate.kernels.size() < 2) return;
  Obstacle obstacle = context.launches.obstacle(candidate.kernels);
  for (int joined = 0; obstacle.hazard == Hazard::Path && joined < max_joined; ++joined) {
    KernelId between = context.launches[obstacle.launch].kernel;
    if (!between.valid() || !light(context, between, candidate.after.size() > 1)) break;
    candidate.kernels.insert(std::upper_bound(candidate.kernels.begin(), candidate.kernels.end(), between), between);
    for (NodeId id : nodes_of(context, std::span(&between, 1))) candidate.nodes.push_back(id);
    obstacle = context.launches.obstacle(candidate.kernels);
  }
  switch (obstacle.hazard) {
    case Hazard::None:
      check(candidate, "one_launch", true, fmt::format("{} kernels", candidate.kernels.size()), "nothing outside stands between them");
      break;
    case Hazard::Path:
      check(candidate, "one_launch", false, launch_name(context, obstacle.launch),
            launch_name(context, obstacle.launch) + " stands between: it needs one of the operators, and another one needs it");
      break;
    case Hazard::Write:
      check(candidate, "no_write_between", false, launch_name(context, obstacle.launch),
            fmt::format(fmt::runtime(obstacle.own_write ? "a write stands between: `{}`, which one of the operators overwrites, is needed before by {}"
                                                        : "a write stands between: `{}` is overwritten by {}"),
                        tensor_name(graph, obstacle.tensor), launch_name(context, obstacle.launch)));
      break;
  }
  // Intermediates that somebody else reads are still written: no obstacle, but less gain.
  auto inside = [&](OperatorId op) { return std::binary_search(candidate.kernels.begin(), candidate.kernels.end(), graph.operators[op].kernel); };
  for (NodeId id : candidate.nodes) {
    for (TensorId output : context.flow.node(id).outputs) {
      size_t within = 0, outside = 0;
      std::string who;
      for (OperatorId reader : context.flow.readers(output)) {
        if (inside(reader)) ++within;
        else if (outside++ == 0) who = "`" + graph.operators[reader].kind.str() + "`" + in_brackets(place_of(graph, reader));
      }
      if (within == 0 || (outside == 0 && !context.flow.is_output(output))) continue;
      check(candidate, "other_readers", true, outside == 0 ? "an output of the model" : who,
            fmt::format("`{}` is read elsewhere as well and is still written", tensor_name(graph, output)));
    }
  }
}

namespace {

// "MatMul + Activation": matmul_activation.
std::string identifier_of(std::string_view name) {
  std::string identifier;
  for (char c : name) {
    bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (letter) identifier += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!identifier.empty() && identifier.back() != '_') identifier += '_';
  }
  return identifier;
}

void check_requirements(const Context& context, const Pattern& pattern, const Match& match, Candidate& candidate) {
  for (const PatternRequirement& requirement : pattern.requirements) {
    if (requirement.reason.empty()) continue;
    Evaluated evaluated = evaluate(context.flow, match, requirement.predicate);
    if (evaluated.found.empty()) continue;    // about something that this variant does not have
    check(candidate, requirement.text, evaluated.holds, evaluated.found,
          evaluated.holds ? "" : requirement.reason + " (" + evaluated.found + ")");
  }
}

bool is_meant(const Context& context, const Pattern& pattern, const Match& match) {
  return std::all_of(pattern.requirements.begin(), pattern.requirements.end(), [&](const PatternRequirement& requirement) {
    return !requirement.reason.empty() || evaluate(context.flow, match, requirement.predicate).holds;
  });
}

}  // namespace

namespace {

// What an operator of this kind does, code in plain operators needs several for.
bool several_in_one(Symbol kind) {
  static const std::set<std::string_view> kinds = {"attention", "causal_conv1d", "expert_combine", "expert_dispatch", "kv_cache_write", "linear_attention", "moe_gating"};
  const OperatorKind* known = find_operator_kind(kind.view());
  return kinds.contains(kind.view()) || (known != nullptr && known->operator_class == OperatorClass::Compound);
}

// Whether something outside the kernel reads what the node makes.
bool leaves(const Context& context, NodeId id, KernelId kernel) {
  const Node& node = context.flow.node(id);
  return std::any_of(node.outputs.begin(), node.outputs.end(), [&](TensorId output) {
    const auto& readers = context.flow.readers(output);
    return context.flow.is_output(output) || std::any_of(readers.begin(), readers.end(), [&](OperatorId op) { return context.graph.operators[op].kernel != kernel; });
  });
}

// Kernels of today that do several things and that no pattern speaks of.
std::vector<Candidate> find_fused(const Context& context, const std::vector<Candidate>& named) {
  static const std::set<std::string_view> beside = {"cast", "copy", "fill", "arange", "eye", "linspace", "broadcast_to"};   // what any kernel does on the way
  const Graph& graph = context.graph;
  std::vector<bool> told(graph.kernels.size());
  for (const Candidate& candidate : named) {
    if (candidate.kernels.size() == 1) told[candidate.kernels[0].index] = true;
  }
  std::vector<Candidate> candidates;
  for (uint32_t i = 0; i < graph.kernels.size(); ++i) {
    KernelId kernel{i};
    if (told[i] || graph.kernels[kernel].operators.empty()) continue;
    Candidate candidate;
    candidate.kernels = {kernel};
    candidate.nodes = nodes_of(context, candidate.kernels);
    auto work = std::count_if(candidate.nodes.begin(), candidate.nodes.end(), [&](NodeId id) { return !beside.contains(context.flow.node(id).kind.view()); });
    std::string name = graph.kernels[kernel].name.str();
    bool several = is_chosen(name) && std::any_of(candidate.nodes.begin(), candidate.nodes.end(), [&](NodeId id) { return several_in_one(context.flow.node(id).kind); });
    // Nobody writes a kernel of their own for what one operator does: a new one that makes something of something is fused, whatever it does.
    bool unknown = is_chosen(name) && std::any_of(candidate.nodes.begin(), candidate.nodes.end(), [&](NodeId id) {
      const Node& node = context.flow.node(id);
      return node.kind.view() == "opaque" && !node.inputs.empty() && !node.outputs.empty();
    });
    // One that only moves data makes several results of it, where torch has a copy for each.
    auto results = std::count_if(candidate.nodes.begin(), candidate.nodes.end(), [&](NodeId id) { return leaves(context, id, kernel); });
    bool moves = is_chosen(name) && results > 1;
    // What torch does to each element by steps (a remainder) is one operator of torch.
    bool plain = name.starts_with("aten.") && std::all_of(candidate.nodes.begin(), candidate.nodes.end(), [&](NodeId id) {
      return context.flow.class_of(id) == OperatorClass::Elementwise;
    });
    if (plain) work = 1;
    if (work < 2 && !several && !unknown && !moves && graph.kernels[kernel].fused_by.empty()) continue;
    candidate.name = name.substr(name.rfind('.') + 1);
    candidate.kind = "kernel";
    candidate.family = family_of(context, candidate.nodes);
    candidate.name_en = candidate.name_zh = unknown ? candidate.name : candidate.name + " (" + kinds_name(context, candidate.nodes) + ")";
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

struct Found {
  const PatternGraph* variant;
  std::vector<NodeId> nodes;     // in order; the pattern's
  NodeId last;                   // that the variant ends with
  Candidate candidate;
};

bool detour(const Candidate& candidate) {
  return std::any_of(candidate.conditions.begin(), candidate.conditions.end(), [](const Condition& c) { return c.name == "one_launch" && !c.holds; });
}

// What something stands between is not told where the same variant ends at the same operator with nothing between (both operands of a sum may be what
// it looks for), nor where a smaller one fits: there it goes no further.
bool worth_telling(const Found& winding, const std::vector<Found>& straight) {
  return std::none_of(straight.begin(), straight.end(), [&](const Found& other) {
    bool within = other.candidate.kernels.size() > 1 && std::includes(winding.nodes.begin(), winding.nodes.end(), other.nodes.begin(), other.nodes.end());
    return within || (other.variant == winding.variant && other.last == winding.last);
  });
}

}  // namespace

std::vector<Candidate> find_named(const Context& context, const std::vector<Pattern>& patterns) {
  std::vector<Candidate> candidates;
  for (const Pattern& pattern : patterns) {
    if (pattern.compound()) continue;
    std::vector<bool> covered(context.flow.size());     // by a larger variant of this pattern
    std::vector<Found> straight, winding;
    for (const PatternGraph& graph : pattern.graphs) {
      for (const Match& match : find_matches(context.flow, graph)) {
        if (!is_meant(context, pattern, match)) continue;
        bool part = std::all_of(match.nodes.begin(), match.nodes.end(), [&](NodeId id) { return covered[id]; });
        Candidate candidate;
        candidate.name = pattern.name;
        candidate.kind = "pattern";
        candidate.part = part;
        candidate.family = family_of(pattern.family);
        candidate.name_en = graph.name_en.empty() ? pattern.name_en : graph.name_en;
        candidate.name_zh = graph.name_zh.empty() ? pattern.name_zh : graph.name_zh;
        candidate.operator_name = identifier_of(graph.name_en);
        candidate.why_en = pattern.why_en;
        candidate.why_zh = pattern.why_zh;
        candidate.nodes = match.nodes;
        // One kernel does it: copies and casts of what it takes are others' work, and found as such.
        if (!in_one_kernel(context, match.nodes)) candidate.nodes.insert(candidate.nodes.end(), match.through.begin(), match.through.end());
        std::sort(candidate.nodes.begin(), candidate.nodes.end());
        for (const std::vector<uint32_t>& kernel : graph.kernels) {
          candidate.after.emplace_back();
          for (uint32_t node : kernel) candidate.after.back().push_back(match.nodes[node]);
        }
        set_kernels(context, candidate);
        if (part && candidate.kernels.size() < 2) continue;      // told already
        if (candidate.kernels.size() > 1) {
          check_requirements(context, pattern, match, candidate);
          check_legality(context, candidate);
        }
        Found found{&graph, match.nodes, match.nodes.back(), std::move(candidate)};
        std::sort(found.nodes.begin(), found.nodes.end());
        bool winds = detour(found.candidate);
        if (!winds) {
          for (NodeId id : match.nodes) covered[id] = true;
        }
        (winds ? winding : straight).push_back(std::move(found));
      }
    }
    std::erase_if(winding, [&](const Found& found) { return !worth_telling(found, straight); });
    for (std::vector<Found>* list : {&straight, &winding}) {
      for (Found& found : *list) candidates.push_back(std::move(found.candidate));
    }
  }
  for (Candidate& candidate : find_fused(context, candidates)) candidates.push_back(std::move(candidate));
  return candidates;
}

}  // namespace fusescout::fusion
