// Every case of testdata/meta_table.json, which tools/check_against_torch.py recorded from real torch: shape, dtype, strides, offset,
// aliasing.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "torch/torch_program.h"

namespace fusescout::torch {
namespace {

using nlohmann::json;

std::string numbers(const Shape& shape) {
  std::string out;
  for (Dim d : shape) out += std::to_string(d.value) + " ";
  return out;
}

std::string numbers(const json& list) {
  std::string out;
  for (const json& n : list) out += std::to_string(n.get<int64_t>()) + " ";
  return out;
}

Shape dims(const json& list) {
  Shape out;
  for (const json& n : list) out.push_back(Dim(n.get<int64_t>()));
  return out;
}

// What is wrong, empty when nothing.
std::string check(TorchProgram& program, const json& entry) {
  Context& context = program.context;
  Interpreter& interpreter = context.interpreter;
  std::map<std::string, TensorObject*> inputs;
  std::string names;
  for (const auto& [name, spec] : entry["inputs"].items()) {
    DType dtype;
    if (!graph::parse_dtype(spec[1].get<std::string>(), dtype)) return "dtype?";
    Shape shape = dims(spec[0]);
    inputs[name] = spec.size() > 2 ? context.make_strided(shape, dims(spec[2]), dtype)
                                   : context.make_tensor(shape, dtype, TensorKind::Input, Symbol(name));
    interpreter.builtins()->set(interpreter, Symbol(name), inputs[name]);
  }
  Value result;
  auto failure = program.evaluate(entry["expression"].get<std::string>(), result);
  if (entry.contains("raises"))
    return failure && failure->type == entry["raises"].get<std::string>() ? ""
           : failure                                                      ? "raised " + failure->type + ": " + failure->message
                                                                          : "raised nothing";
  if (failure) return "raised " + failure->type + ": " + failure->message;
  std::vector<TensorObject*> tensors;
  collect_tensors(context, result, tensors);
  if (tensors.size() != entry["results"].size())
    return "gave " + std::to_string(tensors.size()) + " tensors" +
           (result.as<python::Unknown>() ? ": " + result.as<python::Unknown>()->reason : "");
  for (size_t i = 0; i < tensors.size(); ++i) {
    const json& want = entry["results"][i];
    const graph::Tensor& got = context.info(tensors[i]);
    auto differs = [&](std::string_view what, const std::string& a, const std::string& b) {
      return "result " + std::to_string(i) + " " + std::string(what) + ": " + a + "instead of " + b;
    };
    if (numbers(got.shape) != numbers(want["shape"])) return differs("shape", numbers(got.shape), numbers(want["shape"]));
    if (graph::dtype_name(got.dtype) != want["dtype"].get<std::string>())
      return differs("dtype", std::string(graph::dtype_name(got.dtype)) + " ", want["dtype"].get<std::string>());
    if (numbers(got.strides) != numbers(want["stride"])) return differs("strides", numbers(got.strides), numbers(want["stride"]));
    if (got.storage_offset.value != want["offset"].get<int64_t>())
      return differs("offset", std::to_string(got.storage_offset.value) + " ", std::to_string(want["offset"].get<int64_t>()));
    for (const auto& [name, input] : inputs) {
      auto listed = [&](const json& list) { return std::find(list.begin(), list.end(), json(name)) != list.end(); };
      bool shares = context.info(input).storage == got.storage;
      if (shares != listed(want["shares"]))
        return "result " + std::to_string(i) + (shares ? " shares" : " does not share") + " the storage of " + name;
      if ((input == tensors[i]) != listed(want["is"]))
        return "result " + std::to_string(i) + (input == tensors[i] ? " is " : " is not ") + name;
    }
  }
  return "";
}

TEST(MetaTable, EveryCaseAgreesWithTorch) {
  std::ifstream file(std::string(FUSESCOUT_SOURCE_DIR) + "/src/torch/testdata/meta_table.json");
  ASSERT_TRUE(file);
  json table = json::parse(file);
  ASSERT_GT(table.size(), 1000u);
  for (bool recording : {false, true}) {
    TorchProgram program;
    program.context.recording = recording;
    size_t wrong = 0;
    for (const json& entry : table) {
      std::string what = check(program, entry);
      if (what.empty()) continue;
      ++wrong;
      ADD_FAILURE() << entry["expression"] << " of " << entry["inputs"].dump() << (recording ? " recorded" : "") << ": " << what;
    }
    EXPECT_EQ(wrong, 0u);
  }
}

}  // namespace
}  // namespace fusescout::torch
