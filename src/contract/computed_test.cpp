#include "contract/computed.h"

#include <gtest/gtest.h>

#include "contract/testing.h"

namespace fusescout::contract {
namespace {

std::vector<std::string> computed_in(const std::string& statement, const std::string& call = "aten.ge") {
  graph::ModelRun run = run_of("T = 16\ninput %ids : i64[T]\n%m = ge(%ids, other=16) : bool[T]  # model.py:3\noutput %m\n");
  run.graph.entries[run.graph.operators[graph::OperatorId{0}].call].op = Symbol(call);
  fusion::Finding f = finding_of(run.graph, "mask");
  f.interface.scalars = {{"lower", "int", "16"}, {"upper", "int", "32"}};
  std::string code = "class Block(nn.Module):\n    def forward(self, ids):\n        return " + statement + "\n";
  return computed_numbers(f, f.proposal[0].operators, run.graph, SourceTexts([&](const std::string&) { return std::optional(code); }));
}

TEST(ComputedTest, a_number_that_no_statement_writes_out_is_computed) {
  EXPECT_EQ(computed_in("ids >= self.first"), std::vector<std::string>{"lower"});
  EXPECT_EQ(computed_in("ids >= 16"), std::vector<std::string>());
  EXPECT_EQ(computed_in("ids >= 160 + x16"), std::vector<std::string>{"lower"});
  EXPECT_EQ(computed_in("fused(ids)", "triton.fused"), std::vector<std::string>()) << "its own number";
}

}  // namespace
}  // namespace fusescout::contract
