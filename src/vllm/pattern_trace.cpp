#include "vllm/pattern_trace.h"

#include <algorithm>

#include "torch/operators.h"

namespace fusescout::vllm {

using graph::Graph;
using graph::TensorId;
using python::Arguments;
using python::Interpreter;
using python::Value;

namespace {

// While it lives, calls are recorded into another graph; expressions stay where they are.
class OtherGraph {
 public:
  OtherGraph(torch::Context& context, Graph& other) : context_(context), other_(other), recording_(context, true) { exchange(); }
  ~OtherGraph() { exchange(); }
  OtherGraph(const OtherGraph&) = delete;
  OtherGraph& operator=(const OtherGraph&) = delete;

 private:
  void exchange() {
    std::swap(context_.graph, other_);
    std::swap(context_.graph.expressions, other_.expressions);
  }
  torch::Context& context_;
  Graph& other_;
  torch::RecordingGuard recording_;
};

bool is_default(const graph::Argument& argument, const Value& value) {
  if (std::holds_alternative<graph::NoneArgument>(argument.value)) return value.is_none();
  if (auto* number = std::get_if<double>(&argument.value)) return (value.is_float() && value.number == *number) || (value.is_int() && static_cast<double>(value.integer) == *number);
  if (auto* dim = std::get_if<graph::Dim>(&argument.value)) return value.is_int() && value.integer == dim->value;
  if (auto* flag = std::get_if<bool>(&argument.value)) return value.is_bool() && value.boolean == *flag;
  return false;
}

}  // namespace

Layout layout_of(const Graph& graph, TensorId tensor) {
  if (!tensor.valid()) return {{}, {}, graph::DType::BF16, true};
  const graph::Tensor& t = graph.tensors[tensor];
  return {t.shape, t.strides, t.dtype, false};
}

graph::Frame frame_of(const Graph& graph, graph::EntryId entry) {
  graph::FrameId frame = graph.entries[entry].frame;
  return frame.valid() ? graph.frames[frame] : graph::Frame{};
}

std::optional<Trace> trace(torch::Context& context, const Value& function, const std::vector<Layout>& layouts, TraceError& error) {
  Interpreter& interpreter = context.interpreter;
  Trace made;
  {
    OtherGraph guard(context, made.graph);
    std::vector<Value> arguments;
    for (const Layout& l : layouts) {
      if (l.none) {
        made.inputs.push_back({});
        arguments.push_back(Value::none());
        continue;
      }
      torch::TensorObject* tensor = context.make_strided(l.shape, l.strides, l.dtype);
      tensor->device = context.device_type;
      made.inputs.push_back(tensor->id);
      arguments.push_back(tensor);
    }
    auto failure = interpreter.guard([&] {
      Value result = interpreter.call(function, Arguments{arguments, {}});
      std::vector<torch::TensorObject*> outputs;
      torch::collect_tensors(context, result, outputs);
      for (torch::TensorObject* t : outputs) made.outputs.push_back(context.current(t));
    });
    if (failure) {
      auto* traced = function.as<python::Function>();
      error = {failure->type + ": " + failure->message, traced != nullptr && !failure->stack.empty() && failure->stack.back().first == traced->file->path};
      return std::nullopt;
    }
  }
  made.graph.outputs = made.outputs;
  return made;
}

void normalize_arguments(Interpreter& interpreter, const graph::Entry& call, std::vector<graph::Argument>& arguments) {
  std::string_view op = call.op.view();
  size_t dot = op.find('.');
  torch::OperatorEntry* entry = dot == std::string_view::npos ? nullptr : torch::Operators::of(interpreter).find(Symbol(op.substr(0, dot)), Symbol(op.substr(dot + 1)));
  if (!entry) return;
  std::vector<graph::Argument> ordered;
  for (graph::Argument& a : arguments) {
    if (a.name.empty()) ordered.push_back(std::move(a));
  }
  for (size_t next = ordered.size(); next < entry->parameters.size(); ++next) {
    auto named = std::find_if(arguments.begin(), arguments.end(), [&](const graph::Argument& a) { return a.name == entry->parameters[next]; });
    if (named == arguments.end()) break;
    ordered.push_back(std::move(*named));
    ordered.back().name = Symbol();
    arguments.erase(named);
  }
  while (!ordered.empty() && ordered.size() <= entry->defaults.size() && entry->defaults[ordered.size() - 1].defined() &&
         is_default(ordered.back(), entry->defaults[ordered.size() - 1])) {
    ordered.pop_back();
  }
  for (graph::Argument& a : arguments) {
    if (!a.name.empty()) ordered.push_back(std::move(a));
  }
  arguments = std::move(ordered);
}

std::optional<Value> value_of(torch::Context& context, const graph::Argument& argument) {
  Interpreter& interpreter = context.interpreter;
  if (std::holds_alternative<graph::NoneArgument>(argument.value)) return Value::none();
  if (auto* tensor = std::get_if<TensorId>(&argument.value)) return Value(context.wrap(*tensor));
  if (auto* flag = std::get_if<bool>(&argument.value)) return Value::of(*flag);
  if (auto* dim = std::get_if<graph::Dim>(&argument.value)) return interpreter.integer(*dim);
  if (auto* number = std::get_if<double>(&argument.value)) return Value::of(*number);
  if (auto* text = std::get_if<std::string>(&argument.value)) return interpreter.str(*text);
  if (auto* dtype = std::get_if<graph::DType>(&argument.value)) return context.dtype_object(*dtype);
  auto* list = std::get_if<std::shared_ptr<graph::ArgumentList>>(&argument.value);
  if (list == nullptr) return std::nullopt;
  std::vector<Value> items;
  for (const graph::Argument& item : **list) {
    std::optional<Value> value = value_of(context, item);
    if (!value) return std::nullopt;
    items.push_back(*value);
  }
  return interpreter.list(std::move(items));
}

}  // namespace fusescout::vllm
