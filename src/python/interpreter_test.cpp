#include <gtest/gtest.h>

#include "python/testing.h"

namespace fusescout::python {
namespace {

TEST(Interpreter, RunsASmallProgram) {
  EXPECT_EQ(run_python("class A:\n  def f(self, x):\n    return [x * i for i in range(3)]\nprint(A().f(2), f'{1.5:.2f}', {'a': (1,)})\n"), "[0, 2, 4] 1.50 {'a': (1,)}\n");
}

TEST(Interpreter, ReportsAnException) {
  EXPECT_EQ(run_python("print('x')\nraise ValueError('no')\n"), "x\nValueError: no\n");
  EXPECT_EQ(run_python("{}['a']\n"), "KeyError: 'a'\n");
}

TEST(Interpreter, AMissingPackageIsMissingEveryTime) {
  EXPECT_EQ(run_python("import importlib\nfor i in range(2):\n  try:\n    importlib.import_module('absent.part.inner').f\n  except ModuleNotFoundError as e:\n    print(e)\n"),
            "No module named 'absent'\nNo module named 'absent'\n");
}

}  // namespace
}  // namespace fusescout::python
