#include "python/stack_switch.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace fusescout::python {
namespace {

struct Turns {
  StackPosition own, caller;
  std::vector<double> seen;
};

// Keeps values in registers over switches, and lets an exception run on its own stack.
void count(void* argument) {
  auto* turns = static_cast<Turns*>(argument);
  double sum = 0.5;
  for (int i = 1; i <= 1000; ++i) {
    try {
      sum += i;
      if (i % 2 == 0) throw std::runtime_error("caught here");
    } catch (std::runtime_error&) {
      sum += 0.25;
    }
    turns->seen.push_back(sum);
    switch_stack(turns->own, turns->caller);
  }
  turns->seen.clear();
  for (;;) switch_stack(turns->own, turns->caller);
}

TEST(StackSwitch, KeepsRegistersAndUnwindsExceptions) {
  alignas(16) static std::byte memory[2][256 << 10];
  Turns turns[2];
  for (int i = 0; i < 2; ++i) turns[i].own = start_of_stack(memory[i], sizeof(memory[i]) - 8, &count, &turns[i]);
  double expected = 0.5;
  for (int i = 1; i <= 1000; ++i) {
    expected += i + (i % 2 == 0 ? 0.25 : 0);
    for (Turns& t : turns) {
      switch_stack(t.caller, t.own);
      ASSERT_EQ(t.seen.size(), static_cast<size_t>(i));
      ASSERT_EQ(t.seen.back(), expected);
    }
  }
  switch_stack(turns[0].caller, turns[0].own);
  EXPECT_TRUE(turns[0].seen.empty());
}

}  // namespace
}  // namespace fusescout::python
