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

// As Python's tokenizer does: the file is refused, whatever a parser could make of it.
TEST(Parse, IndentationThatFitsNoBlockIsAnError) {
  for (const char* source : {"def f():\n        a = 1\n    b = 2\n", "if a:\n  b\nc = 1\n   # not this\n    d = 2\n", "a = (\n  1)\n  b = 2\n", "x = f(\n", "x = {'a': (1, 2),\n\ny = [3]\n"}) {
    Ast ast = parse(source);
    EXPECT_NE(ast.first_error_line, 0u) << source;
  }
  EXPECT_EQ(parse("def f():\n        a = 1\n    b = 2\n").first_error, "unindent does not match any outer indentation level");
  EXPECT_EQ(parse("def f():\n        a = 1\n    b = 2\n").first_error_line, 3u);
  EXPECT_EQ(parse("if a:\n  b\nc = 1\n   # not this\n    d = 2\n").first_error, "unexpected indent");
  EXPECT_EQ(parse("if a:\n  b\nc = 1\n   # not this\n    d = 2\n").first_error_line, 5u);
  EXPECT_EQ(parse("# a\n\ndef f((a, b):\n    return [1]\n").first_error, "`(` was never closed");
  EXPECT_EQ(parse("# a\n\ndef f((a, b):\n    return [1]\n").first_error_line, 3u);
}

TEST(Parse, ValidStatementsHaveNoError) {
  for (const char* statement : {"a, _ = f(x)", "print(*a, sep='')", "match x:\n  case [1, *_]: pass", "f'{x!r:>{w}}'", "async def f(): await g()", "x: int = 1", "type A = int"}) {
    Ast ast = parse(std::string(statement) + "\n");
    EXPECT_EQ(ast.first_error_line, 0u) << statement << ": " << ast.first_error;
  }
}

}  // namespace
}  // namespace fusescout::syntax
