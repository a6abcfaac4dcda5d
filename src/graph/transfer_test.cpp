#include "graph/transfer.h"

#include <gtest/gtest.h>

#include "graph/text.h"

namespace fusescout::graph {
namespace {

ModelRun example() {
  ModelRun run;
  run.graph = std::move(parse_text(R"(phase decode
T = 16
input %x : bf16[T, 4096]
param %w "model.norm.weight" : bf16[4096]
cache %c : bf16[T//2 + 1, 128]
kernel npu_add_rms_norm vector by "SomePass" vllm_ascend/some_pass.py:33 {
  %0 = add(%x, %x, alpha=2) : bf16[T, 4096]  # model.py:5 model.layers.0.norm
  %1 = rms_norm(%0, %w, eps=1e-05) : bf16[T, 4096]  # model.py:6 model.layers.0.norm
}
%q = view(%1) : bf16[T, 32, 128]
%a, %b = topk(%1, k=8) : f32[T, 8], i32[T, 8]
%s = add(%a!, other=1) : f32[T, 8]
output %s
)").value()[0].graph);
  run.model = "M";
  run.scenario.environment = {{"A", "B"}};
  run.scenario.tp = 8;
  run.status = Status::Partial;
  run.classes.moe.push_back({"Moe", {Symbol("m.py"), 3}, "", {}, "", 4});
  run.passes.push_back({"P", "Q", {Symbol("p.py"), 1}, {{"eps", "1e-05"}}, true, 1, 2048, true, 3, 0, "because", {"aten.x"}, {Symbol("m.py"), 7}, {Symbol("p.py"), 8}, "it raises", {{{"npu_a", "npu_b"}, {EntryId{0}}}}});
  run.model_functions = {{Symbol("f.py"), Symbol("C.forward")}};
  diagnostics::Diagnostic diagnostic;
  diagnostic.message = "odd \n text";
  diagnostic.labels = {{{Symbol("f.py"), 9}, "here"}};
  run.diagnostics.push_back(diagnostic);
  run.stack = {{Symbol("f.py"), 7, "C.forward"}};
  run.phases = {{"forward", 1.5}};
  Entry& entry = *run.graph.entries.begin();
  auto list = std::make_shared<ArgumentList>();
  list->push_back({Symbol("n"), Dim(7)});
  entry.arguments.push_back({Symbol("nested"), list});
  entry.arguments.push_back({{}, OpaqueArgument{"object"}});
  entry.arguments.push_back({{}, DType::F32});
  run.wrappers.push_back({entry, EntryId{1}, Symbol("ops.py")});
  return run;
}

TEST(Transfer, ARunArrivesAsItWas) {
  ModelRun run = example();
  std::string bytes = to_bytes(run);
  ErrorOr<ModelRun> arrived = from_bytes(bytes);
  ASSERT_FALSE(arrived.is_error()) << arrived.error().message;
  EXPECT_EQ(to_text(arrived->graph), to_text(run.graph));
  EXPECT_EQ(to_bytes(*arrived), bytes);
  EXPECT_EQ(arrived->graph.expressions.symbols(), run.graph.expressions.symbols());
  EXPECT_EQ(arrived->diagnostics[0].labels[0].second, "here");
  EXPECT_EQ(arrived->stack[0].function, "C.forward");
  EXPECT_EQ(arrived->wrappers[0].file, Symbol("ops.py"));
  for (uint32_t i = 0; i < run.graph.tensors.size(); ++i) EXPECT_EQ(arrived->graph.producer(TensorId{i}), run.graph.producer(TensorId{i}));
}

TEST(Transfer, HalfOfTheBytesIsAnError) {
  std::string bytes = to_bytes(example());
  for (size_t size = 0; size < bytes.size(); size += 7) EXPECT_TRUE(from_bytes(std::string_view(bytes).substr(0, size)).is_error()) << size;
}

}  // namespace
}  // namespace fusescout::graph
