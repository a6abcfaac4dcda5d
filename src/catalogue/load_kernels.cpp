#include "catalogue/load_kernels.h"

#include <optional>

#include "base/check.h"
#include "catalogue/data_loader.h"
#include "catalogue/install.h"
#include "python/interpreter.h"
#include "torch/context.h"
#include "torch/operators.h"

namespace fusescout::catalogue {

using python::Arguments;
using python::Interpreter;
using python::Value;

namespace {

std::string signature_of(Interpreter& interpreter, const std::string& name) {
  size_t dot = name.find('.');
  const torch::OperatorEntry* entry = torch::Operators::of(interpreter).find(Symbol(name.substr(0, dot)), Symbol(name.substr(dot + 1)));
  if (entry == nullptr || !entry->meaning || name.starts_with("triton.")) return "";     // a Triton kernel's wrapper says what it takes
  std::string text = "(";
  for (size_t i = 0; i < entry->parameters.size(); ++i) {
    bool known = i < entry->defaults.size() && entry->defaults[i].defined();
    bool rest = i + 1 == entry->parameters.size() && entry->parameters[i].view() == "other" && !known;     // `**other`, as the catalogue has it
    text += (i == 0 ? "" : ", ") + (rest ? "..." : entry->parameters[i].str());
    if (known) text += "=" + interpreter.repr(entry->defaults[i]);
  }
  return text + ")";
}

}  // namespace

ErrorOr<std::vector<FusedKernel>> load_kernels(const source::FileSystem& data) {
  DataLoader loader(data, {"catalogue/", "library/"});
  graph::Graph graph;
  Interpreter interpreter(loader, graph.expressions);
  torch::Context context(interpreter, graph);
  torch::install(context);
  catalogue::install(context);
  std::vector<FusedKernel> kernels;
  python::Module* module = interpreter.add_native_module("fusescout_kernels");
  auto function = [&](std::string_view name, python::NativeBody body) {
    module->dict->set(interpreter, Symbol(name), interpreter.function(name, std::move(body)));
  };
  // tensor(shape, dtype): an argument of a kernel.
  function("tensor", [&](Interpreter&, const Arguments& a) -> Value {
    std::optional<graph::Shape> shape = context.as_shape(a[0]);
    std::optional<graph::DType> dtype = context.as_dtype(a[1]);
    CHECK(shape && dtype);
    torch::TensorObject* tensor = context.make_tensor(*shape, *dtype, graph::TensorKind::Input);
    graph.inputs.push_back(tensor->id);
    return tensor;
  });
  // kernel(name, guard, not_on, call, sizes, closed): records what the call computes.
  function("kernel", [&](Interpreter& in, const Arguments& a) -> Value {
    context.recording = true;
    std::vector<torch::TensorObject*> outputs;
    torch::collect_tensors(context, in.call(a[3]), outputs);
    context.recording = false;
    for (torch::TensorObject* output : outputs) graph.outputs.push_back(output->id);
    FusedKernel kernel;
    kernel.name = in.text_of(a[0]);
    kernel.guard = in.text_of(a[1]);
    kernel.signature = signature_of(in, kernel.name);
    in.for_each(a[2], [&](const Value& device) { kernel.not_on.emplace_back(in.text_of(device)); });
    if (a.positional.size() > 4) in.for_each(a[4], [&](const Value& size) { kernel.sizes.push_back(in.int_of(size)); });
    if (a.positional.size() > 5) kernel.closed = in.text_of(a[5]);
    std::swap(kernel.graph, graph);
    kernels.push_back(std::move(kernel));
    return Value::none();
  });
  std::optional<Interpreter::Failure> failure = interpreter.guard([&] {
    interpreter.call(interpreter.get_attribute(interpreter.import_module(Symbol("available")), Symbol("record")), {});
  });
  if (!failure) return kernels;
  std::string where = failure->stack.empty() ? "" : failure->stack.back().first.str() + ":" + std::to_string(failure->stack.back().second) + ": ";
  return Error{where + failure->type + ": " + failure->message};
}

}  // namespace fusescout::catalogue
