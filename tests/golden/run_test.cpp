#include "run_test.h"

#include <fmt/format.h>

#include "catalogue/install.h"
#include "fusion/analyze.h"
#include "gain/model.h"
#include "graph/text.h"
#include "python/interpreter.h"
#include "report/sequence.h"
#include "torch/context.h"
#include "torch/nn_module.h"
#include "vllm/ast_store.h"
#include "vllm/summarize_run.h"
#include "vllm/tree_loader.h"

namespace fusescout::golden {
namespace {

using python::KeywordArgument;
using python::Value;

// "bf16[T, 4096]" with the test's symbols.
ErrorOr<std::pair<graph::DType, graph::Shape>> parse_type(const std::string& text, graph::Expressions& expressions) {
  size_t open = text.find('[');
  graph::DType dtype;
  if (open == std::string::npos || text.back() != ']' || !graph::parse_dtype(text.substr(0, open), dtype)) {
    return Error{fmt::format("`{}` is no tensor: write bf16[T, 4096]", text)};
  }
  graph::Shape shape;
  std::string dims = text.substr(open + 1, text.size() - open - 2);
  for (size_t start = 0; start < dims.size();) {
    size_t comma = std::min(dims.find(',', start), dims.size());
    graph::Dim dim;
    if (!expressions.parse(dims.substr(start, comma - start), dim)) return Error{fmt::format("`{}` is no size", dims.substr(start, comma - start))};
    shape.push_back(dim);
    start = comma + 1;
  }
  return std::pair{dtype, shape};
}

}  // namespace

Outcome run_test(const Test& test, const source::FileSystem& data, const std::vector<graph::Pattern>& patterns) {
  Outcome outcome;
  graph::ModelRun& run = outcome.run;
  source::MemoryFileSystem files;
  for (const auto& [name, text] : test.files) files.files["test/" + name] = text;
  vllm::AstStore asts;
  vllm::TreeLoader loader(asts);
  loader.add_library(files, "test");
  loader.add_library(data, "tests/golden/library");
  loader.add_library(data, "library");
  loader.add_library(data, "catalogue");
  python::Interpreter interpreter(loader, run.graph.expressions);
  torch::Context context(interpreter, run.graph);
  torch::install(context);
  catalogue::install(context);
  for (const auto& [name, value] : test.symbols) run.graph.expressions.symbol(Symbol(name), value);

  std::vector<KeywordArgument> inputs;
  std::string error;
  auto failure = interpreter.guard([&] {
    context.default_dtype = graph::DType::BF16;
    // The prelude's names are there like builtins: an import would shift the test's lines.
    python::Module* prelude = interpreter.import_module(Symbol("golden_prelude")).as<python::Module>();
    for (const char* name : {"torch", "nn", "F", "torch_npu", "RMSNorm"}) interpreter.builtins()->set(interpreter, Symbol(name), interpreter.get_attribute(prelude, Symbol(name)));
    Value module = interpreter.import_module(Symbol("model"));
    Value block = interpreter.get_attribute(module, Symbol(test.entry));
    if (block.as<python::Class>()) block = interpreter.call(block);
    if (torch::ModuleObject* root = torch::as_module(block)) torch::name_modules(interpreter, root);
    for (const auto& [name, type] : test.inputs) {
      auto parsed = parse_type(type, run.graph.expressions);
      if (parsed.is_error()) { error = parsed.error().message; return; }
      torch::TensorObject* tensor = context.make_tensor(parsed->second, parsed->first, graph::TensorKind::Input, Symbol(name));
      run.graph.inputs.push_back(tensor->id);
      inputs.push_back({Symbol(name), tensor});
    }
    context.recording = true;
    Value result = interpreter.call(block, python::Arguments{{}, inputs});
    std::vector<torch::TensorObject*> outputs;
    torch::collect_tensors(context, result, outputs);
    for (torch::TensorObject* t : outputs) run.graph.outputs.push_back(context.current(t));
  });
  context.recording = false;
  auto no_trees = [](const std::string&) { return std::shared_ptr<const syntax::Ast>(); };
  vllm::summarize_run(interpreter, failure, no_trees, run);
  if (!error.empty()) outcome.failure = error;
  if (failure) {
    outcome.failure = fmt::format("{}: {}", failure->type, failure->message);
    for (const auto& [file, line] : failure->stack) outcome.failure += fmt::format("\n    {}:{}", file.view(), line);
  }
  if (!outcome.failure.empty()) return outcome;
  auto device = gain::load_device(data, test.device);
  if (device.is_error()) { outcome.failure = device.error().message; return outcome; }
  gain::Model model(*device, gain::options_of(run.scenario));
  outcome.analysis = fusion::analyze(run, patterns, {}, model);
  return outcome;
}

std::string evidence_text(const std::string& kind, const Outcome& outcome) {
  if (kind == "ops") return graph::to_text(outcome.run.graph);
  std::string text;
  if (kind == "diagnostics") {
    for (const auto& d : outcome.run.diagnostics) text += diagnostics::to_text(d) + "\n";
    return text;
  }
  for (const fusion::Finding& f : outcome.analysis.findings) {
    if (f.verdict != fusion::Verdict::Opportunity) continue;
    std::string where;
    for (const auto& l : f.locations) where += fmt::format("{}{}:{}-{}", where.empty() ? "" : ", ", l.file.view(), l.first_line, l.last_line);
    text += fmt::format("{}  {}  gain {:.1f} us [{:.1f}, {:.1f}]\n", f.pattern, where, f.step_gain.nominal, f.step_gain.low, f.step_gain.high);
  }
  return text;
}

}  // namespace fusescout::golden
