#include "fusion/analyze.h"
#include "fusion/group.h"

#include "fusion/explain.h"

#include "fusion/test_support.h"

namespace fusescout::fusion {
namespace {

constexpr const char* add_norm = R"(pattern add_rms_norm norm
name "Add + RMSNorm" "残差 Add + RMSNorm"
graph
  %0 = add(%x, %residual)
  %1 = rms_norm(%0, ..., eps=$eps)
  output %1, %0
require %x.rank > 1 and %residual.rank > 1 : "one side of the sum is broadcast"
require %x.dtype == %residual.dtype : "the sides of the sum have different dtypes"
)";

constexpr const char* inputs =
    "T = 16\ninput %x : bf16[T, 64]\ninput %y : bf16[T, 64]\ninput %b : bf16[64]\ninput %ids : i64[T]\nparam %w \"model.layers.0.norm.weight\" : bf16[64]\n"
    "param %m \"model.layers.0.proj.weight\" : bf16[64, 64]\nparam %m2 \"model.layers.0.proj2.weight\" : bf16[64, 64]\n";

struct ModelCase {
  graph::ModelRun run;
  FakePricer pricer;
  std::vector<FusedKernelMeaning> available;
  explicit ModelCase(const std::string& text) { run.graph = parsed(inputs + text); }
  Analysis operator()(const std::string& pattern_text = "") { return analyze(run, patterns(pattern_text), available, pricer); }
};

const Finding* find(const Analysis& analysis, std::string_view pattern) {
  for (const Finding& finding : analysis.findings) {
    if (finding.pattern == pattern) return &finding;
  }
  return nullptr;
}

std::string verdict(const Analysis& analysis, std::string_view pattern) {
  const Finding* finding = find(analysis, pattern);
  if (finding == nullptr) return "not found";
  return std::string(verdict_name(finding->verdict)) + (finding->reason.empty() ? "" : ": " + finding->reason);
}

// --- named patterns

TEST(Analyze, a_kernel_without_a_meaning_is_fused_all_the_same) {
  ModelCase run("kernel triton._my_glu_kernel vector triton {\n%a = opaque(%x) : bf16[T, 64]\n}\nkernel aten.nobody_knows vector {\n%c = opaque(%y) : bf16[T, 64]\n}\noutput %a, %c\n");
  Analysis analysis = run();
  ASSERT_EQ(analysis.findings.size(), 1U);
  EXPECT_EQ(verdict(analysis, "_my_glu_kernel").substr(0, 13), "already_fused");
}

TEST(Analyze, two_kernels_of_a_pattern_are_an_opportunity) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]  # model.py:5\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:6\noutput %n, %s\n");
  Analysis analysis = run(add_norm);
  const Finding* finding = find(analysis, "add_rms_norm");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->verdict, Verdict::Opportunity) << finding->reason;
  EXPECT_EQ(finding->id, "add_rms_norm@model.py:5");
  ASSERT_FALSE(finding->locations.empty());
  EXPECT_EQ(finding->locations[0], (Span{Symbol("model.py"), 5, 6}));
  EXPECT_EQ(finding->step_gain.nominal, 3);
  EXPECT_EQ(finding->launches_saved, 1);
  EXPECT_EQ(finding->bytes_saved, 16 * 64 * 2) << "the sum is still written, but no longer read";
  EXPECT_EQ(analysis.step_time_after.nominal, 3);
}

TEST(Analyze, one_kernel_is_already_fused_and_says_by_what) {
  ModelCase run("kernel npu_add_rms_norm vector by \"NormPass\" vllm_ascend/passes.py:33 {\n%s = add(%x, %y) : bf16[T, 64]  # model.py:5\n"
          "%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:5\n}\noutput %n, %s\n");
  Analysis analysis = run(add_norm);
  EXPECT_EQ(verdict(analysis, "add_rms_norm"), "already_fused: one kernel today: `npu_add_rms_norm`, by graph pass `NormPass`");
  ASSERT_EQ(analysis.findings[0].by.size(), 2U);
  EXPECT_EQ(analysis.findings[0].by[0].location, (Location{Symbol("vllm_ascend/passes.py"), 33}));
}

TEST(Analyze, lines_of_a_kernel_that_is_fused_already_are_no_part_of_what_extends_it) {
  ModelCase run("kernel torch_npu.npu_add_rms_norm vector {\n%s = add(%x, %y) : bf16[T, 64]  # model.py:5\n"
          "%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:5\n}\n"
          "%c = silu(%n) : bf16[T, 64]  # model.py:6\noutput %c, %s\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "vector_chain");
  ASSERT_NE(finding, nullptr);
  ASSERT_EQ(finding->verdict, Verdict::Opportunity) << finding->reason;
  EXPECT_EQ(finding->locations, (std::vector<Span>{{Symbol("model.py"), 6, 6}}));
  bool told = false;
  for (const Condition& condition : finding->conditions) told = told || (condition.name == "extends" && condition.value == "`torch_npu.npu_add_rms_norm` (model.py:5)");
  EXPECT_TRUE(told);
}

TEST(Analyze, a_kernel_that_writes_several_pieces_is_fused_one_that_writes_a_copy_is_not) {
  std::string pieces = "%c = copy(%x) : bf16[T, 64]\n%d = copy(%y) : bf16[T, 64]\n}\n%s = add(%c, %d) : bf16[T, 64]\noutput %s\n";
  EXPECT_EQ(verdict(ModelCase("kernel triton.split_pieces_kernel vector triton {\n" + pieces)(), "split_pieces_kernel"),
            "already_fused: one kernel today: `triton.split_pieces_kernel`");
  EXPECT_EQ(verdict(ModelCase("kernel triton.copy_kernel vector triton {\n%a = copy(%x) : bf16[T, 64]\n}\noutput %a\n")(), "copy_kernel"), "not found");
}

TEST(Analyze, lines_that_a_fused_kernel_stands_on_split_the_lines_around_it) {
  ModelCase run("%a = abs(%x) : bf16[T, 64]  # model.py:4\nkernel torch_npu.npu_add_rms_norm vector {\n%s = add(%a, %y) : bf16[T, 64]  # model.py:5\n"
          "%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:5\n}\n"
          "%c = silu(%n) : bf16[T, 64]  # model.py:6\noutput %c, %s\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "vector_chain");
  ASSERT_NE(finding, nullptr);
  ASSERT_EQ(finding->verdict, Verdict::Opportunity) << finding->reason;
  EXPECT_EQ(finding->locations, (std::vector<Span>{{Symbol("model.py"), 4, 4}, {Symbol("model.py"), 6, 6}}));
}

TEST(Analyze, a_conversion_among_the_arguments_of_a_fused_kernel_stands_on_its_lines) {
  ModelCase run("%a = abs(%x) : bf16[T, 64]  # model.py:4\n%f = cast(%a) : f32[T, 64]  # model.py:7\nkernel torch_npu.npu_add_rms_norm vector {\n"
          "%s = add(%f, %y) : f32[T, 64]  # model.py:6\n%n = rms_norm(%s, %w, eps=1e-05) : f32[T, 64]  # model.py:6\n}\noutput %n, %s\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "vector_chain");
  ASSERT_NE(finding, nullptr);
  ASSERT_EQ(finding->verdict, Verdict::Opportunity) << finding->reason;
  EXPECT_EQ(finding->locations, (std::vector<Span>{{Symbol("model.py"), 4, 4}}));
}

TEST(Analyze, one_operator_that_plain_code_needs_several_for_is_a_fused_kernel) {
  EXPECT_EQ(verdict(ModelCase("kernel torch_npu.npu_rope vector {\n%o = rope(%x, %y, rotary_dim=64) : bf16[T, 64]\n}\noutput %o\n")(), "npu_rope"),
            "already_fused: one kernel today: `torch_npu.npu_rope`");
  EXPECT_EQ(verdict(ModelCase("kernel aten.softmax vector {\n%o = softmax(%x, dim=-1) : bf16[T, 64]\n}\noutput %o\n")(), "softmax"), "not found");
}

TEST(Analyze, a_fused_kernel_that_no_pattern_knows_is_told_as_well) {
  ModelCase run("kernel my_gate vector triton {\n%s = add(%x, %y) : bf16[T, 64]\n%n = softplus(%s) : bf16[T, 64]\n}\n%o = topk(%n, k=64) : bf16[T, 64]\noutput %o\n");
  EXPECT_EQ(verdict(run(), "my_gate"), "already_fused: one kernel today: `my_gate`");
  EXPECT_EQ(run().findings.size(), 1U) << "one operator in a kernel is no fusion";
}

TEST(Analyze, a_requirement_that_fails_blocks_with_its_reason_and_the_value) {
  ModelCase bias("%s = add(%x, %b) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n\n");
  EXPECT_EQ(verdict(bias(add_norm), "add_rms_norm"), "blocked: one side of the sum is broadcast (x.rank = 2, residual.rank = 1)");
  ModelCase dtype("%c = cast(%y, dtype=f32) : f32[T, 64]\n%s = add(%x, %c) : f32[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : f32[T, 64]\noutput %n\n");
  EXPECT_EQ(verdict(dtype(add_norm), "add_rms_norm"), "blocked: the sides of the sum have different dtypes (x.dtype = bf16, residual.dtype = f32)");
}

TEST(Analyze, a_write_between_the_operators_blocks) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]  # m.py:1\n%z = topk(%x!, k=64) : bf16[T, 64]  # m.py:2\n%t = add(%s, %z) : bf16[T, 64]  # m.py:3\n"
          "%n = rms_norm(%t, %w, eps=1e-05) : bf16[T, 64]  # m.py:4\noutput %n\n");
  std::string both = "pattern twice norm\ngraph\n %0 = add(%x, %r)\n %1 = add(%0, %s)\n %2 = rms_norm(%1, ...)\n output %2\n";
  EXPECT_EQ(verdict(run(both), "twice"), "blocked: a write stands between: `x` is overwritten before `topk` (m.py:2)");
}

TEST(Analyze, a_path_out_and_back_in_blocks) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]  # m.py:1\n%g = all_reduce(%s) : bf16[T, 64]  # m.py:2\n%t = add(%s, %g) : bf16[T, 64]  # m.py:3\noutput %t\n");
  std::string both = "pattern twice norm\ngraph\n %0 = add(%x, %r)\n %1 = add(%0, %s)\n output %1\n";
  EXPECT_EQ(verdict(run(both), "twice"), "blocked: `all_reduce` (m.py:2) stands between: it needs one of the operators, and another one needs it");
}

TEST(Analyze, another_reader_is_named_and_the_value_still_written) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\n%o = topk(%s, k=64) : bf16[T, 64]  # m.py:9\noutput %n, %o\n");
  Analysis analysis = run(add_norm);
  const Finding* finding = find(analysis, "add_rms_norm");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->verdict, Verdict::Opportunity);
  bool told = false;
  for (const Condition& condition : finding->conditions) told |= condition.name == "other_readers" && condition.value == "`topk` (m.py:9)";
  EXPECT_TRUE(told);
  EXPECT_EQ(finding->interface.outputs.size(), 2U);
}

TEST(Analyze, what_a_pattern_is_about_is_no_reason) {
  ModelCase bias("%s = add(%x, %b) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n\n");
  EXPECT_EQ(verdict(bias("pattern p norm\ngraph\n %0 = add(%x, %r)\n %1 = rms_norm(%0, ...)\n output %1\nonly %r.rank > 1 and %x.rank > 1\n"), "p"), "not found");
}

TEST(Analyze, a_small_kernel_that_stands_between_joins_the_group) {
  std::string both = "pattern twice norm\ngraph\n %0 = topk(%x, ...)\n %1 = rms_norm(%0, ...)\n %2 = mul(%1, %s)\n output %2\n";
  ModelCase small("%q = topk(%x, k=64) : bf16[T, 64]\n%n = rms_norm(%q, %w, eps=1e-05) : bf16[T, 64]\n%g = abs(%q) : bf16[T, 64]\n%t = mul(%n, %g) : bf16[T, 64]\noutput %t\n");
  Analysis analysis = small(both);
  const Finding* finding = find(analysis, "twice");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->verdict, Verdict::Opportunity) << finding->reason;
  EXPECT_EQ(finding->kernels_text.size(), 4U) << "with the absolute value";
}

TEST(Analyze, pieces_of_one_tensor_come_in_as_that_tensor) {
  ModelCase run("%p = matmul(%x, %m) : bf16[T, 64]\n%q, %k = split(%p) : bf16[T, 32], bf16[T, 32]\n%a = silu(%q) : bf16[T, 32]\n%c = mul(%a, %k) : bf16[T, 32]\noutput %c\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "elementwise_chain");
  ASSERT_NE(finding, nullptr);
  ASSERT_EQ(finding->interface.inputs.size(), 1U);
  EXPECT_EQ(run.run.graph.tensors[finding->interface.inputs[0].tensor].shape[1], graph::Dim(64));
}

// A buffer whose halves come from two sides: one half is written by the group, the other one before.
TEST(Analyze, what_lies_beside_a_written_part_comes_in_and_who_reads_the_whole_reads_the_part) {
  const std::string halves =
      "input %k : bf16[T, 128]\n%left = slice(%k, dim=1, start=0, end=64) : bf16[T, 64]{128, 1}\n%right = slice(%k, dim=1, start=64, end=128) : bf16[T, 64]{128, 1}@64\n"
      "%p = matmul(%x, %m2) : bf16[T, 64]\n%l = mul(%left!, %y) : bf16[T, 64]{128, 1}\n%first = refresh(%k, %l) : bf16[T, 128]\n"
      "%r = sub(%right!, %p) : bf16[T, 64]{128, 1}@64\n%second = refresh(%first, %r) : bf16[T, 128]\n%o = tanh(%second) : bf16[T, 128]\noutput %o\n";
  graph::Graph graph = parsed(std::string(inputs) + halves);
  auto named = [&](const char* name) {
    for (uint32_t i = 0; i < graph.tensors.size(); ++i) {
      if (graph.tensors[graph::TensorId{i}].name.view() == name) return graph::TensorId{i};
    }
    return graph::TensorId{};
  };
  auto maker = [&](const char* kind) {
    for (const graph::Operator& op : graph.operators) {
      if (op.kind.view() == kind) return op.kernel;
    }
    return graph::KernelId{};
  };
  Flow flow(graph);
  Group behind = make_group(flow, {maker("sub"), maker("tanh")});
  EXPECT_NE(std::find(behind.inputs.begin(), behind.inputs.end(), named("first")), behind.inputs.end()) << "the left half of it was made outside";
  Group before = make_group(flow, {maker("matmul"), maker("mul")});
  EXPECT_NE(std::find(before.outputs.begin(), before.outputs.end(), named("l")), before.outputs.end()) << "tanh reads it, as a part";
  Group both = make_group(flow, {maker("mul"), maker("sub"), maker("tanh")});
  for (graph::TensorId input : both.inputs) EXPECT_NE(input, named("first")) << "made inside";
}

TEST(Analyze, the_larger_pattern_tells_of_a_fused_kernel) {
  ModelCase run("kernel npu_add_rms_norm vector {\n%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\n}\noutput %n, %s\n");
  Analysis analysis = run(std::string(add_norm) + "pattern alone norm\ngraph\n %0 = rms_norm(%x, ...)\n output %0\n");
  ASSERT_EQ(analysis.findings.size(), 1U);
  EXPECT_EQ(analysis.findings[0].pattern, "add_rms_norm");
}

TEST(Analyze, an_operator_inside_a_heavy_kernel_does_not_come_out) {
  ModelCase run("kernel matmul_add mixed {\n%p = matmul(%x, %m) : bf16[T, 64]\n%s = add(%p, %y) : bf16[T, 64]\n}\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n\n");
  EXPECT_EQ(verdict(run(add_norm), "add_rms_norm"), "blocked: an operator of it is part of the kernel `matmul_add`, which also does `matmul`");
}

TEST(Analyze, what_does_not_fit_the_device_is_blocked_and_what_gains_nothing_is_no_gain) {
  std::string text = "%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\n%q, %c = dynamic_quantize(%n, dtype=i8) : i8[T, 64], f32[T]\noutput %q, %c\n";
  std::string quant = "pattern q norm\ngraph\n %0 = add(%x, %r)\n %1 = rms_norm(%0, ...)\n %2, %3 = dynamic_quantize(%1)\n output %2, %3\n";
  ModelCase small(text);
  small.pricer.fits = false;
  EXPECT_EQ(verdict(small(quant), "q"), "blocked: live tiles need 300000 of 196352 bytes");
  ModelCase costly("%p = matmul(%x, %m) : bf16[T, 64]\n%s = silu(%p) : bf16[T, 64]\noutput %s\n");
  costly.pricer.epilogue_cost = 3;
  EXPECT_EQ(verdict(costly("pattern a matmul\ngraph\n %0 = matmul(%x, %w)\n %1 = silu(%0)\n output %1\n"), "a"), "no_gain: the gain is too small");
}

// --- kernels that exist

FusedKernelMeaning add_norm_kernel() {
  return {"torch_npu.npu_add_rms_norm", {Symbol("catalogue/npu_vector.py"), 40}, "",
          parsed("input %a : f16[4, 32]\ninput %b : f16[4, 32]\ninput %g : f16[32]\nkernel k vector {\n%s = add(%a, %b) : f16[4, 32]\n"
                 "%n = rms_norm(%s, %g, eps=1e-06) : f16[4, 32]\n}\noutput %n, %s\n")};
}

TEST(Analyze, a_kernel_that_exists_is_available) {
  ModelCase run("%s = add(%y, %x) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n");
  run.available.push_back(add_norm_kernel());
  Analysis with_pattern = run(add_norm);
  EXPECT_EQ(verdict(with_pattern, "add_rms_norm"), "available: `torch_npu.npu_add_rms_norm` does this, but this path does not call it");
  EXPECT_EQ(with_pattern.findings.size(), 1U);
  EXPECT_EQ(verdict(run(), "npu_add_rms_norm"), "available: `torch_npu.npu_add_rms_norm` does this, but this path does not call it") << "without a pattern too";
}

TEST(Analyze, a_kernel_that_keeps_a_value_to_itself_is_not_available) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\n%o = topk(%s, k=64) : bf16[T, 64]  # m.py:9\noutput %n, %o\n");
  run.available.push_back(add_norm_kernel());
  run.available[0].graph.outputs.pop_back();
  EXPECT_EQ(verdict(run(), "npu_add_rms_norm"), "blocked: `torch_npu.npu_add_rms_norm` does not give `s`, which `topk` (m.py:9) reads");
  EXPECT_EQ(find(run(add_norm), "add_rms_norm")->verdict, Verdict::Opportunity) << "a new kernel can give it";
}

TEST(Analyze, a_kernel_that_is_called_is_not_available) {
  // The copy before is what the kernel does not do: another call of it would not either.
  ModelCase run("%c = copy(%x) : bf16[T, 64]  # model.py:4\nkernel torch_npu.npu_add_rms_norm vector {\n%s = add(%c, %y) : bf16[T, 64]  # model.py:5\n"
                "%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:5\n}\noutput %n, %s\n");
  run.available.push_back(add_norm_kernel());
  for (const Finding& finding : run(add_norm).findings) EXPECT_NE(finding.verdict, Verdict::Available) << finding.id;
}

TEST(Analyze, constants_are_part_of_a_kernels_meaning) {
  FusedKernelMeaning gelu{"torch_npu.npu_fast_gelu", {}, "", parsed("input %a : f16[4, 32]\nkernel k vector {\n%m = mul(%a, other=1.702) : f16[4, 32]\n"
                          "%s = sigmoid(%m) : f16[4, 32]\n%n = mul(%a, %s) : f16[4, 32]\n}\noutput %n\n")};
  auto run_with = [&](const std::string& constant) {
    ModelCase run("%q = mul(%x, other=" + constant + ") : bf16[T, 64]\n%s = sigmoid(%q) : bf16[T, 64]\n%n = mul(%s, %x) : bf16[T, 64]\noutput %n\n");
    run.available.push_back(gelu);
    return verdict(run(), "npu_fast_gelu");
  };
  EXPECT_EQ(run_with("1.702"), "available: `torch_npu.npu_fast_gelu` does this, but this path does not call it");
  EXPECT_EQ(run_with("1.5"), "not found");
}

TEST(Analyze, what_a_kernel_takes_for_all_rows_is_no_tensor_of_rows) {
  FusedKernelMeaning norm_bias{"_C_ascend.norm_bias", {}, "", parsed("input %a : f16[4, 32]\ninput %g : f16[32]\ninput %b : f16[32]\nkernel k vector {\n"
                               "%n = rms_norm(%a, %g, eps=1e-06) : f16[4, 32]\n%o = add(%n, %b) : f16[4, 32]\n}\noutput %o\n")};
  auto run_with = [&](const std::string& add) {
    ModelCase run("input %one : bf16[T, 1]\n%n = rms_norm(%x, %w, eps=1e-05) : bf16[T, 64]\n%o = add(" + add + ") : bf16[T, 64]\noutput %o\n");
    run.available.push_back(norm_bias);
    return verdict(run(), "norm_bias");
  };
  EXPECT_EQ(run_with("%n, %w"), "available: `_C_ascend.norm_bias` does this, but this path does not call it");
  EXPECT_EQ(run_with("%w, %n"), "available: `_C_ascend.norm_bias` does this, but this path does not call it");
  EXPECT_EQ(run_with("%n, %y"), "not found") << "a residual is no bias";
  EXPECT_EQ(run_with("%n, %one"), "not found") << "nor is a number for each row";
  ModelCase run("%s = add(%x, %w) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n");
  run.available.push_back(add_norm_kernel());
  EXPECT_EQ(verdict(run(), "npu_add_rms_norm"), "not found") << "and a bias is no residual";
}

TEST(Analyze, a_norm_of_groups_with_a_weight_of_all_is_not_the_kernel_of_rows) {
  auto run_with = [&](const std::string& shape, const std::string& weight) {
    ModelCase run("param %g \"model.gate.weight\" : bf16[" + weight + "]\n%s = add(%x, %y) : bf16[T, 64]\n%h = view(%s) : bf16[" + shape + "]\n%n = rms_norm(%h, %g, eps=1e-05) : bf16[" +
                  shape + "]\noutput %n, %s\n");
    run.available.push_back(add_norm_kernel());
    return verdict(run(), "npu_add_rms_norm");
  };
  EXPECT_EQ(run_with("T, 1, 64", "64"), "available: `torch_npu.npu_add_rms_norm` does this, but this path does not call it");
  EXPECT_EQ(run_with("T, 4, 16", "4, 16"), "not found");
}

// --- layers and overlaps

std::string layer(int i, const std::string& in, const std::string& out) {
  std::string n = std::to_string(i), at = " model.layers." + n + ".norm\n";
  return "%s" + n + " = add(%" + in + ", %y) : bf16[T, 64]  # model.py:5" + at + "%n" + n + " = rms_norm(%s" + n + ", %w, eps=1e-05) : bf16[T, 64]  # model.py:6" + at +
         "%" + out + " = matmul(%n" + n + ", %m) : bf16[T, 64]  # model.py:7" + at;
}

TEST(Analyze, equal_layers_are_one_finding) {
  ModelCase run(layer(0, "x", "a") + layer(1, "a", "c") + layer(2, "c", "d") + "output %d\n");
  Analysis analysis = run(add_norm);
  const Finding* finding = find(analysis, "add_rms_norm");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->layers, (std::vector<std::string>{"model.layers.0", "model.layers.1", "model.layers.2"}));
  EXPECT_EQ(finding->occurrences.size(), 3U);
  EXPECT_EQ(finding->step_gain.nominal, 9);
}

TEST(Analyze, a_group_may_cross_layers) {
  ModelCase run("%r = all_reduce(%x) : bf16[T, 64]  # model.py:9 model.layers.0.mlp\n%s = add(%r, %y) : bf16[T, 64]  # model.py:5 model.layers.1.norm\n"
          "%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:6 model.layers.1.norm\noutput %n, %s\n");
  Analysis analysis = run("pattern ar norm\ngraph\n %0 = all_reduce(%x)\n %1 = add(%0, %r)\n %2 = rms_norm(%1, ...)\n output %2, %1\n");
  const Finding* finding = find(analysis, "ar");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->verdict, Verdict::Opportunity);
  EXPECT_EQ(finding->kernels_text.size(), 3U);
}

TEST(Analyze, the_better_of_two_overlapping_fusions_counts_and_the_other_is_an_alternative) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\n%q, %c = dynamic_quantize(%n, dtype=i8) : i8[T, 64], f32[T]\noutput %q, %c, %s\n");
  Analysis analysis = run(std::string(add_norm) + "pattern q norm\ngraph\n %0 = add(%x, %r)\n %1 = rms_norm(%0, ...)\n %2, %3 = dynamic_quantize(%1)\n output %2, %3\n");
  EXPECT_EQ(analysis.findings[0].pattern, "q");
  EXPECT_EQ(find(analysis, "add_rms_norm")->alternative_to, find(analysis, "q")->id);
  EXPECT_EQ(analysis.step_time.nominal - analysis.step_time_after.nominal, 6);
}

TEST(Analyze, overlaps_are_resolved_place_by_place) {
  // The norm alone stands three times, twice of them behind a sum: there the larger group is better, though the norm counts more places.
  std::string norm_alone = "pattern n norm\ngraph\n %0 = rms_norm(%x, ...)\n %1, %2 = dynamic_quantize(%0)\n output %1, %2\n";
  std::string with_add = "pattern a norm\ngraph\n %9 = add(%x, %r)\n %0 = rms_norm(%9, ...)\n %1, %2 = dynamic_quantize(%0)\n output %1, %2\n";
  auto part = [](int i, const std::string& in) {
    std::string n = std::to_string(i);
    return "%n" + n + " = rms_norm(%" + in + ", %w, eps=1e-05) : bf16[T, 64]  # m.py:6\n%q" + n + ", %c" + n + " = dynamic_quantize(%n" + n +
           ", dtype=i8) : i8[T, 64], f32[T]  # m.py:7\n";
  };
  ModelCase run("%s1 = add(%x, %y) : bf16[T, 64]  # m.py:5\n%s2 = add(%y, %y) : bf16[T, 64]  # m.py:5\n" + part(0, "x") + part(1, "s1") + part(2, "s2") +
                "output %q0, %q1, %q2\n");
  Analysis analysis = run(norm_alone + with_add);
  ASSERT_NE(find(analysis, "n"), nullptr);
  EXPECT_EQ(find(analysis, "a")->occurrences.size(), 2U);
  EXPECT_EQ(find(analysis, "n")->occurrences.size(), 1U);
  EXPECT_EQ(find(analysis, "n")->alternative_to, "");
  EXPECT_EQ(find(analysis, "n")->occurrences[0].operators, find(analysis, "n")->proposal[0].operators) << "the representative is one of those left";
  EXPECT_EQ(analysis.step_time.nominal - analysis.step_time_after.nominal, 2 * 6 + 3);
}

TEST(Analyze, is_the_same_from_run_to_run) {
  auto once = [] {
    ModelCase run(layer(0, "x", "a") + layer(1, "a", "c") + "%q = silu(%c) : bf16[T, 64]\n%r = mul(%q, %c) : bf16[T, 64]\noutput %r\n");
    std::string text;
    for (const Finding& finding : run(add_norm).findings) text += finding.id + finding.reason + finding.interface.name + "\n";
    return text;
  };
  EXPECT_EQ(once(), once());
}

// --- the generic engine

TEST(Chains, elementwise_kernels_in_a_row) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%c = mul(%a, %y) : bf16[T, 64]\n%d = add(%c, %b) : bf16[T, 64]\noutput %d\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "elementwise_chain");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->verdict, Verdict::Opportunity);
  EXPECT_EQ(finding->kernels_text.size(), 3U);
  EXPECT_EQ(finding->bytes_saved, 4 * 16 * 64 * 2);
  EXPECT_EQ(finding->interface.name, "fused_silu_mul_add");
}

TEST(Chains, diamonds_and_several_outputs) {
  ModelCase diamond("%a = silu(%x) : bf16[T, 64]\n%c = neg(%a) : bf16[T, 64]\n%d = exp(%a) : bf16[T, 64]\n%e = mul(%c, %d) : bf16[T, 64]\noutput %e\n");
  EXPECT_EQ(find(diamond(), "elementwise_chain")->kernels_text.size(), 4U);
  ModelCase outputs("%a = silu(%x) : bf16[T, 64]\n%c = neg(%a) : bf16[T, 64]\n%d = exp(%a) : bf16[T, 64]\noutput %a, %c, %d\n");
  EXPECT_EQ(find(outputs(), "elementwise_chain")->interface.outputs.size(), 3U);
}

TEST(Chains, a_branch_through_something_opaque_keeps_the_join_out) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%c = neg(%a) : bf16[T, 64]\n%d = topk(%a, k=64) : bf16[T, 64]  # m.py:3\n%e = mul(%c, %d) : bf16[T, 64]\noutput %e\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "elementwise_chain");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->kernels_text, (std::vector<std::string>{"aten.silu", "aten.neg"}));
}

TEST(Chains, rows_are_reduced_and_used_again) {
  ModelCase run("%a = max(%x, dim=-1, keepdim=True) : bf16[T, 1]\n%c = sub(%x, %a) : bf16[T, 64]\n%d = exp(%c) : bf16[T, 64]\noutput %d\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "vector_chain");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->kernels_text.size(), 3U);
}

TEST(Chains, a_reduction_over_the_rows_is_refused_with_the_reason) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%c = sum(%a, dim=0) : bf16[64]\noutput %c\n");
  EXPECT_EQ(verdict(run(), "vector_chain"), "blocked: `silu` and `sum` work on different rows: [T, 64] is broadcast or reduced to [64]");
}

TEST(Chains, a_row_that_is_broadcast_to_all_rows_is_refused) {
  ModelCase run("%a = silu(%b) : bf16[64]\n%c = mul(%x, %a) : bf16[T, 64]\noutput %c\n");
  EXPECT_EQ(verdict(run(), "elementwise_chain"), "blocked: `silu` and `mul` work on different rows: [64] is broadcast or reduced to [T, 64]");
}

TEST(Chains, a_permuted_view_mixes_rows) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%v = transpose(%a, dim0=0, dim1=1) : bf16[64, T]{1, 64}\n%c = softmax(%v, dim=-1) : bf16[64, T]\noutput %c\n");
  EXPECT_EQ(find(run(), "vector_chain")->verdict, Verdict::Blocked);
}

TEST(Chains, a_read_is_not_moved_across_a_write) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%z = topk(%x!, k=64) : bf16[T, 64]  # m.py:2\n%c = mul(%a, %z) : bf16[T, 64]\noutput %c\n");
  EXPECT_EQ(verdict(run(), "elementwise_chain"), "blocked: a write stands between: `x` is overwritten before `topk` (m.py:2)");
}

TEST(Chains, collectives_and_attention_are_boundaries) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%c = all_reduce(%a) : bf16[T, 64]\n%d = neg(%c) : bf16[T, 64]\noutput %d\n");
  EXPECT_EQ(run().findings.size(), 0U);
}

TEST(Chains, what_reads_a_cache_that_was_written_is_attention) {
  ModelCase run("cache %s : bf16[T, 64]\n%s1 = kv_cache_write(%x, %s!, %ids) : bf16[T, 64]\n%a = neg(%s1) : bf16[T, 64]\n%c = exp(%a) : bf16[T, 64]\noutput %c\n");
  Analysis analysis = run();
  ASSERT_EQ(analysis.findings.size(), 1U);
  EXPECT_EQ(analysis.findings[0].family, Family::Attention);
}

TEST(Chains, what_is_too_large_is_cut_into_pieces_that_fit) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%c = neg(%a) : bf16[T, 64]\n%d = exp(%c) : bf16[T, 64]\n%e = abs(%d) : bf16[T, 64]\noutput %e\n");
  run.pricer.fits = false;
  Analysis analysis = run();
  ASSERT_EQ(analysis.findings.size(), 2U);
  EXPECT_EQ(analysis.findings[0].kernels_text.size(), 2U);
}

TEST(Chains, a_pattern_wins_over_the_chain_on_its_operators) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n");
  Analysis analysis = run(add_norm);
  EXPECT_EQ(analysis.findings.size(), 1U);
  EXPECT_EQ(analysis.findings[0].pattern, "add_rms_norm");
}

// --- horizontal

TEST(Siblings, matmuls_of_one_input) {
  ModelCase run("%a = matmul(%x, %m) : bf16[T, 64]\n%c = matmul(%x, %m2) : bf16[T, 64]\noutput %a, %c\n");
  EXPECT_EQ(verdict(run(), "sibling_matmuls"), "opportunity");
  ModelCase dependent("%a = matmul(%x, %m) : bf16[T, 64]\n%c = matmul(%a, %m2) : bf16[T, 64]\noutput %a, %c\n");
  EXPECT_EQ(verdict(dependent(), "sibling_matmuls"), "not found");
  ModelCase types("param %f \"f\" : f32[64, 64]\n%z = cast(%x, dtype=f32) : f32[T, 64]\n%a = matmul(%x, %m) : bf16[T, 64]\n%c = matmul(%z, %f) : f32[T, 64]\noutput %a, %c\n");
  EXPECT_EQ(verdict(types(), "sibling_matmuls"), "blocked: the products have different dtypes: bf16 x bf16 and f32 x f32");
}

TEST(Siblings, equal_kernels_of_one_tensor) {
  ModelCase run("%p = matmul(%x, %m) : bf16[T, 64]\n%q, %k = split(%p) : bf16[T, 32], bf16[T, 32]\n%a = rms_norm(%q, eps=1e-06) : bf16[T, 32]\n"
          "%c = rms_norm(%k, eps=1e-06) : bf16[T, 32]\noutput %a, %c\n");
  EXPECT_EQ(verdict(run(), "sibling_kernels"), "opportunity");
}

TEST(Siblings, belong_to_what_they_are_for) {
  std::string text = "%p = matmul(%x, %m) : bf16[T, 64]\n%q, %k = split(%p) : bf16[T, 32], bf16[T, 32]\n%a = pad(%q) : bf16[T, 48]\n%c = pad(%k) : bf16[T, 48]\n";
  ModelCase attended(text + "%o = attention(%a, %c, %c) : bf16[T, 48]\noutput %o\n");
  Analysis analysis = attended();
  const Finding* found = find(analysis, "sibling_kernels");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->family, Family::Attention);
  ModelCase other(text + "%o = attention(%a, %c, %c) : bf16[T, 48]\n%n = topk(%c, k=48) : bf16[T, 48]\noutput %o, %n\n");
  Analysis mixed = other();
  ASSERT_NE(find(mixed, "sibling_kernels"), nullptr);
  EXPECT_EQ(find(mixed, "sibling_kernels")->family, Family::Vector);
}

// --- what need not run

TEST(Redundant, copies_for_the_layout) {
  ModelCase run("%p = matmul(%x, %m) : bf16[T, 64]\n%q, %k = split(%p) : bf16[T, 32], bf16[T, 32]\n%c = copy(%q) : bf16[T, 32]\n%o = topk(%c, k=32) : bf16[T, 32]\noutput %o, %k\n");
  EXPECT_EQ(verdict(run(), "layout_copy"), "opportunity");
  ModelCase overwritten("%p = matmul(%x, %m) : bf16[T, 64]\n%c = copy(%p) : bf16[T, 64]\n%z = topk(%p!, k=64) : bf16[T, 64]\n%o = topk(%c, k=64) : bf16[T, 64]\noutput %o, %z\n");
  EXPECT_EQ(verdict(overwritten(), "layout_copy"), "blocked: `p` is overwritten while the copy is in use");
}

TEST(Redundant, casts_there_and_back) {
  ModelCase run("%p = matmul(%x, %m) : bf16[T, 64]\n%f = cast(%p, dtype=f32) : f32[T, 64]\n%g = cast(%f, dtype=bf16) : bf16[T, 64]\n%o = matmul(%g, %m2) : bf16[T, 64]\noutput %o, %f\n");
  EXPECT_NE(find(run(), "cast_back"), nullptr);
}

TEST(Redundant, work_of_step_inputs_in_every_layer) {
  auto part = [](int i) {
    std::string n = std::to_string(i), at = "  # rope.py:7 model.layers." + n + ".rope\n";
    return "param %m0" + n + " : bf16[64, 64]\n%c" + n + " = index_select(%table, %ids, dim=0) : bf16[T, 64]" + at + "%z" + n + " = matmul(%c" + n + ", %m0" + n + ") : bf16[T, 64]" +
           "  # m.py:" + std::to_string(20 + i) + "\n";
  };
  ModelCase run("buffer %table : bf16[100, 64]\n" + part(0) + part(1) + part(2) + "output %z0, %z1, %z2\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "repeated_work");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->layers, (std::vector<std::string>{"model.layers.1", "model.layers.2"}));
  EXPECT_EQ(finding->step_gain.nominal, 6);
}

TEST(Redundant, work_done_twice_in_every_layer_is_one_finding) {
  auto part = [](int i) {
    std::string n = std::to_string(i), at = " model.layers." + n + "\n";
    return "param %a" + n + " : bf16[64, 64]\nparam %b" + n + " : bf16[64, 64]\n%p" + n + " = matmul(%x, %a" + n + ") : bf16[T, 64]  # m.py:5" + at +
           "%k" + n + " = cumsum(%p" + n + ", dim=0) : bf16[T, 64]  # wy.py:7" + at + "%y" + n + " = matmul(%k" + n + ", %b" + n + ") : bf16[T, 64]  # m.py:6" + at +
           "%c" + n + " = cumsum(%p" + n + ", dim=0) : bf16[T, 64]  # chunk.py:9" + at + "%z" + n + " = matmul(%c" + n + ", %a" + n + ") : bf16[T, 64]  # m.py:8" + at;
  };
  ModelCase run(part(0) + part(1) + part(2) + "output %y0, %z0, %y1, %z1, %y2, %z2\n");
  Analysis analysis = run();
  const Finding* finding = find(analysis, "repeated_work");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->occurrences.size(), 3U);
  EXPECT_NE(finding->why_en.find("earlier in the same layer, wy.py:7"), std::string::npos) << finding->why_en;
}

TEST(Redundant, one_line_of_a_loop_is_one_finding) {
  // The rows grow from round to round, so that no two copies are equal.
  std::string text, outputs;
  for (int i = 1; i <= 3; ++i) {
    std::string n = std::to_string(i), rows = std::to_string(64 * i);
    text += "param %w" + n + " : bf16[64, " + rows + "]\n%p" + n + " = matmul(%x, %w" + n + ") : bf16[T, " + rows + "]  # m.py:5 model.layers.0\n%c" + n +
            " = copy(%p" + n + ") : bf16[T, " + rows + "]  # loop.py:7 model.layers.0\n";
    outputs += (i > 1 ? ", %c" : "%c") + n;
  }
  ModelCase run(text + "output " + outputs + "\n");
  Analysis analysis = run();
  std::vector<const Finding*> copies;
  for (const Finding& finding : analysis.findings) {
    if (finding.pattern == "layout_copy") copies.push_back(&finding);
  }
  ASSERT_EQ(copies.size(), 1U);
  EXPECT_EQ(copies[0]->occurrences.size(), 3U);
  EXPECT_EQ(copies[0]->id.find('#'), std::string::npos);
  EXPECT_GE(copies[0]->step_gain.nominal, 3 * copies[0]->price.gain.nominal - 1e-9);
}

TEST(Redundant, what_a_step_does_not_notice_is_no_gain) {
  std::string text = "%f = cast(%w, dtype=f32) : f32[64]\n%c = mul(%x, %f) : f32[T, 64]\noutput %c\n%z0 = topk(%x, k=64) : bf16[T, 64]\n";
  for (int i = 0; i < 8000; ++i) text += "%z" + std::to_string(i + 1) + " = topk(%z" + std::to_string(i) + ", k=64) : bf16[T, 64]\n";
  ModelCase run(text + "output %z8000\n");
  EXPECT_EQ(verdict(run(), "constant_work").substr(0, 7), "no_gain");
}

TEST(Redundant, work_on_weights_alone) {
  ModelCase run("%f = cast(%w, dtype=f32) : f32[64]\n%c = mul(%x, %f) : f32[T, 64]\noutput %c\n");
  EXPECT_EQ(verdict(run(), "constant_work"), "opportunity");
  ModelCase written("buffer %u : bf16[64]\n%z = topk(%u!, k=64) : bf16[64]\n%f = cast(%z, dtype=f32) : f32[64]\n%c = mul(%x, %f) : f32[T, 64]\noutput %c\n");
  EXPECT_EQ(verdict(written(), "constant_work"), "not found") << "a buffer that is written is no constant";
}

// --- explain

TEST(Explain, tells_operators_conditions_and_arithmetic) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]  # model.py:5\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:6\noutput %n, %s\n");
  Analysis analysis = run(add_norm);
  std::string text = explain(analysis.findings[0], run.run);
  for (const char* part : {"add_rms_norm@model.py:5\n", "Add + RMSNorm (Norm, pattern): opportunity\n", "at model.py:5-6\n",
                           "    * add(x, y) -> bf16[T, 64] = [16, 64]  model.py:5\n", "  in   norm_weight: bf16[64], weight\n", "  in   eps: float = 1e-05\n",
                           "  [ok] %x.rank > 1 and %residual.rank > 1: x.rank = 2, residual.rank = 2\n",
                           "  gain   3.00 us (2.40 to 3.60), pessimistic 1.50 us\n", "  before - after\n", "  1 times a step: 3.00 us"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
  }
}

// --- passes

TEST(Passes, one_that_nearly_matches_is_broken) {
  ModelCase run("output %x\n");
  graph::PassResult pass;
  pass.pass = "AllReducePass";
  pass.pattern = "MiddleLayer";
  pass.location = {Symbol("vllm_ascend/p.py"), 60};
  pass.nearest = {Symbol("model.py"), 395};
  pass.why = "epsilon is 1e-05, the pattern has 1e-06";
  run.run.passes.push_back(pass);
  EXPECT_EQ(verdict(run(), "MiddleLayer"), "broken_pass: epsilon is 1e-05, the pattern has 1e-06");
  run.run.passes.back().why = "the pattern has `npu_add_rms_norm` where the code has `_C_ascend.npu_add_rms_norm_bias`";
  EXPECT_EQ(verdict(run(), "MiddleLayer").substr(0, 11), "broken_pass") << "one operator under another name";
  run.run.passes.back().why = "the pattern has `aten.mul` where the code has `aten.mean`";
  EXPECT_EQ(find(run(), "MiddleLayer"), nullptr) << "the model does something else there";
  run.run.passes.back().matches = 3;
  EXPECT_EQ(run().findings.size(), 0U);
}

}  // namespace
}  // namespace fusescout::fusion
