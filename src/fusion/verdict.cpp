#include "fusion/verdict.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/bytes.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

// What makes two candidates the same finding in different layers; a key, not a text. Two places whose operators meet on other lines are two changes of
// the source, though the same helpers make the same operators of the same shapes there.
std::string signature(const Context& context, const Candidate& candidate, std::span<const OperatorId> operators) {
  const Graph& graph = context.graph;
  std::string key = candidate.name + (candidate.part ? "|part|" : "|") + candidate.blocked + "|";
  for (const Condition& condition : candidate.conditions) key += condition.name + (condition.holds ? "+" : "-") + condition.value + "|";
  auto type = [&](TensorId id) {
    const Tensor& tensor = graph.tensors[id];
    put_plain(key, tensor.dtype);
    put_plain(key, tensor.shape.size());
    for (Dim d : tensor.shape) put_plain(key, d.value), put_plain(key, d.expr.index);
    for (Dim d : tensor.strides) put_plain(key, d.value);
  };
  Span meeting = meeting_of(graph, operators);
  for (uint32_t number : {meeting.file.id(), meeting.first_line, meeting.last_line}) put_plain(key, number);
  for (KernelId kernel : candidate.kernels) {
    key += graph.kernels[kernel].name.str() + "{";
    for (OperatorId id : graph.kernels[kernel].operators) {
      const Operator& op = graph.operators[id];
      Location place = place_of(graph, id);
      for (uint32_t number : {op.kind.id(), place.file.id(), place.line}) put_plain(key, number);
      put_plain(key, op.inputs.size());
      for (TensorId input : op.inputs) type(input);
      for (TensorId output : op.outputs) type(output);
      key += ")";
    }
    key += "}";
  }
  return key;
}

Symbol layer_of(const Context& context, const Candidate& candidate) {
  for (KernelId kernel : candidate.kernels) {
    if (!context.layer_of_kernel[kernel.index].empty()) return context.layer_of_kernel[kernel.index];
  }
  return {};
}

void add_by(std::vector<FusedBy>& list, FusedBy by) {
  bool there = std::any_of(list.begin(), list.end(), [&](const FusedBy& b) { return b.name == by.name && b.how == by.how; });
  if (!there) list.push_back(std::move(by));
}

// Who made it one kernel: a graph pass, the class that replaced another, the kernel itself.
std::vector<FusedBy> fused_by(const Context& context, KernelId id) {
  const Graph& graph = context.graph;
  const Kernel& kernel = graph.kernels[id];
  std::vector<FusedBy> list;
  if (!kernel.fused_by.empty()) add_by(list, {kernel.fused_by, "graph pass", {kernel.fused_by_file, kernel.fused_by_line}, ""});
  for (OperatorId op : kernel.operators) {
    EntryId call = graph.operators[op].call;
    if (!call.valid()) continue;
    for (ModuleId module = graph.entries[call].module; module.valid(); module = graph.modules[module].parent) {
      const ModuleInfo& info = graph.modules[module];
      if (info.replaced_how.empty()) break;
      add_by(list, {info.class_name.str(), info.replaced_how == "register_oot" ? "override" : info.replaced_how, {info.class_file, info.class_line}, ""});
    }
  }
  // The operators of the trees that the kernel's call lies in.
  for (EntryId up = kernel.calls.empty() ? EntryId() : graph.entries[kernel.calls[0]].parent; up.valid(); up = graph.entries[up].parent) {
    if (graph.entries[up].kind == EntryKind::Call) add_by(list, {graph.entries[up].op.str(), "custom operator", place_of(graph, up), ""});
  }
  Location place = kernel.calls.empty() ? Location{} : place_of(graph, kernel.calls[0]);
  add_by(list, {kernel.name.str(), "kernel", place, ""});
  return list;
}

// The layer whose weight a product reads, by its name in the model.
void add_layer(const Context& context, KernelId kernel, std::vector<FusedBy>& by) {
  EntryId call = context.graph.operators[context.graph.kernels[kernel].operators[0]].call;
  if (!call.valid() || !context.graph.entries[call].module.valid()) return;
  const ModuleInfo& layer = context.graph.modules[context.graph.entries[call].module];
  std::string_view path = layer.path.view();
  by.insert(by.begin(), {std::string(path.substr(path.rfind('.') + 1)), "layer", {layer.class_file, layer.class_line}, ""});
}

std::string kernel_list(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text;
}

// The kernels that take the group's place. What the pattern does not name goes where its result is read.
std::vector<ProposedKernel> proposal_of(const Context& context, const Group& group, const Candidate& candidate) {
  if (candidate.removes) return {};
  if (candidate.after.empty()) return {{group.operators, std::nullopt, false}};
  std::vector<ProposedKernel> proposal(candidate.after.size());
  std::unordered_map<OperatorId, size_t> kernel_of;
  for (size_t k = 0; k < candidate.after.size(); ++k) {
    for (NodeId id : candidate.after[k]) {
      for (OperatorId op : context.flow.node(id).operators) kernel_of[op] = k;
    }
  }
  for (auto it = group.operators.rbegin(); it != group.operators.rend(); ++it) {
    size_t kernel = candidate.after.size() - 1;
    for (TensorId output : context.graph.operators[*it].outputs) {
      for (OperatorId reader : context.flow.readers(output)) {
        if (auto found = kernel_of.find(reader); found != kernel_of.end()) kernel = std::min(kernel, found->second);
      }
    }
    proposal[kernel_of.try_emplace(*it, kernel).first->second].operators.push_back(*it);
  }
  std::erase_if(proposal, [](const ProposedKernel& kernel) { return kernel.operators.empty(); });
  for (ProposedKernel& kernel : proposal) std::reverse(kernel.operators.begin(), kernel.operators.end());
  return proposal;
}

// All of them must fit. The numbers are those of the kernel that does most, and whatever does not hold of the others.
Feasibility feasibility_of(const Context& context, const std::vector<ProposedKernel>& proposal) {
  auto most = std::max_element(proposal.begin(), proposal.end(), [](const auto& a, const auto& b) { return a.operators.size() < b.operators.size(); });
  Feasibility all = context.pricer.feasibility(context.graph, *most);
  for (auto it = proposal.begin(); it != proposal.end(); ++it) {
    if (it == most) continue;
    Feasibility one = context.pricer.feasibility(context.graph, *it);
    all.possible &= one.possible;
    all.triton_possible &= one.triton_possible;
    all.ascendc_possible &= one.ascendc_possible;
    for (Requirement& requirement : one.requirements) {
      if (!requirement.holds) all.requirements.push_back(std::move(requirement));
    }
  }
  return all;
}

void decide(const Context& context, const Group& group, const Candidate& candidate, Finding& finding) {
  if (!candidate.made_by.empty()) {
    finding.verdict = Verdict::AlreadyFused;
    finding.by = candidate.made_by;
    finding.reason = fmt::format("graph pass `{}` makes other kernels of these", finding.by[0].name);
    return;
  }
  if (!candidate.removes && candidate.kernels.size() == 1) {
    finding.verdict = Verdict::AlreadyFused;
    finding.by = fused_by(context, candidate.kernels[0]);
    if (candidate.kind == "merged") add_layer(context, candidate.kernels[0], finding.by);
    finding.reason = fmt::format("one kernel today: `{}`", context.graph.kernels[candidate.kernels[0]].name.str());
    if (finding.by[0].how != "kernel") finding.reason += fmt::format(", by {} `{}`", finding.by[0].how, finding.by[0].name);
    return;
  }
  finding.price = context.pricer.price(context.graph, group.kernels, finding.proposal);
  bool exists = false;
  for (size_t meaning : candidate.meanings) {
    const FusedKernelMeaning& kernel = context.available[meaning];
    // Called already, with something around it that it does not do.
    if (std::any_of(candidate.kernels.begin(), candidate.kernels.end(), [&](KernelId id) { return context.graph.kernels[id].name.view() == kernel.name; })) continue;
    exists = true;
    add_by(finding.by, {kernel.name, "kernel", kernel.location, kernel.guard, kernel.signature});
  }
  if (!candidate.blocked.empty()) {
    finding.verdict = Verdict::Blocked;
    finding.reason = candidate.blocked;
    return;
  }
  if (!candidate.removes) {
    finding.feasibility = feasibility_of(context, finding.proposal);
    for (const Requirement& requirement : finding.feasibility.requirements) {
      bool counted = requirement.value != 0 || requirement.limit != 0;
      std::string found = counted ? fmt::format("{:.10g} of {:.10g} {}", requirement.value, requirement.limit, requirement.unit) : "";
      finding.conditions.push_back({requirement.name, requirement.holds, found, requirement.reason});
      if (requirement.holds) continue;
      if (!requirement.hard) finding.risks.push_back(requirement.reason);
      else if (finding.reason.empty()) finding.reason = requirement.reason;
    }
    // An existing kernel is proof enough that it fits.
    if (!finding.feasibility.possible && !exists) {
      finding.verdict = Verdict::Blocked;
      if (finding.reason.empty()) finding.reason = "the kernel does not fit the device";
      return;
    }
    finding.reason.clear();
  }
  set_gain_condition(finding);
  if (!finding.price.worthwhile) return set_no_gain(finding);
  finding.verdict = exists ? Verdict::Available : Verdict::Opportunity;
  if (exists) finding.reason = fmt::format("`{}` does this, but this path does not call it", finding.by[0].name);
}

void add_risks(const Context& context, const Group& group, Finding& finding) {
  const Graph& graph = context.graph;
  bool collective = false;
  for (OperatorId op : group.operators) {
    const OperatorKind* kind = find_operator_kind(graph.operators[op].kind.view());
    collective |= kind != nullptr && kind->operator_class == OperatorClass::Collective;
  }
  if (collective) finding.risks.push_back("communication inside a kernel: needs support of the collective library, and every rank must take part");
  if (!group.mutated.empty()) finding.risks.push_back("writes an input in place: the graph must know (mutates_args)");
  std::set<Symbol> files;
  for (const Span& span : finding.locations) files.insert(span.file);
  if (files.size() > 1) finding.risks.push_back(fmt::format("the operators stand in {} files: the call sites must be brought together", files.size()));
  for (const InterfaceTensor& input : finding.interface.inputs) {
    if (!graph.contiguous(graph.tensors[input.tensor]) && !input.parameter) {
      finding.risks.push_back(fmt::format("`{}` is a strided view: the kernel must take its strides, or a copy comes back", input.name));
    }
  }
}

// Of a new kernel's place the lines that are one kernel already are no part: it takes that kernel in. An existing kernel takes its line over.
void set_places(const Context& context, Finding& finding) {
  bool new_kernel = finding.verdict != Verdict::AlreadyFused && finding.verdict != Verdict::Available;
  Symbol layer = finding.occurrences.back().layer;      // the first may do on these lines what is done once for all
  FrameCounts counts{context.frame_kernels.of_layer(context.graph, context.layer_of_kernel, layer),
                     context.frame_fused.of_layer(context.graph, context.layer_of_kernel, layer, &context.fused)};
  size_t kernels = 0;       // of the same layer: a loop makes many of them
  for (const Occurrence& occurrence : finding.occurrences) kernels += occurrence.layer == layer ? occurrence.kernels.size() : 0;
  static const std::set<KernelId> none;
  const std::set<KernelId>& whole = new_kernel ? context.fused : none;
  // Nor are the arguments of a call of one.
  std::set<FrameId> others;
  for (OperatorId op : finding.occurrences[0].operators) {
    for (TensorId output : context.graph.operators[op].outputs) {
      for (OperatorId reader : context.flow.readers(output)) {
        if (whole.contains(context.graph.operators[reader].kernel)) others.insert(among_arguments(context.graph, op, reader));
      }
    }
  }
  finding.locations = places_of(context.graph, finding.occurrences[0].operators, kernels, counts, whole, others);
}

void add_extended(const Context& context, Finding& finding) {
  if (finding.verdict != Verdict::Opportunity) return;
  for (KernelId id : finding.occurrences[0].kernels) {
    const Kernel& kernel = context.graph.kernels[id];
    if (!context.fused.contains(id) || !is_chosen(kernel.name.view())) continue;
    Location place = kernel.calls.empty() ? Location{} : place_of(context.graph, kernel.calls[0]);
    finding.conditions.push_back({"extends", true, fmt::format("`{}`{}", kernel.name.str(), place.file.empty() ? "" : fmt::format(" ({}:{})", place.file.str(), place.line)),
                                  "a kernel of today that the new one takes in: its call goes"});
  }
}

// From one occurrence to another. They are alike, operator by operator.
void move_proposal(const Context& context, Finding& finding, const std::vector<KernelId>& from, const std::vector<KernelId>& to) {
  if (from == to) return;
  std::vector<OperatorId> before = make_group(context.flow, from).operators, now = make_group(context.flow, to).operators;
  for (ProposedKernel& kernel : finding.proposal) {
    for (OperatorId& op : kernel.operators) op = now[static_cast<size_t>(std::find(before.begin(), before.end(), op) - before.begin())];
  }
}

}  // namespace

void set_no_gain(Finding& finding) {
  finding.verdict = Verdict::NoGain;
  finding.reason = finding.price.reason.empty() ? "the gain is within the model's error" : finding.price.reason;
}

void set_gain_condition(Finding& finding) {
  const Price& price = finding.price;
  Condition now{"gain", price.worthwhile, fmt::format("{:.2f} us of {:.2f} us", price.gain.nominal, price.before.nominal),
                price.worthwhile ? "the gain survives the pessimistic case" : price.reason};
  auto told = std::ranges::find(finding.conditions, now.name, &Condition::name);
  if (told == finding.conditions.end()) finding.conditions.push_back(std::move(now));
  else *told = std::move(now);
}

void keep_occurrences(const Context& context, Finding& finding, std::vector<Occurrence> occurrences) {
  if (!finding.occurrences.empty()) move_proposal(context, finding, finding.occurrences[0].kernels, occurrences[0].kernels);
  finding.occurrences = std::move(occurrences);
  finding.layers.clear();
  for (const Occurrence& occurrence : finding.occurrences) {
    std::string layer = occurrence.layer.str();
    if (!layer.empty() && std::find(finding.layers.begin(), finding.layers.end(), layer) == finding.layers.end()) finding.layers.push_back(layer);
  }
  finding.step_gain = times(finding.price.gain, static_cast<double>(finding.occurrences.size()));
  Group group = make_group(context.flow, finding.occurrences[0].kernels);
  set_places(context, finding);
  finding.operators_text = operator_texts(context.flow, group);
  finding.interface = make_interface(context.flow, group, finding.interface.name);
}

std::vector<Finding> judge(const Context& context, std::vector<Candidate> candidates) {
  const Graph& graph = context.graph;
  struct Folded {
    Candidate candidate;
    std::vector<Occurrence> occurrences;
  };
  std::vector<Folded> folded;
  std::unordered_map<std::string, size_t> index;
  for (Candidate& candidate : candidates) {
    Occurrence occurrence;
    occurrence.layer = layer_of(context, candidate);
    occurrence.kernels = candidate.kernels;
    for (NodeId id : candidate.nodes) {
      const std::vector<OperatorId>& operators = context.flow.node(id).operators;
      occurrence.operators.insert(occurrence.operators.end(), operators.begin(), operators.end());
    }
    std::sort(occurrence.operators.begin(), occurrence.operators.end());
    auto [it, added] = index.try_emplace(signature(context, candidate, occurrence.operators), folded.size());
    if (added) folded.push_back({std::move(candidate), {}});
    folded[it->second].occurrences.push_back(std::move(occurrence));
  }
  std::vector<Finding> findings;
  for (Folded& fold : folded) {
    const Candidate& candidate = fold.candidate;
    Finding finding;
    finding.pattern = candidate.name;
    finding.family = candidate.family;
    finding.kind = candidate.kind;
    finding.part = candidate.part;
    finding.name_en = candidate.name_en;
    finding.name_zh = candidate.name_zh;
    finding.why_en = candidate.why_en;
    finding.why_zh = candidate.why_zh;
    finding.conditions = candidate.conditions;
    std::vector<Occurrence>& occurrences = fold.occurrences;
    std::stable_sort(occurrences.begin(), occurrences.end(),
                     [](const Occurrence& a, const Occurrence& b) { return a.operators.front() < b.operators.front(); });
    Group group = make_group(context.flow, candidate.kernels);
    for (KernelId kernel : group.kernels) finding.kernels_text.push_back(graph.kernels[kernel].name.str());
    size_t count = group.kernels.size();
    finding.proposal = proposal_of(context, group, candidate);
    size_t left = finding.proposal.size();
    finding.launches_saved = static_cast<int>(count) - static_cast<int>(left);
    finding.bytes_saved = left == 1 ? group.bytes_saved : 0;
    if (candidate.removes) {
      finding.bytes_saved = 0;
      for (TensorId input : group.inputs) finding.bytes_saved += graph.bytes(graph.tensors[input]);
      for (TensorId output : group.outputs) finding.bytes_saved += graph.bytes(graph.tensors[output]);
    }
    std::string generic = candidate.kind == "chain" || candidate.kind == "horizontal" || candidate.removes ? kinds_name(context, candidate.nodes) : candidate.operator_name.empty() ? candidate.name : candidate.operator_name;
    finding.interface.name = "fused_" + generic;
    finding.today_en = fmt::format("{} kernel{}: {}", count, count == 1 ? "" : "s", kernel_list(finding.kernels_text));
    finding.today_zh = fmt::format("{}个算子: {}", count, kernel_list(finding.kernels_text));
    finding.target_en = candidate.removes ? "none: it need not run" : fmt::format("{} fused kernel{}: {}", left, left == 1 ? "" : "s", finding.interface.name);
    finding.target_zh = candidate.removes ? "去掉" : fmt::format("{}个融合算子: {}", left, finding.interface.name);
    decide(context, group, candidate, finding);
    keep_occurrences(context, finding, std::move(occurrences));
    add_extended(context, finding);
    move_proposal(context, finding, candidate.kernels, finding.occurrences[0].kernels);
    if (finding.verdict == Verdict::Available) {
      finding.target_en = "call the existing kernel " + finding.by[0].name;
      finding.target_zh = "调用已有算子 " + finding.by[0].name;
    }
    add_risks(context, group, finding);
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace fusescout::fusion
