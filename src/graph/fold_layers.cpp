#include "graph/fold_layers.h"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>

namespace fusescout::graph {
namespace {

struct Layer {
  Symbol name;
  std::vector<EntryId> entries;
  std::vector<KernelId> kernels;
  std::vector<OperatorId> operators;
  std::vector<uint64_t> words;  // what it computes; equal words, equal layers
};

class Words {
 public:
  explicit Words(const Graph& graph) : graph_(graph) {}

  void add(Layer& layer) {
    words_ = &layer.words;
    position_.clear();
    kernel_.clear();
    // Layers whose caches share a storage see each other's writes: that is no step of theirs.
    for (EntryId id : layer.entries) {
      if (graph_.entries[id].kind != EntryKind::Refresh) entry(graph_.entries[id]);
    }
    for (KernelId id : layer.kernels) {
      const Kernel& kernel = graph_.kernels[id];
      word(kernel.name.id());
      word(kernel.triton ? 1 : 0);
    }
    for (OperatorId id : layer.operators) op(graph_.operators[id]);
  }

 private:
  void word(uint64_t value) { words_->push_back(value); }
  void dim(Dim d) {
    word(static_cast<uint64_t>(d.value));
    word(d.expr.index);
  }
  void attribute(const Attribute& value) {
    word(value.index());
    std::visit(
        [this](const auto& v) {
          using Type = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<Type, Dim>) dim(v);
          else if constexpr (std::is_same_v<Type, double>) word(std::bit_cast<uint64_t>(v));
          else if constexpr (std::is_same_v<Type, std::string>) word(Symbol(v).id());
          else if constexpr (std::is_same_v<Type, std::vector<Dim>>) {
            word(v.size());
            for (Dim d : v) dim(d);
          } else word(static_cast<uint64_t>(v));
        },
        value);
  }
  void type(TensorId id) {
    const Tensor& tensor = graph_.tensors[id];
    word(static_cast<uint64_t>(tensor.dtype));
    word(tensor.shape.size());
    for (Dim d : tensor.shape) dim(d);
    for (Dim d : tensor.strides) dim(d);
  }
  void entry(const Entry& e) {
    word(static_cast<uint64_t>(e.kind));
    word(e.op.id());
    word(e.impl.id());
    word(e.opaque ? 1 : 0);
    if (e.frame.valid()) {
      word(graph_.frames[e.frame].file.id());
      word(graph_.frames[e.frame].line);
    }
    for (TensorId output : e.outputs) type(output);
  }
  // What a tensor is a view of, whoever wrote to it.
  TensorId before_writes(TensorId id) const {
    for (;;) {
      const Tensor& tensor = graph_.tensors[id];
      if (tensor.producer.valid() && graph_.entries[tensor.producer].kind == EntryKind::Refresh) id = graph_.entries[tensor.producer].inputs[0];
      else if (tensor.view_of.valid()) id = tensor.view_of;
      else return id;
    }
  }
  void op(const Operator& o) {
    word(o.kind.id());
    word(o.inputs.size());
    for (TensorId input : o.inputs) {
      type(input);
      // Where it comes from: which tensor of this layer, or what kind of tensor from outside.
      TensorId root = graph_.root(input);
      auto it = position_.find(root.index);
      TensorKind kind = graph_.tensors[before_writes(input)].kind;
      if (kind == TensorKind::Input) kind = TensorKind::Intermediate;   // what enters the first layer
      word(it == position_.end() ? 1000000 + static_cast<uint64_t>(kind) : it->second);
    }
    word(o.outputs.size());
    for (TensorId output : o.outputs) {
      type(output);
      position_.emplace(output.index, position_.size());
    }
    for (const auto& [name, value] : o.attributes) {
      word(name.id());
      attribute(value);
    }
    word(kernel_.emplace(o.kernel.index, kernel_.size()).first->second);
  }

  const Graph& graph_;
  std::vector<uint64_t>* words_ = nullptr;
  std::unordered_map<uint32_t, uint64_t> position_, kernel_;
};

struct Hash {
  size_t operator()(const std::vector<uint64_t>& words) const {
    uint64_t hash = 0x9E3779B97F4A7C15ull;
    for (uint64_t word : words) hash = (hash ^ word) * 0xBF58476D1CE4E5B9ull + (hash >> 29);
    return hash;
  }
};

}  // namespace

std::vector<Symbol> layers_of_entries(const Graph& graph) {
  std::vector<Symbol> layers(graph.entries.size());
  for (uint32_t i = 0; i < graph.entries.size(); ++i) {
    const Entry& entry = graph.entries[EntryId{i}];
    if (entry.parent.valid()) layers[i] = layers[entry.parent.index];  // a parent comes before what is inside
    if (layers[i].empty() && entry.module.valid()) layers[i] = graph.modules[entry.module].layer;
  }
  return layers;
}

std::vector<Symbol> layers_of_kernels(const Graph& graph, const std::vector<Symbol>& of_entries) {
  std::vector<Symbol> layers(graph.kernels.size());
  for (uint32_t i = 0; i < graph.kernels.size(); ++i) {
    const Kernel& kernel = graph.kernels[KernelId{i}];
    if (!kernel.calls.empty()) layers[i] = of_entries[kernel.calls[0].index];
    else if (!kernel.operators.empty()) layers[i] = of_entries[graph.operators[kernel.operators[0]].call.index];
  }
  return layers;
}

std::vector<LayerGroup> fold_layers(const Graph& graph) {
  std::vector<Symbol> of_entries = layers_of_entries(graph);
  std::vector<Symbol> of_kernels = layers_of_kernels(graph, of_entries);
  std::vector<Layer> layers;
  std::unordered_map<Symbol, size_t> index;
  auto layer_of = [&](Symbol name) -> Layer& {
    auto [it, added] = index.try_emplace(name, layers.size());
    if (added) {
      layers.emplace_back();
      layers.back().name = name;
    }
    return layers[it->second];
  };
  for (uint32_t i = 0; i < graph.entries.size(); ++i) layer_of(of_entries[i]).entries.push_back(EntryId{i});
  std::vector<bool> seen(graph.kernels.size());
  for (uint32_t i = 0; i < graph.operators.size(); ++i) {
    KernelId kernel = graph.operators[OperatorId{i}].kernel;
    layer_of(kernel.valid() ? of_kernels[kernel.index] : of_entries[graph.operators[OperatorId{i}].call.index]).operators.push_back(OperatorId{i});
    if (!kernel.valid() || seen[kernel.index]) continue;
    seen[kernel.index] = true;
    layer_of(of_kernels[kernel.index]).kernels.push_back(kernel);
  }
  for (uint32_t i = 0; i < graph.kernels.size(); ++i) {  // of unknown meaning
    if (!seen[i]) layer_of(of_kernels[i]).kernels.push_back(KernelId{i});
  }
  std::vector<LayerGroup> groups;
  std::unordered_map<std::vector<uint64_t>, size_t, Hash> group_of;
  Words words(graph);
  for (Layer& layer : layers) {
    words.add(layer);
    layer.words.push_back(layer.name.empty() ? 1 : 0);
    auto [it, added] = group_of.try_emplace(std::move(layer.words), groups.size());
    if (added) groups.push_back({{}, std::move(layer.entries), std::move(layer.kernels), std::move(layer.operators)});
    groups[it->second].layers.push_back(layer.name);
  }
  return groups;
}

}  // namespace fusescout::graph
