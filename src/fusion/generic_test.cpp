// What is found without a pattern: chains, siblings, and work that need not be done.
#include "fusion/test_support.h"

namespace fusescout::fusion {
namespace {

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

TEST(Chains, what_only_moves_data_belongs_to_what_it_is_for) {
  std::string padded = "%p = pad(%c, pad=[0, 64]) : bf16[T, 192]\n%o = attention(%p, %p, %p) : bf16[T, 192]\noutput %o\n";
  EXPECT_EQ(find(ModelCase("%c = cat(%x, %y, dim=-1) : bf16[T, 128]\n" + padded)(), "vector_chain")->family, Family::Attention);
  EXPECT_EQ(find(ModelCase("%a = neg(%x) : bf16[T, 64]\n%c = cat(%a, %y, dim=-1) : bf16[T, 128]\n" + padded)(), "vector_chain")->family, Family::Vector) << "work of its own";
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

TEST(Chains, heads_are_rows_of_their_tokens) {
  ModelCase merged("%a = silu(%x) : bf16[T, 64]\n%h = view(%a) : bf16[4 * T, 16]\n%n = rms_norm(%h, eps=1e-06) : bf16[4 * T, 16]\noutput %n\n");
  EXPECT_EQ(verdict(merged(), "vector_chain"), "opportunity");
  ModelCase split("%h = view(%x) : bf16[4 * T, 16]\n%n = rms_norm(%h, eps=1e-06) : bf16[4 * T, 16]\n%t = view(%n) : bf16[T, 64]\n"
                  "%r = max(%t, dim=-1, keepdim=True) : bf16[T, 1]\noutput %r\n");
  EXPECT_EQ(verdict(split(), "vector_chain"), "opportunity");
  ModelCase over("%a = silu(%x) : bf16[T, 64]\n%h = view(%a) : bf16[4 * T, 16]\n%n = sum(%h, dim=0) : bf16[16]\noutput %n\n");
  EXPECT_EQ(find(over(), "vector_chain")->verdict, Verdict::Blocked);
}

TEST(Chains, a_read_is_not_moved_across_a_write) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%z = topk(%x!, k=64) : bf16[T, 64]  # m.py:2\n%c = mul(%a, %z) : bf16[T, 64]\noutput %c\n");
  EXPECT_EQ(verdict(run(), "elementwise_chain"), "blocked: a write stands between: `x` is overwritten by `topk` (m.py:2)");
}

TEST(Chains, a_write_of_its_own_is_not_moved_across_a_read) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%z = topk(%a, k=64) : bf16[T, 64]  # m.py:2\n%c = add(%a!, %y) : bf16[T, 64]\noutput %z\noutput %c\n");
  EXPECT_EQ(verdict(run(), "elementwise_chain"), "blocked: a write stands between: `a`, which one of the operators overwrites, is needed before by `topk` (m.py:2)");
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

TEST(Chains, what_fits_in_no_group_does_not_tear_the_rest) {
  ModelCase run("%a = silu(%x) : bf16[T, 64]\n%c = neg(%a) : bf16[T, 64]\n%d = cat(%a, %c, dim=-1) : bf16[T, 128]\n%e = exp(%c) : bf16[T, 64]\noutput %d, %e\n");
  EXPECT_EQ(find(run(), "vector_chain")->kernels_text.size(), 4U);
  run.pricer.misfit = "cat";
  EXPECT_EQ(find(run(), "elementwise_chain")->kernels_text, (std::vector<std::string>{"aten.silu", "aten.neg", "aten.exp"}));
  EXPECT_EQ(find(run(), "vector_chain"), nullptr);
}

TEST(Chains, a_pattern_wins_over_the_chain_on_its_operators) {
  ModelCase run("%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n");
  Analysis analysis = run(add_norm);
  EXPECT_EQ(analysis.findings.size(), 1U);
  EXPECT_EQ(analysis.findings[0].pattern, "add_rms_norm");
}

// --- horizontal

TEST(Chains, join_a_planned_kernel_that_makes_or_takes_their_rows) {
  constexpr const char* text = "%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\n%a = silu(%n) : bf16[T, 64]\n"
                               "%c = neg(%a) : bf16[T, 64]\noutput %c\n";
  ModelCase run(text);
  Analysis analysis = run(add_norm);
  const Finding* joined = find(analysis, "vector_chain");
  ASSERT_NE(joined, nullptr);
  EXPECT_EQ(joined->kernels_text.size(), 4U);
  EXPECT_EQ(joined->name_en, "vector chain: Add + RMSNorm + silu + neg");
  EXPECT_EQ(joined->alternative_to, "");
  EXPECT_EQ(find(analysis, "add_rms_norm")->alternative_to, joined->id);
  EXPECT_EQ(find(analysis, "elementwise_chain")->alternative_to, joined->id);
  EXPECT_DOUBLE_EQ(analysis.step_time.nominal - analysis.step_time_after.nominal, 9);
  // Other rows in between: no pass over them.
  ModelCase apart("%s = add(%x, %y) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\n%r = sum(%n, dim=0) : bf16[64]\n%a = silu(%r) : bf16[64]\n"
                  "%c = neg(%a) : bf16[64]\noutput %c, %n\n");
  EXPECT_EQ(find(apart(add_norm), "add_rms_norm")->alternative_to, "");
}

TEST(Siblings, matmuls_of_one_input) {
  ModelCase run("%a = matmul(%x, %m) : bf16[T, 64]\n%c = matmul(%x, %m2) : bf16[T, 64]\noutput %a, %c\n");
  EXPECT_EQ(verdict(run(), "sibling_matmuls"), "opportunity");
  ModelCase dependent("%a = matmul(%x, %m) : bf16[T, 64]\n%c = matmul(%a, %m2) : bf16[T, 64]\noutput %a, %c\n");
  EXPECT_EQ(verdict(dependent(), "sibling_matmuls"), "not found");
  ModelCase types("param %f \"f\" : f32[64, 64]\n%z = cast(%x, dtype=f32) : f32[T, 64]\n%a = matmul(%x, %m) : bf16[T, 64]\n%c = matmul(%z, %f) : f32[T, 64]\noutput %a, %c\n");
  EXPECT_EQ(verdict(types(), "sibling_matmuls"), "blocked: the products have different dtypes: bf16 x bf16 and f32 x f32");
}

TEST(Siblings, one_that_is_left_alone_may_join_what_others_have_spoken_for) {
  std::string text = "%a = matmul(%x, %m) : bf16[T, 64]\n%s = silu(%a) : bf16[T, 64]\n%c = matmul(%x, %m2) : bf16[T, 64]\n";
  std::string activation = "pattern act matmul\ngraph\n %0 = matmul(%x, ...)\n %1 = silu(%0)\n output %1\n";
  Analysis analysis = ModelCase(text + "output %s, %c\n")(activation);
  ASSERT_NE(find(analysis, "sibling_matmuls"), nullptr);
  EXPECT_EQ(find(analysis, "sibling_matmuls")->alternative_to, find(analysis, "act")->id);
  Analysis both = ModelCase(text + "%t = silu(%c) : bf16[T, 64]\noutput %s, %t\n")(activation);
  EXPECT_EQ(find(both, "sibling_matmuls"), nullptr) << "nothing is left";
}

TEST(Siblings, a_merged_weight_is_matmuls_fused_already) {
  auto merged = [](const std::string& text) {
    Analysis analysis = ModelCase("%p = matmul(%x, %m) : bf16[T, 64]\n" + text)();
    const Finding* finding = find(analysis, "sibling_matmuls");
    if (finding == nullptr) return std::string("not found");
    EXPECT_EQ(finding->verdict, Verdict::AlreadyFused);
    EXPECT_EQ(finding->family, Family::MatMul);
    return finding->name_en;
  };
  std::string parts = "%q, %k, %v = split(%p) : bf16[T, 32], bf16[T, 16], bf16[T, 16]\n";
  EXPECT_EQ(merged(parts + "%o = attention(%q, %k, %v) : bf16[T, 32]\noutput %o\n"), "3 matmuls of one input, merged");
  EXPECT_EQ(merged("%o = silu_mul(%p) : bf16[T, 32]\noutput %o\n"), "2 matmuls of one input, merged");
  EXPECT_EQ(merged(parts + "%n = rms_norm(%p) : bf16[T, 64]\n%o = attention(%q, %k, %v) : bf16[T, 32]\noutput %o, %n\n"), "not found") << "read as a whole too";
  EXPECT_EQ(merged("%h = view(%p) : bf16[T, 4, 16]\n%a, %e = split(%h) : bf16[T, 4, 8]{64, 16, 1}, bf16[T, 4, 8]{64, 16, 1}@8\n"
                   "%c = neg(%a) : bf16[T, 4, 8]\n%d = exp(%e) : bf16[T, 4, 8]\noutput %c, %d\n"), "not found") << "heads in two parts are one product";
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

TEST(Siblings, inputs_of_one_value_are_one_input) {
  auto part = [](const std::string& n, const std::string& of) {
    return "param %w" + n + " : i8[64, 64]\nparam %f" + n + " : bf16[64]\n%q" + n + ", %s" + n + " = dynamic_quantize(%" + of + ", dtype=i8) : i8[T, 64], f32[T]\n%o" + n + " = quantized_matmul(%q" + n +
           ", %w" + n + ", %f" + n + ", %s" + n + ", dtype=bf16) : bf16[T, 64]\n";
  };
  Analysis equal = ModelCase(part("0", "x") + part("1", "x") + "output %o0, %o1\n")();
  ASSERT_NE(find(equal, "sibling_matmuls"), nullptr);
  EXPECT_EQ(find(equal, "sibling_matmuls")->kernels_text.size(), 2U);
  EXPECT_NE(find(equal, "repeated_work"), nullptr);
  EXPECT_EQ(find(ModelCase(part("0", "x") + part("1", "y") + "output %o0, %o1\n")(), "sibling_matmuls"), nullptr);
}

TEST(Redundant, two_sums_over_ranks_that_are_added) {
  auto text = [](const std::string& between, const std::string& output = "%d") {
    return "param %m0 : bf16[64, 64]\n%p = matmul(%x, %m0) : bf16[T, 64]\n%a = all_reduce(%p, group=\"g\") : bf16[T, 64]  # m.py:3\n%q = matmul(%y, %m0) : bf16[T, 64]\n"
           "%e = all_reduce(%q, group=\"g\") : bf16[T, 64]  # m.py:5\n" + between + "%d = add(%c, %e) : bf16[T, 64]  # m.py:7\noutput " + output + "\n";
  };
  ModelCase run(text("%c = mul(%a, other=2.5) : bf16[T, 64]  # m.py:6\n"));
  Analysis analysis = run();
  const Finding* finding = find(analysis, "sum_of_sums");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->verdict, Verdict::Opportunity);
  EXPECT_EQ(finding->kernels_text, (std::vector<std::string>{"all_reduce"}));
  EXPECT_EQ(finding->locations, (std::vector<Span>{{Symbol("m.py"), 3, 5}, {Symbol("m.py"), 7, 7}})) << "line 6 does other work";
  EXPECT_NE(find(ModelCase(text("%c = add(%a, %x) : bf16[T, 64]\n"))(), "sum_of_sums"), nullptr) << "a residual between";
  // A square of sums is no sum of squares, and what somebody else reads has to be there.
  EXPECT_EQ(find(ModelCase(text("%c = silu(%a) : bf16[T, 64]\n"))(), "sum_of_sums"), nullptr);
  EXPECT_EQ(find(ModelCase(text("%c = mul(%a, other=2.5) : bf16[T, 64]\n", "%d, %a"))(), "sum_of_sums"), nullptr);
}

TEST(Chain, a_softmax_of_a_router_is_none_of_attention) {
  auto family = [](const std::string& module, const std::string& experts) {
    std::string at = "  # m.py:5 " + module;
    const Finding* finding = nullptr;
    Analysis analysis = ModelCase("param %e : bf16[8, 64, 64]\n%a = exp(%x) : bf16[T, 64]" + at + "\n%s = softmax(%a, dim=-1) : bf16[T, 64]" + at + "\n%r, %i, %n = expert_dispatch(%x, %ids) : bf16[2*T, 64], i32[2*T], i64[8]  # m.py:9 " + experts + "\noutput %s, %r\n")();
    finding = find(analysis, "vector_chain");
    return finding ? finding->family : Family::Norm;
  };
  EXPECT_EQ(family("model.layers.0.mlp", "model.layers.0.mlp"), Family::MoE);
  EXPECT_EQ(family("model.layers.0.attn", "model.layers.0.mlp"), Family::Attention);
}

TEST(Redundant, work_whose_result_nobody_reads) {
  auto found = [](const std::string& line, const std::string& output = "%o") {
    return find(ModelCase("%o = silu(%x) : bf16[T, 64]\n" + line + "  # m.py:5\noutput " + output + "\n")(), "unread_work") != nullptr;
  };
  EXPECT_TRUE(found("%c = copy(%x) : bf16[T, 64]"));
  EXPECT_FALSE(found("%c = copy(%x) : bf16[T, 64]", "%o, %c"));
  EXPECT_FALSE(found("%c = cast(%x, dtype=i64) : i64[T, 64]")) << "the host may have read it";
  EXPECT_FALSE(found("%c = fill(value=0) : bf16[T, 64]")) << "rows of padding keep it";
}

TEST(Redundant, running_sums_that_a_dispatch_could_have_made) {
  auto text = [](const std::string& output) {
    return "param %e : bf16[8, 64, 64]\n%r, %i, %n = expert_dispatch(%x, %ids) : bf16[2*T, 64], i32[2*T], i64[8]\n"
           "%c = cumsum(%n, dim=-1) : i64[8]  # mlp.py:5\n%g = grouped_matmul(%r, %e, %c) : bf16[2*T, 64]\noutput " + output + "\n";
  };
  Analysis analysis = ModelCase(text("%g"))();
  const Finding* finding = find(analysis, "running_sum");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->family, Family::MoE);
  EXPECT_EQ(finding->verdict, Verdict::Opportunity);
  EXPECT_EQ(find(ModelCase(text("%g, %c"))(), "running_sum"), nullptr);
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

}  // namespace
}  // namespace fusescout::fusion
