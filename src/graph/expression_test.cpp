#include "graph/expression.h"

#include <gtest/gtest.h>

namespace fusescout::graph {
namespace {

class ExpressionTest : public testing::Test {
 protected:
  Expressions e;
  Dim t = e.symbol(Symbol("T"), 16);
  Dim b = e.symbol(Symbol("B"), 3);
};

TEST_F(ExpressionTest, equal_sums_of_products_are_one_expression) {
  Dim left = e.mul(e.add(t, Dim(1)), e.add(b, t)), right = e.add(e.add(e.mul(t, t), e.mul(b, t)), e.add(t, b));
  EXPECT_EQ(left, right);
  EXPECT_EQ(left.value, 17 * 19);
  EXPECT_FALSE(e.sub(left, right).symbolic());
  EXPECT_EQ(e.add(t, b), e.add(b, t));
}

TEST_F(ExpressionTest, exact_divisions_vanish) {
  EXPECT_EQ(e.floor_div(e.mul(t, Dim(8)), Dim(8)), t);
  EXPECT_EQ(e.floor_div(e.mul(t, b), t), b);
  EXPECT_EQ(e.mod(e.mul(t, Dim(8)), Dim(4)), Dim(0));
  EXPECT_TRUE(e.mod(t, Dim(4)).symbolic());
}

TEST_F(ExpressionTest, divides_as_python_does) {
  EXPECT_EQ(e.floor_div(Dim(-7), Dim(2)).value, -4);
  EXPECT_EQ(e.mod(Dim(-7), Dim(2)).value, 1);
  EXPECT_EQ(e.mod(Dim(7), Dim(-2)).value, -1);
  EXPECT_EQ(e.floor_div(Dim(INT64_MIN), Dim(-1)).value, INT64_MIN);
}

TEST_F(ExpressionTest, prints_higher_terms_first) {
  EXPECT_EQ(e.to_string(e.add(e.mul(t, Dim(8)), Dim(-1))), "8*T - 1");
  EXPECT_EQ(e.to_string(e.neg(t)), "-T");
  EXPECT_EQ(e.to_string(e.mul(Dim(3), e.floor_div(e.add(t, Dim(1)), Dim(2)))), "3*((T + 1)//2)");
  EXPECT_EQ(e.to_string(e.min(t, b)), "min(T, B)");
}

TEST_F(ExpressionTest, reads_what_it_prints) {
  std::vector<Dim> dims = {t, e.mul(t, b), e.floor_div(t, Dim(2)), e.mod(e.add(t, b), Dim(5)), e.max(e.sub(t, b), Dim(2)), Dim(-4),
                           e.mul(e.floor_div(t, b), e.mod(t, Dim(7))), e.mul(t, Dim(int64_t{1} << 62)), e.mul(t, Dim(INT64_MAX)), e.mul(t, Dim(INT64_MIN))};
  for (Dim dim : dims) {
    Dim read;
    ASSERT_TRUE(e.parse(e.to_string(dim), read)) << e.to_string(dim);
    EXPECT_EQ(read, dim) << e.to_string(dim);
  }
}

TEST_F(ExpressionTest, refuses_what_is_no_expression) {
  for (const char* text : {"", "T +", "(T", "T//0", "T%(T - T)", "min(T)", "*", "T)", "2 3"}) {
    Dim read(7);
    EXPECT_FALSE(e.parse(text, read)) << text;
    EXPECT_EQ(read, Dim(0));
  }
  std::string power = "(T+B+1)", huge = power;
  for (int i = 0; i < 30; ++i) huge += "*" + power;
  Dim read;
  EXPECT_FALSE(e.parse(huge, read)) << "the number of terms is limited";
  EXPECT_TRUE(e.parse("999999999999999999*999999999999999999", read)) << "wraps, is not undefined";
}

TEST_F(ExpressionTest, evaluates_under_other_values) {
  Dim dim = e.add(e.mul(t, b), e.floor_div(t, Dim(3)));
  EXPECT_EQ(dim.value, 53);
  EXPECT_EQ(e.evaluate(dim, {{Symbol("T"), 30}}), 100);
  EXPECT_EQ(e.evaluate(dim, {}), 53);
  EXPECT_EQ(e.symbol(Symbol("T"), 99).value, 16) << "the first value stays";
}

}  // namespace
}  // namespace fusescout::graph
