#include "torch/watch_calls.h"

#include <algorithm>

#include "torch/nn_module.h"

namespace fusescout::torch {
namespace {

using python::Function;

// No method: those are a module's own code, or the inside of an autograd function.
bool is_plain(const Function* function) {
  std::string_view name = function->qualname.view();
  size_t dot = name.rfind('.');
  return dot == std::string_view::npos || name.substr(0, dot).ends_with("<locals>");
}

bool takes_module(const Arguments& arguments) {
  auto is_module = [](const Value& value) { return as_module(value) != nullptr; };
  return std::any_of(arguments.positional.begin(), arguments.positional.end(), is_module) ||
         std::any_of(arguments.keywords.begin(), arguments.keywords.end(), [&](const auto& keyword) { return is_module(keyword.value); });
}

// The name under which the calling module knows the function: patches put another function under a name.
Symbol called_name(Interpreter& interpreter, const Function* function) {
  if (const python::Frame* caller = interpreter.frame()) {
    for (const python::Dict::Entry& entry : caller->module->dict->entries) {
      if (entry.key.defined() && entry.value.as<Function>() == function) return Symbol(interpreter.text_of(entry.key));
    }
  }
  return function->name;
}

std::vector<TensorId> tensors_of(Context& context, const Arguments& arguments) {
  std::vector<TensorObject*> tensors;
  for (const Value& value : arguments.positional) collect_tensors(context, value, tensors);
  for (const auto& keyword : arguments.keywords) collect_tensors(context, keyword.value, tensors);
  std::vector<TensorId> ids;
  for (TensorObject* tensor : tensors) ids.push_back(tensor->id);
  return ids;
}

// A stale view among the arguments was brought up to date inside, where it was first read.
void bring_up_to_date(const graph::Graph& graph, graph::EntryId begin, graph::EntryId end, std::vector<TensorId>& inputs) {
  for (uint32_t i = begin.index; i < end.index; ++i) {
    const graph::Entry& e = graph.entries[graph::EntryId{i}];
    if (e.kind != graph::EntryKind::Refresh) continue;
    graph::EntryId writer = graph.tensors[e.inputs[1]].producer;
    if (!writer.valid() || writer.index < begin.index) std::replace(inputs.begin(), inputs.end(), e.inputs[0], e.outputs[0]);
  }
}

}  // namespace

void watch_calls(Context& context, std::vector<graph::Wrapper>& wrappers) {
  context.interpreter.call_hook = [&context, &wrappers, passing = static_cast<Function*>(nullptr)](
                                      Interpreter& interpreter, Function* function, const Arguments& arguments) mutable -> Value {
    if (passing == function) {
      passing = nullptr;   // the call that is made below
      return {};
    }
    if (!context.recording) return {};
    static const Symbol call_name("__call__");
    if (ModuleObject* module = function->name == call_name && !arguments.positional.empty() ? as_module(arguments.positional[0]) : nullptr) {
      std::optional<ModuleScope> scope;
      open_module_scope(context, module, Arguments{arguments.positional.subspan(1), arguments.keywords}, scope);
      passing = function;
      Value result = interpreter.call_function(function, arguments);
      return scope ? scope->finish(result) : result;
    }
    if (!is_plain(function)) return {};
    graph::EntryId begin{static_cast<uint32_t>(context.graph.entries.size())};
    std::vector<TensorId> inputs = tensors_of(context, arguments);   // as they are before the call writes some
    passing = function;
    Value result = interpreter.call_function(function, arguments);
    graph::EntryId end{static_cast<uint32_t>(context.graph.entries.size())};
    if (!graph::wraps_triton(context.graph, begin, end) || takes_module(arguments)) return result;
    bring_up_to_date(context.graph, begin, end, inputs);
    graph::Wrapper wrapper;
    wrapper.begin = begin;
    wrapper.file = function->file->path;
    graph::Entry& entry = wrapper.entry;
    entry.kind = graph::EntryKind::Function;
    entry.op = entry.impl = called_name(interpreter, function);
    entry.module = context.module();
    entry.frame = context.frame();
    entry.parent = context.parent();
    entry.end = end;
    entry.inputs = std::move(inputs);
    entry.outputs = tensors_of(context, Arguments{{&result, 1}, {}});
    wrappers.push_back(std::move(wrapper));
    return result;
  };
}

}  // namespace fusescout::torch
