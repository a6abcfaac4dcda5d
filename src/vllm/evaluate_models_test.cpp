#include "vllm/evaluate_models.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "graph/transfer.h"
#include "source/data_files.h"

namespace fusescout::vllm {
namespace {

const std::string sample = FUSESCOUT_SOURCE_DIR "/sample/";

struct EvaluateModelsTest : testing::Test {
  source::DataFiles data = source::DataFiles::open(FUSESCOUT_SOURCE_DIR).value();
  source::Tree vllm = source::Tree::open(source::Package::Vllm, sample + "vllm").value();
  source::Tree ascend = source::Tree::open(source::Package::VllmAscend, sample + "vllm_ascend").value();
  source::Tree transformers = source::Tree::open(source::Package::Transformers, sample + "transformers").value();
  AstStore asts;
  Sources sources{&vllm, &ascend, &transformers, &data, &asts};

  static EvaluationTask task(const std::string& config, graph::Phase phase, int64_t tokens, int64_t tp = 1) {
    EvaluationTask task;
    task.request.model = config;
    task.request.config = source::real_files().read(sample + "configs/" + config + "/config.json").value();
    task.scenario.phase = phase;
    task.scenario.tokens = tokens;
    task.scenario.tp = tp;
    return task;
  }

  // A run without what depends on the clock and on who did what is common.
  static std::string timeless(graph::ModelRun run) {
    run.milliseconds = 0;
    run.phases.clear();
    return graph::to_bytes(run);
  }

  std::vector<std::string> evaluate(const std::vector<EvaluationTask>& tasks, unsigned jobs, bool share) {
    std::vector<std::string> results(tasks.size());
    evaluate_models(sources, tasks, {.jobs = jobs, .limits = {}, .share = share}, [](const graph::ModelRun& run) { return graph::to_bytes(run); }, [&](size_t i, ErrorOr<std::string_view> bytes) {
      ASSERT_FALSE(bytes.is_error()) << bytes.error().message;
      graph::ModelRun run = std::move(graph::from_bytes(*bytes).value());
      EXPECT_EQ(run.status, graph::Status::Complete) << run.exception;
      results[i] = timeless(std::move(run));
    });
    return results;
  }
};

TEST_F(EvaluateModelsTest, WhatIsSharedChangesNothing) {
  using enum graph::Phase;
  std::vector<EvaluationTask> tasks{task("tiny_dense", Decode, 16), task("tiny_dense", Prefill, 64), task("tiny_moe", Decode, 16), task("tiny_dense", Decode, 32),
                                    task("tiny_dense", Prefill, 128), task("tiny_moe", Prefill, 64), task("tiny_dense", Decode, 16, 2)};
  tasks.push_back(tasks[0]);
  tasks.back().scenario.device = "310P";       // another kind of machine shares nothing
  std::vector<std::string> alone;
  for (const EvaluationTask& t : tasks) alone.push_back(timeless(evaluate_model(sources, t.request, t.scenario)));
  EXPECT_EQ(evaluate(tasks, 2, false), alone);
  EXPECT_EQ(evaluate(tasks, 1, true), alone);
  EXPECT_EQ(evaluate(tasks, 3, true), alone);
  // Nor does the order.
  std::reverse(tasks.begin(), tasks.end());
  std::reverse(alone.begin(), alone.end());
  EXPECT_EQ(evaluate(tasks, 2, true), alone);
}

TEST_F(EvaluateModelsTest, WhichModelItIsMayBeFoundOutBesideTheBeginning) {
  EvaluationTask wanted = task("tiny_dense", graph::Phase::Decode, 16), open = wanted;
  std::string alone = timeless(evaluate_model(sources, wanted.request, wanted.scenario));
  open.request = {};
  auto find = [&](const std::function<void()>& begin) {
    begin();
    open.request = wanted.request;
    return true;
  };
  EXPECT_EQ(timeless(evaluate_model(sources, open.request, open.scenario, find)), alone);
  std::vector<EvaluationTask> tasks{open};
  std::string result;
  auto evaluate = [&](const AroundBegin& around) {
    evaluate_models(sources, tasks, {.around_begin = around}, timeless, [&](size_t, ErrorOr<std::string_view> bytes) { result = std::string(bytes.value()); });
  };
  evaluate([](const std::function<void()>&) { return false; });
  EXPECT_EQ(result, "");
  tasks[0].request = {};
  evaluate([&](const std::function<void()>& begin) {
    begin();
    tasks[0].request = wanted.request;
    return true;
  });
  EXPECT_EQ(result, alone);
}

TEST_F(EvaluateModelsTest, SyntaxTreesComeBack) {
  evaluate({task("tiny_dense", graph::Phase::Decode, 16)}, 1, true);
  size_t parsed = asts.parsed();
  EXPECT_GT(parsed, 10u);
  evaluate({task("tiny_dense", graph::Phase::Decode, 16)}, 1, true);
  EXPECT_EQ(asts.parsed(), parsed);
}

TEST_F(EvaluateModelsTest, ScenariosOfOneModelShareItUntilTheyDiffer) {
  EvaluationTask first = task("tiny_dense", graph::Phase::Prefill, 64), second = task("tiny_dense", graph::Phase::Prefill, 128);
  Evaluation evaluation(sources, first.request, first.scenario);
  evaluation.begin();
  EXPECT_TRUE(evaluation.fits(task("tiny_moe", graph::Phase::Decode, 1).request, second.scenario));
  evaluation.construct();
  EXPECT_TRUE(evaluation.fits(second.request, second.scenario));
  EXPECT_FALSE(evaluation.fits(task("tiny_moe", graph::Phase::Decode, 1).request, second.scenario));
  evaluation.finish();
  EXPECT_FALSE(evaluation.fits(second.request, second.scenario));   // the step has asked for the number of tokens
}

TEST_F(EvaluateModelsTest, AFailureIsToldAndEndsNothing) {
  std::vector<EvaluationTask> tasks{task("tiny_dense", graph::Phase::Decode, 16), task("tiny_moe", graph::Phase::Decode, 16)};
  std::map<size_t, std::string> results;
  auto result = [](const graph::ModelRun& run) {
    if (run.model == "tiny_dense") std::abort();
    return run.model;
  };
  evaluate_models(sources, tasks, {.jobs = 2, .limits = {}}, result, [&](size_t i, ErrorOr<std::string_view> text) { results[i] = text.is_error() ? "error: " + text.error().message : std::string(*text); });
  EXPECT_EQ(results[1], "tiny_moe");
  EXPECT_EQ(results[0], "error: the evaluation crashed: Aborted");
}

}  // namespace
}  // namespace fusescout::vllm
