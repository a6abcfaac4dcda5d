// What a program may not do to the evaluator: run for ever, fill the stack or the memory.
#include <gtest/gtest.h>

#include "python/testing.h"

namespace fusescout::python {
namespace {

std::string run_limited(const std::string& source, Limits limits) {
  TestProgram program;
  program.limits = limits;
  return program.run(source);
}

TEST(Limits, EndlessRecursionIsARecursionError) {
  EXPECT_EQ(run_python("def f(n):\n  return f(n + 1)\ntry:\n  f(0)\nexcept RecursionError as e:\n  print(e)\n"), "maximum recursion depth exceeded\n");
  EXPECT_EQ(run_python("class A:\n  def __getattr__(self, n):\n    return getattr(self, n + 'x')\ntry:\n  A().a\nexcept RecursionError as e:\n  print(e)\n"),
            "maximum recursion depth exceeded\n");
  EXPECT_EQ(run_python("class A:\n  def __repr__(self):\n    return repr(self)\ntry:\n  repr(A())\nexcept RecursionError as e:\n  print(e)\n"),
            "maximum recursion depth exceeded\n");
  EXPECT_EQ(run_python("class A:\n  def __eq__(self, o):\n    return self == o\ntry:\n  A() == A()\nexcept RecursionError as e:\n  print(e)\n"),
            "maximum recursion depth exceeded\n");
}

TEST(Limits, RecursionInsideGenerators) {
  Limits limits;
  limits.depth = 60;   // every value goes through all of them
  EXPECT_EQ(run_limited("def g(n):\n  yield n\n  yield from g(n + 1)\ntry:\n  for x in g(0):\n    pass\nexcept RecursionError as e:\n  print(e)\n", limits),
            "maximum recursion depth exceeded\n");
  EXPECT_EQ(run_python("def f(n):\n  return f(n + 1)\ndef g():\n  yield f(0)\ntry:\n  next(g())\nexcept RecursionError as e:\n  print(e)\n"),
            "maximum recursion depth exceeded\n");
}

TEST(Limits, DeepDataIsARecursionError) {
  std::string deep = "x = []\nfor i in range(1000000):\n  x = [x]\n";
  EXPECT_EQ(run_python(deep + "try:\n  repr(x)\nexcept RecursionError as e:\n  print(e)\n"), "maximum recursion depth exceeded\n");
  EXPECT_EQ(run_python(deep + "y = []\nfor i in range(1000000):\n  y = [y]\ntry:\n  x == y\nexcept RecursionError as e:\n  print(e)\n"), "maximum recursion depth exceeded\n");
  EXPECT_EQ(run_python("x = ()\nfor i in range(1000000):\n  x = (x,)\ntry:\n  hash(x)\nexcept RecursionError as e:\n  print(e)\n"), "maximum recursion depth exceeded\n");
}

TEST(Limits, DeepDescriptorsAndIterators) {
  EXPECT_EQ(run_python("it = iter([1])\nfor i in range(1000000):\n  it = map(str, it)\ntry:\n  next(it)\nexcept RecursionError as e:\n  print(e)\n"), "maximum recursion depth exceeded\n");
}

TEST(Limits, DeepExpressions) {
  std::string sum = "x = 1";
  for (int i = 0; i < 20000; ++i) sum += " + 1";
  std::string printed = run_python(sum + "\nprint(x)\n");
  EXPECT_TRUE(printed == "20001\n" || printed.find("SyntaxError") != std::string::npos || printed.find("RecursionError") != std::string::npos) << printed.substr(0, 200);
}

TEST(Limits, StepsRunOut) {
  Limits limits;
  limits.steps = 10000;
  EXPECT_EQ(run_limited("while True:\n  pass\n", limits), "TimeoutError: limit of the evaluator reached\n");
  EXPECT_EQ(run_limited("try:\n  while True:\n    pass\nexcept BaseException as e:\n  print(type(e).__name__)\n", limits), "TimeoutError\n");
  // What swallows every exception does not go on for ever.
  EXPECT_EQ(run_limited("while True:\n  try:\n    pass\n  except BaseException:\n    pass\n", limits), "TimeoutError: limit of the evaluator reached\n");
  EXPECT_EQ(run_limited("import contextlib\nwhile True:\n  with contextlib.suppress(Exception):\n    while True:\n      pass\n", limits), "TimeoutError: limit of the evaluator reached\n");
  EXPECT_EQ(run_limited("x = [i for i in iter(int, 1)]\n", limits), "TimeoutError: limit of the evaluator reached\n");
}

TEST(Limits, RegularExpressionsNestedDeeply) {
  EXPECT_EQ(run_python("import re\ntry:\n  re.compile('(' * 50000)\nexcept re.error as e:\n  print('refused')\n"), "refused\n");
  EXPECT_EQ(run_python("import re\nprint(re.match('(' * 99 + 'a' + ')' * 99, 'a').end())\n"), "1\n");
}

TEST(Limits, RegularExpressionsOfExponentialTime) {
  EXPECT_EQ(run_python("import re\nre.match('(a+)+$', 'a' * 60 + 'b')\n"), "TimeoutError: limit of the evaluator reached\n");
  EXPECT_EQ(run_python("import re\nre.search('(?=(x|a+)+$)a', 'a' * 60 + 'b')\n"), "TimeoutError: limit of the evaluator reached\n");
}

TEST(Limits, MemoryRunsOut) {
  Limits limits;
  limits.heap_bytes = size_t{8} << 20;
  EXPECT_EQ(run_limited("x = []\nwhile True:\n  x.append([1])\n", limits), "MemoryError: limit of the evaluator reached\n");
  // What a list or a str holds counts, not only the object.
  EXPECT_EQ(run_limited("x = []\nwhile True:\n  x.extend([0] * 1000)\n", limits), "MemoryError: limit of the evaluator reached\n");
  EXPECT_EQ(run_limited("x = []\nwhile True:\n  x.append('a' * 10000)\n", limits), "MemoryError: limit of the evaluator reached\n");
  EXPECT_EQ(run_limited("x, i = {}, 0\nwhile True:\n  i += 1\n  x[i] = i\n", limits), "MemoryError: limit of the evaluator reached\n");
  EXPECT_EQ(run_python("x = 'a' * 10 ** 12\n"), "MemoryError\n");
  EXPECT_EQ(run_python("x = [0] * 10 ** 12\n"), "MemoryError\n");
  EXPECT_EQ(run_python("x = list(range(10 ** 12))\n"), "MemoryError\n");
}

TEST(Limits, ManyGeneratorsLeftInTheMiddle) {
  EXPECT_EQ(run_python("def g():\n  try:\n    yield 1\n    yield 2\n  finally:\n    closed.append(1)\nclosed = []\nfor i in range(3000):\n  for x in g():\n    break\n"
                       "n = sum(1 for i in range(66000) if any(x for x in [1, 2]))\nprint(len(closed), n)\n"),
            "3000 66000\n");
}

}  // namespace
}  // namespace fusescout::python
