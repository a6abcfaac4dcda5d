#include "vllm/scenario_module.h"

#include <algorithm>

#include "syntax/parse.h"
#include "torch/nn_module.h"
#include "vllm/class_use.h"
#include "vllm/installed_packages.h"

namespace fusescout::vllm {

using python::Arguments;
using python::Interpreter;
using python::Value;

DeviceGeneration device_generation(const std::string& device) {
  if (device.starts_with("910B")) return {"A2", "_910B", "ASCEND910B1", 220};
  if (device.starts_with("910C")) return {"A3", "_910_93", "ASCEND910_9391", 250};
  if (device.starts_with("310P")) return {"_310P", "_310P", "ASCEND310P3", 202};
  if (device.starts_with("950")) return {"A5", "_910_95", "ASCEND950", 260};
  return {};
}

namespace {

// As vLLM's command line spells it.
std::string dtype_argument(const std::string& name) {
  graph::DType dtype;
  if (!graph::parse_dtype(name, dtype)) return name;
  switch (dtype) {
    case graph::DType::BF16: return "bfloat16";
    case graph::DType::F16: return "float16";
    case graph::DType::F32: return "float32";
    default: return name;
  }
}

// How large the pool is matters to no kernel: as many blocks as one sequence's context fills.
int64_t blocks_needed(const graph::Scenario& scenario) {
  constexpr int64_t block = 128;
  return std::max<int64_t>(1, (scenario.context + block - 1) / block);
}

std::string text_of(bool flag) { return flag ? "1" : "0"; }

enum class FactType : uint8_t { Text, Flag, Number, Tokens };   // Tokens: "16 T" is the symbol T, which has that value
struct Fact {
  std::string_view name;
  FactType type;
  std::string (*question)(const ModelRequest&, const graph::Scenario&);
};

const Fact* find_fact(std::string_view name) {
  using Request = const ModelRequest&;
  using Scenario = const graph::Scenario&;
  using enum FactType;
  static constexpr Fact facts[] = {
      {"model", Text, [](Request r, Scenario) { return r.model; }},
      {"config_text", Text, [](Request r, Scenario) { return r.config; }},
      {"watch_config", Flag, [](Request r, Scenario) { return text_of(r.watch_config); }},
      {"quant_description", Text, [](Request r, Scenario) { return r.quant_description; }},
      {"eager", Flag, [](Request, Scenario s) { return text_of(s.upstream || s.graph_mode == graph::GraphMode::Eager); }},
      {"decode", Flag, [](Request, Scenario s) { return text_of(s.phase == graph::Phase::Decode); }},
      {"tokens", Tokens, [](Request, Scenario s) { return std::to_string(s.tokens) + " T"; }},
      {"sequences", Tokens, [](Request, Scenario s) { return std::to_string(s.sequences()) + (s.sequences() == s.tokens ? " T" : ""); }},
      {"step_tokens", Number, [](Request, Scenario s) { return std::to_string(s.tokens); }},   // a limit of the configuration, no condition on shapes
      {"step_sequences", Number, [](Request, Scenario s) { return std::to_string(s.sequences()); }},
      {"context", Number, [](Request, Scenario s) { return std::to_string(s.context); }},
      {"blocks", Number, [](Request, Scenario s) { return std::to_string(blocks_needed(s)); }},
      {"dtype", Text, [](Request, Scenario s) { return dtype_argument(s.dtype); }},
      {"tp", Number, [](Request, Scenario s) { return std::to_string(s.tp); }},
      {"pp", Number, [](Request, Scenario s) { return std::to_string(s.pp); }},
      {"dp", Number, [](Request, Scenario s) { return std::to_string(s.dp); }},
      {"ep", Number, [](Request, Scenario s) { return std::to_string(s.ep); }},
      {"quantization", Text, [](Request r, Scenario s) { return std::string(s.quant.empty() && r.quant_description.empty() ? "" : "ascend"); }},
      {"quant", Text, [](Request, Scenario s) { return s.quant; }},
      {"additional_config", Text, [](Request, Scenario s) { return s.additional_config; }},
      {"compilation_config", Text, [](Request, Scenario s) { return s.compilation_config; }},
      {"mtp", Number, [](Request, Scenario s) { return std::to_string(s.mtp); }},
  };
  auto it = std::find_if(std::begin(facts), std::end(facts), [&](const Fact& f) { return f.name == name; });
  return it == std::end(facts) ? nullptr : it;
}

}  // namespace

std::string ScenarioFacts::ask(const std::string& what, Question question) {
  auto it = told.find(what);
  if (it != told.end()) return it->second.answer;
  std::string answer = question(request, scenario);
  told.emplace(what, Told{std::move(question), answer});
  return answer;
}

bool ScenarioFacts::same_past(const ModelRequest& other_request, const graph::Scenario& other_scenario) const {
  return std::all_of(told.begin(), told.end(), [&](const auto& t) { return t.second.question(other_request, other_scenario) == t.second.answer; });
}

void add_scenario_module(Interpreter& interpreter, torch::Context& context, ScenarioFacts& facts, graph::ModelRun& run) {
  python::Module* module = interpreter.add_native_module("fusescout_scenario");
  auto set = [&](std::string_view name, Value value) { module->dict->set(interpreter, Symbol(name), value); };
  module->get_attribute = [&facts](Interpreter& i, Symbol name) -> Value {
    const Fact* fact = find_fact(name.view());
    if (fact == nullptr) return Value();
    std::string answer = facts.ask(name.str(), fact->question);
    switch (fact->type) {
      case FactType::Text: return i.str(answer);
      case FactType::Flag: return Value::of(answer == "1");
      case FactType::Number: return Value::of(static_cast<int64_t>(std::stoll(answer)));
      case FactType::Tokens: break;
    }
    int64_t number = std::stoll(answer);
    return answer.ends_with('T') ? i.integer(i.expressions().symbol(Symbol("T"), number)) : Value::of(number);
  };
  // These hold for all runs over the same trees on one kind of machine (Evaluation::fits).
  const graph::Scenario& scenario = facts.scenario;
  set("soc_version", Value::of(device_generation(scenario.device).soc_version));
  set("bf16", Value::of(scenario.upstream || device_generation(scenario.device).name != "_310P"));
  set("upstream", Value::of(scenario.upstream));
  set("distributed_backend", interpreter.str(std::string("hccl")));
  set("device_type", interpreter.str(std::string("npu")));

  python::Dict* environment = interpreter.dict();
  for (const auto& [name, value] : scenario.environment) environment->set(interpreter, Symbol(name), interpreter.str(value));
  set("environment", environment);
  python::Dict* versions = interpreter.dict();
  for (const auto& [name, version] : normal_versions()) {
    if ((name == "triton" && !scenario.triton) || (name == "torch-npu" && scenario.upstream)) continue;
    versions->set(interpreter, Symbol(name), interpreter.str(std::string(version)));
  }
  for (const auto& [name, version] : facts.versions) versions->set(interpreter, Symbol(name), interpreter.str(version));
  set("versions", versions);
  std::vector<Value> points;
  for (const EntryPoint& point : facts.entry_points)
    points.push_back(interpreter.tuple({interpreter.str(point.name), interpreter.str(point.value), interpreter.str(point.group)}));
  set("entry_points", interpreter.list(std::move(points)));

  auto function = [&](std::string_view name, python::NativeBody body) { set(name, interpreter.function(name, std::move(body))); };
  // make_input(name, shape, dtype, numbers=unknown): a tensor that comes from outside.
  function("make_input", [&context](Interpreter& i, const Arguments& arguments) -> Value {
    std::optional<graph::Shape> shape = context.as_shape(arguments[1]);
    std::optional<graph::DType> dtype = context.as_dtype(arguments[2]);
    CHECK(shape && dtype);
    torch::TensorObject* tensor = context.make_tensor(*shape, *dtype, graph::TensorKind::Input, Symbol(i.text_of(arguments[0])));
    tensor->device = context.device_type;
    context.graph.inputs.push_back(tensor->id);
    if (arguments.positional.size() > 3) {
      std::vector<double> numbers;
      for (const Value& number : i.to_vector(arguments[3])) numbers.push_back(static_cast<double>(i.int_of(number)));
      context.set_known(tensor, numbers);
    }
    return tensor;
  });
  // mark_cache(tensor, name): a part of the KV cache.
  function("mark_cache", [&context](Interpreter& i, const Arguments& arguments) -> Value {
    if (torch::TensorObject* tensor = context.as_tensor(arguments[0])) context.set_kind(tensor, graph::TensorKind::Cache, Symbol(i.text_of(arguments[1])));
    return Value::none();
  });
  // name_fact(tensor, name): what a step is told, called as its metadata call it; a name that it has stays.
  function("name_fact", [&context](Interpreter& i, const Arguments& arguments) -> Value {
    if (torch::TensorObject* tensor = context.as_tensor(arguments[0])) context.set_kind(tensor, context.info(tensor).kind, Symbol(i.text_of(arguments[1])));
    return Value::none();
  });
  // class_beside_config("configuration_x.Class"): of a file in the config's own folder, or None.
  function("class_beside_config", [&facts](Interpreter& i, const Arguments& arguments) -> Value {
    facts.ask("config_folder", [](const ModelRequest& r, const graph::Scenario&) { return r.config_folder; });
    std::string reference(i.text_of(arguments[0]));
    size_t dot = reference.find('.');
    if (facts.request.config_folder.empty() || dot == std::string::npos) return Value::none();
    std::string file = reference.substr(0, dot) + ".py";
    std::optional<std::string> text = source::real_files().read(facts.request.config_folder + "/" + file);
    if (!text) return Value::none();
    source::end_lines(*text);
    auto ast = std::make_shared<const syntax::Ast>(syntax::parse(*text));
    python::Module* module = i.run_source(Symbol("transformers_modules." + reference.substr(0, dot)), Symbol(file), ast);
    return i.get_attribute(module, Symbol(reference.substr(dot + 1)));
  });
  // exported_names(path): the modules below a folder of the transformers tree and what they list in `__all__`. read_exported_names(path): they are
  // going to be asked for.
  auto folder_of = [](Interpreter& i, const Arguments& arguments) {
    std::string folder(i.text_of(arguments[0]));
    if (folder.starts_with('/')) folder.erase(0, 1);
    if (folder.ends_with("/__init__.py")) folder.resize(folder.size() - 12);
    return folder;
  };
  function("read_exported_names", [&facts, folder_of](Interpreter& i, const Arguments& arguments) {
    facts.exported_names.read_ahead(*facts.transformers, folder_of(i, arguments));
    return Value::none();
  });
  function("exported_names", [&facts, folder_of](Interpreter& i, const Arguments& arguments) -> Value {
    python::Dict* result = i.dict();
    for (const auto& [module, names] : facts.exported_names.of(*facts.transformers, folder_of(i, arguments))) {
      std::vector<Value> values;
      for (const std::string& name : names) values.push_back(i.str(name));
      result->set(i, Symbol(module), i.list(std::move(values)));
    }
    return result;
  });
  // larger_step(tokens, sequences): whether this step has more of either.
  function("larger_step", [&facts](Interpreter& i, const Arguments& arguments) -> Value {
    int64_t tokens = i.int_of(arguments[0]), sequences = i.int_of(arguments[1]);
    return Value::of(facts.ask("larger_step " + std::to_string(tokens) + " " + std::to_string(sequences), [=](const ModelRequest&, const graph::Scenario& s) {
      return text_of(s.tokens > tokens || s.sequences() > sequences);
    }) == "1");
  });
  // config_read(name, value, judgement, expected): by the innermost code of the trees.
  function("config_read", [&facts](Interpreter& i, const Arguments& arguments) -> Value {
    const python::Frame* frame = i.frame();
    while (frame != nullptr && (frame->file == nullptr || !in_trees(frame->file->path))) frame = frame->back;
    if (frame == nullptr) return Value::none();
    auto text = [&](size_t argument) { return std::string(i.text_of(arguments[argument])); };
    facts.config_reads.push_back({text(0), text(1), text(2), text(3), frame->file->path, frame->line});
    return Value::none();
  });
  function("name_modules", [](Interpreter& i, const Arguments& arguments) -> Value {
    if (torch::ModuleObject* root = torch::as_module(arguments[0])) torch::name_modules(i, root);
    return Value::none();
  });
  function("assume", [](Interpreter& i, const Arguments& arguments) -> Value {
    i.note(python::NoteKind::Assumption, std::string(i.text_of(arguments[0])));
    return Value::none();
  });
  function("set_recording", [&context](Interpreter& i, const Arguments& arguments) -> Value {
    context.recording = i.truth(arguments[0]);
    return Value::none();
  });
  // begin_again(): whether the step did what the next one will not. Then what was recorded of it is dropped.
  function("begin_again", [&context](Interpreter&, const Arguments&) -> Value {
    bool again = context.once_per_process();
    if (again) context.begin_again();
    return Value::of(again);
  });
  // step_prepared(count): what was made since there were so many tensors tells about this step (lengths, slots): no weight, though it is known.
  function("step_prepared", [&context](Interpreter& i, const Arguments& arguments) -> Value {
    for (auto t = static_cast<uint32_t>(i.int_of(arguments[0])); t < context.graph.tensors.size(); ++t) {
      graph::Tensor& tensor = context.graph.tensors[graph::TensorId{t}];
      if (tensor.kind == graph::TensorKind::Constant) tensor.kind = graph::TensorKind::Input;
    }
    return Value::none();
  });
  function("tensor_count", [&context](Interpreter&, const Arguments&) -> Value { return Value::of(static_cast<int64_t>(context.graph.tensors.size())); });
  // add_class(role, class, count=1): a class that takes part, and how many of its instances.
  function("add_class", [&run](Interpreter& i, const Arguments& arguments) -> Value {
    if (auto* cls = arguments[1].as<python::Class>()) add_class_use(i, run, i.text_of(arguments[0]), cls, arguments.positional.size() > 2 ? static_cast<uint32_t>(i.int_of(arguments[2])) : 1);
    return Value::none();
  });
  function("add_outputs", [&context](Interpreter&, const Arguments& arguments) -> Value {
    std::vector<torch::TensorObject*> tensors;
    for (const Value& value : arguments.positional) torch::collect_tensors(context, value, tensors);
    for (torch::TensorObject* tensor : tensors) context.graph.outputs.push_back(context.current(tensor));
    return Value::none();
  });
}

}  // namespace fusescout::vllm
