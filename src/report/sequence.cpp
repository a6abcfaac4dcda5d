#include "report/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "graph/fold_layers.h"
#include "report/json_text.h"

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

const Entry& entry_of(const Graph& graph, const SequenceEntry& s) { return s.wrapper != nullptr ? s.wrapper->entry : graph.entries[s.entry]; }

// Index in the sequence by entry; UINT32_MAX: not emitted.
std::vector<uint32_t> positions(const Graph& graph, const std::vector<SequenceEntry>& sequence) {
  std::vector<uint32_t> result(graph.entries.size(), UINT32_MAX);
  for (uint32_t i = 0; i < sequence.size(); ++i) {
    uint32_t first = sequence[i].entry.index, end = sequence[i].closed ? entry_of(graph, sequence[i]).end.index : first + 1;
    std::fill(result.begin() + first, result.begin() + end, i);
  }
  return result;
}

// Where a tensor comes from: the innermost entry that made it, and which of its outputs it is; else the name of a parameter, buffer, cache or
// input of the whole pass, or nothing that is known.
struct Origin {
  uint32_t entry = UINT32_MAX;   // of the sequence
  uint32_t output = 0;
  TensorId tensor;               // as it was made
  Symbol name;
};

// Which output of the entry a tensor is; an argument that was written in place counts after the outputs, by its number. UINT32_MAX: neither.
uint32_t output_number(const Graph& graph, const SequenceEntry& s, TensorId tensor) {
  const Entry& e = entry_of(graph, s);
  auto found = std::find(e.outputs.begin(), e.outputs.end(), tensor);
  if (found != e.outputs.end()) return static_cast<uint32_t>(found - e.outputs.begin());
  const graph::Tensor& t = graph.tensors[tensor];
  auto written = [&](bool whole) {
    return std::find_if(e.inputs.begin(), e.inputs.end(), [&](TensorId id) {
      const graph::Tensor& input = graph.tensors[id];
      return input.storage == t.storage && (!whole || (input.storage_offset == t.storage_offset && input.shape == t.shape));
    });
  };
  auto argument = written(true);
  if (argument == e.inputs.end()) argument = written(false);
  return argument == e.inputs.end() ? UINT32_MAX : static_cast<uint32_t>(e.outputs.size() + static_cast<size_t>(argument - e.inputs.begin()));
}

Origin origin(const Graph& graph, const std::vector<SequenceEntry>& sequence, const std::vector<uint32_t>& position, TensorId id) {
  for (;;) {
    const graph::Tensor& t = graph.tensors[id];
    if (!t.producer.valid()) {
      if (!t.name.empty() || !t.view_of.valid()) return {UINT32_MAX, 0, id, t.kind == graph::TensorKind::Constant ? Symbol() : t.name};
      id = t.view_of;   // a view that no call made
      continue;
    }
    // What was folded into its wrapper is made by that.
    EntryId producer = t.producer;
    while (graph.entries[producer].kind != EntryKind::Refresh && position[producer.index] == UINT32_MAX) producer = graph.entries[producer].parent;
    if (graph.entries[producer].kind != EntryKind::Refresh) {
      uint32_t at = position[producer.index], output = output_number(graph, sequence[at], id);
      return {at, output == UINT32_MAX ? t.producer_output : output, id, {}};
    }
    id = graph.entries[producer].inputs[1];
  }
}

ordered_json to_json(const Origin& from) {
  if (from.entry != UINT32_MAX) return {from.entry, from.output};
  return from.name.empty() ? ordered_json(nullptr) : ordered_json(from.name.str());
}

// The same, among the entries that lie within the same ones as `consumer`: a module rather than the call inside that made the tensor.
Origin beside(const Graph& graph, const std::vector<SequenceEntry>& sequence, uint32_t consumer, Origin from) {
  if (from.entry == UINT32_MAX) return from;
  const std::vector<uint32_t>&around = sequence[consumer].within, &chain = sequence[from.entry].within;
  size_t shared = 0;
  while (shared < chain.size() && shared < around.size() && chain[shared] == around[shared]) ++shared;
  if (shared == chain.size() || chain[shared] == consumer) return from;
  uint32_t output = output_number(graph, sequence[chain[shared]], from.tensor);
  return output == UINT32_MAX ? from : Origin{chain[shared], output, from.tensor, {}};   // UINT32_MAX: stored in the module
}

uint32_t launches_inside(const Graph& graph, const SequenceEntry& s) {
  uint32_t count = 0;
  for (uint32_t i = s.entry.index; i < entry_of(graph, s).end.index; ++i) count += graph.entries[EntryId{i}].launches;
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

// What a wrapper launches.
ordered_json launches_to_json(const Graph& graph, EntryId begin, EntryId end) {
  ordered_json list = ordered_json::array();
  for (uint32_t i = begin.index; i < end.index; ++i) {
    const Entry& e = graph.entries[EntryId{i}];
    if (e.launches == 0) continue;
    const graph::Frame* place = e.frame.valid() ? &graph.frames[e.frame] : nullptr;
    list.push_back({{"op", e.op.str()}, {"src_file", place ? place->file.str() : ""}, {"src_line", place ? place->line : 0},
                    {"launches", e.launches}, {"in", tensors_to_json(graph, e.inputs)}, {"out", tensors_to_json(graph, e.outputs)}});
  }
  return list;
}

bool in_model_folder(const ModelRun& run, Symbol file) {
  return std::any_of(run.model_folders.begin(), run.model_folders.end(), [&](const std::string& folder) { return file.view().starts_with(folder); });
}

// The outermost wrappers by their first entry. A function of the model's own file is opened whatever it does.
std::map<uint32_t, const graph::Wrapper*> outermost_wrappers(const ModelRun& run) {
  std::map<uint32_t, const graph::Wrapper*> found;
  uint32_t begin = UINT32_MAX;   // of the last one taken
  for (auto it = run.wrappers.rbegin(); it != run.wrappers.rend(); ++it) {
    if (it->begin.index >= begin || in_model_folder(run, it->file)) continue;
    begin = it->begin.index;
    found[begin] = &*it;
  }
  return found;
}

// Does its work in an operator of the sources' own and speaks to other ranks beside it: two things, of which only the first is the layer.
bool reduces_beside_its_operator(const Graph& graph, EntryId module) {
  bool operation = false, collective = false;
  for (uint32_t i = module.index + 1; i < graph.entries[module].end.index;) {
    const Entry& e = graph.entries[EntryId{i}];
    uint32_t end = std::max(e.end.index, i + 1);
    bool speaks = false;
    for (uint32_t inner = i; inner < end; ++inner) speaks |= communicates(graph, EntryId{inner});
    collective |= speaks;
    operation |= !speaks && e.kind == EntryKind::Call && (e.opaque || (end > i + 1 && !stands_for_inside(graph, EntryId{i})));
    i = end;
  }
  return operation && collective;
}

}  // namespace

std::vector<SequenceEntry> make_sequence(const ModelRun& run) {
  const Graph& graph = run.graph;
  std::map<uint32_t, const graph::Wrapper*> wrappers = outermost_wrappers(run);
  // A library module that calls another one is opened, it is no entry itself; so is one whose operator has a collective beside it.
  std::vector<bool> opened(graph.entries.size());
  for (uint32_t i = 0; i < graph.entries.size(); ++i) {
    const Entry& e = graph.entries[EntryId{i}];
    if (e.kind != EntryKind::Module) continue;
    opened[i] = opened[i] || !e.library || reduces_beside_its_operator(graph, EntryId{i});
    if (!e.library) continue;
    for (EntryId p = e.parent; p.valid(); p = graph.entries[p].parent) {
      if (graph.entries[p].kind == EntryKind::Module) opened[p.index] = true;
    }
  }
  std::vector<SequenceEntry> sequence;
  std::vector<uint32_t> enclosing;   // of the sequence
  for (uint32_t i = 0; i < graph.entries.size(); ++i) {
    while (!enclosing.empty() && entry_of(graph, sequence[enclosing.back()]).end.index <= i) enclosing.pop_back();
    const Entry& e = graph.entries[EntryId{i}];
    auto wrapper = wrappers.find(i);
    if (wrapper == wrappers.end() && (e.kind == EntryKind::Refresh || opened[i])) continue;
    if (!enclosing.empty()) sequence[enclosing.back()].leaf = false;
    SequenceEntry entry{EntryId{i}, wrapper == wrappers.end() ? nullptr : wrapper->second, enclosing};
    entry.closed = entry.wrapper != nullptr || (e.kind == EntryKind::Call && graph::wraps_triton(graph, EntryId{i + 1}, e.end));
    sequence.push_back(std::move(entry));
    uint32_t end = entry_of(graph, sequence.back()).end.index;
    if (end <= i + 1) continue;
    if (sequence.back().closed || stands_for_inside(graph, EntryId{i})) i = end - 1;
    else enclosing.push_back(static_cast<uint32_t>(sequence.size() - 1));
  }
  return sequence;
}

const graph::Frame* model_frame(const ModelRun& run, graph::FrameId frame) {
  const graph::Frame* innermost = frame.valid() ? &run.graph.frames[frame] : nullptr;
  for (graph::FrameId id = frame; id.valid(); id = run.graph.frames[id].parent) {
    const graph::Frame& f = run.graph.frames[id];
    bool own = in_model_folder(run, f.file) ||
               std::find(run.model_functions.begin(), run.model_functions.end(), std::pair{f.file, f.function}) != run.model_functions.end();
    if (own) return &f;
  }
  return innermost;
}

std::string sequence_to_json(const ModelRun& run) {
  const Graph& graph = run.graph;
  std::vector<SequenceEntry> sequence = make_sequence(run);
  std::vector<uint32_t> position = positions(graph, sequence);
  std::vector<Symbol> layers = graph::layers_of_entries(graph);
  ordered_json ops = ordered_json::array();
  for (uint32_t i = 0; i < sequence.size(); ++i) {
    const Entry& e = entry_of(graph, sequence[i]);
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
    op["launches"] = launches_inside(graph, sequence[i]);
    op["in"] = tensors_to_json(graph, e.inputs);
    op["out"] = tensors_to_json(graph, e.outputs);
    ordered_json inputs = ordered_json::array(), siblings = ordered_json::array();
    for (TensorId id : e.inputs) {
      Origin from = origin(graph, sequence, position, id);
      inputs.push_back(to_json(from));
      siblings.push_back(to_json(beside(graph, sequence, i, from)));
    }
    if (siblings != inputs) op["inputs_beside"] = std::move(siblings);
    op["inputs"] = std::move(inputs);
    if (e.opaque) op["opaque"] = true;
    if (sequence[i].closed) op["inside"] = launches_to_json(graph, sequence[i].entry, e.end);
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
  if (!run.exception.empty()) document["exception"] = run.exception;   // after the last entry
  document["phase"] = run.scenario.phase == graph::Phase::Decode ? "decode" : "prefill";
  document["ops"] = std::move(ops);
  return json_text(document, -1);
}

std::string sequence_to_text(const ModelRun& run, SequenceView view) {
  const Graph& graph = run.graph;
  std::vector<Symbol> layers = graph::layers_of_entries(graph);
  std::string text;
  std::string last_layer = "\n";
  for (const SequenceEntry& s : make_sequence(run)) {
    if (view == SequenceView::Module ? !s.within.empty() : !s.leaf) continue;
    const Entry& e = entry_of(graph, s);
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
