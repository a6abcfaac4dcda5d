#include "torch/watch_calls.h"

#include <gtest/gtest.h>

#include "torch/testing.h"

namespace fusescout::torch {
namespace {

const char* const wrappers_source = R"py(
import torch
import triton
import triton.language as tl

@triton.jit
def kernel(x, out, BLOCK: tl.constexpr):
    tl.store(out + tl.arange(0, BLOCK), tl.load(x + tl.arange(0, BLOCK)))

def launch_once(x):
    out = torch.empty_like(x)
    kernel[(1,)](x, out, 8)
    return out.view(-1)

def launch_contiguous(x):
    return launch_once(x.t().contiguous())

def wide(x, scale=None):
    return launch_once(x.to(torch.float32)).to(x.dtype)

def outer(*, y, x):
    return wide(x), wide(x=y)

def plain(x):
    return torch.neg(x.to(torch.float32))

class Block(torch.nn.Module):
    def forward(self, x):
        return called(x)

def with_module(block, x):
    return wide(x)

class OwnCall(torch.nn.Module):
    def __call__(self, x):
        return self.forward(x)
    def forward(self, x):
        return torch.neg(x)

class Around(OwnCall):
    def __call__(self, x):
        return torch.nn.Module.__call__(self, x)

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.own, self.around = OwnCall(), Around()
    def forward(self, x):
        return self.around(self.own(x))

called = wide
model = Model()
x = torch.empty(8, dtype=torch.bfloat16)
y = torch.empty(4, 2, dtype=torch.bfloat16)
block = Block()
)py";

struct WatchCalls : ::testing::Test {
  TestMachine machine;
  std::vector<graph::Wrapper> wrappers;

  std::string names(const char* call) {
    python::Interpreter& in = machine.interpreter;
    if (machine.graph.entries.size() == 0) {
      EXPECT_EQ(machine.run(wrappers_source), "");
      watch_calls(machine.context, wrappers);
    }
    wrappers.clear();
    RecordingGuard recording(machine.context, true);
    in.evaluate_text(in.find_module(Symbol("test")), nullptr, call);
    std::string text;
    for (const graph::Wrapper& w : wrappers) text += (text.empty() ? "" : " ") + w.entry.op.str();
    return text;
  }
};

TEST_F(WatchCalls, SeveralLaunchesAroundATritonKernelAreOneCall) {
  EXPECT_EQ(names("wide(x)"), "wide");
  const graph::Wrapper& w = wrappers.front();
  EXPECT_EQ(w.begin.index, 0u);
  EXPECT_EQ(w.entry.end.index, machine.graph.entries.size());
  ASSERT_EQ(w.entry.inputs.size(), 1u);
  ASSERT_EQ(w.entry.outputs.size(), 1u);
  EXPECT_EQ(machine.graph.tensors[w.entry.outputs[0]].dtype, DType::BF16);
}

TEST_F(WatchCalls, AnInnerOneComesBeforeTheOneAround) {
  EXPECT_EQ(names("outer(x=x, y=y)"), "wide wide outer");
  ASSERT_EQ(wrappers.back().entry.inputs.size(), 2u);
  EXPECT_EQ(machine.graph.tensors[wrappers.back().entry.inputs[0]].shape.size(), 1u);   // in the order of the call
}

TEST_F(WatchCalls, OneLaunchAndNoLaunchAreNone) {
  EXPECT_EQ(names("launch_once(x)"), "");
  EXPECT_EQ(names("launch_contiguous(y)"), "");
  EXPECT_EQ(names("plain(x)"), "");
}

TEST_F(WatchCalls, AModulesOwnCodeIsNone) {
  EXPECT_EQ(names("block(x)"), "wide");
  EXPECT_EQ(names("with_module(block, x)"), "wide");
}

TEST_F(WatchCalls, AClassWithItsOwnCallIsAModuleOnce) {
  names("model(x)");
  std::string text;
  for (uint32_t i = 0; i < machine.graph.entries.size(); ++i) text += machine.graph.entries[graph::EntryId{i}].op.str() + " ";
  EXPECT_EQ(text, "Model OwnCall aten.neg Around aten.neg ");
}

TEST_F(WatchCalls, TheNameIsTheOneThatTheCallerKnows) {
  machine.loader.modules["other"] = R"py(
from test import wide as patched, x
def run():
    return patched(x)
)py";
  EXPECT_EQ(names("wide(x)"), "wide");
  EXPECT_EQ(names("__import__('other').run()"), "patched run");
}

}  // namespace
}  // namespace fusescout::torch
