#include "report/explain.h"

#include <gtest/gtest.h>

#include "fusion/test_support.h"

namespace fusescout::report {
namespace {

TEST(Explain, tells_operators_conditions_and_arithmetic) {
  fusion::ModelCase run("%s = add(%x, %y) : bf16[T, 64]  # model.py:5\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # model.py:6\noutput %n, %s\n");
  fusion::Analysis analysis = run(fusion::add_norm);
  auto contains = [&](Language language, std::initializer_list<const char*> parts) {
    std::string text = explain(analysis.findings[0], run.run, language);
    for (const char* part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
  };
  contains(Language::En, {"add_rms_norm@model.py:5\n", "Add + RMSNorm (Norm, pattern): Opportunity\n", "at model.py:5-6\n",
                          "    * add(x, y) -> bf16[T, 64] = [16, 64]  model.py:5\n", "  in   norm_weight: bf16[64], weight\n", "  in   eps: float = 1e-05\n",
                          "  gain   3.00 us [2.40, 3.60], pessimistic 1.50 us\n", "  1 launch and ", "  before - after\n", "  1 times a step: 3.00 us"});
  contains(Language::Zh, {"add_rms_norm@model.py:5\n", "位于 model.py:5-6\n", "现状\n", "  in   norm_weight: bf16[64], 权重\n", "条件\n", "  收益   3.00 us [2.40, 3.60], 参数不利时 1.50 us\n", "  每步 1 处: 3.00 us"});
}

}  // namespace
}  // namespace fusescout::report
