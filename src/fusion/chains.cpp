// The generic engine: vector kernels that can run in one pass over the rows. Groups grow along the dataflow as long as they stay convex,
// which takes in what post-dominators give (diamonds whose branches all fuse) and groups with several outputs as well.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "fusion/candidate.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

constexpr size_t max_kernels = 16;        // of one group: beyond, no kernel writer would follow

// The axis that cores share out: the first one that is not a constant 1.
struct Rows {
  size_t axis = 0;
  Dim extent{1};
  int64_t stride = 0;
};

Rows rows_of(const Tensor& tensor) {
  Rows rows;
  size_t rank = tensor.shape.size();
  if (rank == 0) return rows;
  while (rows.axis + 1 < rank && !tensor.shape[rows.axis].symbolic() && tensor.shape[rows.axis].value == 1) ++rows.axis;
  if (rank >= 2 && rows.axis + 1 == rank && tensor.shape[rank - 2].value == 1) rows.axis = rank - 2;   // one row: not its elements
  rows.extent = tensor.shape[rows.axis];
  if (rows.axis < tensor.strides.size()) rows.stride = tensor.strides[rows.axis].value;
  return rows;
}

// A plain number that equals the tokens of this scenario came from the metadata: the rows are the tokens.
bool same_extent(Dim a, Dim b) { return a.value == b.value && (a.expr == b.expr || !a.symbolic() || !b.symbolic()); }

bool same_rows(const Graph& graph, const Tensor& made, const Tensor& seen) {
  Rows a = rows_of(made), b = rows_of(seen);
  if (same_extent(a.extent, b.extent) && (a.extent.value == 1 || a.stride == b.stride)) return true;
  // Heads as rows of their own: each row of one is a block of whole rows of the other.
  auto [few, many] = std::minmax(a.extent.value, b.extent.value);
  return few > 1 && many % few == 0 && graph.contiguous(made) && graph.contiguous(seen) && graph.bytes(made) == graph.bytes(seen);
}

std::vector<int64_t> axes_of(const Operator& op, size_t rank, std::initializer_list<std::string_view> names) {
  std::vector<int64_t> axes;
  for (std::string_view name : names) {
    const Attribute* attribute = find_attribute(op, name);
    if (attribute == nullptr) continue;
    if (const auto* dim = std::get_if<Dim>(attribute)) axes.push_back(dim->value);
    if (const auto* dims = std::get_if<std::vector<Dim>>(attribute)) {
      for (Dim d : *dims) axes.push_back(d.value);
    }
  }
  for (int64_t& axis : axes) axis = axis < 0 ? axis + static_cast<int64_t>(rank) : axis;
  return axes;
}

class Engine {
 public:
  Engine(const Context& context, const std::vector<bool>& taken) : context_(context), graph_(context.graph), parent_(graph_.kernels.size()) {
    for (uint32_t i = 0; i < graph_.kernels.size(); ++i) {
      fusable_.push_back(!taken[i] && vector_kernel(graph_.kernels[KernelId{i}]));
    }
  }

  std::vector<Candidate> run() {
    grow();
    // A kernel that fits the device in no group tears its group: what is left without it may fit as a whole.
    std::vector<std::vector<KernelId>> torn;
    for (const std::vector<KernelId>& group : members_) {
      if (group.size() < 3 || fits(group)) continue;
      std::vector<KernelId> misfits;
      std::copy_if(group.begin(), group.end(), std::back_inserter(misfits), [&](KernelId kernel) { return !fits({kernel}); });
      if (!misfits.empty()) torn.push_back(std::move(misfits));
    }
    for (const std::vector<KernelId>& misfits : torn) {
      for (KernelId kernel : misfits) fusable_[kernel.index] = false;
    }
    if (!torn.empty()) grow();

    std::vector<Candidate> candidates;
    for (uint32_t i = 0; i < graph_.kernels.size(); ++i) {
      if (find(i) == i && members_[i].size() > 1) split_to_fit(members_[i], candidates);
    }
    std::set<std::pair<uint32_t, uint32_t>> tried;
    for (const Refused& r : refused_) {
      if (find(r.producer.index) == find(r.consumer.index) || !tried.emplace(r.producer.index, r.consumer.index).second) continue;
      Candidate candidate = make({r.producer, r.consumer});
      if (!r.condition.empty()) check(candidate, r.condition, false, r.value, r.reason);
      check_legality(context_, candidate);
      // Legal as a pair, refused only as part of something larger: that group tells already.
      if (!candidate.blocked.empty()) candidates.push_back(std::move(candidate));
    }
    return candidates;
  }

  // A chain and a planned kernel that makes its rows or takes them: one pass over them instead of two.
  std::vector<Candidate> joined(const std::vector<Finding>& planned) {
    std::map<KernelId, std::pair<const Finding*, const Occurrence*>> owner;
    auto whole = [&](const Finding& finding) {
      return finding.verdict == Verdict::Opportunity && finding.alternative_to.empty() && finding.proposal.size() == 1;
    };
    for (const Finding& finding : planned) {
      if (!whole(finding)) continue;
      for (const Occurrence& occurrence : finding.occurrences) {
        bool vector = std::all_of(occurrence.kernels.begin(), occurrence.kernels.end(), [&](KernelId kernel) { return vector_kernel(graph_.kernels[kernel]); });
        for (KernelId kernel : occurrence.kernels) {
          if (vector) owner[kernel] = {&finding, &occurrence};
        }
      }
    }
    std::set<std::pair<const Occurrence*, const Occurrence*>> tried;
    std::vector<Candidate> candidates;
    for (const auto& [kernel, taker] : owner) {
      for (OperatorId id : graph_.kernels[kernel].operators) {
        for (TensorId input : graph_.operators[id].inputs) {
          OperatorId maker = graph_.producer(input);
          auto giver = maker.valid() ? owner.find(graph_.operators[maker].kernel) : owner.end();
          if (giver == owner.end() || giver->second.second == taker.second) continue;
          const auto& [finding, occurrence] = giver->second;
          if ((finding->kind != "chain" && taker.first->kind != "chain") || !tried.emplace(occurrence, taker.second).second) continue;
          std::vector<KernelId> both = occurrence->kernels;
          both.insert(both.end(), taker.second->kernels.begin(), taker.second->kernels.end());
          std::sort(both.begin(), both.end());
          if (both.size() > 2 * max_kernels) continue;
          if (!one_pass(*occurrence, *taker.second) || context_.launches.obstacle(both).hazard != Hazard::None || !fits(both)) continue;
          Candidate candidate = make(std::move(both));
          candidate.name_en = "vector chain: " + said(*finding, finding->name_en) + " + " + said(*taker.first, taker.first->name_en);
          candidate.name_zh = "Vector 链: " + said(*finding, finding->name_zh) + " + " + said(*taker.first, taker.first->name_zh);
          check_legality(context_, candidate);
          candidates.push_back(std::move(candidate));
        }
      }
    }
    return candidates;
  }

 private:
  // A finding's name as a part of another one.
  static std::string said(const Finding& finding, const std::string& name) {
    size_t colon = finding.kind == "chain" ? name.find(": ") : std::string::npos;
    return colon == std::string::npos ? name : name.substr(colon + 2);
  }

  // Whether the second takes what the first makes row by row.
  bool one_pass(const Occurrence& first, const Occurrence& second) const {
    for (KernelId kernel : second.kernels) {
      for (OperatorId id : graph_.kernels[kernel].operators) {
        const Operator& consumer = graph_.operators[id];
        for (size_t k = 0; k < consumer.inputs.size(); ++k) {
          OperatorId maker = graph_.producer(consumer.inputs[k]);
          if (!maker.valid() || std::find(first.kernels.begin(), first.kernels.end(), graph_.operators[maker].kernel) == first.kernels.end()) continue;
          if (!refuse(graph_.operators[maker], consumer, k).empty()) return false;
        }
      }
    }
    return true;
  }

  struct Refused { KernelId producer, consumer; std::string condition, value, reason; };

  void grow() {
    refused_.clear();
    std::iota(parent_.begin(), parent_.end(), 0);
    members_.clear();
    for (uint32_t i = 0; i < graph_.kernels.size(); ++i) members_.push_back({KernelId{i}});
    for (uint32_t i = 0; i < graph_.operators.size(); ++i) {
      const Operator& consumer = graph_.operators[OperatorId{i}];
      if (!consumer.kernel.valid() || !fusable_[consumer.kernel.index]) continue;
      for (size_t k = 0; k < consumer.inputs.size(); ++k) {
        OperatorId maker = graph_.producer(consumer.inputs[k]);
        if (!maker.valid()) continue;
        KernelId producer = graph_.operators[maker].kernel;
        if (producer == consumer.kernel || !producer.valid() || !fusable_[producer.index]) continue;
        uint32_t a = find(producer.index), b = find(consumer.kernel.index);
        if (a == b || members_[a].size() + members_[b].size() > max_kernels) continue;
        std::string why = refuse(graph_.operators[maker], consumer, k);
        if (!why.empty()) {
          refused_.push_back({producer, consumer.kernel, "rows", "", why});
          continue;
        }
        std::vector<KernelId> both = members_[a];
        both.insert(both.end(), members_[b].begin(), members_[b].end());
        if (Hazard hazard = context_.launches.obstacle(both).hazard; hazard != Hazard::None) {
          // Heavy work between two small kernels is the rule, and nothing to tell.
          if (hazard == Hazard::Write) refused_.push_back({producer, consumer.kernel, "", "", ""});
          continue;
        }
        parent_[b] = a;
        std::sort(both.begin(), both.end());
        members_[a] = std::move(both);
        members_[b].clear();
      }
    }
  }

  bool fits(const std::vector<KernelId>& kernels) const {
    Group group = make_group(context_.flow, kernels);
    return context_.pricer.feasibility(graph_, ProposedKernel{group.operators, std::nullopt, false}).possible;
  }

  uint32_t find(uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }

  bool vector_kernel(const Kernel& kernel) const {
    if (kernel.unit != Unit::Vector || kernel.operators.empty()) return false;
    return std::all_of(kernel.operators.begin(), kernel.operators.end(), [&](OperatorId op) {
      const OperatorKind* kind = find_operator_kind(graph_.operators[op].kind.view());
      if (kind == nullptr) return false;
      OperatorClass c = kind->operator_class;
      return c == OperatorClass::Elementwise || c == OperatorClass::Injective || c == OperatorClass::Reduction || c == OperatorClass::Compound;
    });
  }

  // Why the consumer cannot take its operand row by row while the producer makes it; empty when it can.
  std::string refuse(const Operator& producer, const Operator& consumer, size_t operand) const {
    const Tensor& made = graph_.tensors[graph_.root(consumer.inputs[operand])];
    const Tensor& seen = graph_.tensors[consumer.inputs[operand]];
    auto pair = [&] { return fmt::format("`{}` and `{}`", producer.kind.str(), consumer.kind.str()); };
    auto pointwise = [](const Operator& op) {
      const OperatorKind* kind = find_operator_kind(op.kind.view());
      return kind != nullptr && kind->operator_class == OperatorClass::Elementwise;
    };
    if (!same_rows(graph_, made, seen)) {
      bool flat = pointwise(producer) && pointwise(consumer) && graph_.contiguous(made) && graph_.contiguous(seen) && graph_.bytes(made) == graph_.bytes(seen) &&
                  !consumer.outputs.empty() && graph_.tensors[consumer.outputs[0]].shape == seen.shape;
      return flat ? "" : fmt::format("{} work on different rows: {} and {}", pair(), dims(made), dims(seen));
    }
    Rows rows = rows_of(seen);
    bool scatters = consumer.kind.view() == "kv_cache_write" || consumer.kind.view() == "index_copy";   // its result is the whole target
    if (!consumer.outputs.empty() && !scatters) {
      const Tensor& result = graph_.tensors[consumer.outputs[0]];
      if (!same_extent(rows_of(result).extent, rows.extent) && !result.shape.empty()) {
        return fmt::format("{} work on different rows: {} is broadcast or reduced to {}", pair(), dims(seen), dims(result));
      }
    }
    auto axis = static_cast<int64_t>(rows.axis);
    std::string_view kind = consumer.kind.view();
    const OperatorKind* info = find_operator_kind(kind);
    bool mixes = false;
    if (info->operator_class == OperatorClass::Reduction || kind == "softmax" || kind == "cat" || kind == "stack") {
      std::vector<int64_t> axes = axes_of(consumer, seen.shape.size(), {"dim", "dims"});
      mixes = std::find(axes.begin(), axes.end(), axis) != axes.end() ||
              (axes.empty() && info->operator_class == OperatorClass::Reduction && seen.shape.size() > 1);
    } else if (kind == "transpose") {
      std::vector<int64_t> axes = axes_of(consumer, seen.shape.size(), {"dims"});
      mixes = rows.axis >= axes.size() || axes[rows.axis] != axis;
    } else if (kind == "index_select" || kind == "gather" || kind == "embedding" || kind == "select_copy") {
      mixes = operand == 0;
    } else if (kind == "roll" || kind == "repeat" || kind == "pad") {
      mixes = rows.axis + 1 >= seen.shape.size();
    }
    return mixes ? fmt::format("`{}` mixes the rows that `{}` makes", consumer.kind.str(), producer.kind.str()) : "";
  }

  std::string dims(const Tensor& tensor) const {
    std::string text;
    for (Dim d : tensor.shape) text += (text.empty() ? "" : ", ") + graph_.expressions.to_string(d);
    return "[" + text + "]";
  }

  Candidate make(std::vector<KernelId> kernels) const {
    Candidate candidate;
    candidate.kernels = std::move(kernels);
    candidate.nodes = nodes_of(context_, candidate.kernels);
    auto only = [&](OperatorClass kinds) {
      return std::all_of(candidate.nodes.begin(), candidate.nodes.end(), [&](NodeId id) { return context_.flow.class_of(id) == kinds; });
    };
    bool pointwise = only(OperatorClass::Elementwise);
    candidate.name = pointwise ? "elementwise_chain" : "vector_chain";
    candidate.kind = "chain";
    // What only moves data is for what reads it there.
    candidate.family = only(OperatorClass::Injective) ? family_served(context_, candidate.nodes) : family_of(context_, candidate.nodes);
    std::string kinds = kinds_name(context_, candidate.nodes, " + ");
    candidate.name_en = std::string(pointwise ? "element-wise chain: " : "vector chain: ") + kinds;
    candidate.name_zh = std::string(pointwise ? "逐元素链: " : "Vector 链: ") + kinds;
    candidate.why_en = "one pass over the rows: the intermediates stay on chip and the launches between them go";
    candidate.why_zh = "对行只做一遍: 中间结果留在片上, 省去其间的下发";
    return candidate;
  }

  // A group that is too large for the device is cut into runs that fit.
  void split_to_fit(std::vector<KernelId> kernels, std::vector<Candidate>& candidates) const {
    std::sort(kernels.begin(), kernels.end(), [&](KernelId a, KernelId b) {
      return context_.launches[context_.launches.of(a)].first < context_.launches[context_.launches.of(b)].first;
    });
    size_t start = 0;
    while (start + 1 < kernels.size()) {
      size_t end = kernels.size();
      for (; end > start + 2; --end) {
        std::vector<KernelId> piece(kernels.begin() + static_cast<ptrdiff_t>(start), kernels.begin() + static_cast<ptrdiff_t>(end));
        if (fits(piece)) break;
      }
      std::vector<KernelId> piece(kernels.begin() + static_cast<ptrdiff_t>(start), kernels.begin() + static_cast<ptrdiff_t>(end));
      std::sort(piece.begin(), piece.end());
      Candidate candidate = make(std::move(piece));
      check_legality(context_, candidate);
      candidates.push_back(std::move(candidate));
      start = end;
    }
  }

  const Context& context_;
  const Graph& graph_;
  std::vector<uint32_t> parent_;
  std::vector<std::vector<KernelId>> members_;
  std::vector<bool> fusable_;
  std::vector<Refused> refused_;
};

}  // namespace

std::vector<Candidate> find_chains(const Context& context, const std::vector<bool>& taken) { return Engine(context, taken).run(); }

std::vector<Candidate> find_joined(const Context& context, const std::vector<Finding>& planned) {
  return Engine(context, std::vector<bool>(context.graph.kernels.size())).joined(planned);
}

}  // namespace fusescout::fusion
