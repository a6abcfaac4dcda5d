#include <gtest/gtest.h>

#include "torch/testing.h"
#include "torch/triton_access.h"

namespace fusescout::torch {
namespace {

std::string names(const std::set<Symbol>& symbols) {
  std::set<std::string> sorted;
  for (Symbol symbol : symbols) sorted.insert(symbol.str());
  std::string text;
  for (const std::string& name : sorted) text += (text.empty() ? "" : " ") + name;
  return text;
}

const char* const kernels = R"py(
import torch
import triton
import triton.language as tl

@triton.jit
def helper(at, value):
    tl.store(at + 1, value)

@triton.jit
def kernel(x_ptr, y_ptr, z_ptr, sum_ptr, n, FLAG: tl.constexpr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    start = x_ptr + offsets
    value = tl.load(start, mask=offsets < n)
    p = tl.make_block_ptr(y_ptr, (n,), (1,), (0,), (BLOCK,), (0,))
    for i in range(4):
        tl.store(p, value)
        p = tl.advance(p, (BLOCK,))
    if FLAG:
        helper(z_ptr + value, value)
    tl.atomic_add(sum_ptr, value)

@triton.heuristics({"HAS": lambda args: args["b"] is not None})
@triton.autotune(configs=[triton.Config({"BLOCK": 64}), triton.Config({"BLOCK": 128})], key=["n"])
@triton.jit
def tuned(a, b, out, n, HAS: tl.constexpr, BLOCK: tl.constexpr):
    x = tl.load(a + tl.arange(0, BLOCK))
    if HAS:
        tl.store(b, x)
    tl.store(out, x)
)py";

TEST(Triton, AccessIsReadFromTheSource) {
  TestMachine machine;
  ASSERT_EQ(machine.run(kernels), "");
  Value kernel = machine.interpreter.get_attribute(machine.interpreter.find_module(Symbol("test")), Symbol("kernel"));
  python::Function* function = kernel_function(kernel);
  ASSERT_NE(function, nullptr);
  KernelAccess access = kernel_access(machine.interpreter, function, {{Symbol("FLAG"), Value::of(true)}});
  EXPECT_EQ(names(access.stored), "sum_ptr y_ptr z_ptr");
  EXPECT_EQ(names(access.loaded), "sum_ptr x_ptr");
  access = kernel_access(machine.interpreter, function, {{Symbol("FLAG"), Value::of(false)}});
  EXPECT_EQ(names(access.stored), "sum_ptr y_ptr");
}

TEST(Triton, LaunchIsACallWithNewValues) {
  TestMachine machine;
  ASSERT_EQ(machine.run(std::string(kernels) + R"py(
a, b, out = torch.empty(64), torch.empty(64), torch.empty(64)
def launch(second):
    tuned[(triton.cdiv(64, 64),)](a, second, out, 64, num_warps=4)
assert triton.next_power_of_2(65) == 128 and triton.cdiv(65, 64) == 2
)py"), "");
  python::Interpreter& in = machine.interpreter;
  Value module = in.find_module(Symbol("test"));
  auto tensor = [&](const char* name) { return machine.context.as_tensor(in.get_attribute(module, Symbol(name))); };
  TensorId a = tensor("a")->id, b = tensor("b")->id, out = tensor("out")->id;
  machine.context.recording = true;
  auto failure = in.guard([&] { in.call(in.get_attribute(module, Symbol("launch")), {Value::none()}); });
  ASSERT_FALSE(failure) << failure->message;
  EXPECT_EQ(machine.entries(), "triton.tuned\n");
  EXPECT_EQ(tensor("a")->id, a);
  EXPECT_EQ(tensor("b")->id, b);
  EXPECT_NE(tensor("out")->id, out);
  ASSERT_EQ(machine.graph.operators.size(), 1u);
  const graph::Operator& op = machine.graph.operators[graph::OperatorId{0}];
  EXPECT_EQ(op.kind.str(), "opaque");
  EXPECT_EQ(op.inputs, std::vector<TensorId>{a});
  EXPECT_EQ(op.outputs, std::vector<TensorId>{tensor("out")->id});
  EXPECT_TRUE(machine.graph.kernels[op.kernel].triton);
  failure = in.guard([&] { in.call(in.get_attribute(module, Symbol("launch")), {in.get_attribute(module, Symbol("b"))}); });
  ASSERT_FALSE(failure) << failure->message;
  EXPECT_NE(tensor("b")->id, b);
}

}  // namespace
}  // namespace fusescout::torch
