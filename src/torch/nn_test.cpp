#include <gtest/gtest.h>

#include "torch/nn_module.h"
#include "torch/testing.h"

namespace fusescout::torch {
namespace {

const char* const block = R"py(
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.linear = nn.Linear(n, n, bias=False)
        self.register_buffer("table", torch.zeros(3), persistent=False)
        self.scale = nn.Parameter(torch.ones(n))
        self.plain = 5

    def forward(self, x):
        return self.linear(x)

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.layers = nn.ModuleList([Block(4) for _ in range(2)])
        self.layers[1].linear = self.layers[0].linear
        self.head = nn.Sequential(nn.Linear(4, 10), nn.GELU())
        self.steps = nn.ModuleList([nn.Linear(4, 4), nn.GELU()])

    def forward(self, ids):
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x)
        return self.head(x)

model = Model()
)py";

TEST(NnModule, RegistersByKind) {
  TestMachine machine;
  EXPECT_EQ(machine.run(std::string(block) + R"py(
b = Block(4)
assert list(b._parameters) == ["scale"] and list(b._buffers) == ["table"] and list(b._modules) == ["linear"], dir(b)
assert b.__dict__["plain"] == 5 and "scale" not in b.__dict__
assert [n for n, _ in b.named_parameters()] == ["scale", "linear.weight"]
assert [n for n, _ in b.named_buffers()] == ["table"]
assert list(b.state_dict()) == ["scale", "linear.weight"]
assert [n for n, _ in b.named_modules()] == ["", "linear"]
assert isinstance(b.scale, nn.Parameter) and isinstance(b.scale, torch.Tensor)
assert b.linear.bias is None and hasattr(b.linear, "bias")
b.linear = nn.Identity()
assert [n for n, _ in b.named_parameters()] == ["scale"]
b.plain = nn.Identity()
assert "plain" not in b.__dict__ and list(b._modules) == ["linear", "plain"]
del b.plain
assert not hasattr(b, "plain")
b.scale = None
assert b.scale is None and list(b.parameters()) == []
assert b.training and not b.eval().training and not b.linear.training
)py"), "");
}

TEST(NnModule, RefusesWhatTorchRefuses) {
  TestMachine machine;
  EXPECT_EQ(machine.run(std::string(block) + R"py(
def error(f):
    try:
        f()
    except Exception as e:
        return type(e).__name__ + ": " + str(e)

b = Block(4)
assert error(lambda: setattr(b, "scale", 3)) == "TypeError: cannot assign 'int' as parameter 'scale' (torch.nn.Parameter or None expected)"
assert error(lambda: setattr(b, "linear", 3)) == "TypeError: cannot assign 'int' as child module 'linear' (torch.nn.Module or None expected)"
assert error(lambda: b.missing) == "AttributeError: 'Block' object has no attribute 'missing'", error(lambda: b.missing)
assert error(lambda: b.register_buffer("plain", None)) == "KeyError: \"attribute 'plain' already exists\"", error(lambda: b.register_buffer("plain", None))
assert error(lambda: b.get_submodule("a.b")).startswith("AttributeError")

class Early(nn.Module):
    def __init__(self):
        self.inner = nn.Identity()

assert error(Early) == "AttributeError: cannot assign module before Module.__init__() call"
)py"), "");
}

TEST(NnModule, WalksAndPaths) {
  TestMachine machine;
  EXPECT_EQ(machine.run(std::string(block) + R"py(
assert [n for n, _ in model.named_modules()] == ["", "embed", "layers", "layers.0", "layers.0.linear", "layers.1", "head", "head.0", "head.1", "steps", "steps.0", "steps.1"]
assert [n for n, _ in model.named_children()] == ["embed", "layers", "head", "steps"]
assert "layers.1.linear.weight" in [n for n, _ in model.named_parameters(remove_duplicate=False)]
assert "layers.1.linear.weight" not in [n for n, _ in model.named_parameters()]
assert model.get_submodule("layers.1") is model.layers[1] and model.get_parameter("layers.0.scale") is model.layers[0].scale
assert len(model.layers) == 2 and model.layers[-1] is model.layers[1] and len(model.layers[:1]) == 1
seen = []
model.apply(lambda m: seen.append(type(m).__name__))
assert seen[:2] == ["Embedding", "Linear"] and seen[-1] == "Model"
model.to(torch.bfloat16)
assert model.embed.weight.dtype == torch.bfloat16 and isinstance(model.embed.weight, nn.Parameter)
assert repr(model.head[1]) == "GELU(approximate='none')"
)py"), "");
  ModuleObject* root = as_module(machine.interpreter.get_attribute(machine.interpreter.find_module(Symbol("test")), Symbol("model")));
  ASSERT_NE(root, nullptr);
  name_modules(machine.interpreter, root);
  auto at = [&](const char* path) { return as_module(machine.interpreter.call(machine.interpreter.get_attribute(root, Symbol("get_submodule")), {machine.interpreter.str(std::string(path))})); };
  EXPECT_EQ(at("layers.1")->path.str(), "layers.1");
  EXPECT_EQ(at("layers.1")->layer.str(), "layers.1");
  EXPECT_EQ(at("layers.1.linear")->path.str(), "layers.0.linear");   // shared: its first name
  EXPECT_EQ(at("head.0")->layer.str(), "");
  EXPECT_EQ(at("steps.0")->layer.str(), "") << "a step, no layer";
  TensorObject* weight = machine.context.as_tensor(machine.interpreter.get_attribute(at("layers.1.linear"), Symbol("weight")));
  EXPECT_EQ(machine.context.info(weight).name.str(), "layers.0.linear.weight");
  EXPECT_EQ(machine.context.info(weight).kind, TensorKind::Parameter);
}

TEST(NnModule, PlainAttributesHaveNames) {
  TestMachine machine;
  ASSERT_EQ(machine.run(std::string(block) + R"py(
class Kept:
    pass

part = model.layers[0]
part.shifted = torch.zeros(4)
part.other = model.embed.weight
part.impl = Kept()
part.impl.folded = torch.zeros(4)
)py"), "");
  python::Interpreter& in = machine.interpreter;
  ModuleObject* root = as_module(in.get_attribute(in.find_module(Symbol("test")), Symbol("model")));
  ASSERT_NE(root, nullptr);
  name_modules(in, root);
  Value part = in.get_attribute(in.find_module(Symbol("test")), Symbol("part"));
  auto name = [&](const Value& owner, const char* attribute) { return machine.context.info(machine.context.as_tensor(in.get_attribute(owner, Symbol(attribute)))).name.str(); };
  EXPECT_EQ(name(part, "shifted"), "layers.0.shifted");
  EXPECT_EQ(name(part, "other"), "embed.weight") << "a parameter keeps its own";
  EXPECT_EQ(name(in.get_attribute(part, Symbol("impl")), "folded"), "layers.0.impl.folded");
}

TEST(NnModule, CallsAreEntries) {
  TestMachine machine;
  ASSERT_EQ(machine.run(block), "");
  python::Interpreter& in = machine.interpreter;
  Value model = in.get_attribute(in.find_module(Symbol("test")), Symbol("model"));
  name_modules(in, as_module(model));
  TensorObject* ids = machine.context.make_tensor({Dim(16)}, DType::I64, TensorKind::Input, Symbol("ids"));
  machine.context.recording = true;
  auto failure = in.guard([&] { in.call(model, {Value(ids)}); });
  ASSERT_FALSE(failure) << failure->message;
  EXPECT_EQ(machine.entries(), R"py(Model
  Embedding
    aten.embedding
  Block
    Linear
      aten.linear
  Block
    Linear
      aten.linear
  Sequential
    Linear
      aten.linear
    GELU
      aten.gelu
)py");
  const graph::Entry& first = machine.graph.entries[graph::EntryId{1}];
  EXPECT_TRUE(first.library);
  EXPECT_FALSE(machine.graph.entries[graph::EntryId{0}].library);
  EXPECT_EQ(machine.graph.modules[first.module].path.str(), "embed");
  // Frames are those of the analysed sources, not of our library.
  EXPECT_EQ(machine.graph.frames[machine.graph.entries[graph::EntryId{2}].frame].file.str(), "test.py");
}

TEST(NnModule, ASubclassIsTheLibrarysWhileItsForwardIs) {
  TestMachine machine;
  ASSERT_EQ(machine.run(R"py(
import torch
from torch import nn
class Named(nn.LayerNorm):
    def extra_repr(self):
        return "named"
class PlusOne(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x) + 1
model = nn.Sequential(Named(8), PlusOne(8))
x = torch.empty(2, 8)
)py"), "");
  python::Interpreter& in = machine.interpreter;
  machine.context.recording = true;
  auto failure = in.guard([&] { in.call(in.get_attribute(in.find_module(Symbol("test")), Symbol("model")), {in.get_attribute(in.find_module(Symbol("test")), Symbol("x"))}); });
  ASSERT_FALSE(failure) << failure->message;
  std::string library;
  for (const graph::Entry& e : machine.graph.entries) {
    if (e.kind == graph::EntryKind::Module) library += e.op.str() + (e.library ? "+ " : " ");
  }
  EXPECT_EQ(library, "Sequential+ Named+ PlusOne ");
}

TEST(NnModule, SubclassesAndMultipleInheritance) {
  TestMachine machine;
  EXPECT_EQ(machine.run(R"py(
import torch
from torch import nn

class Marked:
    flag = True

class Base(nn.Module):
    def __new__(cls, *args):
        return super().__new__(Other)

class Other(Base, Marked):
    def __init__(self, n):
        super().__init__()
        self.n = n

    @property
    def double(self):
        return self.n * 2

    def __getattr__(self, name):
        if name == "magic":
            return 42
        return super().__getattr__(name)

o = Base(3)
assert type(o) is Other and o.double == 6 and o.magic == 42 and o.flag and not hasattr(o, "none")

class Weight(nn.Parameter):
    def __new__(cls, data, **kwargs):
        return super().__new__(cls, data=data, requires_grad=False)

    def __init__(self, data, loader):
        self.loader = loader

w = Weight(torch.empty(2, 3), loader=len)
assert w.loader is len and w.shape == (2, 3) and not w.requires_grad and isinstance(w, nn.Parameter)
o.w = w
assert list(o._parameters) == ["w"] and o.w is w
hooked = []
o.forward = lambda x: x
o.register_forward_pre_hook(lambda m, inputs: hooked.append(len(inputs)))
assert o(7) == 7 and hooked == [1]

class Gained(nn.Module):
    def forward(self, x, *, gain=1):
        return x * gain

g = Gained()
g.register_forward_pre_hook(lambda m, args, kwargs: (args, {**kwargs, "gain": 5}), with_kwargs=True)
g.register_forward_pre_hook(hook=lambda m, args: (args[0] + 1,))
assert g(2) == 15
first = g.register_forward_pre_hook(lambda m, args: args[0] * 10, prepend=True)
assert g(2) == 105
first.remove()
g.register_forward_pre_hook(lambda m, args: None)
g.register_forward_hook(lambda m, args, kwargs, out: (args, kwargs, out), with_kwargs=True)
g.register_forward_hook(lambda m, args, out: [out])
assert g(2) == [((3,), {"gain": 5}, 15)]
g.register_forward_pre_hook(lambda m, args, kwargs: 3, with_kwargs=True)
try:
    g(2)
    assert False
except RuntimeError as e:
    assert str(e) == "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got 3.", e
)py"), "");
}

TEST(NnModule, TreesOfRegisteredTypes) {
  TestMachine machine;
  ASSERT_EQ(machine.run(R"py(
import torch.utils._pytree as pytree

class Output(dict):
    pass

pytree.register_pytree_node(Output, lambda o: (list(o.values()), list(o)), lambda values, keys: Output(zip(keys, values)), flatten_with_keys_fn=pytree._dict_flatten_with_keys)
tree = {"a": [1, (2,)], "b": Output(x=3, y=[4])}
leaves, spec = pytree.tree_flatten(tree)
assert leaves == [1, 2, 3, 4]
back = pytree.tree_map(lambda x: x * 2, tree)
assert back == {"a": [2, (4,)], "b": {"x": 6, "y": [8]}} and type(back["b"]) is Output
assert pytree.tree_leaves({"o": dict(x=1)}) == [1]
)py"), "");
}

TEST(NnModule, RecurrentWeightsHaveTorchsNames) {
  TestMachine machine;
  EXPECT_EQ(machine.run(R"py(
from torch import nn
lstm = nn.LSTM(8, 4, num_layers=2, bidirectional=True)
assert not isinstance(nn.Linear(2, 2), (nn.LSTM, nn.GRU, nn.RNN))
shapes = {name: tuple(p.shape) for name, p in lstm.named_parameters()}
assert list(shapes)[:5] == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse"], shapes
assert len(shapes) == 16 and shapes["weight_ih_l0"] == (16, 8) and shapes["weight_ih_l1_reverse"] == (16, 8) and shapes["bias_hh_l1"] == (16,), shapes
assert [n for n, _ in nn.GRU(8, 4, bias=False).named_parameters()] == ["weight_ih_l0", "weight_hh_l0"]
)py"),
            "");
}

}  // namespace
}  // namespace fusescout::torch
