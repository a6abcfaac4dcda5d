#include <gtest/gtest.h>

#include "torch/operators.h"
#include "torch/testing.h"

namespace fusescout::torch {
namespace {

const char* const registered = R"py(
import torch
from torch.library import Library, infer_schema

lib = Library("demo", "FRAGMENT")

def register(name, f, mutates, fake=None):
    lib.define(name + infer_schema(f, mutates_args=mutates))
    lib.impl(name, f, dispatch_key="PrivateUse1")
    if fake is not None:
        lib._register_fake(name, fake)

def scale_into(x: torch.Tensor, out: torch.Tensor, factor: float = 2.0) -> None:
    out.copy_(x * factor)

register("scale_into", scale_into, ["out"])

def lost(x: torch.Tensor, n: int) -> torch.Tensor:
    import nowhere
    return nowhere.f(x)

def lost_fake(x: torch.Tensor, n: int) -> torch.Tensor:
    return torch.empty((n, x.shape[1]), dtype=torch.float32)
)py";

TEST(Operators, RegisteredBodyRunsInside) {
  TestMachine machine;
  ASSERT_EQ(machine.run(std::string(registered) + R"py(
x, out = torch.empty(4, 8), torch.empty(4, 8)
assert hasattr(torch.ops.demo, "scale_into") and not hasattr(torch.ops.demo, "none") and hasattr(torch.ops, "whatever")
assert torch.ops.demo.scale_into.default.name() == "demo::scale_into"
)py"), "");
  EXPECT_EQ(Operators::of(machine.interpreter).find(Symbol("demo"), Symbol("scale_into"))->schema,
            "(Tensor x, Tensor(a0!) out, float factor=2.0) -> ()");
  machine.context.recording = true;
  python::Interpreter& in = machine.interpreter;
  Value module = in.find_module(Symbol("test"));
  auto get = [&](const char* name) { return in.get_attribute(module, Symbol(name)); };
  TensorId before = machine.context.as_tensor(get("out"))->id;
  auto failure = in.guard([&] {
    Value op = in.get_attribute(in.get_attribute(in.get_attribute(in.find_module(Symbol("torch")), Symbol("ops")), Symbol("demo")), Symbol("scale_into"));
    in.call(op, {get("x"), get("out")});
  });
  ASSERT_FALSE(failure) << failure->message;
  EXPECT_EQ(machine.entries(), "demo.scale_into\n  aten.mul\n  aten.copy_\n");
  const graph::Entry& entry = machine.graph.entries[graph::EntryId{0}];
  ASSERT_EQ(entry.mutates.size(), 1u);
  EXPECT_EQ(entry.inputs[entry.mutates[0]], before);
  EXPECT_EQ(entry.launches, 0);
  EXPECT_NE(machine.context.as_tensor(get("out"))->id, before);
}

TEST(Operators, TorchsOwnOperatorsHaveOverloads) {
  TestMachine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
aten = torch.ops.aten
x = torch.empty(4, 8)
y = aten.view.default(aten.mul.Tensor(x, 2.0), [8, 4])
z = aten.sum.dim_IntList(aten.softmax(y, -1), [1], True)
assert z.shape == (8, 1) and aten.mul.Tensor is aten.mul.Tensor and aten.mul is aten.mul and aten.view.__name__ == "view"
assert not hasattr(aten, "none") and not hasattr(aten.mul, "__no__")
)py"), "");
  EXPECT_EQ(machine.entries(), "aten.empty\naten.mul\naten.view\naten.softmax\naten.sum\n");
}

TEST(Operators, WhatTheHostComputesIsNoLaunch) {
  TestMachine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
with torch.device("cpu"):
    counted = torch.arange(8).eq(0)
    x = torch.empty(8, device="npu")
    picked = counted * x
    sent = counted.to(x)
    scaled = torch.tensor(2.0) * x
assert counted.device.type == "cpu" and picked.device.type == sent.device.type == scaled.device.type == "npu"
)py"), "");
  std::string units;
  for (const graph::Kernel& kernel : machine.graph.kernels) units += kernel.name.str() + (kernel.unit == graph::Unit::Host ? " host\n" : "\n");
  EXPECT_EQ(units, "aten.arange host\naten.eq host\naten.mul\naten.to host\naten.mul\n");
}

TEST(Operators, DataOfAStepIsNoWeight) {
  TestMachine machine;
  ASSERT_EQ(machine.run(std::string(registered) + R"py(
def lengths(x: torch.Tensor, n: int) -> torch.Tensor:
    return torch.tensor([1] * n, dtype=torch.int32).cumsum(dim=0)

register("lengths", lengths, [])
weight = torch.tensor([1.0, 2.0])
)py"), "");
  auto* weight = machine.context.as_tensor(machine.interpreter.get_attribute(machine.interpreter.find_module(Symbol("test")), Symbol("weight")));
  EXPECT_EQ(machine.graph.tensors[weight->id].kind, TensorKind::Constant);
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
with torch.device("cpu"):
    made = torch.ops.demo.lengths(torch.empty(8, device="npu"), 4)
assert made.device.type == "cpu"
)py"), "");
  EXPECT_EQ(machine.graph.tensors[machine.graph.operators[graph::OperatorId{0}].inputs[0]].kind, TensorKind::Input);
  EXPECT_EQ(machine.graph.kernels[graph::KernelId{0}].unit, graph::Unit::Host);
}

TEST(Operators, FakeServesWhereTheBodyIsLost) {
  TestMachine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(std::string(registered) + R"py(
class Unfollowed:
    pass

register("lost", lambda x, n: unfollowed(x), [], lost_fake)
)py"), "");
  python::Interpreter& in = machine.interpreter;
  Value unknown = in.unknown("a package is not evaluated", "nowhere.f");
  in.set_attribute(in.find_module(Symbol("test")), Symbol("unfollowed"), unknown);
  Value result;
  auto failure = in.guard([&] {
    Value op = in.get_attribute(in.get_attribute(in.get_attribute(in.find_module(Symbol("torch")), Symbol("ops")), Symbol("demo")), Symbol("lost"));
    result = in.call(op, {Value(machine.context.make_tensor({Dim(4), Dim(8)}, DType::BF16)), Value::of(int64_t{3})});
  });
  ASSERT_FALSE(failure) << failure->message;
  TensorObject* tensor = machine.context.as_tensor(result);
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(machine.context.info(tensor).shape, (Shape{Dim(3), Dim(8)}));
  bool opaque = false;
  for (const graph::Entry& entry : machine.graph.entries) opaque = opaque || (entry.op.str() == "demo.lost" && entry.opaque);
  EXPECT_TRUE(opaque);
}

TEST(Operators, CustomOpDecorator) {
  TestMachine machine;
  EXPECT_EQ(machine.run(R"py(
import torch

@torch.library.custom_op("demo::twice", mutates_args=())
def twice(x: torch.Tensor, *, times: int = 2) -> torch.Tensor:
    return x * times

@twice.register_fake
def _(x, *, times=2):
    return torch.empty_like(x)

y = twice(torch.empty(3), times=4)
assert y.shape == (3,) and torch.ops.demo.twice(torch.empty(5)).shape == (5,)
def error(f):
    try:
        f()
    except Exception as e:
        return type(e).__name__

torch.library.define("demo::none", "(Tensor x) -> Tensor")
assert error(lambda: torch.ops.demo.none(y)) == "NotImplementedError"
)py"), "");
}

TEST(Operators, AnOverloadHasABodyOfItsOwn) {
  TestMachine machine;
  EXPECT_EQ(machine.run(R"py(
import torch
from torch.library import Library
lib = Library("demo", "FRAGMENT")
lib.define("twice(Tensor x) -> Tensor")
lib.impl("twice", lambda x: x * 2, "CompositeExplicitAutograd")
lib.define("twice.maybe_inplace(Tensor(a!) x) -> Tensor")
lib.impl("twice.maybe_inplace", lambda x: x.mul_(2), "CompositeExplicitAutograd")
assert hasattr(torch.ops.demo.twice, "maybe_inplace") and not hasattr(torch.ops.demo.twice, "other")
x = torch.ones(2)
assert torch.ops.demo.twice(x) is not x
assert torch.ops.demo.twice.maybe_inplace(x) is x
)py"), "");
}

}  // namespace
}  // namespace fusescout::torch
