// Kernels that need not run: copies between layouts, and work whose result is there already, is made by another kernel as well or is never read.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "fusion/candidate.h"
#include "fusion/numbering.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

std::string place_text(const Graph& graph, EntryId entry) {
  Location place = place_of(graph, entry);
  return place.file.empty() ? "" : place.file.str() + ":" + std::to_string(place.line);
}

Candidate make(const Context& context, std::vector<KernelId> kernels, std::string name, std::string kind) {
  Candidate candidate;
  candidate.name = std::move(name);
  candidate.kind = std::move(kind);
  candidate.removes = true;
  candidate.kernels = std::move(kernels);
  candidate.nodes = nodes_of(context, candidate.kernels);
  candidate.family = family_of(context, candidate.nodes);
  return candidate;
}

// Copies and transposes that only change the layout, or nothing at all.
void find_copies(const Context& context, const std::vector<bool>& taken, std::vector<Candidate>& candidates) {
  static const Symbol copy("copy"), transpose("transpose"), cast("cast");
  const Graph& graph = context.graph;
  for (uint32_t i = 0; i < graph.kernels.size(); ++i) {
    const Kernel& kernel = graph.kernels[KernelId{i}];
    if (taken[i] || kernel.unit == Unit::Host || kernel.operators.size() != 1) continue;
    const Operator& op = graph.operators[kernel.operators[0]];
    if (op.inputs.empty() || op.outputs.empty()) continue;
    TensorId from = op.inputs[0], to = op.outputs[0];
    if (op.kind == cast) {
      // There and back again.
      OperatorId before = graph.producer(from);
      if (!before.valid() || graph.operators[before].kind != cast) continue;
      TensorId source = graph.operators[before].inputs[0];
      if (graph.tensors[source].dtype != graph.tensors[to].dtype || !(context.flow.region(from) == context.flow.region(graph.root(from)))) continue;
      Candidate candidate = make(context, {KernelId{i}}, "cast_back", "layout");
      candidate.name_en = "cast to a dtype and back";
      candidate.name_zh = "来回的 cast";
      candidate.why_en = fmt::format("the value was {} before the two casts", dtype_name(graph.tensors[to].dtype));
      candidate.why_zh = fmt::format("两次转换之前已是 {}", dtype_name(graph.tensors[to].dtype));
      bool narrowed = dtype_size(graph.tensors[from].dtype) < dtype_size(graph.tensors[to].dtype);
      check(candidate, "same_value", !narrowed, std::string(dtype_name(graph.tensors[from].dtype)), "the narrower dtype between them rounds the value");
      candidates.push_back(std::move(candidate));
      continue;
    }
    if (op.kind != copy && op.kind != transpose) continue;
    const Tensor& source = graph.tensors[from];
    const Tensor& target = graph.tensors[to];
    if (op.kind == copy && context.flow.region(from).elements != context.flow.region(to).elements) continue;
    bool itself = source.storage == target.storage && source.storage_offset.value == target.storage_offset.value && source.shape == target.shape &&
                  source.strides == target.strides;
    // `buffer[...] = x`: the copy's target is there before.
    bool into_buffer = !itself && !graph.entries[op.call].mutates.empty() && source.storage != target.storage;
    Candidate candidate = make(context, {KernelId{i}}, itself ? "copy_to_itself" : into_buffer ? "buffer_copy" : op.kind == copy ? "layout_copy" : "layout_transpose", "layout");
    if (itself) {
      candidate.name_en = "copy of a buffer to itself";
      candidate.name_zh = "缓冲区自拷贝";
      candidate.why_en = "source and target are the same memory";
      candidate.why_zh = "源与目标是同一块内存";
    } else {
      candidate.name_en = into_buffer ? "copy into a buffer" : op.kind == copy ? "copy for the layout" : "transposing copy";
      candidate.name_zh = into_buffer ? "写入缓冲区的拷贝" : op.kind == copy ? "为布局而做的拷贝" : "转置拷贝";
      candidate.why_en = into_buffer ? "the producer can write the buffer itself"
                                     : "the producer can write this layout, or the reader take the strided one: the copy computes nothing";
      candidate.why_zh = into_buffer ? "生产者可直接写入该缓冲区" : "生产者可直接写出该布局, 或由读者按步长读取: 拷贝本身不做计算";
      OperatorId maker = graph.producer(from);
      check(candidate, "producer", maker.valid() || !into_buffer, maker.valid() ? graph.operators[maker].kind.str() : "from outside",
            into_buffer && !maker.valid() ? "the source comes from outside: no kernel of this pass could write the buffer" : "somebody makes the source");
      // Neither may change while somebody still reads the other.
      if (!into_buffer) {
        auto last_use = [&](TensorId id) {
          EntryId last = op.call;
          for (OperatorId reader : context.flow.readers(id)) last = std::max(last, graph.operators[reader].call);
          return context.flow.is_output(id) || graph.tensors[graph.root(id)].kind != TensorKind::Intermediate ? EntryId{UINT32_MAX} : last;
        };
        bool source_changes = context.launches.overwritten(from, op.call, last_use(to)), changes = source_changes || context.launches.overwritten(to, op.call, last_use(from));
        check(candidate, "no_write_after", !changes, changes ? "written in place" : "not written while both are in use",
              changes ? fmt::format("`{}` is overwritten while the copy is in use", tensor_name(graph, source_changes ? from : to)) : "one may stand for the other");
      }
    }
    candidates.push_back(std::move(candidate));
  }
}

class Runs {
 public:
  explicit Runs(const Graph& graph) : graph_(graph), stacks_(graph.kernels.size()) {
    for (uint32_t i = 0; i < graph.kernels.size(); ++i) {
      const Kernel& kernel = graph.kernels[KernelId{i}];
      if (!kernel.calls.empty()) stacks_[i] = stack_of(graph, graph.entries[kernel.calls[0]].frame);
    }
  }

  // Kernels first to last, cut at what a person sees as one: a call of a function all of whose work is in it, or neighbouring statements.
  void cut(uint32_t first, uint32_t last, std::vector<std::pair<uint32_t, uint32_t>>& pieces) const {
    size_t depth = common_depth(first, last);
    if (first == last || depth == 0 || whole(first, last, depth)) {
      pieces.emplace_back(first, last);
      return;
    }
    // Calls of this function one by one; its own statements together.
    auto part = [&](uint32_t i) { return stacks_[i].size() > depth ? stacks_[i][depth - 1] : FrameId{}; };
    for (uint32_t i = first; i <= last;) {
      uint32_t end = i;
      while (end < last && part(end + 1) == part(i)) ++end;
      if (i == first && end == last) pieces.emplace_back(first, last);
      else cut(i, end, pieces);
      i = end + 1;
    }
  }

  // The function all of whose work they are; empty: there is more of it.
  std::string function(uint32_t first, uint32_t last) const {
    size_t depth = common_depth(first, last);
    if (depth == 0 || !whole(first, last, depth)) return "";
    return graph_.frames[stacks_[first][depth - 1]].function.str();
  }

 private:
  bool within(uint32_t kernel, uint32_t other, size_t depth) const {
    return stacks_[kernel].size() >= depth && same_activation(graph_, stacks_[kernel][depth - 1], stacks_[other][depth - 1]);
  }

  size_t common_depth(uint32_t first, uint32_t last) const {
    size_t depth = 0;
    while (depth < stacks_[first].size()) {
      for (uint32_t i = first; i <= last; ++i) {
        if (!within(i, first, depth + 1)) return depth;
      }
      ++depth;
    }
    return depth;
  }

  bool whole(uint32_t first, uint32_t last, size_t depth) const {
    return (first == 0 || !within(first - 1, first, depth)) && (last + 1 == stacks_.size() || !within(last + 1, first, depth));
  }

  const Graph& graph_;
  std::vector<std::vector<FrameId>> stacks_;
};

void find_repeated(const Context& context, const Numbering& numbering, const std::vector<bool>& taken, std::vector<Candidate>& candidates) {
  const Graph& graph = context.graph;
  enum class Kind { None, Again, Fixed };
  auto kind_of = [&](KernelId id) {
    const Kernel& kernel = graph.kernels[id];
    if (taken[id.index] || kernel.operators.empty() || kernel.unit == Unit::Communication) return Kind::None;
    auto all = [&](auto test) { return std::all_of(kernel.operators.begin(), kernel.operators.end(), test); };
    if (all([&](OperatorId op) { return numbering.fixed(op); })) return Kind::Fixed;
    if (all([&](OperatorId op) { return numbering.first(op) != op && graph.operators[numbering.first(op)].kernel != id; })) return Kind::Again;
    return Kind::None;
  };
  Runs runs(graph);
  auto add = [&](Kind kind, uint32_t first, uint32_t last) {
    std::vector<KernelId> run;
    for (uint32_t i = first; i <= last; ++i) run.push_back(KernelId{i});
    // What the host does between launches goes with them; by itself it is none.
    if (std::all_of(run.begin(), run.end(), [&](KernelId id) { return graph.kernels[id].unit == Unit::Host; })) return;
    Symbol layer = context.layer_of_kernel[first];
    std::string function = runs.function(first, last);
    if (!function.empty()) function = ": " + function.substr(function.rfind('.') + 1);
    if (kind == Kind::Fixed) {
      Candidate candidate = make(context, run, "constant_work", "repeated");
      candidate.name_en = "work on weights alone, in every step" + function;
      candidate.name_zh = "每步重复的纯权重计算" + function;
      candidate.why_en = "the result depends on weights only: it can be made once when they are loaded";
      candidate.why_zh = "结果只依赖权重: 可在加载时算好";
      check(candidate, "weights_only", true, kinds_name(context, candidate.nodes), "all inputs are weights that nothing overwrites");
      candidates.push_back(std::move(candidate));
      return;
    }
    Candidate candidate = make(context, run, "repeated_work", "repeated");
    OperatorId before = numbering.first(graph.kernels[run[0]].operators[0]);
    Symbol where = context.layer_of_kernel[graph.operators[before].kernel.index];
    // Not by the layer's own name: what every layer repeats is one finding.
    std::string place = ", " + place_text(graph, graph.operators[before].call), value;
    value = (where.empty() ? "before the layers" : where == layer ? "earlier in the same layer" : where.str()) + place;
    candidate.name_en = "work that was done before in the same step" + function;
    candidate.name_zh = "同一步内重复的计算" + function;
    candidate.why_en = "the same operators ran on the same inputs: " + value;
    candidate.why_zh = "相同输入已算过一次: " + (where.empty() ? "各层之前" : where == layer ? "同一层内" : where.str()) + place;
    check(candidate, "same_value", true, value, "operators, attributes and inputs are equal, and nothing overwrites the result");
    candidates.push_back(std::move(candidate));
  };
  for (uint32_t i = 0; i < graph.kernels.size();) {
    Kind kind = kind_of(KernelId{i});
    uint32_t first = i++;
    if (kind == Kind::None) continue;
    while (i < graph.kernels.size() && kind_of(KernelId{i}) == kind && context.layer_of_kernel[i] == context.layer_of_kernel[first]) ++i;
    std::vector<std::pair<uint32_t, uint32_t>> pieces;
    runs.cut(first, i - 1, pieces);
    for (auto [from, to] : pieces) add(kind, from, to);
  }
}

// Two sums over the ranks that are added: one does for both. Linear work may stand between.
void find_sums_of_sums(const Context& context, std::vector<Candidate>& candidates) {
  static const Symbol all_reduce("all_reduce"), add("add");
  static const std::set<std::string_view> linear = {"mul", "div", "neg", "cast", "copy"};
  const Graph& graph = context.graph;
  const Flow& flow = context.flow;
  // Nobody else may read it. Other summands (a residual) may come in between.
  std::function<NodeId(TensorId)> sum_behind = [&](TensorId tensor) {
    NodeId maker = flow.producer(tensor);
    if (maker == no_node || flow.is_output(tensor) || flow.live_consumers(tensor) != 1) return no_node;
    const Node& node = flow.node(maker);
    if (node.kind == all_reduce) return maker;
    if (node.inputs.size() == 1 && linear.contains(node.kind.view())) return sum_behind(node.inputs[0]);
    if (node.inputs.size() != 2 || node.kind != add) return no_node;
    NodeId first = sum_behind(node.inputs[0]);
    return first != no_node ? first : sum_behind(node.inputs[1]);
  };
  for (NodeId id : flow.of_kind(add)) {
    const Node& node = flow.node(id);
    if (!node.live || node.inputs.size() != 2) continue;
    NodeId one = sum_behind(node.inputs[0]), other = sum_behind(node.inputs[1]);
    if (one == no_node || other == no_node || one == other || flow.node(one).attributes != flow.node(other).attributes) continue;
    if (flow.node(other).operators < flow.node(one).operators) std::swap(one, other);
    if (graph.kernels[flow.kernel_of(one)].operators.size() != 1) continue;
    Candidate candidate = make(context, {flow.kernel_of(one)}, "sum_of_sums", "repeated");
    candidate.nodes = {one, other, id};           // where they meet is the place
    TensorId summand = flow.node(one).inputs[0];
    std::vector<NodeId> makers;
    for (NodeId maker : {flow.producer(summand), flow.producer(flow.node(other).inputs[0])}) {
      if (maker != no_node) makers.push_back(maker);
    }
    candidate.family = family_of(context, makers);
    candidate.name_en = "an AllReduce of each summand";
    candidate.name_zh = "每个加数各做一次 AllReduce";
    std::string addition = place_text(graph, graph.operators[node.operators.front()].call);
    candidate.why_en = "summed over the ranks one by one and added then: added before, one AllReduce does; the addition is at " + addition;
    candidate.why_zh = "各自跨卡求和后再相加: 先相加, 一次 AllReduce 即可; 相加处: " + addition;
    bool changes = context.launches.overwritten(summand, graph.operators[flow.node(one).operators.front()].call, graph.operators[flow.node(id).operators.front()].call);
    check(candidate, "no_write_after", !changes, tensor_name(graph, summand),
          changes ? fmt::format("`{}` is overwritten before the addition", tensor_name(graph, summand)) : "the summand is still there when they are added");
    candidates.push_back(std::move(candidate));
  }
}

// Work whose result nobody takes up.
void find_unread(const Context& context, std::vector<Candidate>& candidates) {
  const Graph& graph = context.graph;
  for (uint32_t i = 0; i < graph.kernels.size(); ++i) {
    const Kernel& kernel = graph.kernels[KernelId{i}];
    // Kernels of vendors may write their arguments without saying so.
    if (kernel.operators.empty() || kernel.unit == Unit::Host || kernel.unit == Unit::Communication || is_chosen(kernel.name.view())) continue;
    if (!std::all_of(kernel.operators.begin(), kernel.operators.end(), [&](OperatorId op) { return unread(context, op); })) continue;
    Candidate candidate = make(context, {KernelId{i}}, "unread_work", "repeated");
    candidate.family = Family::Vector;            // it serves nothing
    candidate.name_en = "work whose result nobody reads";
    candidate.name_zh = "结果无人读取的计算";
    candidate.why_en = "nothing behind it takes the result up";
    candidate.why_zh = "后续没有任何读取";
    check(candidate, "readers", true, "none", "nobody else reads it");
    candidates.push_back(std::move(candidate));
  }
}

// Grouped matmuls take rows of groups as counts or as running sums, and the kernels that sort rows by expert give either.
void find_running_sums(const Context& context, std::vector<Candidate>& candidates) {
  static const Symbol cumsum("cumsum"), dispatch("expert_dispatch"), grouped("grouped_matmul");
  const Flow& flow = context.flow;
  for (NodeId id : flow.of_kind(cumsum)) {
    const Node& node = flow.node(id);
    NodeId maker = node.live ? flow.producer(flow.behind(node.inputs[0])) : no_node;
    KernelId kernel = flow.kernel_of(id);
    if (maker == no_node || flow.node(maker).kind != dispatch || context.graph.kernels[kernel].operators.size() != 1 || flow.is_output(node.outputs[0])) continue;
    const std::vector<NodeId>& readers = flow.consumers(node.outputs[0]);
    if (readers.empty() || !std::all_of(readers.begin(), readers.end(), [&](NodeId reader) { return flow.node(reader).kind == grouped; })) continue;
    Candidate candidate = make(context, {kernel}, "running_sum", "repeated");
    candidate.family = Family::MoE;
    candidate.name_en = "running sums of the experts' rows";
    candidate.name_zh = "专家行数的累加";
    std::string sorting = place_text(context.graph, context.graph.operators[flow.node(maker).operators.front()].call);
    candidate.why_en = "the kernel that sorts the rows by expert can count them this way, at " + sorting;
    candidate.why_zh = "按专家排序的算子可直接给出累加值: " + sorting;
    check(candidate, "readers", true, fmt::format("{} grouped matmul{}", readers.size(), readers.size() == 1 ? "" : "s"), "nobody else reads them");
    candidates.push_back(std::move(candidate));
  }
}

}  // namespace

std::vector<Candidate> find_redundant(const Context& context, const Numbering& numbering, const std::vector<bool>& taken) {
  std::vector<Candidate> candidates;
  find_repeated(context, numbering, taken, candidates);
  find_copies(context, taken, candidates);
  find_sums_of_sums(context, candidates);
  find_running_sums(context, candidates);
  find_unread(context, candidates);
  return candidates;
}

}  // namespace fusescout::fusion
