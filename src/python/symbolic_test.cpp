// Integers that depend on the scenario, and values that are not known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "python/testing.h"

namespace fusescout::python {
namespace {

// With T = 16 tokens and B = 4 sequences as globals, and `u` unknown.
struct Program : TestProgram {
  Program() {
    Interpreter& in = start();
    in.builtins()->set(in, Symbol("T"), in.integer(expressions.symbol(Symbol("T"), 16)));
    in.builtins()->set(in, Symbol("B"), in.integer(expressions.symbol(Symbol("B"), 4)));
    in.builtins()->set(in, Symbol("u"), in.make<Unknown>("package `zmq` is not evaluated", "zmq.u", Symbol("a.py"), 3));
    in.builtins()->set(in, Symbol("expr"), in.function("expr", [](Interpreter& i, const Arguments& a) { return i.str(i.expressions().to_string(i.dim_of(a[0]))); }));
  }
  std::vector<std::string> messages(NoteKind kind) {
    std::vector<std::string> texts;
    for (const Note& note : interpreter->notes()) {
      if (note.kind == kind) texts.push_back(note.message);
    }
    return texts;
  }
};

TEST(SymbolicInt, ArithmeticKeepsTheExpression) {
  Program program;
  EXPECT_EQ(program.run("print(expr(T * 8), expr((T * 8) // 8), expr(T * B + 1 - 1), expr(-T), expr(T // 3), expr(T % 3), expr(T << 2), expr(T ** 2), expr(abs(T)))\n"),
            "8*T T T*B -T T//3 T%3 4*T T*T T\n");
  EXPECT_EQ(program.run("print(T, T * 8, T + 1.5, f'{T:4d}', [T], type(T), isinstance(T, int), expr(min(T, 8)), expr(max(T, B)), expr(sum([T, T])), -(-T // 3))\n"),
            "16 128 17.5   16 [16] <class 'int'> True min(T, 8) max(T, B) 2*T 6\n");
}

TEST(SymbolicInt, ABranchIsDecidedByTheValueAndNoted) {
  Program program;
  EXPECT_EQ(program.run("print(T > 1000, T == 16, T != T, T + 1 > T, T < B, T >= 2 * T - T)\n"), "False True False True False True\n");
  EXPECT_EQ(program.messages(NoteKind::Condition), (std::vector<std::string>{"T <= 1000", "T == 16", "T >= B"}));
}

TEST(SymbolicInt, WhereOnlyANumberWillDoTheValueIsNoted) {
  Program program;
  EXPECT_EQ(program.run("print(len([0] * B), [1, 2, 3, 4, 5][B], list(range(B)), {4: 'x'}[B], T / 2, 'ab'[:B])\nprint(hash(T) == hash(16))\n"),
            "4 5 [0, 1, 2, 3] x 8.0 ab\nTrue\n");
  EXPECT_THAT(program.messages(NoteKind::Condition), testing::ElementsAre("B == 4", "T == 16"));
}

TEST(SymbolicInt, OneConditionIsSaidOnceForAPlace) {
  Program program;
  program.run("def f():\n  return T > 5\nfor i in range(10):\n  f()\n");
  EXPECT_EQ(program.messages(NoteKind::Condition).size(), 1u);
}

TEST(Unknown, EveryOperationGivesAnUnknownOfTheSameOrigin) {
  Program program;
  EXPECT_EQ(program.run("print(u + 1, 1 + u, u.a.b, u(1).c, u[0], -u, u == 1, u < 2, len(u), int(u), 'x' + u, str(u), max(u, 1), isinstance(u, int), ','.join(['a', u]))\n"),
            "<unknown zmq.u> <unknown zmq.u> <unknown zmq.u.a.b> <unknown zmq.u().c> <unknown zmq.u[...]> <unknown zmq.u> <unknown zmq.u> <unknown zmq.u> <unknown zmq.u> "
            "<unknown zmq.u> <unknown zmq.u> <unknown zmq.u> <unknown zmq.u> <unknown zmq.u> <unknown zmq.u>\n");
}

TEST(Unknown, ABranchIsAnAssumption) {
  Program program;
  EXPECT_EQ(program.run("print('yes' if u.flag else 'no', not u, [x for x in u], 3 in u)\nwith u as v:\n  print(v is u)\na, b = u\nprint(a is u)\nfor x in u:\n  print(x)\n"),
            "no True [] False\nTrue\nTrue\n");
  EXPECT_FALSE(program.messages(NoteKind::Assumption).empty());
  EXPECT_EQ(program.messages(NoteKind::Assumption)[0], "`zmq.u.flag` is taken to be false: package `zmq` is not evaluated");
}

TEST(Unknown, ACheckOfDataThatRaisesIsPassed) {
  Program program;
  Interpreter& in = *program.interpreter;
  in.builtins()->set(in, Symbol("data"), in.make<Unknown>("the data of tensors", "torch.equal", Symbol("a.py"), 3));
  EXPECT_EQ(program.run("if not data:\n  print('bad')\n  raise ValueError\nif data:\n  raise ValueError\nprint('on')\n"), "on\n");
  EXPECT_TRUE(program.messages(NoteKind::Assumption).empty());
}

TEST(Unknown, LivesInContainersAndAsDecoratorAndBase) {
  Program program;
  EXPECT_EQ(program.run("d = {'a': u}\nl = [1]\nl.append(u)\nprint(d, len(l), d.get('a') is u, {'a': 1}.get(u) is u)\n"
                        "@u.deco\ndef f():\n  return 5\n"
                        "class A(u.Base):\n  def m(self):\n    return 1\n"
                        "print(f(), A().m(), A().other)\n"),
            "{'a': <unknown zmq.u>} 2 True True\n5 1 <unknown zmq.u.Base.other>\n");
}

TEST(Integers, BeyondSixtyFourBitsAreUnknown) {
  Program program;
  EXPECT_EQ(program.run("print(2 ** 63, 9223372036854775807 + 1, 1 << 64, 9223372036854775807 * 2, int('9' * 30), int(1e30), -(-2 ** 62 * 2))\n"),
            "<unknown int> <unknown int> <unknown int> <unknown int> <unknown int> <unknown int> <unknown int>\n");
}

}  // namespace
}  // namespace fusescout::python
