// For tests: contracts of graphs that are given as text.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "contract/contract.h"
#include "graph/text.h"

namespace fusescout::contract {

inline graph::ModelRun run_of(const std::string& text) {
  auto graphs = graph::parse_text(text);
  EXPECT_FALSE(graphs.is_error()) << (graphs.is_error() ? graphs.error().message : "");
  graph::ModelRun run;
  if (!graphs.is_error()) run.graph = std::move((*graphs)[0].graph);
  return run;
}

// All operators as one finding: inputs and parameters are its arguments, the graph's outputs its results.
inline fusion::Finding finding_of(const graph::Graph& graph, const std::string& name) {
  fusion::Finding f;
  f.name_en = f.target_en = "One kernel";
  f.interface.name = "fused_" + name;
  fusion::Occurrence occurrence;
  for (uint32_t i = 0; i < graph.operators.size(); ++i) occurrence.operators.push_back(graph::OperatorId{i});
  f.proposal.push_back({occurrence.operators, {}, false});
  f.occurrences.push_back(occurrence);
  for (uint32_t i = 0; i < graph.tensors.size(); ++i) {
    const graph::Tensor& t = graph.tensors[graph::TensorId{i}];
    if (t.kind == graph::TensorKind::Intermediate || t.view_of.valid() || t.producer.valid()) continue;
    std::string last = t.name.str();
    f.interface.inputs.push_back({last.substr(last.rfind('.') + 1), graph::TensorId{i}, false, t.kind == graph::TensorKind::Parameter});
  }
  for (graph::TensorId output : graph.outputs) {
    const std::string name_of = graph.tensors[output].name.str();
    f.interface.outputs.push_back({name_of.empty() ? "out" + std::to_string(output.index) : name_of, output, false, false});
  }
  return f;
}

// What a shell command prints, and whether it succeeded.
inline std::pair<bool, std::string> run_command(const std::string& command) {
  std::string output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return {false, "no shell"};
  char buffer[512];
  while (fgets(buffer, sizeof buffer, pipe)) output += buffer;
  return {pclose(pipe) == 0, output};
}

// The generated module is Python; FUSESCOUT_TORCH_PYTHON, an interpreter with torch, also runs its test.
inline void check_python(const Contract& contract, bool complete = true) {
  std::string path = testing::TempDir() + contract.name + ".py";
  std::ofstream(path) << contract.python;
  auto [parses, message] = run_command("python3 -c \"import ast,sys; ast.parse(open(sys.argv[1]).read())\" '" + path + "'");
  EXPECT_TRUE(parses) << message << contract.python;
  if (const char* python = std::getenv("FUSESCOUT_TORCH_PYTHON"); python && complete) {
    auto [passes, why] = run_command(std::string(python) + " '" + path + "'");
    EXPECT_TRUE(passes) << why << contract.python;
  }
}

inline const SourceTexts no_source([](const std::string&) { return std::nullopt; });

}  // namespace fusescout::contract
