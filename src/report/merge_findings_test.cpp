#include <gtest/gtest.h>

#include "report/markdown.h"

namespace fusescout::report {
namespace {

using fusion::Verdict;

fusion::Analysis analysis_of(Verdict verdict, double gain) {
  fusion::Analysis analysis;
  fusion::Finding finding;
  finding.id = "x@m.py:1";
  finding.verdict = verdict;
  finding.step_share = gain;
  analysis.findings.push_back(finding);
  return analysis;
}

// The verdict of a finding that the two scenarios see so.
Row merged(Verdict first, double first_gain, Verdict second, double second_gain) {
  fusion::Analysis a = analysis_of(first, first_gain), b = analysis_of(second, second_gain);
  Report report;
  report.scenarios = {{nullptr, &a}, {nullptr, &b}};
  std::vector<Row> rows = merge_findings(report);
  EXPECT_EQ(rows.size(), 1u);
  return rows.at(0);
}

TEST(MergeFindings, WhatThereIsToDoCounts) {
  EXPECT_EQ(merged(Verdict::NoGain, 0, Verdict::Available, 5).verdict, Verdict::Available);
  EXPECT_EQ(merged(Verdict::Available, 5, Verdict::Blocked, 0).verdict, Verdict::Available);
  EXPECT_EQ(merged(Verdict::Available, 9, Verdict::Opportunity, 5).verdict, Verdict::Opportunity);
  EXPECT_EQ(merged(Verdict::NoGain, 0, Verdict::Blocked, 0).verdict, Verdict::NoGain);
}

TEST(MergeFindings, TheScenarioThatGainsMostShowsIt) {
  EXPECT_EQ(merged(Verdict::Opportunity, 3, Verdict::Opportunity, 5).scenario, 1u);
  EXPECT_EQ(merged(Verdict::Opportunity, 5, Verdict::Opportunity, 3).scenario, 0u);
}

TEST(MergeFindings, WhereItIsToBeDoneItselfShowsIt) {
  fusion::Analysis instead = analysis_of(Verdict::Opportunity, 5), itself = analysis_of(Verdict::Opportunity, 3);
  instead.findings[0].alternative_to = "y@m.py:2";
  Report report;
  report.scenarios = {{nullptr, &instead}, {nullptr, &itself}};
  EXPECT_EQ(merge_findings(report).at(0).scenario, 1u);
}

TEST(MergeFindings, WhatOneOfTwoScenariosHasAloneIsTold) {
  fusion::Analysis there = analysis_of(Verdict::Opportunity, 5), not_there = analysis_of(Verdict::NoGain, 0);
  graph::ModelRun decode, prefill;
  decode.scenario.phase = graph::Phase::Decode;
  decode.scenario.tokens = 16;
  prefill.scenario.phase = graph::Phase::Prefill;
  Report report;
  report.scenarios = {{&decode, &there}, {&prefill, &not_there}};
  EXPECT_EQ(only_in(report, merge_findings(report).at(0), Words{Language::En}), " (only decode, 16 tokens)");
  report.scenarios[1].analysis = &there;
  EXPECT_EQ(only_in(report, merge_findings(report).at(0), Words{Language::En}), "");
}

}  // namespace
}  // namespace fusescout::report
