#include <gtest/gtest.h>

#include "graph/pattern.h"

namespace fusescout::graph {
namespace {

std::vector<Pattern> parsed(std::string_view text) {
  auto patterns = parse_patterns(text);
  EXPECT_FALSE(patterns.is_error()) << (patterns.is_error() ? patterns.error().message : "");
  return patterns.is_error() ? std::vector<Pattern>() : std::move(*patterns);
}
std::string error_of(std::string_view text) {
  auto patterns = parse_patterns(text);
  return patterns.is_error() ? patterns.error().message : "no error";
}

constexpr const char* sample = R"(pattern norm_act norm
name "Norm + act" "归一化 + 激活"
why "saves a \"pass\"" "省一次"
source patterns/norm/norm_act.py
graph
  called "Norm + TopK" "归一化 + TopK"
  %0 = rms_norm(%x, ..., eps=$eps)
  %1, %2 = topk(%0[*], k=8, sorted=False)
  %3 = silu|gelu(%1[0/2])
  %4 = mul(%3, other=2.5)
  %5 = cast(%4[even], dtype=f32)
  kv_cache_write(%5[odd], %0[first], %0[rest], ...)
  output %4, %0
replacement
  %0 = rms_norm(%x, eps=$eps)
  output %0
only %x.rank > 1
require %x.dtype == "bf16" and (%x.shape[-1] % 16 == 0 or not %x.contiguous) and $eps < 1e-05 : "no \"good\""
)";

TEST(PatternText, prints_what_it_reads) {
  std::vector<Pattern> patterns = parsed(sample);
  ASSERT_EQ(patterns.size(), 1U);
  EXPECT_EQ(to_text(patterns[0]), sample);
  const PatternGraph& graph = patterns[0].graphs[0];
  EXPECT_EQ(graph.nodes[1].outputs.size(), 2U);
  EXPECT_EQ(graph.nodes[2].operands[0].parts, 2);
  EXPECT_EQ(graph.nodes[2].kinds.size(), 2U);
  EXPECT_TRUE(graph.nodes[0].rest);
}

TEST(PatternText, conditions_bind_as_in_python) {
  Predicate p = parsed("pattern a norm\ngraph\n %0 = neg(%x)\n output %0\nrequire 1 + 2 * 3 == 7 and 1 < 2 or False : \"r\"\n")[0].requirements[0].predicate;
  EXPECT_EQ(p.op, PredicateOp::Or);
  EXPECT_EQ(p.arguments[0].op, PredicateOp::And);
  EXPECT_EQ(p.arguments[0].arguments[0].op, PredicateOp::Eq);
  EXPECT_EQ(p.arguments[0].arguments[0].arguments[0].op, PredicateOp::Add);
  EXPECT_EQ(p.arguments[1].number, 0);
}

TEST(PatternText, optional_operators_give_variants_the_largest_first) {
  Pattern p = parsed("pattern a norm\ngraph\n %0 = ?cast(%x)\n %1 = ?neg(%0[0/2])\n %2 = silu(%1)\n output %2\n")[0];
  ASSERT_EQ(p.graphs.size(), 4U);
  EXPECT_EQ(p.graphs[0].nodes.size(), 3U);
  const PatternGraph& smallest = p.graphs[3];
  ASSERT_EQ(smallest.nodes.size(), 1U);
  EXPECT_EQ(smallest.values[smallest.nodes[0].operands[0].value].name.view(), "x");
  EXPECT_EQ(smallest.nodes[0].operands[0].selector, Selector::Part) << "the part that the absent operator read";
}

TEST(PatternText, errors_name_the_line_and_what_was_expected) {
  EXPECT_EQ(error_of("graph\n"), "line 1: expected `pattern name family`, found `graph`");
  EXPECT_EQ(error_of("pattern a norm\ngraph\n  %0 = nonsense(%x)\n"), "line 3: no operator is called `nonsense`");
  EXPECT_EQ(error_of("pattern a norm\ngraph\n  %0 = neg(%x)\n  output %1\n"), "line 4: `%1` is not defined");
  EXPECT_EQ(error_of("pattern a norm\n"), "pattern `a` has no graph");
  EXPECT_EQ(error_of("pattern a norm\nrequire %x.colour == 1 : \"r\"\n"), "line 2: a tensor has no `colour` here");
  EXPECT_EQ(error_of("pattern a compound\ngraph\n %0 = neg(%x)\n output %0\n"), "compound `a` needs a replacement of one operator");
}

}  // namespace
}  // namespace fusescout::graph
