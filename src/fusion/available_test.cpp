// Kernels that exist, whose meaning the model computes in several.
#include "fusion/test_support.h"

namespace fusescout::fusion {
namespace {

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

TEST(Analyze, stages_of_a_recurrence_stay_stages_inside_a_kernel) {
  FusedKernelMeaning kernel{"torch_npu.npu_rule", {}, "", parsed("input %g : f32[1, 4, 2]\ninput %k : f16[1, 4, 2, 32]\ninput %q : f16[1, 4, 2, 32]\n"
                            "%s = cumsum(%g, dim=1) : f32[1, 4, 2]\n%a = linear_attention(%k, %s, part=\"kkt\") : f32[1, 4, 2, 16]\n"
                            "%o = linear_attention(%q, %a, part=\"output\") : f16[1, 4, 2, 32]\noutput %o\n")};
  ModelCase run("input %g : f32[1, T, 2]\n%s = cumsum(%g, dim=1) : f32[1, T, 2]\n%a = linear_attention(%x, %s, part=\"kkt\") : f32[T, 16]\n"
                "%o = linear_attention(%y, %a, part=\"output\") : bf16[T, 64]\noutput %o\n");
  run.available.push_back(kernel);
  Analysis analysis = run();
  EXPECT_EQ(verdict(analysis, "npu_rule"), "available: `torch_npu.npu_rule` does this, but this path does not call it");
  EXPECT_EQ(find(analysis, "npu_rule")->proposal.size(), 2U);
  EXPECT_EQ(find(analysis, "npu_rule")->launches_saved, 1);
}

TEST(Analyze, a_kernel_that_is_called_is_not_available) {
  // The copy before is what the kernel does not do: another call of it would not either.
  ModelCase run("%c = copy(%x) : bf16[T, 64]  # model.py:4\nkernel torch_npu.npu_add_rms_norm vector {\n%s = add(%c, %y) : bf16[T, 64]  # model.py:5\n"
                "%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:5\n}\noutput %n, %s\n");
  run.available.push_back(add_norm_kernel());
  Analysis analysis = run(add_norm);
  EXPECT_EQ(find(analysis, "add_rms_norm")->verdict, Verdict::AlreadyFused);
  EXPECT_EQ(find(analysis, "npu_add_rms_norm"), nullptr) << "nor is it to be written anew with the copy";
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
  ModelCase batch("%v = view(%x) : bf16[1, T, 64]\n%n = rms_norm(%v, %w, eps=1e-05) : bf16[1, T, 64]\n%row = view(%w) : bf16[1, 64]\n%o = add(%n, %row) : bf16[1, T, 64]\noutput %o\n");
  batch.available.push_back(norm_bias);
  EXPECT_EQ(verdict(batch(), "norm_bias"), "available: `_C_ascend.norm_bias` does this, but this path does not call it") << "an axis of one element is none";
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

TEST(Analyze, a_size_that_a_kernel_takes_in_no_other_way_closes_it) {
  ModelCase run("%s = add(%y, %x) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n");
  run.available.push_back(add_norm_kernel());
  run.available[0].sizes = {4};
  EXPECT_EQ(verdict(run(), "npu_add_rms_norm").substr(0, 9), "available") << "no last axis of its results";
  run.available[0].sizes = {32};
  EXPECT_EQ(verdict(run(), "npu_add_rms_norm"), "blocked: `torch_npu.npu_add_rms_norm` would do this, but its rows have 32 columns where here are 64");
}

TEST(Analyze, what_closes_a_kernel_is_told_beside_the_new_one) {
  ModelCase run("%s = add(%y, %x) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n");
  run.available.push_back(add_norm_kernel());
  run.available[0].closed = "it takes no such rows";
  EXPECT_EQ(verdict(run(), "npu_add_rms_norm"), "blocked: `torch_npu.npu_add_rms_norm` would do this, but it takes no such rows");
  Analysis analysis = run(add_norm);
  const Finding* finding = find(analysis, "add_rms_norm");
  EXPECT_EQ(finding->verdict, Verdict::Opportunity);
  EXPECT_TRUE(std::any_of(finding->conditions.begin(), finding->conditions.end(), [](const Condition& c) {
    return c.name == "available" && c.reason == "`torch_npu.npu_add_rms_norm` would do this, but it takes no such rows";
  }));
}

TEST(Analyze, what_closes_a_kernel_for_a_part_is_told_where_the_whole_is_proposed) {
  ModelCase run("%e = exp(%x) : bf16[T, 64]\n%s = add(%y, %e) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n");
  run.available.push_back(add_norm_kernel());
  run.available[0].closed = "it takes no such rows";
  Analysis analysis = run("pattern larger norm\ngraph\n %0 = exp(%a)\n %1 = add(%b, %0)\n %2 = rms_norm(%1, ...)\n output %2, %1\ngraph\n %1 = add(%b, %a)\n %2 = rms_norm(%1, ...)\n output %2, %1\n");
  EXPECT_EQ(verdict(analysis, "larger"), "opportunity");
  EXPECT_EQ(verdict(analysis, "npu_add_rms_norm"), "blocked: `torch_npu.npu_add_rms_norm` would do this, but it takes no such rows");
}

TEST(Analyze, scales_of_blocks_are_not_those_of_rows) {
  FusedKernelMeaning quant{"torch_npu.norm_quant", {}, "", parsed("input %a : f16[4, 32]\ninput %g : f16[32]\nkernel k vector {\n%n = rms_norm(%a, %g, eps=1e-06) : f16[4, 32]\n"
                           "%q, %s = dynamic_quantize(%n, dtype=i8) : i8[4, 32], f32[4]\n}\noutput %q, %s\n")};
  auto run_with = [&](const std::string& how, const std::string& scale) {
    ModelCase run("%n = rms_norm(%x, %w, eps=1e-05) : bf16[T, 64]\n%q, %s = dynamic_quantize(%n, dtype=i8" + how + ") : i8[T, 64], f32[" + scale + "]\noutput %q, %s\n");
    run.available.push_back(quant);
    return verdict(run(), "norm_quant");
  };
  EXPECT_EQ(run_with("", "T"), "available: `torch_npu.norm_quant` does this, but this path does not call it");
  EXPECT_EQ(run_with(", block=32", "T, 2"), "not found");
  EXPECT_EQ(run_with(", bits=4", "T"), "not found");
}

TEST(Analyze, a_kernel_of_today_that_does_more_is_not_what_an_existing_one_does) {
  ModelCase run("kernel k vector {\n%s = add(%y, %x) : bf16[T, 64]\n%e = exp(%s) : bf16[T, 64]\n}\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s, %e\n");
  run.available.push_back(add_norm_kernel());
  EXPECT_EQ(verdict(run(), "npu_add_rms_norm"), "not found");
}

}  // namespace
}  // namespace fusescout::fusion
