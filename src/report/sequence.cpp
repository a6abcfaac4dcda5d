#include "report/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "graph/fold_layers.h"

namespace fusescout::report {

using graph::Entry;
using graph::EntryId;
using graph::EntryKind;
using graph::Graph;
using graph::ModelRun;
using graph::TensorId;
using nlohmann::ordered_json;

namespace {

ordered_json tensors_to_json(const Graph& graph, const std::vector<TensorId>& tensors) {
  ordered_json list = ordered_json::array();
  for (TensorId id : tensors) {
    const graph::Tensor& t = graph.tensors[id];
    ordered_json shape = ordered_json::array();
    for (graph::Dim d : t.shape) shape.push_back(d.value);
    list.push_back({std::move(shape), graph::dtype_name(t.dtype)});
  }
  return list;
}

// Index in the sequence by entry; UINT32_MAX: not emitted.
std::vector<uint32_t> positions(const Graph& graph, const std::vector<SequenceEntry>& sequence) {
  std::vector<uint32_t> result(graph.entries.size(), UINT32_MAX);
  for (uint32_t i = 0; i < sequence.size(); ++i) result[sequence[i].entry.index] = i;
  return result;
}

// `[entry, output]`, or the name of a parameter, buffer, cache or input of the whole pass.
ordered_json origin(const Graph& graph, const std::vector<uint32_t>& position, TensorId id) {
  for (;;) {
    const graph::Tensor& t = graph.tensors[id];
    if (!t.producer.valid()) {
      if (!t.name.empty()) return t.name.str();
      if (!t.view_of.valid()) return nullptr;
      id = t.view_of;   // a view that no call made
      continue;
    }
    // What was folded into its wrapper is made by that.
    EntryId producer = t.producer;
    while (graph.entries[producer].kind != EntryKind::Refresh && position[producer.index] == UINT32_MAX) producer = graph.entries[producer].parent;
    if (graph.entries[producer].kind != EntryKind::Refresh) return {position[producer.index], t.producer_output};
    id = graph.entries[producer].inputs[1];
  }
}

uint32_t launches_inside(const Graph& graph, EntryId id) {
  uint32_t count = 0;
  for (uint32_t i = id.index; i < graph.entries[id].end.index; ++i) count += graph.entries[EntryId{i}].launches;
  return count;
}

std::string tensors_to_text(const Graph& graph, const std::vector<TensorId>& tensors) {
  std::string text;
  for (TensorId id : tensors) {
    const graph::Tensor& t = graph.tensors[id];
    if (!text.empty()) text += ' ';
    std::string shape;
    for (graph::Dim d : t.shape) shape += (shape.empty() ? "" : ", ") + std::to_string(d.value);
    text += fmt::format("{}[{}]", graph::dtype_name(t.dtype), shape);
  }
  return text;
}

bool communicates(const Graph& graph, EntryId id) {
  return graph.entries[id].launches > 0 && graph.entries[id].op.view().starts_with("c10d.");
}

// An entry that stands for what is inside it: a leaf of torch.nn, whose one call is torch's own business; and a custom operator whose body is
// one call over the same tensors, made to give that call a name.
bool stands_for_inside(const Graph& graph, EntryId id) {
  const Entry& e = graph.entries[id];
  if (e.kind == EntryKind::Module) {
    return e.library && e.module.valid() && graph.modules[e.module].class_file.view().find("torch/nn/") != std::string_view::npos;
  }
  if (e.kind != EntryKind::Call || e.end.index != id.index + 2) return false;
  const Entry& inside = graph.entries[EntryId{id.index + 1}];
  return inside.kind == EntryKind::Call && !communicates(graph, EntryId{id.index + 1}) && inside.inputs == e.inputs && inside.outputs == e.outputs;
}

}  // namespace

std::vector<SequenceEntry> make_sequence(const Graph& graph) {
  // A library module that calls another one is opened: it is no entry itself.
  std::vector<bool> opened(graph.entries.size());
  for (uint32_t i = 0; i < graph.entries.size(); ++i) {
    const Entry& e = graph.entries[EntryId{i}];
    if (e.kind != EntryKind::Module) continue;
    if (!e.library) opened[i] = true;
    else for (EntryId p = e.parent; p.valid() && !opened[p.index]; p = graph.entries[p].parent) {
      if (graph.entries[p].kind == EntryKind::Module) opened[p.index] = true;
    }
  }
  std::vector<SequenceEntry> sequence;
  std::vector<uint32_t> enclosing;   // of the sequence
  for (uint32_t i = 0; i < graph.entries.size(); ++i) {
    while (!enclosing.empty() && graph.entries[sequence[enclosing.back()].entry].end.index <= i) enclosing.pop_back();
    const Entry& e = graph.entries[EntryId{i}];
    if (e.kind == EntryKind::Refresh || opened[i]) continue;
    if (!enclosing.empty()) sequence[enclosing.back()].leaf = false;
    sequence.push_back({EntryId{i}, enclosing, true});
    if (e.end.index <= i + 1) continue;
    if (stands_for_inside(graph, EntryId{i})) i = e.end.index - 1;
    else enclosing.push_back(static_cast<uint32_t>(sequence.size() - 1));
  }
  return sequence;
}

const graph::Frame* model_frame(const ModelRun& run, graph::FrameId frame) {
  const graph::Frame* innermost = frame.valid() ? &run.graph.frames[frame] : nullptr;
  for (graph::FrameId id = frame; id.valid(); id = run.graph.frames[id].parent) {
    const graph::Frame& f = run.graph.frames[id];
    bool own = std::any_of(run.model_folders.begin(), run.model_folders.end(), [&](const std::string& folder) { return f.file.view().starts_with(folder); }) ||
               std::find(run.model_functions.begin(), run.model_functions.end(), std::pair{f.file, f.function}) != run.model_functions.end();
    if (own) return &f;
  }
  return innermost;
}

std::string sequence_to_json(const ModelRun& run) {
  const Graph& graph = run.graph;
  std::vector<SequenceEntry> sequence = make_sequence(graph);
  std::vector<uint32_t> position = positions(graph, sequence);
  std::vector<Symbol> layers = graph::layers_of_entries(graph);
  ordered_json ops = ordered_json::array();
  for (uint32_t i = 0; i < sequence.size(); ++i) {
    const Entry& e = graph.entries[sequence[i].entry];
    ordered_json op;
    op["i"] = i;
    op["op"] = e.op.str();
    op["impl"] = e.kind == EntryKind::Module ? e.impl.str() : e.op.str();
    if (!e.overload.empty()) op["overload"] = e.overload.str();
    op["module"] = e.module.valid() ? graph.modules[e.module].path.str() : "";
    Symbol layer = layers[sequence[i].entry.index];
    op["layer"] = layer.empty() ? ordered_json(nullptr) : ordered_json(layer.str());
    // What the worker itself does, like taking the rows that logits are asked for, stands in no source file.
    const graph::Frame* place = model_frame(run, e.frame);
    const graph::Frame* innermost = e.frame.valid() ? &graph.frames[e.frame] : nullptr;
    op["file"] = place ? place->file.str() : "";
    op["line"] = place ? place->line : 0;
    op["src_file"] = innermost ? innermost->file.str() : "";
    op["src_line"] = innermost ? innermost->line : 0;
    if (!sequence[i].within.empty()) op["within"] = sequence[i].within;
    op["launches"] = launches_inside(graph, sequence[i].entry);
    op["in"] = tensors_to_json(graph, e.inputs);
    op["out"] = tensors_to_json(graph, e.outputs);
    ordered_json inputs = ordered_json::array();
    for (TensorId id : e.inputs) inputs.push_back(origin(graph, position, id));
    op["inputs"] = std::move(inputs);
    if (e.opaque) op["opaque"] = true;
    ordered_json frames = ordered_json::array();
    for (graph::FrameId id = e.frame; id.valid(); id = graph.frames[id].parent) {
      const graph::Frame& f = graph.frames[id];
      frames.push_back({{"file", f.file.str()}, {"line", f.line}, {"function", f.function.str()}});
    }
    std::reverse(frames.begin(), frames.end());
    op["frames"] = std::move(frames);
    ops.push_back(std::move(op));
  }
  ordered_json document;
  document["model"] = run.model;
  document["architecture"] = run.architecture;
  document["status"] = graph::status_name(run.status);
  document["phase"] = run.scenario.phase == graph::Phase::Decode ? "decode" : "prefill";
  document["ops"] = std::move(ops);
  return document.dump() + "\n";
}

std::string sequence_to_text(const ModelRun& run, SequenceView view) {
  const Graph& graph = run.graph;
  std::vector<Symbol> layers = graph::layers_of_entries(graph);
  std::string text;
  std::string last_layer = "\n";
  for (const SequenceEntry& s : make_sequence(graph)) {
    if (view == SequenceView::Module ? !s.within.empty() : !s.leaf) continue;
    const Entry& e = graph.entries[s.entry];
    std::string layer = layers[s.entry.index].str();
    if (layer != last_layer) text += fmt::format("{}\n", layer.empty() ? "(outside the layers)" : layer);
    last_layer = layer;
    const graph::Frame* place = model_frame(run, e.frame);
    std::string name = e.op.str();
    if (e.kind == EntryKind::Module && e.impl != e.op && !e.impl.empty()) name += " as " + e.impl.str();
    text += fmt::format("  {:<44} {} -> {}  {}:{}{}\n", name, tensors_to_text(graph, e.inputs), tensors_to_text(graph, e.outputs),
                        place ? place->file.str() : "?", place ? place->line : 0, e.opaque ? "  OPAQUE" : "");
  }
  return text;
}

}  // namespace fusescout::report
