#include "vllm/call_graph.h"

#include <gtest/gtest.h>

#include "vllm/size_readers.h"

namespace fusescout::vllm {
namespace {

using graph::Argument;
using graph::Dim;
using graph::EntryId;
using graph::Graph;
using graph::TensorId;

struct Calls {
  Graph graph;
  Dim tokens = graph.expressions.symbol(Symbol("T"), 16);

  TensorId tensor() {
    graph::Tensor t;
    t.shape = {tokens, Dim(8)};
    t.strides = {Dim(8), Dim(1)};
    return graph.tensors.add(std::move(t));
  }
  EntryId call(const char* op, std::vector<Argument> arguments, std::vector<TensorId> outputs) {
    graph::Entry e;
    e.op = Symbol(op);
    for (const Argument& a : arguments) {
      if (auto* input = std::get_if<TensorId>(&a.value)) e.inputs.push_back(*input);
    }
    e.arguments = std::move(arguments);
    e.outputs = std::move(outputs);
    e.launches = 1;
    EntryId id = graph.entries.add(std::move(e));
    graph.entries[id].end = EntryId{id.index + 1};
    return id;
  }
};

const CallGraph::Normalize as_given = [](const graph::Entry&, std::vector<Argument>&) {};

// x + y of which only the sum of the two results counts.
struct NormPattern : Calls {
  TensorId x = tensor(), y = tensor(), sum = tensor(), rest = tensor();
  NormPattern() { call("npu.norm", {{Symbol(), x}, {Symbol(), 1e-6}}, {sum, rest}); }
};

std::string attempt(const Calls& pattern, std::vector<TensorId> inputs, std::vector<TensorId> outputs, const CallGraph& step, uint32_t node, Constants constants) {
  CallGraph calls(pattern.graph, as_given);
  CallMatcher matcher(calls, inputs, outputs, step);
  CallMatch match;
  NearMiss miss;
  return matcher.match_at(node, constants, std::vector<bool>(step.nodes.size()), match, miss) ? "" : miss.reason;
}

TEST(CallMatcher, AResultThatNobodyReadsIsNoNode) {
  NormPattern pattern;
  Calls code;
  TensorId x = code.tensor(), sum = code.tensor(), rest = code.tensor();
  code.call("npu.norm", {{Symbol(), x}, {Symbol(), 1e-6}}, {sum, rest});
  code.graph.outputs = {sum};
  CallGraph step(code.graph, as_given);
  EXPECT_EQ(attempt(pattern, {pattern.x}, {pattern.sum}, step, 0, Constants::Equal), "");
  EXPECT_EQ(attempt(pattern, {pattern.x}, {pattern.sum, pattern.rest}, step, 0, Constants::Equal), "output 1 of `npu.norm`, which the pattern replaces, is never read");
}

TEST(CallMatcher, ANumberStandsForAnythingUntilItIsCompared) {
  NormPattern pattern;
  Calls code;
  TensorId x = code.tensor(), eps = code.tensor(), sum = code.tensor();
  code.call("npu.norm", {{Symbol(), x}, {Symbol(), eps}}, {sum, code.tensor()});
  code.graph.outputs = {sum};
  CallGraph step(code.graph, as_given);
  EXPECT_EQ(attempt(pattern, {pattern.x}, {pattern.sum}, step, 0, Constants::Ignored), "");
  EXPECT_EQ(attempt(pattern, {pattern.x}, {pattern.sum}, step, 0, Constants::Equal), "argument 2 of `npu.norm` is a tensor in the code and none in the pattern");
}

TEST(CallMatcher, WhatThePatternHasNotMayStandBetween) {
  Calls pattern;
  TensorId px = pattern.tensor(), pn = pattern.tensor(), pq = pattern.tensor();
  pattern.call("npu.norm", {{Symbol(), px}}, {pn});
  pattern.call("npu.quantize", {{Symbol(), pn}}, {pq});
  Calls code;
  TensorId x = code.tensor(), n = code.tensor(), b = code.tensor(), q = code.tensor();
  code.call("npu.norm", {{Symbol(), x}}, {n});
  code.call("aten.add", {{Symbol(), n}, {Symbol(), x}}, {b});
  code.call("npu.quantize", {{Symbol(), b}}, {q});
  code.graph.outputs = {q};
  EXPECT_EQ(attempt(pattern, {px}, {pq}, CallGraph(code.graph, as_given), 2, Constants::Equal), "the code has `aten.add` behind `npu.norm`, which the pattern has not");
}

// The matcher of torch takes operands in their order, also of a sum.
TEST(CallMatcher, ASumTheOtherWayRoundNearlyMatches) {
  Calls pattern;
  TensorId px = pattern.tensor(), py = pattern.tensor(), pm = pattern.tensor(), ps = pattern.tensor();
  pattern.call("aten.mul", {{Symbol(), px}, {Symbol(), 2.5}}, {pm});
  pattern.call("aten.add", {{Symbol(), pm}, {Symbol(), py}}, {ps});
  auto code = [&](const char* product, bool swapped, double factor = 2.5) {
    Calls calls;
    TensorId x = calls.tensor(), y = calls.tensor(), other = calls.tensor(), m = calls.tensor(), s = calls.tensor();
    calls.call("aten.linear", {{Symbol(), x}}, {other});
    calls.call(product, {{Symbol(), y}, {Symbol(), factor}}, {m});
    calls.call("aten.add", {{Symbol(), swapped ? other : m}, {Symbol(), swapped ? m : other}}, {s});
    calls.graph.outputs = {s};
    return attempt(pattern, {px, py}, {ps}, CallGraph(calls.graph, as_given), 2, Constants::Equal);
  };
  EXPECT_EQ(code("aten.mul", false), "");
  EXPECT_EQ(code("aten.mul", true), "the operands of `aten.add` stand in the other order in the code");
  EXPECT_EQ(code("aten.div", true), "the pattern has `aten.mul` where the code has `aten.linear`");
  EXPECT_EQ(code("aten.mul", true, 2.0), "the pattern has `aten.mul` where the code has `aten.linear`") << "in order it would not match either";
}

TEST(CallMatcher, ANumberIsNoTensorOfThePattern) {
  Calls pattern;
  TensorId px = pattern.tensor(), py = pattern.tensor(), ps = pattern.tensor();
  pattern.call("aten.add", {{Symbol(), px}, {Symbol(), py}}, {ps});
  Calls code;
  TensorId x = code.tensor(), s = code.tensor();
  code.call("aten.add", {{Symbol(), x}, {Symbol(), 1.0}}, {s});
  code.graph.outputs = {s};
  EXPECT_EQ(attempt(pattern, {px, py}, {ps}, CallGraph(code.graph, as_given), 0, Constants::Equal), "argument 2 of `aten.add` is a tensor in the pattern and none in the code");
}

TEST(CallGraph, AnOperatorThatGivesBackItsArgumentStandsBetween) {
  Calls pattern;
  TensorId a = pattern.tensor(), b = pattern.tensor(), c = pattern.tensor();
  pattern.call("vllm.gather", {{Symbol(), a}}, {b});
  pattern.call("vllm.quantize", {{Symbol(), b}}, {c});
  Calls code;
  TensorId x = code.tensor(), y = code.tensor();
  code.call("vllm.gather", {{Symbol(), x}}, {x});
  code.call("vllm.quantize", {{Symbol(), x}}, {y});
  code.graph.outputs = {y};
  CallGraph step(code.graph, as_given);
  ASSERT_EQ(step.nodes.size(), 2u);
  EXPECT_EQ(attempt(pattern, {a}, {c}, step, 1, Constants::Equal), "");
}

TEST(CallGraph, ACompiledGraphWritesNothingInPlace) {
  Calls code;
  TensorId x = code.tensor();
  code.graph.entries[code.call("aten.add_", {{Symbol(), x}, {Symbol(), Dim(1)}}, {code.tensor()})].mutates = {0};
  code.graph.entries[code.call("vllm.write", {{Symbol(), x}}, {code.tensor()})].mutates = {0};
  CallGraph compiled(code.graph, as_given, CallGraph::Form::Functional);
  EXPECT_EQ(compiled.nodes[0].op, "aten.add");
  EXPECT_EQ(compiled.nodes[1].op, "higher_order.auto_functionalized_v2");
  EXPECT_EQ(CallGraph(code.graph, as_given, CallGraph::Form::Functional, 1).nodes.size(), 1u);
}

TEST(SizeReaders, ASizeIsAskedOfWhoComputesIt) {
  Calls code;
  TensorId x = code.tensor(), y = code.tensor(), z = code.tensor(), v = code.tensor();
  code.call("vllm.gather", {{Symbol(), x}}, {y});
  code.call("npu.norm", {{Symbol(), y}}, {z});
  auto sizes = std::make_shared<graph::ArgumentList>(graph::ArgumentList{{Symbol(), code.tokens}, {Symbol(), Dim(8)}});
  code.graph.entries[code.call("aten.view", {{Symbol(), z}, {Symbol(), sizes}}, {v})].is_view = true;
  code.graph.outputs = {v};
  CallGraph taken_over(code.graph, as_given), computed(code.graph, as_given);
  add_size_readers(taken_over, [](EntryId, size_t, size_t) { return false; });
  add_size_readers(computed, [&](EntryId call, size_t, size_t dim) {
    // A fake implementation runs, which moves what the graph keeps.
    for (int i = 0; i < 100; ++i) code.tensor();
    code.call("aten.empty", {}, {code.tensor()});
    return call.index == 0 && dim == 0;
  });
  EXPECT_EQ(taken_over.users({0, 0}).size(), 1u);
  EXPECT_EQ(computed.users({0, 0}).size(), 2u) << "the norm, and the view by its size";
  EXPECT_EQ(computed.users({1, 0}).size(), 1u);
}

}  // namespace
}  // namespace fusescout::vllm
