#include "vllm/graph_passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "python/scope.h"
#include "torch/operators.h"
#include "vllm/call_graph.h"

namespace fusescout::vllm {

using graph::EntryId;
using graph::Graph;
using graph::KernelId;
using graph::TensorId;
using python::Arguments;
using python::Interpreter;
using python::Value;

namespace {

// A function traced on tensors of given layouts: its calls, in a graph of their own.
struct Trace {
  Graph graph;
  std::vector<TensorId> inputs, outputs;
};

struct Layout { graph::Shape shape, strides; graph::DType dtype = graph::DType::BF16; bool none = false; };

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

// Text of the numbers that a pattern object was made with.
std::vector<std::pair<std::string, std::string>> constants_of(Interpreter& interpreter, const Value& owner) {
  std::vector<std::pair<std::string, std::string>> result;
  auto* instance = owner.as<python::Instance>();
  if (!instance || !instance->attributes) return result;
  for (const python::Dict::Entry& e : instance->attributes->entries) {
    if (e.key.defined() && (e.value.is_int() || e.value.is_float() || e.value.is_bool())) result.emplace_back(interpreter.text_of(e.key), interpreter.to_str(e.value));
  }
  return result;
}

bool is_default(const graph::Argument& argument, const Value& value) {
  if (std::holds_alternative<graph::NoneArgument>(argument.value)) return value.is_none();
  if (auto* number = std::get_if<double>(&argument.value)) return (value.is_float() && value.number == *number) || (value.is_int() && static_cast<double>(value.integer) == *number);
  if (auto* dim = std::get_if<graph::Dim>(&argument.value)) return value.is_int() && value.integer == dim->value;
  if (auto* flag = std::get_if<bool>(&argument.value)) return value.is_bool() && value.boolean == *flag;
  return false;
}

// The dispatcher hands on positional arguments in the schema's order, and none behind the last that is no default.
void normalize(Interpreter& interpreter, const graph::Entry& call, std::vector<graph::Argument>& arguments) {
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

}  // namespace

struct GraphPasses::State {
  torch::Context& context;
  graph::ModelRun& run;
  std::unique_ptr<CallGraph> calls;       // of the step; made on first use
  std::vector<bool> taken;                // nodes that a match has replaced
  std::string trace_error;                // of the last pattern that could not be traced
  std::vector<std::pair<uint32_t, uint32_t>> by_call;   // a call of each kernel, and the kernel; sorted

  Layout layout(TensorId id) const {
    if (!id.valid()) return {{}, {}, graph::DType::BF16, true};
    const graph::Tensor& t = run.graph.tensors[id];
    return {t.shape, t.strides, t.dtype, false};
  }

  std::optional<Trace> trace(const Value& function, const std::vector<Layout>& layouts) {
    Trace made;
    if (!trace_into(made, function, layouts)) return std::nullopt;
    made.graph.outputs = made.outputs;
    return made;
  }

  bool trace_into(Trace& made, const Value& function, const std::vector<Layout>& layouts) {
    Interpreter& interpreter = context.interpreter;
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
    if (failure) trace_error = failure->type + ": " + failure->message;
    return !failure;
  }

  // The kernels of the matched calls become the one of the replacement.
  void fuse(const CallMatch& match, const Trace& replacement, const graph::PassResult& result) {
    Graph& g = run.graph;
    std::vector<KernelId> kernels;
    for (uint32_t node : match.nodes) {
      EntryId entry = calls->nodes[node].entry;
      uint32_t end = std::max(g.entries[entry].end.index, entry.index + 1);
      for (auto at = std::lower_bound(by_call.begin(), by_call.end(), std::pair(entry.index, 0u)); at != by_call.end() && at->first < end; ++at) {
        const graph::Kernel& kernel = g.kernels[KernelId{at->second}];
        bool inside = !kernel.calls.empty() && std::all_of(kernel.calls.begin(), kernel.calls.end(), [&](EntryId c) { return c.index >= entry.index && c.index < end; });
        if (inside) kernels.push_back(KernelId{at->second});
      }
    }
    std::sort(kernels.begin(), kernels.end());
    kernels.erase(std::unique(kernels.begin(), kernels.end()), kernels.end());
    if (kernels.empty() || replacement.graph.kernels.size() != 1) return;   // a replacement of several launches leaves the partition as it is
    const graph::Kernel& as = *replacement.graph.kernels.begin();
    graph::Kernel& fused = g.kernels[kernels.back()];   // where the last input is there
    fused.name = as.name;
    fused.unit = as.unit;
    fused.triton = as.triton;
    fused.fused_by = result.pass;
    fused.fused_by_file = result.location.file;
    fused.fused_by_line = result.location.line;
    std::vector<EntryId> its_calls;
    std::vector<graph::OperatorId> operators;
    for (KernelId id : kernels) {
      graph::Kernel& kernel = g.kernels[id];
      its_calls.insert(its_calls.end(), kernel.calls.begin(), kernel.calls.end());
      operators.insert(operators.end(), kernel.operators.begin(), kernel.operators.end());
      kernel.calls.clear();
      kernel.operators.clear();
    }
    for (graph::OperatorId op : operators) g.operators[op].kernel = kernels.back();
    fused.calls = std::move(its_calls);
    fused.operators = std::move(operators);
  }

  int64_t apply(Interpreter& interpreter, const Arguments& arguments) {
    auto* where = arguments[0].as<python::Tuple>();
    CHECK(where && where->items.size() == 3);
    Value registration = arguments[1];
    auto part = [&](const char* name) { return interpreter.get_attribute(registration, Symbol(name)); };
    Value owner = part("owner");
    graph::PassResult result;
    if (auto* cls = where->items[0].as<python::Class>()) {
      result.pass = cls->name.str();
      result.location = {cls->file, cls->line};
    }
    if (auto* instance = owner.as<python::Instance>()) {
      result.pattern = instance->cls->name.str();
      result.location = {instance->cls->file, instance->cls->line};
    }
    result.constants = constants_of(interpreter, owner);
    result.range_low = interpreter.int_of(where->items[1]);
    result.range_high = interpreter.int_of(where->items[2]);
    result.applicable = interpreter.truth(arguments[2]);
    if (result.applicable) match(interpreter, registration, result);
    else result.why = "the pass does not apply to this range of tokens";
    run.passes.push_back(std::move(result));
    return run.passes.back().matches;
  }

  void match(Interpreter& interpreter, const Value& registration, graph::PassResult& result) {
    auto part = [&](const char* name) { return interpreter.get_attribute(registration, Symbol(name)); };
    std::vector<torch::TensorObject*> examples;
    torch::collect_tensors(context, part("example_inputs"), examples);
    std::vector<Layout> layouts;
    for (torch::TensorObject* t : examples) layouts.push_back(layout(t->id));
    CallGraph::Normalize normal = [&](const graph::Entry& call, std::vector<graph::Argument>& arguments) { normalize(interpreter, call, arguments); };
    std::optional<Trace> general = trace(part("search_fn"), layouts);
    if (!general) {
      result.why = "the pattern cannot be traced: " + trace_error;
      return;
    }
    if (!calls) {
      calls = std::make_unique<CallGraph>(run.graph, normal);
      taken.assign(calls->nodes.size(), false);
      for (uint32_t k = 0; k < run.graph.kernels.size(); ++k) {
        const graph::Kernel& kernel = run.graph.kernels[KernelId{k}];
        if (!kernel.calls.empty()) by_call.emplace_back(kernel.calls.front().index, k);
      }
      std::sort(by_call.begin(), by_call.end());
    }
    CallGraph pattern(general->graph, normal);
    if (pattern.nodes.empty()) {
      result.why = "the pattern has no calls";
      return;
    }
    CallMatcher matcher(pattern, general->inputs, general->outputs, *calls);
    NearMiss miss, exact_miss;
    const std::string& anchor = pattern.nodes.back().op;
    bool anchored = false;
    for (uint32_t node = static_cast<uint32_t>(calls->nodes.size()); node-- > 0;) {
      if (calls->nodes[node].op != anchor) continue;
      anchored = true;
      CallMatch loose;
      if (!matcher.match_at(node, Constants::Ignored, taken, loose, miss)) continue;
      // Found by structure. Traced once more on the tensors that are really there, every constant must be the same.
      std::vector<Layout> real;
      for (size_t i = 0; i < general->inputs.size(); ++i) {
        auto bound = loose.inputs.find(general->inputs[i]);
        real.push_back(bound == loose.inputs.end() ? layouts[i] : layout(bound->second));
      }
      std::optional<Trace> specific = trace(part("search_fn"), real);
      CallMatch match;
      bool same = false;
      if (specific) {
        CallGraph specific_calls(specific->graph, normal);
        if (!specific_calls.nodes.empty()) same = CallMatcher(specific_calls, specific->inputs, specific->outputs, *calls).match_at(node, Constants::Equal, taken, match, exact_miss);
      }
      if (!same || !accepted(interpreter, part("extra_check"))) {
        ++result.refused;
        continue;
      }
      ++result.matches;
      for (uint32_t n : match.nodes) taken[n] = true;
      if (std::optional<Trace> replacement = trace(part("replace_fn"), real)) fuse(match, *replacement, result);
    }
    if (result.matches > 0) return;
    const NearMiss& nearest = result.refused > 0 && !exact_miss.reason.empty() ? exact_miss : miss;
    result.why = !anchored ? fmt::format("the code never calls `{}`", anchor) : nearest.reason;
    if (nearest.entry.valid()) {
      const graph::Entry& e = run.graph.entries[nearest.entry];
      if (e.frame.valid()) result.nearest = {run.graph.frames[e.frame].file, run.graph.frames[e.frame].line};
    }
  }

  bool accepted(Interpreter& interpreter, const Value& check) {
    if (!check.defined() || check.is_none()) return true;
    bool yes = true;
    auto failure = interpreter.guard([&] {
      Value module = interpreter.import_module(Symbol("torch._inductor.pattern_matcher"));
      yes = interpreter.truth(interpreter.call(check, {interpreter.call(interpreter.get_attribute(module, Symbol("Match")))}));
    });
    return yes && !failure;
  }

  // Kernels that a pass emptied go.
  void finish() {
    Graph& g = run.graph;
    ValueStore<KernelId, graph::Kernel> kept;
    std::vector<KernelId> new_id(g.kernels.size());
    for (uint32_t k = 0; k < g.kernels.size(); ++k) {
      graph::Kernel& kernel = g.kernels[KernelId{k}];
      if (!kernel.calls.empty()) new_id[k] = kept.add(std::move(kernel));
    }
    for (graph::Operator& op : g.operators) {
      if (op.kernel.valid()) op.kernel = new_id[op.kernel.index];
    }
    g.kernels = std::move(kept);
  }
};

GraphPasses::GraphPasses(torch::Context& context, graph::ModelRun& run) : state_(new State{context, run, nullptr, {}, {}, {}}) {}
GraphPasses::~GraphPasses() = default;

void GraphPasses::add_to(Interpreter& interpreter, python::Module* module) {
  auto function = [&](std::string_view name, python::NativeBody body) { module->dict->set(interpreter, Symbol(name), interpreter.function(name, std::move(body))); };
  function("caller_self", [](Interpreter& i, const Arguments&) -> Value {
    for (python::Frame* frame = i.frame(); frame; frame = frame->back) {
      if (!frame->scope || frame->scope->slot_names.empty() || !frame->slots) continue;
      static const Symbol self("self");
      if (frame->scope->slot_names[0] == self && frame->slots[0].as<python::Instance>()) return frame->slots[0];
    }
    return Value::none();
  });
  function("apply_pattern", [this](Interpreter& i, const Arguments& a) -> Value { return Value::of(state_->apply(i, a)); });
  function("finish_passes", [this](Interpreter&, const Arguments&) -> Value {
    state_->finish();
    return Value::none();
  });
}

}  // namespace fusescout::vllm
