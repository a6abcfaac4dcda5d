#include <algorithm>

#include "graph/operator_kind.h"
#include "torch/context.h"

namespace fusescout::torch {
namespace {

void tensors_in(const graph::ArgumentList& list, std::vector<TensorId>& out) {
  for (const graph::Argument& argument : list) {
    if (auto* id = std::get_if<TensorId>(&argument.value)) out.push_back(*id);
    else if (auto* inner = std::get_if<std::shared_ptr<graph::ArgumentList>>(&argument.value)) tensors_in(**inner, out);
  }
}

// Opens an entry: stale views among the arguments are refreshed before it.
graph::Entry make_entry(Context& context, const Arguments& arguments, graph::EntryKind kind) {
  graph::Entry entry;
  entry.kind = kind;
  for (const Value& value : arguments.positional) entry.arguments.push_back(context.argument(value));
  for (const auto& keyword : arguments.keywords) entry.arguments.push_back(context.argument(keyword.value, keyword.name));
  tensors_in(entry.arguments, entry.inputs);
  entry.module = context.module();
  entry.frame = context.frame();
  entry.parent = context.parent();
  return entry;
}

// Tensors in the result become the entry's outputs; those that it made know which one they are.
void set_outputs(Context& context, graph::EntryId id, const Value& result) {
  std::vector<TensorObject*> tensors;
  collect_tensors(context, result, tensors);
  std::vector<TensorId> outputs;
  for (TensorObject* tensor : tensors) {
    TensorId output = context.current(tensor);
    graph::Tensor& info = context.graph.tensors[output];
    if (info.producer == id) info.producer_output = static_cast<uint16_t>(outputs.size());
    outputs.push_back(output);
  }
  context.graph.entries[id].outputs = std::move(outputs);
}

graph::Unit unit_of(std::string_view kind) {
  const graph::OperatorKind* row = graph::find_operator_kind(kind);
  CHECK(row != nullptr);
  if (kind == "attention" || kind == "linear_attention") return graph::Unit::Mixed;
  switch (row->operator_class) {
    case graph::OperatorClass::MatMul: return graph::Unit::Cube;
    case graph::OperatorClass::Collective: return graph::Unit::Communication;
    default: return graph::Unit::Vector;
  }
}

}  // namespace

CallScope::CallScope(Context& context, std::string_view op, std::string_view overload, const Arguments& arguments, graph::EntryKind kind)
    : context_(context) {
  open(arguments, kind, op, overload);
}

CallScope::CallScope(Context& context, std::string_view op, std::string_view overload, std::initializer_list<Value> positional)
    : context_(context) {
  open(Arguments{{positional.begin(), positional.size()}, {}}, graph::EntryKind::Call, op, overload);
}

void CallScope::open(const Arguments& arguments, graph::EntryKind kind, std::string_view op, std::string_view overload) {
  if (context_.recording && context_.graph.entries.size() >= context_.entries_allowed_) {
    constexpr uint32_t for_handlers = 100;
    context_.entries_allowed_ = static_cast<uint32_t>(context_.graph.entries.size()) + for_handlers;
    context_.interpreter.limit_reached("TimeoutError", "the step makes more than " + std::to_string(Context::max_entries) + " calls");
  }
  std::vector<TensorObject*> tensors;
  for (const Value& value : arguments.positional) collect_tensors(context_, value, tensors);
  for (const auto& keyword : arguments.keywords) collect_tensors(context_, keyword.value, tensors);
  // Numbers of the host join tensors of the device, and so do its indices.
  bool found = false;
  for (TensorObject* tensor : tensors) {
    bool decides = !context_.info(tensor).shape.empty();
    if (device_.empty() || (decides && (!found || device_.view() == "cpu"))) device_ = tensor->device;
    found = found || decides;
  }
  context_.calls_.push_back(this);
  if (!context_.recording) return;
  graph::Entry entry = make_entry(context_, arguments, kind);
  entry.op = Symbol(op);
  entry.overload = Symbol(overload);
  entry_ = context_.graph.entries.add(std::move(entry));
  context_.open_.push_back(entry_);
}

CallScope::~CallScope() {
  CHECK(context_.calls_.back() == this);
  context_.calls_.pop_back();
  if (!recording()) return;
  context_.open_.pop_back();
  entry().end = graph::EntryId{static_cast<uint32_t>(context_.graph.entries.size())};
}

TensorId CallScope::write(TensorObject* tensor, bool keep_known) {
  if (!keep_known) context_.forget_known(tensor);
  if (!recording()) return tensor->id;
  TensorId before = context_.current(tensor);
  graph::Entry& entry = this->entry();
  auto at = std::find(entry.inputs.begin(), entry.inputs.end(), before);
  if (at == entry.inputs.end()) at = entry.inputs.insert(entry.inputs.end(), before);
  auto index = static_cast<uint8_t>(at - entry.inputs.begin());
  if (std::find(entry.mutates.begin(), entry.mutates.end(), index) == entry.mutates.end()) entry.mutates.push_back(index);
  graph::Tensor written = context_.graph.tensors[before];
  written.view_of = {};
  written.producer = entry_;
  written.producer_output = 0;
  written.kind = TensorKind::Intermediate;
  written.name = {};
  graph::StorageId storage = written.storage;
  tensor->id = context_.graph.tensors.add(std::move(written));
  auto& state = context_.storages_[storage.index];
  tensor->seen_version = ++state.version;
  state.writes.push_back({state.version, tensor->id});
  return tensor->id;
}

graph::KernelId CallScope::kernel() {
  if (!recording()) return {};
  if (!kernel_.valid()) {
    graph::Kernel kernel;
    kernel.name = entry().op;
    kernel.calls = {entry_};
    kernel_ = context_.graph.kernels.add(std::move(kernel));
    entry().launches = 1;
  }
  return kernel_;
}

graph::OperatorId CallScope::emit(std::string_view kind, std::vector<TensorId> inputs, std::vector<TensorId> outputs,
                                  graph::Attributes attributes) {
  if (!recording()) return {};
  graph::KernelId id = kernel();
  graph::Kernel& kernel = context_.graph.kernels[id];
  graph::Unit unit = unit_of(kind);
  if (kernel.operators.empty()) kernel.unit = unit;
  else if (kernel.unit != unit)
    kernel.unit =
        kernel.unit == graph::Unit::Communication || unit == graph::Unit::Communication ? graph::Unit::Communication : graph::Unit::Mixed;
  graph::Operator op;
  op.kind = Symbol(kind);
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  op.attributes = std::move(attributes);
  op.call = entry_;
  op.kernel = id;
  graph::OperatorId operator_id = context_.graph.add_operator(std::move(op));
  context_.graph.kernels[id].operators.push_back(operator_id);
  return operator_id;
}

graph::OperatorId CallScope::emit(std::string_view kind, std::initializer_list<TensorObject*> inputs,
                                  std::initializer_list<TensorObject*> outputs, graph::Attributes attributes) {
  if (!recording()) return {};
  std::vector<TensorId> in, out;
  for (TensorObject* tensor : inputs) if (tensor != nullptr) in.push_back(context_.current(tensor));
  for (TensorObject* tensor : outputs) if (tensor != nullptr) out.push_back(tensor->id);
  return emit(kind, std::move(in), std::move(out), std::move(attributes));
}

Value CallScope::finish(Value result) {
  if (!recording()) return result;
  set_outputs(context_, entry_, result);
  if (kernel_.valid()) {
    auto host = [&](TensorId id) { return context_.storages_[context_.graph.tensors[id].storage.index].host; };
    const graph::Entry& e = entry();
    bool all = !(e.inputs.empty() && e.outputs.empty()) && std::all_of(e.inputs.begin(), e.inputs.end(), host) &&
               std::all_of(e.outputs.begin(), e.outputs.end(), host);
    if (all) context_.graph.kernels[kernel_].unit = graph::Unit::Host;
  }
  return result;
}

ModuleScope::ModuleScope(Context& context, graph::ModuleId module, Symbol upstream_class, Symbol impl, bool library,
                         const Arguments& arguments)
    : context_(context) {
  if (context.recording) {
    graph::Entry entry = make_entry(context, arguments, graph::EntryKind::Module);
    entry.arguments.clear();
    entry.op = upstream_class;
    entry.impl = impl;
    entry.module = module;
    entry.library = library;
    entry_ = context.graph.entries.add(std::move(entry));
    context.open_.push_back(entry_);
  }
  context.modules_.push_back(module);
}

ModuleScope::~ModuleScope() {
  context_.modules_.pop_back();
  if (!entry_.valid()) return;
  context_.open_.pop_back();
  context_.graph.entries[entry_].end = graph::EntryId{static_cast<uint32_t>(context_.graph.entries.size())};
}

Value ModuleScope::finish(Value result) {
  if (entry_.valid()) set_outputs(context_, entry_, result);
  return result;
}

}  // namespace fusescout::torch
