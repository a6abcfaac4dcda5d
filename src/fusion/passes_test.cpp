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

}  // namespace
}  // namespace fusescout::fusion
