#include "fusion/group.h"
#include "fusion/test_support.h"

namespace fusescout::fusion {
namespace {

// The lines of the chain that is an opportunity; none if there is none.
std::vector<Span> chain_lines(const Analysis& analysis) {
  const Finding* finding = find(analysis, "vector_chain");
  return finding == nullptr || finding->verdict != Verdict::Opportunity ? std::vector<Span>() : finding->locations;
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
  EXPECT_EQ(chain_lines(analysis), (std::vector<Span>{{Symbol("model.py"), 6, 6}}));
  bool told = false;
  for (const Condition& condition : find(analysis, "vector_chain")->conditions) told = told || (condition.name == "extends" && condition.value == "`torch_npu.npu_add_rms_norm` (model.py:5)");
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
  EXPECT_EQ(chain_lines(run()), (std::vector<Span>{{Symbol("model.py"), 4, 4}, {Symbol("model.py"), 6, 6}}));
}

TEST(Analyze, a_conversion_among_the_arguments_of_a_fused_kernel_stands_on_its_lines) {
  ModelCase run("%a = abs(%x) : bf16[T, 64]  # model.py:4\n%f = cast(%a) : f32[T, 64]  # model.py:7\nkernel torch_npu.npu_add_rms_norm vector {\n"
          "%s = add(%f, %y) : f32[T, 64]  # model.py:6\n%n = rms_norm(%s, %w, eps=1e-05) : f32[T, 64]  # model.py:6\n}\noutput %n, %s\n");
  EXPECT_EQ(chain_lines(run()), (std::vector<Span>{{Symbol("model.py"), 4, 4}}));
}

TEST(Analyze, one_operator_that_plain_code_needs_several_for_is_a_fused_kernel) {
  EXPECT_EQ(verdict(ModelCase("kernel torch_npu.npu_rope vector {\n%o = rope(%x, %y, rotary_dim=64) : bf16[T, 64]\n}\noutput %o\n")(), "npu_rope"),
            "already_fused: one kernel today: `torch_npu.npu_rope`");
  EXPECT_EQ(verdict(ModelCase("kernel aten.softmax vector {\n%o = softmax(%x, dim=-1) : bf16[T, 64]\n}\noutput %o\n")(), "softmax"), "not found");
}

TEST(Analyze, an_operator_of_torch_that_takes_several_steps_is_none) {
  std::string steps = " vector {\n%d = floor_div(%x, other=4) : bf16[T, 64]\n%p = mul(%d, other=4) : bf16[T, 64]\n%o = sub(%x, %p) : bf16[T, 64]\n}\noutput %o\n";
  EXPECT_EQ(verdict(ModelCase("kernel aten.remainder" + steps)(), "remainder"), "not found");
  EXPECT_EQ(verdict(ModelCase("kernel triton.remainder" + steps)(), "remainder"), "already_fused: one kernel today: `triton.remainder`");
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
  EXPECT_EQ(verdict(run(both), "twice"), "blocked: a write stands between: `x` is overwritten by `topk` (m.py:2)");
}

TEST(Analyze, a_path_out_and_back_in_blocks) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]  # m.py:1\n%g = all_reduce(%s) : bf16[T, 64]  # m.py:2\n%t = add(%s, %g) : bf16[T, 64]  # m.py:3\noutput %t\n");
  std::string both = "pattern twice norm\ngraph\n %0 = add(%x, %r)\n %1 = add(%0, %s)\n output %1\n";
  EXPECT_EQ(verdict(run(both), "twice"), "blocked: `all_reduce` (m.py:2) stands between: it needs one of the operators, and another one needs it");
}

TEST(Analyze, of_two_ways_to_fit_one_place_the_impossible_one_is_not_told) {
  // Both operands of the second sum are sums over ranks: the older one is the residual.
  ModelCase run("%a = all_reduce(%x) : bf16[T, 64]  # m.py:1\n%n = rms_norm(%a, %w, eps=1e-05) : bf16[T, 64]  # m.py:2\n%r = all_reduce(%n) : bf16[T, 64]  # m.py:3\n"
          "%t = add(%r, %a) : bf16[T, 64]  # m.py:4\n%z = rms_norm(%t, %w, eps=1e-05) : bf16[T, 64]  # m.py:4\noutput %z\n");
  std::string reduced = "pattern reduced norm\ngraph\n %0 = all_reduce(%x)\n %1 = add(%0, %r)\n %2 = rms_norm(%1, ...)\n output %2, %1\n";
  Analysis analysis = run(reduced);
  EXPECT_EQ(verdict(analysis, "reduced"), "opportunity");
  EXPECT_EQ(std::count_if(analysis.findings.begin(), analysis.findings.end(), [](const Finding& f) { return f.pattern == "reduced"; }), 1);
}

TEST(Analyze, a_larger_variant_that_something_stands_between_ends_where_a_smaller_one_fits) {
  ModelCase run("%a = exp(%x) : bf16[T, 64]  # m.py:1\n%s = add(%a, %y) : bf16[T, 64]  # m.py:2\n%g = all_reduce(%s) : bf16[T, 64]  # m.py:3\n%t = add(%s, %g) : bf16[T, 64]  # m.py:4\noutput %t\n");
  std::string sums = "pattern sums norm\ngraph\n %0 = exp(%x)\n %1 = add(%0, %r)\n %2 = add(%1, %q)\n output %2\n";
  EXPECT_EQ(verdict(run(sums), "sums").substr(0, 7), "blocked");
  Analysis both = run(sums + "graph\n %0 = exp(%x)\n %1 = add(%0, %r)\n output %1\n");
  EXPECT_EQ(verdict(both, "sums"), "opportunity");
  EXPECT_EQ(std::count_if(both.findings.begin(), both.findings.end(), [](const Finding& f) { return f.pattern == "sums"; }), 1);
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
  // So do those of what comes from outside.
  ModelCase lengths("%l = slice(%x, dim=1, start=0, end=32) : bf16[T, 32]{64, 1}\n%r = slice(%x, dim=1, start=32, end=64) : bf16[T, 32]{64, 1}@32\n"
                    "%a = silu(%l) : bf16[T, 32]\n%c = mul(%a, %r) : bf16[T, 32]\noutput %c\n");
  Analysis of_lengths = lengths();
  finding = find(of_lengths, "elementwise_chain");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->interface.inputs.size(), 1U);
}

// A buffer whose halves come from two sides: one half is written by the group, the other one before.
TEST(Analyze, what_lies_beside_a_written_part_comes_in_and_who_reads_the_whole_reads_the_part) {
  const std::string halves =
      "input %k : bf16[T, 128]\n%left = slice(%k, dim=1, start=0, end=64) : bf16[T, 64]{128, 1}\n%right = slice(%k, dim=1, start=64, end=128) : bf16[T, 64]{128, 1}@64\n"
      "%p = matmul(%x, %m2) : bf16[T, 64]\n%l = mul(%left!, %y) : bf16[T, 64]{128, 1}\n%first = refresh(%k, %l) : bf16[T, 128]\n"
      "%r = sub(%right!, %p) : bf16[T, 64]{128, 1}@64\n%second = refresh(%first, %r) : bf16[T, 128]\n%o = tanh(%second) : bf16[T, 128]\noutput %o\n";
  graph::Graph graph = parsed(std::string(plain_inputs) + halves);
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

TEST(Analyze, what_a_kernel_gives_besides_and_nothing_takes_up_is_no_part_of_a_new_one) {
  graph::Graph graph = parsed(std::string(plain_inputs) +
                              "kernel quant vector {\n%s = sigmoid(%x) : bf16[T, 64]\n%q, %c = dynamic_quantize(%s, dtype=i8) : i8[T, 64], f32[T]\n"
                              "%h = mul(%y, other=2) : bf16[T, 64]\n%offset = add(%h, other=1) : bf16[T, 64]\n}\n%o = topk(%q, k=64) : i8[T, 64]\noutput %o, %c\n");
  Group group = make_group(Flow(graph), {graph::KernelId{0}, graph::KernelId{1}});
  EXPECT_EQ(group.operators.size(), 3U);
  EXPECT_EQ(group.inputs.size(), 1U) << "the offset alone needs %y";
  EXPECT_EQ(group.kernels.size(), 2U);
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

TEST(Analyze, an_alternative_is_one_to_what_takes_most_of_its_places) {
  std::string tail = " %0 = rms_norm(%9, ...)\n %1, %2 = dynamic_quantize(%0)\n output %1, %2\n";
  std::string patterns = "pattern n norm\ngraph\n %0 = rms_norm(%x, ...)\n %1, %2 = dynamic_quantize(%0)\n output %1, %2\n"
                         "pattern s norm\ngraph\n %9 = silu(%x)\n" + tail + "pattern a norm\ngraph\n %9 = add(%x, %r)\n" + tail;
  std::string text = "%s0 = silu(%x) : bf16[T, 64]\n%s1 = add(%x, %y) : bf16[T, 64]\n%s2 = add(%y, %y) : bf16[T, 64]\n", outputs;
  for (const char* n : {"0", "1", "2"}) {
    std::string i(n);
    text += "%n" + i + " = rms_norm(%s" + i + ", %w, eps=1e-05) : bf16[T, 64]  # m.py:6\n%q" + i + ", %c" + i + " = dynamic_quantize(%n" + i + ", dtype=i8) : i8[T, 64], f32[T]  # m.py:7\n";
    outputs += (outputs.empty() ? "%q" : ", %q") + i;
  }
  Analysis analysis = ModelCase(text + "output " + outputs + "\n")(patterns);
  EXPECT_EQ(find(analysis, "n")->alternative_to, find(analysis, "a")->id) << "not to what takes the first one";
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

}  // namespace
}  // namespace fusescout::fusion
