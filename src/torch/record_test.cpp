// What small programs leave in the graph.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "torch/torch_program.h"

namespace fusescout::torch {
namespace {

TEST(Record, ElementwiseWithSymbolicShapes) {
  TorchProgram program;
  Dim tokens = program.symbol("T", 16);
  program.input("x", {tokens, Dim(8)}, DType::BF16);
  EXPECT_EQ(program.record("y = x.view(-1, 2, 4)\nz = y * 2 + x.reshape(x.shape[0], 2, 4)\nw = z.flatten(1).float()\n"),
            "T = 16\n"
            "input %x : bf16[T, 8]\n"
            "%0 = view(%x) : bf16[T, 2, 4]                               # main.py:3\n"
            "%1 = mul(%0, other=2) : bf16[T, 2, 4]                       # main.py:4\n"
            "%2 = reshape(%x) : bf16[T, 2, 4]                            # main.py:4\n"
            "%3 = add(%1, %2) : bf16[T, 2, 4]                            # main.py:4\n"
            "%4 = flatten(%3) : bf16[T, 8]                               # main.py:5\n"
            "kernel aten.to vector {\n"
            "  %5 = cast(%4, dtype=f32) : f32[T, 8]                        # main.py:5\n"
            "}\n");
}

TEST(Record, EachCallOfAChainHasTheLineThatNamesIt) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::F32);
  // The lines are CPython's.
  EXPECT_EQ(program.record("a = (\n    x\n    .exp()\n    .sin()\n    + x.cos(\n    )\n    * 2\n)\nb = x.view(\n    8, 4\n).neg(\n).sum(\n    *[0]\n)\nc = (x\n     .T)\n"),
            "input %x : f32[4, 8]\n"
            "%0 = exp(%x) : f32[4, 8]                                    # main.py:5\n"
            "%1 = sin(%0) : f32[4, 8]                                    # main.py:6\n"
            "%2 = cos(%x) : f32[4, 8]                                    # main.py:7\n"
            "%3 = mul(%2, other=2) : f32[4, 8]                           # main.py:7\n"
            "%4 = add(%1, %3) : f32[4, 8]                                # main.py:4\n"
            "%5 = view(%x) : f32[8, 4]                                   # main.py:11\n"
            "%6 = neg(%5) : f32[8, 4]                                    # main.py:13\n"
            "%7 = sum(%6, dim=-2) : f32[4]                               # main.py:11\n"
            "%8 = view(%x) : f32[8, 4]{1, 8}                             # main.py:18\n");
}

TEST(Record, ARangeWithItsEndAndAFillThatWritesNothing) {
  TorchProgram program;
  program.input("x", {Dim(4)}, DType::F16);
  std::string text = program.record("y = torch.range(1, 4)\nz = torch.range(0, 5, 2, dtype=torch.int64)\nw = torch.fill(x, 2)\nv = x + 1\n");
  EXPECT_NE(text.find("arange(start=1.0, step=1.0) : f32[4]"), std::string::npos) << text;
  EXPECT_NE(text.find("arange(start=0.0, step=2.0) : i64[3]"), std::string::npos) << text;
  EXPECT_NE(text.find("fill(value=2) : f16[4]"), std::string::npos) << text;
  EXPECT_EQ(text.find("refresh"), std::string::npos) << text;
}

TEST(Record, WhatAProcessDoesOnceIsNoPartOfTheNextStep) {
  TorchProgram program;
  program.input("x", {Dim(4)}, DType::F16);
  program.input("cache", {Dim(8), Dim(4)}, DType::F16, TensorKind::Cache);
  ASSERT_EQ(program.print("class Probe:\n"
                          "    table = None\n"
                          "    def get(self):\n"
                          "        if Probe.table is None:\n"
                          "            Probe.table = torch.arange(4) * 2\n"
                          "        return Probe.table\n"
                          "import builtins\n"
                          "def step():\n"
                          "    cache[0] = x\n"
                          "    return x * Probe().get() + cache[0]\n"
                          "def of_step():\n"
                          "    global last\n"
                          "    last = x\n"
                          "    return last.neg()\n"
                          "builtins.step, builtins.of_step = step, of_step\n"), "");
  program.record("of_step()\n");
  EXPECT_FALSE(program.context.once_per_process()) << "nothing was done before the write";
  program.record("step()\n");
  EXPECT_TRUE(program.context.once_per_process());
  program.context.begin_again();
  std::string text = program.record("step()\n");
  EXPECT_EQ(text.find("arange"), std::string::npos) << text;
  EXPECT_NE(text.find("buffer %"), std::string::npos) << text;
  EXPECT_NE(text.find("cache %cache : f16[8, 4]"), std::string::npos) << text;
  EXPECT_NE(text.find("mul(%x"), std::string::npos) << text;
  EXPECT_FALSE(program.context.once_per_process());
}

TEST(Record, WhatAGatherPicksAndWhatWasWrittenIsKnown) {
  TorchProgram program;
  EXPECT_EQ(program.print("a = torch.tensor([[10, 11, 12], [20, 21, 22]])\nprint(a.gather(1, torch.tensor([[2], [0]])).tolist())\n"
                          "print(torch.gather(a, 0, torch.tensor([[1, 0, 1]])).tolist())\n"
                          "b = torch.empty(4, dtype=torch.int32)\nb[:2].copy_(torch.tensor([7, 8]))\nprint(b[1].item())\n"),
            "[[12], [20]]\n[[20, 11, 22]]\n8\n");
}

TEST(Record, AFillReadsTheTensorThatItIsFilledWith) {
  TorchProgram program;
  program.input("x", {Dim(4)}, DType::F16);
  program.input("s", {}, DType::F32);
  std::string text = program.record("x.fill_(s)\ns = s.half()\nx[1:].fill_(s)\nx.fill_(torch.tensor(3.0))\n");
  EXPECT_NE(text.find("cast(%s, dtype=f16) : f16[4]"), std::string::npos) << text;
  EXPECT_NE(text.find("copy(%1) : f16[3]"), std::string::npos) << text;
  EXPECT_NE(text.find("fill(value=3.0) : f16[4]"), std::string::npos) << text;
}

TEST(Record, InPlaceThroughAView) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::F32);
  std::string text = program.record("q = x[:, :4]\nk = x[:, 4:]\nq.add_(1)\ny = k + 1\nz = x + 1\n");
  // k lies beside q: it is not stale; x is.
  EXPECT_NE(text.find("%0 = slice(%x)"), std::string::npos) << text;
  EXPECT_NE(text.find("%2 = add(%0!, other=1)"), std::string::npos) << text;
  EXPECT_NE(text.find("%3 = add(%1, other=1)"), std::string::npos) << text;
  EXPECT_NE(text.find("refresh(%x, %2)"), std::string::npos) << text;
}

TEST(Record, LinearAndSoftmaxAreOneOperatorEach) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::BF16);
  program.input("w", {Dim(16), Dim(8)}, DType::BF16, TensorKind::Parameter);
  program.input("b", {Dim(16)}, DType::BF16, TensorKind::Parameter);
  std::string text = program.record("y = F.linear(x, w, b)\nz = torch.softmax(y, dim=1, dtype=torch.float32)\n");
  EXPECT_NE(text.find("matmul(%x, %w, %b, transpose_b=True)"), std::string::npos) << text;
  EXPECT_NE(text.find("kernel aten.softmax vector {"), std::string::npos) << text;
  EXPECT_EQ(program.graph.kernels[graph::KernelId{0}].unit, graph::Unit::Cube);
}

TEST(Record, PassThroughLaunchesNothing) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::BF16);
  program.record("a = x.to(torch.bfloat16)\nb = x.contiguous()\nc = torch.empty_like(x)\n");
  EXPECT_EQ(program.graph.kernels.size(), 0u);
  ASSERT_EQ(program.graph.entries.size(), 3u);
  EXPECT_EQ(program.entries(), "aten.to\naten.contiguous\naten.empty_like\n");
}

TEST(Record, ToNothingIsNoCall) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::BF16);
  program.record("same = x.to(None) is x\ny = x.to(dtype=None) + 1\nassert same\n");
  EXPECT_EQ(program.entries(), "aten.add\n");
}

TEST(Record, NamesOfTheDispatcher) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::BF16);
  program.record("a = torch.cat([x, x])\nb = torch.concat([x, x])\nc = torch.concatenate([x, x], axis=1)\n");
  EXPECT_EQ(program.entries(), "aten.cat\naten.concat\naten.concatenate\n");
  TorchProgram norms;
  norms.input("x", {Dim(4), Dim(8)}, DType::BF16);
  norms.record("a = x.norm(dim=-1)\nb = torch.nn.functional.normalize(x, p=2, dim=-1)\n");
  EXPECT_EQ(norms.entries(), "aten.linalg_vector_norm\naten.linalg_vector_norm\naten.clamp_min\naten.expand_as\naten.div\n");
}

TEST(Record, AssignmentsToParts) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::BF16);
  program.input("y", {Dim(4), Dim(2)}, DType::BF16);
  program.input("i", {Dim(3)}, DType::I64);
  EXPECT_EQ((program.record("x[:, 2:4] = y\nx[i] = 0\nz = x[i]\n"), program.entries()),
            "aten.slice\naten.copy_\naten.scalar_tensor\naten.index_put_\naten.index\n");
}

TEST(Record, WhatAMaskCountsIsAtMostItsSize) {
  TorchProgram program;
  Dim tokens = program.symbol("T", 16);
  program.input("x", {tokens, Dim(2)}, DType::I32);
  program.record("n = (x.flatten() >= 3).sum().item()\ny = x.flatten()[: min(n, 1000)] + torch.arange(n)\n");
  EXPECT_NE(program.entries().find("aten.add\n"), std::string::npos);
  EXPECT_EQ(program.entries().find("opaque"), std::string::npos) << program.entries();
  bool said = false;
  for (const python::Note& note : program.interpreter.notes()) said = said || (note.kind == python::NoteKind::Assumption && note.message.find("all, 32") != std::string::npos);
  EXPECT_TRUE(said);
}

TEST(Record, UnknownFunctionIsAnOpaqueCall) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::BF16);
  program.record("y = torch.frobnicate(x)\nz = torch.add(x, y)\n");
  EXPECT_EQ(program.entries(), "torch.frobnicate opaque\ntorch.add opaque\n");
}

TEST(Known, SmallDataIsComputed) {
  TorchProgram program;
  EXPECT_EQ(program.print("base = torch.tensor(2 ** (-(2 ** -(3 - 3))), dtype=torch.float32)\npowers = torch.arange(1, 9, "
                          "dtype=torch.int32)\nprint(torch.pow(base, powers).tolist())\n"),
            "[0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625]\n");
  EXPECT_EQ(
      program.print(
          "x = torch.zeros(4)\nx[1:3] = 2\nx[-1] += 1\nprint(x.tolist(), x.sum().item(), x.max().item(), int(x[1]), bool(x[0] == 0))\n"),
      "[0.0, 2.0, 2.0, 1.0] 5.0 2.0 2 True\n");
  EXPECT_EQ(
      program.print(
          "m = torch.full((6,), -1, dtype=torch.int32)\nm[torch.tensor([4, -1])] = torch.arange(2, dtype=torch.int32)\n"
          "g = torch.zeros(3, 2)\ng[torch.tensor([2, 0])] = torch.tensor([5.0, 6.0])\ng[g == 6] = 7\n"
          "print(m.tolist(), (m != -1).sum().item(), g.tolist())\n"),
      "[-1, -1, -1, -1, 0, 1] 2 [[5.0, 7.0], [0.0, 0.0], [5.0, 7.0]]\n");
  EXPECT_EQ(
      program.print(
          "print(torch.cat([torch.arange(3), torch.tensor([7])]).tolist(), torch.cumsum(torch.ones(3, dtype=torch.int32), 0).tolist())\n"),
      "[0, 1, 2, 7] [1, 2, 3]\n");
  EXPECT_EQ(program.print("inv = 1.0 / (10000 ** (torch.arange(0, 8, 2, dtype=torch.float) / 8))\nprint(inv.shape, inv.dtype, [round(v, 4) "
                          "for v in inv.tolist()])\n"),
            "torch.Size([4]) torch.float32 [1.0, 0.1, 0.01, 0.001]\n");
}

TEST(Known, NumpyAndBack) {
  TorchProgram program;
  EXPECT_EQ(program.print("n = torch.tensor([[1, 2], [3, 4]], dtype=torch.int32).numpy()\nprint(n.tolist(), n.dtype, torch.from_numpy(n + "
                          "1).tolist(), torch.from_numpy(n).dtype)\n"),
            "[[1, 2], [3, 4]] int32 [[2, 3], [4, 5]] torch.int32\n");
}

TEST(Known, AnArrayOfUnknownNumbersHasAShape) {
  TorchProgram program;
  EXPECT_EQ(program.print("from scipy.linalg import hadamard\nh = torch.tensor(hadamard(128, dtype=float), dtype=torch.float32)\nprint(h.shape, h.dtype)\n"),
            "torch.Size([128, 128]) torch.float32\n");
}

TEST(Types, WordsOfNumpy) {
  TorchProgram program;
  EXPECT_EQ(program.print("x = torch.empty(2, 3)\nprint(torch.stack([x, x], axis=1).shape, x.sum(axis=1, keepdims=True).shape, torch.softmax(x, axis=0).shape)\n"),
            "torch.Size([2, 2, 3]) torch.Size([2, 1]) torch.Size([2, 3])\n");
}

TEST(Known, QuantileOfTheNormalDistribution) {
  TorchProgram program;
  EXPECT_EQ(program.print("print(round(torch.distributions.normal.Normal(0, 1).icdf(torch.tensor(0.95)).item(), 4))\n"), "1.6449\n");
}

TEST(Types, DtypesDevicesAndSizes) {
  TorchProgram program;
  EXPECT_EQ(program.print("print(torch.bfloat16, torch.bfloat16.itemsize, torch.half is torch.float16, torch.device('npu:0'), "
                          "repr(torch.device('cpu')))\n"),
            "torch.bfloat16 2 True npu:0 device(type='cpu')\n");
  EXPECT_EQ(program.print("x = torch.empty(2, 3)\nprint(x.shape, x.shape[-1], len(x.shape), x.shape == (2, 3), x.size(0), x.shape[:-1] + "
                          "(4,), x.numel(), x.shape[:1].numel())\na, b = x.shape\nprint(a, b, *x.shape)\n"),
            "torch.Size([2, 3]) 3 2 True 2 torch.Size([2, 4]) 6 2\n2 3 2 3\n");
  EXPECT_EQ(program.print("print(torch.finfo(torch.bfloat16).min, torch.iinfo(torch.int32).max, torch.get_default_dtype())\n"),
            "-3.3895313892515355e+38 2147483647 torch.float32\n");
  EXPECT_EQ(program.print("v, i = torch.max(torch.tensor([[1, 5], [7, 2]]), dim=1)\nr = torch.topk(torch.empty(4, 8), "
                          "2)\nprint(v.tolist(), i.tolist(), r.values.shape, r[1].dtype)\n"),
            "[5, 7] [1, 0] torch.Size([4, 2]) torch.int64\n");
}

TEST(Record, WhatIsMadeOfNumbersSaysWhich) {
  TorchProgram program;
  Dim tokens = program.symbol("T", 16);
  program.input("x", {tokens, Dim(8)}, DType::BF16);
  std::string text = program.record(
      "a = torch.arange(2, x.shape[0])\nb = torch.arange(0.5, 4.5, 0.25)\nc = torch.eye(3, 4)\nd = torch.linspace(1, 3, 5)\ne = torch.logspace(1, 3, 5)\n"
      "f = torch.arange(x.shape[0])\ny = x[:, torch.tensor([1, 2])]\nx[:, torch.tensor([1, 2])] = y\n");
  for (const char* line : {" = arange(start=2, step=1) : i64[", " = arange(start=0.5, step=0.25) : f32[16]", " = eye() : f32[3, 4]",
                           " = linspace(end=3.0, start=1.0) : f32[5]", " = linspace(end=3.0, logarithmic=True, start=1.0) : f32[5]", " = arange() : i64[T]",
                           ", dim=-1) : bf16[T, 8]"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST(Record, AConstantIndexThatPicksAllInOrderCopies) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::BF16);
  program.context.set_known(program.input("same", {Dim(4), Dim(1)}, DType::I64, TensorKind::Buffer), {0, 1, 2, 3});
  program.context.set_known(program.input("other", {Dim(4), Dim(1)}, DType::I64, TensorKind::Buffer), {0, 2, 1, 3});
  std::string text = program.record("a = x[same]\nb = x[other]\nc = x.index_select(0, same.view(-1))\nd = x[torch.tensor([0, 1, 2, 3])]\n");
  EXPECT_NE(text.find(" = copy(%x) : bf16[4, 1, 8]"), std::string::npos) << text;
  EXPECT_NE(text.find(" = copy(%x) : bf16[4, 8]"), std::string::npos) << text;
  size_t picks = 0;
  for (size_t at = text.find("index_select("); at != std::string::npos; at = text.find("index_select(", at + 1)) ++picks;
  EXPECT_EQ(picks, 2U) << "another order, and the data of a step\n" << text;
}

TEST(Record, ACastByNameSaysItsDtype) {
  TorchProgram program;
  program.input("x", {Dim(4), Dim(8)}, DType::BF16);
  program.record("y = x.float()\n");
  const graph::Entry& call = program.graph.entries[graph::EntryId{0}];
  EXPECT_EQ(call.op.view(), "aten.to");
  std::function<bool(const graph::ArgumentList&)> names_it = [&](const graph::ArgumentList& list) {
    return std::any_of(list.begin(), list.end(), [&](const graph::Argument& a) {
      if (auto* inner = std::get_if<std::shared_ptr<graph::ArgumentList>>(&a.value)) return names_it(**inner);
      auto* dtype = std::get_if<DType>(&a.value);
      return dtype != nullptr && *dtype == DType::F32;
    });
  };
  EXPECT_TRUE(names_it(call.arguments));
}

}  // namespace
}  // namespace fusescout::torch
