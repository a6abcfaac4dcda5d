#include "fusion/test_support.h"

namespace fusescout::fusion {
namespace {

TEST(Passes, what_a_pass_makes_several_kernels_of_is_already_fused) {
  graph::ModelRun run;
  run.graph = parsed("T = 16\ninput %x : bf16[T, 64]\nparam %w : bf16[64]\n%n = rms_norm(%x, %w, eps=1e-05) : bf16[T, 64]  # model.py:5\n"
                     "%g = cumsum(%n, dim=0) : bf16[T, 64]  # model.py:6\n%q = abs(%g) : bf16[T, 64]  # model.py:7\n%o = silu(%q) : bf16[T, 64]\noutput %o\n");
  graph::PassResult pass;
  pass.pass = "NormPass";
  pass.pattern = "GatheredPattern";
  pass.location = {Symbol("passes.py"), 33};
  pass.matches = 1;
  pass.apart.push_back({{"npu_norm_abs", "cumsum"}, {}});
  for (uint32_t i = 0; i < 3; ++i) pass.apart[0].calls.push_back(run.graph.operators[graph::OperatorId{i}].call);
  run.passes.push_back(pass);
  Analysis analysis = analyze(run, {}, {}, FakePricer());
  auto finding = std::find_if(analysis.findings.begin(), analysis.findings.end(), [](const Finding& f) { return f.pattern == "GatheredPattern"; });
  ASSERT_NE(finding, analysis.findings.end());
  EXPECT_EQ(finding->verdict, Verdict::AlreadyFused);
  EXPECT_EQ(finding->reason, "graph pass `NormPass` makes other kernels of these");
  EXPECT_EQ(finding->family, Family::Norm);
  ASSERT_EQ(finding->by.size(), 3U);
  EXPECT_EQ(finding->by[0].location, (Location{Symbol("passes.py"), 33}));
  EXPECT_EQ(finding->by[1].name, "npu_norm_abs");
  EXPECT_EQ(finding->locations[0], (Span{Symbol("model.py"), 5, 7}));
}

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

TEST(Passes, of_one_pattern_in_several_settings_that_which_finds_places_is_told) {
  ModelCase run("output %x\n");
  graph::PassResult pass;
  pass.pass = "QKNormPass";
  pass.pattern = "QKNorm";
  pass.nearest = {Symbol("model.py"), 160};
  pass.why = "argument 2 of `aten.view` is another one in the pattern";
  pass.refused = 20;
  graph::PassResult other = pass;
  other.nearest = {Symbol("layernorm.py"), 64};
  other.why = "`npu.npu_rms_norm` has 3 arguments in the pattern and 2 in the code";
  other.refused = 0;
  run.run.passes = {other, pass};
  Analysis analysis = run();
  ASSERT_EQ(analysis.findings.size(), 1U);
  EXPECT_EQ(analysis.findings[0].reason, pass.why);
  EXPECT_EQ(analysis.findings[0].conditions.front().value, "20");
}

}  // namespace
}  // namespace fusescout::fusion
