#include "vllm/graph_passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "graph/operator_kind.h"
#include "python/scope.h"
#include "torch/operators.h"
#include "vllm/call_graph.h"
#include "vllm/pattern_trace.h"
#include "vllm/size_readers.h"

namespace fusescout::vllm {

using graph::EntryId;
using graph::Graph;
using graph::KernelId;
using graph::TensorId;
using python::Arguments;
using python::Interpreter;
using python::Value;

namespace {

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

// The launch of a replacement that does the work. Beside it there may be small ones that prepare its arguments (`1 / scale`);
// null: several do work.
const graph::Kernel* working_kernel(const Graph& g) {
  auto prepares = [&](const graph::Kernel& kernel) {
    return kernel.unit == graph::Unit::Vector && !kernel.operators.empty() && std::all_of(kernel.operators.begin(), kernel.operators.end(), [&](graph::OperatorId op) {
      const graph::OperatorKind* kind = graph::find_operator_kind(g.operators[op].kind.view());
      return kind != nullptr && (kind->operator_class == graph::OperatorClass::Elementwise || kind->operator_class == graph::OperatorClass::Injective);
    });
  };
  const graph::Kernel* found = nullptr;
  for (const graph::Kernel& kernel : g.kernels) {
    if (g.kernels.size() > 1 && prepares(kernel)) continue;
    if (found != nullptr) return nullptr;
    found = &kernel;
  }
  return found;
}

// A pattern and its replacement traced on the tensors of a place: other layers have the same.
struct Specific {
  std::vector<Layout> layouts;
  std::optional<Trace> search;               // null: it raises
  std::unique_ptr<CallGraph> calls;          // of it
  bool replaced = false;                     // what follows is there
  std::optional<Trace> replacement;          // null: it raises
  TraceError error;
};

// A pattern while its pass looks for it.
struct Pattern {
  Value search, replace, check;
  graph::PassResult result;
  std::vector<Layout> layouts;               // of the example inputs
  std::unique_ptr<Trace> general;            // traced on them; what follows points into it
  std::unique_ptr<CallGraph> calls;
  std::unique_ptr<CallMatcher> matcher;      // null: it cannot be looked for
  std::vector<std::unique_ptr<Specific>> specific;
  NearMiss miss;
  diagnostics::Location miss_at;             // the pattern's line
};

}  // namespace

struct GraphPasses::State {
  torch::Context& context;
  graph::ModelRun& run;
  std::unique_ptr<CallGraph> calls;       // of the step
  std::vector<bool> taken;                // nodes that a match has replaced
  std::string stopped;                    // the pass that ended the compilation
  size_t compiled = SIZE_MAX;             // entries of what is compiled: the model without the logits
  std::vector<std::pair<uint32_t, uint32_t>> by_call;   // a call of each kernel, and the kernel; sorted

  CallGraph::Normalize normal() {
    return [this](const graph::Entry& call, std::vector<graph::Argument>& arguments) { normalize_arguments(context.interpreter, call, arguments); };
  }

  // The step's calls as the compiler sees them; with every size a number when they are compiled for one size.
  void capture(bool one_size) {
    calls = std::make_unique<CallGraph>(run.graph, normal(), CallGraph::Form::Functional, compiled);
    taken.assign(calls->nodes.size(), false);
    for (uint32_t k = 0; k < run.graph.kernels.size(); ++k) {
      const graph::Kernel& kernel = run.graph.kernels[KernelId{k}];
      if (!kernel.calls.empty()) by_call.emplace_back(kernel.calls.front().index, k);
    }
    std::sort(by_call.begin(), by_call.end());
    if (one_size) return;
    EntryId last;
    std::vector<graph::Shape> shapes;     // of the last call's fake implementation
    add_size_readers(*calls, [&](EntryId call, size_t output, size_t dim) {
      if (call != last) shapes = fake_shapes(call);
      last = call;
      if (output >= shapes.size() || dim >= shapes[output].size() || !shapes[output][dim].symbolic()) return false;
      const std::vector<TensorId>& inputs = run.graph.entries[call].inputs;
      return std::none_of(inputs.begin(), inputs.end(), [&](TensorId input) {
        const graph::Shape& shape = run.graph.tensors[input].shape;
        return std::find(shape.begin(), shape.end(), shapes[output][dim]) != shape.end();
      });
    });
  }

  std::vector<graph::Shape> fake_shapes(EntryId call) {
    const graph::Entry& e = run.graph.entries[call];
    std::string_view op = e.op.view();
    size_t dot = op.find('.');
    torch::OperatorEntry* entry = torch::Operators::of(context.interpreter).find(Symbol(op.substr(0, dot)), Symbol(op.substr(dot + 1)));
    if (entry == nullptr || !entry->fake.defined()) return {};
    std::vector<Value> positional;
    std::vector<python::KeywordArgument> keywords;
    for (const graph::Argument& argument : graph::ArgumentList(e.arguments)) {
      std::optional<Value> value = value_of(context, argument);
      if (!value) return {};
      if (argument.name.empty()) positional.push_back(*value);
      else keywords.push_back({argument.name, *value});
    }
    std::vector<graph::Shape> shapes;
    context.interpreter.guard([&] {
      std::vector<torch::TensorObject*> outputs;
      torch::collect_tensors(context, context.interpreter.call(entry->fake, Arguments{positional, keywords}), outputs);
      for (torch::TensorObject* tensor : outputs) shapes.push_back(context.info(tensor).shape);
    });
    return shapes;
  }

  // The kernels of the matched calls become the one of the replacement.
  void fuse(const CallMatch& match, const Trace& replacement, graph::PassResult& result) {
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
    const graph::Kernel* working = working_kernel(replacement.graph);
    if (kernels.empty()) return;
    if (working == nullptr) {
      graph::PassResult::Apart& apart = result.apart.emplace_back();
      for (const graph::Kernel& kernel : replacement.graph.kernels) apart.kernels.push_back(kernel.name.str());
      for (uint32_t node : match.nodes) apart.calls.push_back(calls->nodes[node].entry);
      return;
    }
    const graph::Kernel& as = *working;
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
    auto* registrations = arguments[1].as<python::List>();
    CHECK(where && where->items.size() == 3 && registrations && calls);
    bool applicable = interpreter.truth(arguments[2]) && stopped.empty();
    std::vector<Pattern> patterns;
    for (const Value& registration : std::vector<Value>(registrations->items)) {
      Pattern pattern = describe(interpreter, *where, registration);
      pattern.result.applicable = applicable;
      if (applicable) prepare(interpreter, registration, pattern);
      else pattern.result.why = stopped.empty() ? "the pass does not apply to this range of tokens" : stopped + " ends the compilation before";
      patterns.push_back(std::move(pattern));
    }
    // Node by node from the end, at each the patterns in the order of their registration.
    for (uint32_t node = static_cast<uint32_t>(calls->nodes.size()); applicable && node-- > 0 && stopped.empty();) {
      for (Pattern& pattern : patterns) {
        if (taken[node] || !stopped.empty()) break;
        if (pattern.matcher && calls->nodes[node].op == pattern.calls->nodes[pattern.matcher->anchor()].op) match_at(interpreter, node, pattern);
      }
    }
    int64_t matches = 0;
    for (Pattern& pattern : patterns) {
      matches += pattern.result.matches;
      if (applicable && pattern.result.matches == 0) explain(pattern);
      run.passes.push_back(std::move(pattern.result));
    }
    return matches;
  }

  graph::PassResult result_of(Interpreter& interpreter, const python::Tuple& where, const Value& owner) {
    graph::PassResult result;
    if (auto* cls = where.items[0].as<python::Class>()) {
      result.pass = cls->name.str();
      result.location = {cls->file, cls->line};
    }
    if (auto* instance = owner.as<python::Instance>()) {
      result.pattern = instance->cls->name.str();
      result.location = {instance->cls->file, instance->cls->line};
    }
    result.constants = constants_of(interpreter, owner);
    result.range_low = interpreter.int_of(where.items[1]);
    result.range_high = interpreter.int_of(where.items[2]);
    return result;
  }

  Pattern describe(Interpreter& interpreter, const python::Tuple& where, const Value& registration) {
    auto part = [&](const char* name) { return interpreter.get_attribute(registration, Symbol(name)); };
    Pattern pattern;
    pattern.result = result_of(interpreter, where, part("owner"));
    pattern.search = part("search_fn");
    pattern.replace = part("replace_fn");
    pattern.check = part("extra_check");
    return pattern;
  }

  void prepare(Interpreter& interpreter, const Value& registration, Pattern& pattern) {
    std::vector<torch::TensorObject*> examples;
    torch::collect_tensors(context, interpreter.get_attribute(registration, Symbol("example_inputs")), examples);
    for (torch::TensorObject* t : examples) pattern.layouts.push_back(layout_of(run.graph, t->id));
    TraceError error;
    std::optional<Trace> general = trace(context, pattern.search, pattern.layouts, error);
    if (!general) {
      pattern.result.why = "the pattern cannot be traced: " + error.text;
      return;
    }
    pattern.general = std::make_unique<Trace>(std::move(*general));
    pattern.calls = std::make_unique<CallGraph>(pattern.general->graph, normal());
    if (pattern.calls->nodes.empty()) {
      pattern.result.why = "the pattern has no calls";
      return;
    }
    std::set<std::string> there;
    for (const CallNode& node : calls->nodes) there.insert(node.op);
    std::set<std::string> absent;
    for (const CallNode& node : pattern.calls->nodes) {
      if (!there.contains(node.op)) absent.insert(node.op);
    }
    pattern.result.absent.assign(absent.begin(), absent.end());
    pattern.matcher = std::make_unique<CallMatcher>(*pattern.calls, pattern.general->inputs, pattern.general->outputs, *calls);
  }

  Specific& traced(Pattern& pattern, std::vector<Layout> layouts) {
    for (const auto& known : pattern.specific) {
      if (known->layouts == layouts) return *known;
    }
    Specific& specific = *pattern.specific.emplace_back(std::make_unique<Specific>());
    specific.layouts = std::move(layouts);
    specific.search = trace(context, pattern.search, specific.layouts, specific.error);
    if (specific.search) specific.calls = std::make_unique<CallGraph>(specific.search->graph, normal());
    return specific;
  }

  void match_at(Interpreter& interpreter, uint32_t node, Pattern& pattern) {
    CallMatch loose;
    NearMiss miss;
    if (!pattern.matcher->match_at(node, Constants::Ignored, taken, loose, miss)) {
      keep(pattern, miss, *pattern.calls);
      return;
    }
    // Found by structure. Traced once more on the tensors that are really there, every constant must be the same.
    std::vector<Layout> real;
    for (size_t i = 0; i < pattern.general->inputs.size(); ++i) {
      auto bound = loose.inputs.find(pattern.general->inputs[i]);
      real.push_back(bound == loose.inputs.end() ? pattern.layouts[i] : layout_of(run.graph, bound->second));
    }
    Specific& specific = traced(pattern, std::move(real));
    CallMatch match;
    bool same = false;
    if (specific.search && !specific.calls->nodes.empty()) {
      same = CallMatcher(*specific.calls, specific.search->inputs, specific.search->outputs, *calls).match_at(node, Constants::Equal, taken, match, miss);
      if (!same) keep(pattern, miss, *specific.calls);
    }
    if (!same || !accepted(interpreter, pattern.check)) {
      ++pattern.result.refused;
      return;
    }
    ++pattern.result.matches;
    for (uint32_t n : match.nodes) taken[n] = true;
    if (!std::exchange(specific.replaced, true)) specific.replacement = trace(context, pattern.replace, specific.layouts, specific.error);
    const std::optional<Trace>& replacement = specific.replacement;
    // The compiler puts what the replacement returns in the place of what the pattern returns.
    if (!replacement) pattern.result.stops = specific.error.own ? "its replacement raises " + specific.error.text : "";
    else if (replacement->outputs.empty()) pattern.result.stops = "its replacement returns nothing";
    else if (replacement->outputs.size() != specific.search->outputs.size()) {
      pattern.result.stops = fmt::format("its replacement returns {} tensors in place of {}", replacement->outputs.size(), specific.search->outputs.size());
    } else fuse(match, *replacement, pattern.result);
    if (pattern.result.stops.empty()) return;
    stopped = pattern.result.pattern;
    point(pattern.result.nearest, frame_of(run.graph, calls->nodes[node].entry));
  }

  static void point(diagnostics::Location& location, const graph::Frame& frame) { location = {frame.file, frame.line}; }

  // The attempt that came furthest.
  void keep(Pattern& pattern, const NearMiss& miss, const CallGraph& traced) {
    bool nearer = miss.matched > pattern.miss.matched || (miss.matched == pattern.miss.matched && miss.kin && !pattern.miss.kin);
    if (!pattern.miss.reason.empty() && !nearer) return;
    pattern.miss = miss;
    pattern.miss_at = {};
    if (miss.node < traced.nodes.size()) point(pattern.miss_at, frame_of(traced.graph, traced.nodes[miss.node].entry));
  }

  void explain(Pattern& pattern) {
    if (!pattern.matcher) return;
    if (pattern.miss.reason.empty()) {
      if (pattern.result.refused) pattern.result.why = "its own check turns it down";
      for (const std::string& op : pattern.result.absent) pattern.result.why += (pattern.result.why.empty() ? "the code never calls `" : ", `") + op + "`";
      return;
    }
    pattern.result.why = pattern.miss.reason;
    pattern.result.differs = pattern.miss_at;
    if (pattern.miss.entry.valid()) point(pattern.result.nearest, frame_of(run.graph, pattern.miss.entry));
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

GraphPasses::GraphPasses(torch::Context& context, graph::ModelRun& run) : state_(new State{context, run, nullptr, {}, {}, SIZE_MAX, {}}) {}
GraphPasses::~GraphPasses() = default;

void GraphPasses::add_to(Interpreter& interpreter, python::Module* module) {
  auto function = [&](std::string_view name, python::NativeBody body) { module->dict->set(interpreter, Symbol(name), interpreter.function(name, std::move(body))); };
  function("callers", [](Interpreter& i, const Arguments&) -> Value {
    std::vector<Value> selves;
    for (python::Frame* frame = i.frame(); frame; frame = frame->back) {
      if (!frame->scope || frame->scope->slot_names.empty() || !frame->slots) continue;
      static const Symbol self("self");
      Value first = frame->slots[0];
      if (auto* cell = first.as<python::Cell>()) first = cell->value;   // an inner function reads it too
      if (frame->scope->slot_names[0] == self && first.as<python::Instance>()) selves.push_back(first);
    }
    return i.list(std::move(selves));
  });
  function("end_of_model", [this](Interpreter&, const Arguments&) -> Value {
    state_->compiled = state_->run.graph.entries.size();
    return Value::none();
  });
  function("capture_calls", [this](Interpreter& i, const Arguments& a) -> Value {
    state_->capture(i.truth(a[0]));
    return Value::none();
  });
  function("apply_patterns", [this](Interpreter& i, const Arguments& a) -> Value { return Value::of(state_->apply(i, a)); });
  function("finish_passes", [this](Interpreter&, const Arguments&) -> Value {
    state_->finish();
    return Value::none();
  });
}

}  // namespace fusescout::vllm
