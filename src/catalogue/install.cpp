#include "catalogue/install.h"

#include <algorithm>
#include <memory>

#include "graph/operator_kind.h"
#include "python/scope.h"
#include "torch/layout.h"
#include "torch/context.h"
#include "torch/operator_schema.h"
#include "torch/operators.h"

namespace fusescout::catalogue {

using graph::TensorId;
using python::Arguments;
using python::Function;
using python::Interpreter;
using python::Value;
using syntax::ParameterKind;
using torch::CallScope;
using torch::Context;
using torch::OperatorEntry;
using torch::Operators;
using torch::TensorObject;

namespace {

// The calls whose meaning is being evaluated, innermost last.
struct State {
  Context& context;
  std::vector<CallScope*> calls;
};

// Empty when the arguments bind to the signature, else why not.
std::string why_not_bound(const Function* function, const Arguments& arguments) {
  const python::CodeScope& scope = *function->scope;
  size_t positional = 0, count = scope.parameter_kinds.size();
  bool star = false, double_star = false;
  std::vector<bool> given(count);
  for (size_t i = 0; i < count; ++i) {
    ParameterKind kind = scope.parameter_kinds[i];
    star = star || kind == ParameterKind::Star;
    double_star = double_star || kind == ParameterKind::DoubleStar;
    if (kind != ParameterKind::Normal && kind != ParameterKind::PositionalOnly) continue;
    given[i] = positional < arguments.size();
    ++positional;
  }
  if (arguments.size() > positional && !star) return std::to_string(arguments.size()) + " positional arguments where " + std::to_string(positional) + " are known";
  for (const auto& keyword : arguments.keywords) {
    auto at = std::find(scope.parameter_names.begin(), scope.parameter_names.end(), keyword.name);
    auto i = static_cast<size_t>(at - scope.parameter_names.begin());
    bool named = at != scope.parameter_names.end() && (scope.parameter_kinds[i] == ParameterKind::Normal || scope.parameter_kinds[i] == ParameterKind::KeywordOnly);
    if (!named && !double_star) return "no argument `" + keyword.name.str() + "` is known";
    if (!named) continue;
    if (given[i]) return "argument `" + keyword.name.str() + "` is given twice";
    given[i] = true;
  }
  for (size_t i = 0; i < count; ++i) {
    ParameterKind kind = scope.parameter_kinds[i];
    if (kind == ParameterKind::Star || kind == ParameterKind::DoubleStar || given[i]) continue;
    if (i >= function->defaults.size() || !function->defaults[i].defined()) return "argument `" + scope.parameter_names[i].str() + "` is missing";
  }
  return "";
}

// A position means what the tree's own schema says: releases put parameters in between, and spell them otherwise (`kGroup`): a name that the
// meaning does not know is the parameter of its place, where both have as many. Appends the arguments to `named` and is true when the schema's
// order or names are others than the meaning's, which must know all of the names.
bool bind_by_schema(const std::string& schema, const Function* function, const Arguments& arguments, std::vector<python::KeywordArgument>& named) {
  if (schema.empty()) return false;
  const std::vector<Symbol>& known = function->scope->parameter_names;
  std::vector<Symbol> names = torch::parameter_names(schema);
  auto knows = [&](Symbol name) { return std::find(known.begin(), known.end(), name) != known.end(); };
  auto spelled = [&](Symbol name) {
    auto at = static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    return knows(name) || at >= names.size() || names.size() != known.size() || std::find(names.begin(), names.end(), known[at]) != names.end() ? name : known[at];
  };
  if (names.size() < arguments.positional.size()) return false;
  bool same_names = std::all_of(arguments.keywords.begin(), arguments.keywords.end(), [&](const auto& keyword) { return spelled(keyword.name) == keyword.name; });
  if (same_names && std::equal(names.begin(), names.begin() + static_cast<ptrdiff_t>(arguments.positional.size()), known.begin(), known.end())) return false;
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    if (!knows(spelled(names[i]))) return false;
    named.push_back({spelled(names[i]), arguments.positional[i]});
  }
  for (const auto& keyword : arguments.keywords) named.push_back({spelled(keyword.name), keyword.value});
  return true;
}

struct Described {               // the options of @operator
  Function* function = nullptr;
  std::string name;
  graph::Unit unit = graph::Unit::Vector;
  uint16_t launches = 1;
  bool view = false;
  std::vector<Symbol> mutates;
};

graph::Unit parse_unit(Interpreter& interpreter, const Value& value) {
  if (!value.defined()) return graph::Unit::Vector;
  std::string_view text = interpreter.text_of(value);
  for (auto [name, unit] : {std::pair<std::string_view, graph::Unit>{"vector", graph::Unit::Vector}, {"cube", graph::Unit::Cube}, {"mixed", graph::Unit::Mixed},
                            {"communication", graph::Unit::Communication}, {"host", graph::Unit::Host}}) {
    if (name == text) return unit;
  }
  interpreter.raise("ValueError", "no unit `" + std::string(text) + "`");
}

// Runs the meaning inside the open call.
Value run_meaning(State& state, const Described& described, CallScope& call, const Arguments& arguments) {
  Interpreter& interpreter = state.context.interpreter;
  struct Open {
    State& state;
    Open(State& s, CallScope* c) : state(s) { state.calls.push_back(c); }
    ~Open() { state.calls.pop_back(); }
  } open(state, &call);
  if (described.view) call.view();
  Value result = interpreter.call(Value(described.function), arguments);
  if (call.recording()) {
    bool computes = call.entry().launches > 0 || described.launches > 0;
    if (computes && !described.view) state.context.graph.kernels[call.kernel()].unit = described.unit;
    call.entry().launches = described.view ? 0 : described.launches;
  }
  return result;
}

bool names(const syntax::Ast& ast, syntax::NodeId id, Symbol name) {
  if (id == syntax::no_node) return false;
  const syntax::Node& node = ast[id];
  if (node.kind == syntax::NodeKind::Name && ast.symbol(node) == name) return true;
  return std::ranges::any_of(ast.children_of(node), [&](syntax::NodeId child) { return names(ast, child, name); });
}

// Why the meaning cannot be run: it looks at an argument that is not known. A clip ratio that the weights hold changes no shape.
std::string unknown_argument(Function& meaning, const Arguments& arguments) {
  const std::vector<Symbol>& parameters = meaning.scope->parameter_names;
  auto reason = [&](const Value& value, Symbol parameter) -> std::string {
    auto* unknown = value.as<python::Unknown>();
    if (unknown == nullptr) return "";
    const syntax::Ast& ast = python::complete(meaning);
    bool used = parameter.empty() || names(ast, ast.child(ast[meaning.node], 1), parameter);
    return used ? "an argument is not known: " + unknown->reason : "";
  };
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    if (std::string why = reason(arguments.positional[i], i < parameters.size() ? parameters[i] : Symbol()); !why.empty()) return why;
  }
  for (const auto& keyword : arguments.keywords) {
    if (std::string why = reason(keyword.value, keyword.name); !why.empty()) return why;
  }
  return "";
}

// The call stays in the graph without a meaning; what it writes has a new value all the same.
Value give_up(State& state, const Described& described, CallScope& call, const Arguments& arguments, const std::string& why) {
  Context& context = state.context;
  call.opaque();
  context.interpreter.note(python::NoteKind::Unsupported, "the call does not fit the catalogue's `" + described.name + "`: " + why);
  const std::vector<Symbol>& names = described.function->scope->parameter_names;
  for (Symbol name : described.mutates) {
    auto at = static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    std::vector<TensorObject*> tensors;
    if (Value value = arguments.get(at, name); value.defined()) torch::collect_tensors(context, value, tensors);
    for (TensorObject* tensor : tensors) call.write(tensor);
  }
  return context.interpreter.unknown("the call does not fit the catalogue's `" + described.name + "`", described.name + "()");
}

// @operator(name, unit=, launches=, mutates=, view=)
Value make_operator(const std::shared_ptr<State>& state, const Arguments& options) {
  Interpreter& interpreter = state->context.interpreter;
  static const Symbol unit("unit"), launches("launches"), mutates("mutates"), view("view");
  Described described;
  described.name = std::string(interpreter.text_of(options[0]));
  described.unit = parse_unit(interpreter, options.keyword(unit));
  if (Value value = options.keyword(launches); value.defined()) described.launches = static_cast<uint16_t>(interpreter.int_of(value));
  if (Value value = options.keyword(view); value.defined()) described.view = interpreter.truth(value);
  if (Value value = options.keyword(mutates); value.defined()) {
    interpreter.for_each(value, [&](const Value& name) { described.mutates.emplace_back(interpreter.text_of(name)); });
  }
  return interpreter.function("operator", [state, described](Interpreter& in, const Arguments& a) mutable -> Value {
    described.function = a[0].as<Function>();
    if (described.function == nullptr) in.raise_type_error("@operator is for functions");
    size_t dot = described.name.find('.');
    OperatorEntry& entry = Operators::of(in).add(Symbol(described.name.substr(0, dot)), Symbol(described.name.substr(dot + 1)));
    entry.parameters = described.function->scope->parameter_names;
    entry.defaults = described.function->defaults;
    entry.mutates = described.mutates;
    for (Symbol name : described.mutates) {
      if (std::find(entry.parameters.begin(), entry.parameters.end(), name) == entry.parameters.end())
        in.raise("ValueError", described.name + ": mutates `" + name.str() + "`, which is no parameter");
    }
    entry.meaning = [state, described, &entry](CallScope& call, const Arguments& given) {
      std::vector<python::KeywordArgument> named;
      bool by_name = bind_by_schema(entry.schema, described.function, given, named);
      const Arguments arguments = by_name ? Arguments{{}, named} : given;
      std::string why = why_not_bound(described.function, arguments);
      if (why.empty()) why = unknown_argument(*described.function, arguments);
      if (why.empty()) {
        try {
          return call.finish(run_meaning(*state, described, call, arguments));
        } catch (python::PythonException& exception) {
          why = state->context.interpreter.type_name(exception.value) + ": " + state->context.interpreter.to_str(exception.value);
        }
      }
      return give_up(*state, described, call, arguments, why);
    };
    return Operators::of(in).object(entry);
  });
}

// @kernel_meaning(name, unit=): what does not bind has no meaning.
Value make_kernel_meaning(const std::shared_ptr<State>& state, const Arguments& options) {
  Interpreter& interpreter = state->context.interpreter;
  static const Symbol unit("unit"), triton("triton");
  Described described;
  described.name = std::string(interpreter.text_of(options[0]));
  described.unit = parse_unit(interpreter, options.keyword(unit));
  return interpreter.function("kernel_meaning", [state, described](Interpreter& in, const Arguments& a) mutable -> Value {
    described.function = a[0].as<Function>();
    if (described.function == nullptr) in.raise_type_error("@kernel_meaning is for functions");
    Operators::of(in).add(triton, Symbol(described.name)).meaning = [state, described](CallScope& call, const Arguments& arguments) {
      if (!why_not_bound(described.function, arguments).empty()) return Value();
      run_meaning(*state, described, call, arguments);
      return Value::none();
    };
    return a[0];
  });
}

graph::Attribute attribute(Context& context, std::string_view kind, const python::KeywordArgument& argument) {
  Interpreter& interpreter = context.interpreter;
  const Value& value = argument.value;
  if (value.is_bool()) return value.boolean;
  if (interpreter.is_integer(value)) return interpreter.dim_of(value);
  if (value.is_float()) return value.number;
  if (interpreter.is_string(value)) return std::string(interpreter.text_of(value));
  if (auto* dtype = value.as<python::Instance>(); dtype != nullptr && dtype->cls->derives_from(context.dtype_class)) return *context.as_dtype(value);
  if (std::optional<graph::Shape> list = context.as_shape(value)) return *list;
  interpreter.raise_type_error("`" + std::string(kind) + "`: attribute " + argument.name.str() + "=" + interpreter.repr(value));
}

// emit(kind, inputs, outputs, mutates=[index, ...], **attributes)
Value emit(State& state, const Arguments& arguments) {
  static const Symbol mutates_name("mutates");
  Context& context = state.context;
  Interpreter& interpreter = context.interpreter;
  if (state.calls.empty()) interpreter.raise("RuntimeError", "`emit` outside of an operator of the catalogue");
  CallScope& call = *state.calls.back();
  std::string_view kind = interpreter.text_of(arguments[0]);
  if (graph::find_operator_kind(kind) == nullptr) interpreter.raise("ValueError", "no operator kind `" + std::string(kind) + "`");
  std::vector<TensorObject*> input_objects;
  std::vector<TensorId> inputs, outputs;
  interpreter.for_each(arguments[1], [&](const Value& value) {
    TensorObject* tensor = context.as_tensor(value);
    if (tensor == nullptr) interpreter.raise_type_error("`" + std::string(kind) + "`: input " + interpreter.repr(value) + " is no tensor");
    input_objects.push_back(tensor);
    inputs.push_back(context.current(tensor));
  });
  graph::Attributes attributes;
  std::vector<int64_t> mutated;
  for (const auto& keyword : arguments.keywords) {
    if (keyword.name == mutates_name) interpreter.for_each(keyword.value, [&](const Value& index) { mutated.push_back(interpreter.int_of(index)); });
    else attributes.emplace_back(keyword.name, attribute(context, kind, keyword));
  }
  std::sort(attributes.begin(), attributes.end(), [](const auto& a, const auto& b) { return a.first.view() < b.first.view(); });
  std::vector<Value> results;
  interpreter.for_each(arguments[2], [&](const Value& output) {
    TensorObject* tensor = context.as_tensor(output);
    if (tensor != nullptr) {
      outputs.push_back(call.write(tensor));
    } else {
      std::vector<Value> pair = interpreter.to_vector(output);
      std::optional<graph::Shape> shape = pair.size() == 2 ? context.as_shape(pair[0]) : std::nullopt;
      std::optional<graph::DType> dtype = pair.size() == 2 ? context.as_dtype(pair[1]) : std::nullopt;
      if (!shape || !dtype) interpreter.raise_type_error("`" + std::string(kind) + "`: output " + interpreter.repr(output));
      tensor = context.make_tensor(*shape, *dtype);
      outputs.push_back(tensor->id);
    }
    results.push_back(tensor);
  });
  for (int64_t index : mutated) {
    if (index < 0 || index >= static_cast<int64_t>(input_objects.size())) interpreter.raise("IndexError", "`" + std::string(kind) + "`: mutates input " + std::to_string(index));
    outputs.push_back(call.write(input_objects[static_cast<size_t>(index)]));
  }
  call.emit(kind, std::move(inputs), std::move(outputs), std::move(attributes));
  return interpreter.list(std::move(results));
}

// view(x, shape, strides, offset)
Value view(State& state, const Arguments& arguments) {
  static const Symbol offset_name("offset");
  Context& context = state.context;
  TensorObject* base = context.as_tensor(arguments[0]);
  std::optional<graph::Shape> shape = context.as_shape(arguments[1]), strides = context.as_shape(arguments[2]);
  if (base == nullptr || !shape || !strides || shape->size() != strides->size()) context.interpreter.raise_type_error("`view` wants a tensor, a shape and strides");
  Value offset = arguments.get(3, offset_name);
  graph::Dim start = context.info(base).storage_offset;
  if (offset.defined()) start = context.expressions.add(start, context.interpreter.dim_of(offset));
  return context.make_view(base, *shape, *strides, start);
}

// The names of a space are those of a module of the catalogue, or of a class in it.
Operators::Source names_of(std::string module, std::string inner = "") {
  return [module = std::move(module), inner = std::move(inner)](Interpreter& interpreter, Symbol name) {
    Value home = interpreter.import_module(Symbol(module));
    if (!inner.empty()) {
      Value found = interpreter.find_attribute(interpreter.get_attribute(home, Symbol(inner)), name);
      if (found.defined()) return found;
    }
    Value found = interpreter.find_attribute(home, name);
    return found.defined() && interpreter.is_callable(found) ? found : Value();
  };
}

// What one rank estimates, the others do as well: what they exchange is alike.
Value exchange_estimate(Context& context, const Arguments& arguments) {
  torch::TensorObject *from = context.as_tensor(arguments[0]), *to = context.as_tensor(arguments[1]);
  if (from == nullptr || to == nullptr || !context.estimated(from)) return Value::none();
  context.begin_operation();
  auto data = context.known(from);
  int64_t count = torch::element_count(context.info(to).shape);
  if (!data || data->empty() || count > Context::max_known) return Value::none();
  std::vector<double> all;
  for (int64_t i = 0; i < count; ++i) all.push_back((*data)[static_cast<size_t>(i) % data->size()]);
  context.set_known(to, all);
  return Value::none();
}

}  // namespace

void install(Context& context) {
  Interpreter& interpreter = context.interpreter;
  auto state = std::make_shared<State>(State{context, {}});
  python::Module* module = interpreter.add_native_module("fusescout");
  auto function = [&](std::string_view name, python::NativeBody body) { module->dict->set(interpreter, Symbol(name), interpreter.function(name, std::move(body))); };
  function("operator", [state](Interpreter&, const Arguments& a) { return make_operator(state, a); });
  function("kernel_meaning", [state](Interpreter&, const Arguments& a) { return make_kernel_meaning(state, a); });
  function("emit", [state](Interpreter&, const Arguments& a) { return emit(*state, a); });
  function("results", [](Interpreter& in, const Arguments& a) {
    std::string name(in.text_of(a[0]));
    OperatorEntry* entry = Operators::of(in).find(Symbol(name.substr(0, name.find('.'))), Symbol(name.substr(name.find('.') + 1)));
    return entry == nullptr || entry->schema.empty() ? a[1] : Value::of(static_cast<int64_t>(torch::result_count(entry->schema)));
  });
  function("view", [state](Interpreter&, const Arguments& a) { return view(*state, a); });
  // result_is_taken(): whether the statement that calls the operator does anything with what it returns.
  function("result_is_taken", [](Interpreter& in, const Arguments&) {
    const python::Frame* caller = in.frame() == nullptr ? nullptr : in.frame()->back;
    return Value::of(caller == nullptr || !caller->ignores);
  });
  function("exchange_estimate", [&context](Interpreter&, const Arguments& a) { return exchange_estimate(context, a); });

  Operators& operators = Operators::of(interpreter);
  operators.add_source(Symbol("_C_ascend"), names_of("_C_ascend"));
  operators.add_source(Symbol("_C"), names_of("_C"));
  operators.add_source(Symbol("custom"), names_of("custom"));
  operators.add_source(Symbol("npu"), names_of("torch_npu"));
  operators.add_source(Symbol("atb"), names_of("torch_npu", "atb"));
  // Registers the meanings of kernels.
  operators.add_source(Symbol("triton"), [](Interpreter& in, Symbol) {
    in.import_module(Symbol("triton_kernels"));
    return Value();
  });
  if (python::Module* torch_module = interpreter.find_module(Symbol("torch"))) {
    torch_module->dict->set(interpreter, Symbol("npu"), interpreter.make<python::LazyImport>(Symbol("torch_npu"), Symbol("npu"), 0, Symbol(), 0));
  }
}

}  // namespace fusescout::catalogue
