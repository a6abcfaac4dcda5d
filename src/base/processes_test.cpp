#include "base/processes.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <vector>

namespace fusescout {
namespace {

std::map<size_t, std::string> results_of(size_t count, unsigned jobs, const ProcessLimits& limits, const std::function<std::string(size_t)>& work) {
  std::map<size_t, std::string> results;
  run_in_processes(count, jobs, limits, work, [&](size_t index, ErrorOr<std::string> result) {
    EXPECT_FALSE(results.contains(index));
    results[index] = result.is_error() ? "error: " + result.error().message : *result;
  });
  return results;
}

TEST(Processes, AllWorkIsDone) {
  for (unsigned jobs : {0u, 1u, 3u, 50u}) {
    auto results = results_of(20, jobs, {}, [](size_t i) { return std::string(i * 10'000, static_cast<char>('a' + i)); });   // more than a pipe holds
    ASSERT_EQ(results.size(), 20u);
    for (size_t i = 0; i < 20; ++i) EXPECT_EQ(results[i], std::string(i * 10'000, static_cast<char>('a' + i)));
  }
  EXPECT_TRUE(results_of(0, 2, {}, [](size_t) { return ""; }).empty());
}

TEST(Processes, EachStartsFromWhatWasPrepared) {
  int prepared = 5;
  auto results = results_of(3, 1, {}, [&](size_t i) { return std::to_string(prepared += static_cast<int>(i)); });
  EXPECT_EQ(results, (std::map<size_t, std::string>{{0, "5"}, {1, "6"}, {2, "7"}}));
  EXPECT_EQ(prepared, 5);
}

TEST(Processes, TheyNest) {
  auto results = results_of(2, 2, {}, [](size_t i) {
    std::string all;
    for (const auto& [k, text] : results_of(3, 2, {}, [i](size_t j) { return std::to_string(i * 10 + j); })) all += text + " ";
    return all;
  });
  EXPECT_EQ(results, (std::map<size_t, std::string>{{0, "0 1 2 "}, {1, "10 11 12 "}}));
}

TEST(Processes, AFailureIsItsOwn) {
  auto results = results_of(5, 2, {}, [](size_t i) -> std::string {
    if (i == 1) ::raise(SIGSEGV);
    if (i == 2) ::_exit(101);
    if (i == 3) throw std::runtime_error("odd");
    return "fine";
  });
  EXPECT_EQ(results[0], "fine");
  EXPECT_NE(results[1].find("error: the evaluation "), std::string::npos) << results[1];
  EXPECT_EQ(results[2], "error: the evaluation ended with code 101");
  EXPECT_EQ(results[3], "error: internal error: odd");
  EXPECT_EQ(results[4], "fine");
}

TEST(Processes, WhatNeverEndsIsStopped) {
  auto results = results_of(2, 2, {.seconds = 1, .memory_bytes = 0}, [](size_t i) -> std::string {
    for (volatile size_t n = i; n != 1;) n = n + 0;
    return "fine";
  });
  EXPECT_EQ(results[0], "error: takes longer than 1 s");
  EXPECT_EQ(results[1], "fine");
}

TEST(Processes, WhatTakesTooMuchMemoryIsStopped) {
  auto results = results_of(2, 2, {.seconds = 0, .memory_bytes = size_t{1} << 30}, [](size_t i) -> std::string {
    std::vector<std::vector<char>> all;
    while (i == 0 && all.size() < 512) all.emplace_back(size_t{1} << 24, 'x');
    return "fine";
  });
  EXPECT_EQ(results[0], "error: needs more than 1024 MB of memory");
  EXPECT_EQ(results[1], "fine");
}

}  // namespace
}  // namespace fusescout
