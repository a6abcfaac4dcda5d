#include "syntax/parse.h"

#include <gtest/gtest.h>

namespace fusescout::syntax {
namespace {

TEST(Parse, AnErrorInsideAStatementIsToldWithItsLine) {
  for (const char* statement : {"a, _ = = f(x)", "x = f(1 2)", "y = (1,, 2)", "z = [1", "if a b: pass", "a = b c"}) {
    Ast ast = parse(std::string("first = 1\n") + statement + "\n");
    EXPECT_EQ(ast.first_error_line, 2u) << statement;
    EXPECT_FALSE(ast.first_error.empty()) << statement;
  }
}

TEST(Parse, ValidStatementsHaveNoError) {
  for (const char* statement : {"a, _ = f(x)", "print(*a, sep='')", "match x:\n  case [1, *_]: pass", "f'{x!r:>{w}}'", "async def f(): await g()", "x: int = 1", "type A = int"}) {
    Ast ast = parse(std::string(statement) + "\n");
    EXPECT_EQ(ast.first_error_line, 0u) << statement << ": " << ast.first_error;
  }
}

}  // namespace
}  // namespace fusescout::syntax
