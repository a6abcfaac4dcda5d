#!/usr/bin/env python3
"""check_against_torch.py > src/torch/testdata/meta_table.json: what real torch says about shapes, dtypes, strides and aliasing.

Runs every case on torch's meta device. A case is a Python expression over the inputs x, y, z; its result is one tensor or several. What
is recorded of each: shape, dtype, strides, storage offset, whether it shares x's storage, and whether it is x itself.
A case that raises is recorded by the exception's type. The unit tests of src/torch run the same expressions.
"""
import itertools
import json
import sys
import warnings

import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore")
DTYPES = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32, "f64": torch.float64, "i64": torch.int64,
          "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8, "bool": torch.bool, "c64": torch.complex64}
NAMES = {v: k for k, v in DTYPES.items()}


def make(spec):
    """[shape, dtype] or [shape, dtype, strides]"""
    shape, dtype = spec[0], DTYPES[spec[1]]
    if len(spec) > 2:
        return torch.empty_strided(shape, spec[2], dtype=dtype, device="meta")
    return torch.empty(shape, dtype=dtype, device="meta")


def describe(t, inputs):
    same = [n for n, i in inputs.items() if i is t]
    shares = [n for n, i in inputs.items() if i.untyped_storage()._cdata == t.untyped_storage()._cdata]
    return {"shape": list(t.shape), "dtype": NAMES[t.dtype], "stride": list(t.stride()), "offset": t.storage_offset(),
            "shares": shares, "is": same}


A = [[4, 6], "bf16"]                     # contiguous matrix
AT = [[6, 4], "bf16", [1, 6]]            # transposed
B3 = [[2, 3, 8], "bf16"]
P3 = [[2, 3, 8], "f32", [8, 16, 1]]      # permuted
SL = [[4, 6], "f32", [12, 1]]            # part of a wider matrix
V = [[6], "f32"]
S = [[], "f32"]
I = [[5], "i64"]
M = [[4, 6], "bool"]
Q4 = [[2, 4, 16, 8], "bf16"]

cases = []


def case(expression, **inputs):
    cases.append({"expression": expression, "inputs": inputs})


def each(expressions, *xs, **others):
    for expression, x in itertools.product(expressions, xs):
        case(expression, x=x, **others)


# views and reshapes
each(["x.view(-1)", "x.view(2, -1)", "x.view(24)", "x.view((3, 8))", "x.reshape(-1)", "x.reshape(2, 12)", "x.reshape(3, -1, 2)", "x.reshape(x.shape)",
      "x.flatten()", "x.t()", "x.T", "x.transpose(0, 1)", "x.transpose(-1, -2)", "x.permute(1, 0)", "x.permute((1, 0))", "x.unsqueeze(0)", "x.unsqueeze(-1)",
      "x.unsqueeze(1)", "x.squeeze()", "x.squeeze(0)", "x.contiguous()", "x.clone()", "x.detach()", "x.chunk(2, dim=-1)", "x.chunk(5, 0)", "x.split(2)",
      "x.split([1, 3], dim=0) if x.shape[0] == 4 else x.split([2, 2, 2])", "x.split(4, dim=1)", "x.unbind(0)", "x.unbind(1)", "x.narrow(0, 1, 2)",
      "x.select(0, 1)", "x.select(-1, -1)", "x[0]", "x[-1]", "x[1:3]", "x[:, 1:]", "x[..., ::2]", "x[None]", "x[:, None]", "x[..., None]", "x[...]", "x[:]",
      "x[:, :]", "x[1:, :-1]", "x[0, 1]", "x[:, 0]", "x[2:2]", "x[5:]", "x[:100]", "x.expand(2, *x.shape)", "x.expand(-1, -1)", "x.expand(3, -1, -1)",
      "x.flatten(0, 1)", "x.flatten(1)", "x.unflatten(0, (2, -1))", "x.unflatten(-1, (-1, 2))", "x.as_strided((2, 2), (1, 2))", "x.as_strided((2,), (3,), 1)",
      "x.swapaxes(0, 1)", "x.movedim(0, 1)", "x.mT", "x.ravel()", "x.reshape_as(x)", "x.diagonal()", "x.tensor_split(3)", "x.tensor_split((1, 3), dim=1)",
      "x.unfold(1, 2, 2)", "torch.flip(x, [0])", "x.roll(1, 0)", "x.repeat(2, 1)", "x.repeat(2, 1, 3)", "torch.tile(x, (2,))", "x.repeat_interleave(2, dim=0)",
      "x.repeat_interleave(3)", "x.view(torch.int16)", "x.view(torch.uint8)", "x.tril()", "x.triu(1)"], A, AT, SL)
each(["x.view(6, 8)", "x.reshape(6, 8)", "x.reshape(2, -1)", "x.flatten(0, 1)", "x.flatten(1, 2)", "x.flatten(-2)", "x.permute(2, 0, 1)", "x.transpose(1, 2)",
      "x.transpose(0, 1)", "x.transpose(0, 1).contiguous()", "x.transpose(0, 1).reshape(3, -1)", "x.transpose(1, 2).reshape(2, -1)", "x.movedim(0, -1)",
      "x.movedim((0, 1), (1, 0))", "x.unflatten(-1, (2, 4))", "x.unflatten(1, (3, 1))", "x.chunk(2, -1)", "x[0]", "x[:, 1]", "x[..., :4]", "x[..., 4:]",
      "x[:, :, None]", "x[:, -1, :]", "x[0, 1, 2]", "x[1, :, ::3]", "x[None, ..., 0]", "x.squeeze(1)", "x.mT", "x.expand(4, 2, 3, 8)", "x.view(2, 3, 2, 4)",
      "x.view(2, 3, 2, 4).transpose(1, 2)", "x.view(2, 3, 2, 4).transpose(1, 2).reshape(4, 12)", "x.clone()", "x.contiguous()", "x.to(torch.float16)", "x.float()",
      "torch.empty_like(x)", "torch.zeros_like(x, dtype=torch.float32)", "x.new_empty(3, 4)", "x.new_zeros((2,))", "x.narrow(2, 3, 2)", "x.unbind(1)",
      "x.split([1, 2], dim=1)", "x.sum(0)", "x.mean(-1, keepdim=True)", "x.softmax(-1)", "x.permute(2, 0, 1) + 1", "x.permute(2, 0, 1).clone()",
      "x.permute(2, 0, 1).to(torch.float64)", "x.permute(1, 2, 0) * x.permute(1, 2, 0)", "torch.exp(x.transpose(0, 2))", "x[:, :, 2:5] + 1", "x[:, 1:, :].clone()"], B3, P3)

# elementwise: promotion, broadcast, layout
unary = ["abs", "neg", "exp", "log", "sqrt", "rsqrt", "sin", "cos", "tanh", "sigmoid", "erf", "floor", "ceil", "sign", "reciprocal", "square", "logical_not", "isfinite",
         "isnan", "isinf", "relu", "exp2", "log2", "log1p", "expm1", "round"]
for name in unary:
    each([f"torch.{name}(x)", f"x.{name}()"], A, [[3], "i32"], [[2, 2], "f32", [1, 2]])
binary = ["x + y", "x - y", "x * y", "x / y", "x // y", "x % y", "x > y", "x == y", "x <= y", "torch.maximum(x, y)", "torch.pow(x, y)", "torch.add(x, y, alpha=2)",
          "torch.where(x > 0, x, y)", "torch.where(x > 0, x, 0.0)", "torch.where(x > 0, 1.5, y)"]
pairs = [(A, A), (A, AT), (A, [[6], "bf16"]), (A, [[4, 1], "f32"]), (A, V), (A, S), (A, [[1], "i64"]), (S, [[2], "i64"]), ([[3], "i32"], [[3], "i64"]),
         ([[3], "i32"], [[], "f32"]), ([[2], "u8"], [[2], "i8"]), ([[2], "f16"], [[2], "bf16"]), ([[2], "bool"], [[2], "bool"]), (B3, [[3, 1], "bf16"]),
         (P3, [[8], "f32"]), (AT, AT), ([[3, 1], "f32"], [[1, 4], "f32"]), ([[4, 6], "bf16"], [[5, 6], "bf16"]), ([[], "f64"], [[3], "bf16"]), (SL, SL)]
for expression, (x, y) in itertools.product(binary, pairs):
    # The meta device decomposes floor_divide: other strides, and it raises for bool.
    if expression == "x // y" and (x is P3 or x[1] == "bool"):
        continue
    case(expression, x=x, y=y)
scalars = ["x + 1", "x + 1.5", "x * True", "1 - x", "2.0 * x", "x / 2", "1 / x", "x // 2", "x ** 2", "x ** 0.5", "2 ** x", "x > 0", "x == 1.5", "x % 3", "-x", "x.clamp(0, 1)",
           "x.clamp(min=0.5)", "torch.clamp(x, max=3)", "x.pow(3)", "x.add(1, alpha=2)", "x.div(3, rounding_mode='floor')", "x.masked_fill(x > 0, 1.0)", "x.eq(0).sum()",
           "x.to(torch.float32)", "x.float()", "x.long()", "x.bool()", "x.type_as(x)", "x.to(x.dtype)", "x.half()", "x.to(torch.int32, copy=True)", "x.int()"]
each(scalars, A, [[3], "i32"], [[3], "i64"], [[2], "bool"], [[], "f32"], [[2], "u8"])
each(["~x", "x & x", "x | True", "x ^ x", "x & 3", "torch.logical_and(x, x)", "torch.bitwise_or(x, x)"], [[3], "bool"], [[3], "i32"], [[3], "u8"])
each(["x << 2", "x >> 1"], [[3], "i32"])
each(["x.add_(1)", "x.mul_(x)", "x.fill_(3)", "x.zero_()", "x.copy_(x)", "x.masked_fill_(x > 0, 0)", "x.clamp_(0, 1)", "x.exp_()"], A, AT, [[3], "i64"])
each(["x.div_(2)", "x.add_(1.5)"], A, AT)   # the meta device does not refuse integers

# reductions
for name in ["sum", "mean", "prod", "amax", "amin", "max", "min", "argmax", "argmin", "any", "all", "var", "std", "norm", "logsumexp", "cumsum"]:
    arguments = ["0", "-1", "dim=1", "1, keepdim=True"] + ([] if name in ("cumsum", "logsumexp") else [""])
    if name in ("sum", "mean", "amax", "amin", "var", "std"):
        arguments += ["(0, 1)", "(0, 1), keepdim=True"]
    if name == "norm":
        arguments = ["", "2, -1", "dim=1", "dim=1, keepdim=True", "1, 0"]
    if name == "cumsum":
        arguments = ["0", "dim=-1"]
    for a in arguments:
        each([f"x.{name}({a})"], A, [[3, 4], "f32", [1, 3]], [[2, 3], "i64"])
each(["torch.sum(x, dim=-1, dtype=torch.float32)", "x.mean(dtype=torch.float32)", "torch.var_mean(x, dim=-1)", "torch.max(x, dim=0)", "torch.cumsum(x, 0, dtype=torch.int32)",
      "x.sum(-1, keepdim=True).sqrt()", "torch.any(x > 0, dim=1)", "x.count_nonzero(0)", "x.topk(2)", "x.topk(2, dim=0)", "torch.topk(x, 3, dim=-1)", "x.sort()", "x.sort(0, descending=True)",
      "x.argsort(-1)", "torch.argsort(x, dim=0, stable=True)"], A, [[3, 4], "f32"])

# products
for expression in ["torch.matmul(x, y)", "x @ y"]:
    for x, y in [([[4, 6], "bf16"], [[6, 5], "bf16"]), ([[2, 4, 6], "bf16"], [[6, 5], "bf16"]), ([[2, 4, 6], "bf16"], [[2, 6, 5], "bf16"]), ([[6], "f32"], [[6], "f32"]),
                 ([[6], "f32"], [[6, 5], "f32"]), ([[4, 6], "f32"], [[6], "f32"]), ([[2, 1, 4, 6], "f32"], [[3, 6, 5], "f32"]), ([[3, 4, 6], "f32"], [[6], "f32"]),
                 ([[4, 6], "bf16"], [[5, 6], "bf16"])]:
        case(expression, x=x, y=y)
case("torch.mm(x, y)", x=[[4, 6], "bf16"], y=[[6, 5], "bf16"])
case("torch.mm(x, y.t())", x=[[4, 6], "bf16"], y=[[5, 6], "bf16"])
case("torch.bmm(x, y)", x=[[2, 4, 6], "bf16"], y=[[2, 6, 5], "bf16"])
case("torch.bmm(x.transpose(0, 1), y)", x=[[4, 2, 6], "bf16"], y=[[2, 6, 5], "bf16"])
case("torch.addmm(z, x, y)", x=[[4, 6], "bf16"], y=[[6, 5], "bf16"], z=[[5], "bf16"])
case("torch.baddbmm(z, x, y)", x=[[2, 4, 6], "bf16"], y=[[2, 6, 5], "bf16"], z=[[2, 4, 5], "bf16"])
for x in ([[4, 6], "bf16"], [[2, 3, 6], "bf16"], [[6], "bf16"]):
    case("F.linear(x, y)", x=x, y=[[5, 6], "bf16"])
    case("F.linear(x, y, z)", x=x, y=[[5, 6], "bf16"], z=[[5], "bf16"])
case("torch.outer(x, y)", x=[[3], "f32"], y=[[4], "f32"])
for equation, x, y in [("bij,bjk->bik", [[2, 3, 4], "f32"], [[2, 4, 5], "f32"]), ("i,j->ij", [[3], "f32"], [[4], "f32"]), ("...d,hd->...h", [[2, 3, 4], "f32"], [[5, 4], "f32"]),
                       ("bshd,hdc->bshc", [[2, 3, 4, 5], "f32"], [[4, 5, 6], "f32"])]:
    case(f"torch.einsum('{equation}', x, y).shape and torch.einsum('{equation}', x, y).contiguous()", x=x, y=y)

# joining
each(["torch.cat([x, x])", "torch.cat((x, x), dim=-1)", "torch.cat([x, x, x], 1)", "torch.stack([x, x])", "torch.stack((x, x), dim=-1)", "torch.stack([x, x], 1)", "torch.hstack([x, x])",
      "torch.vstack([x, x])", "torch.cat([x, x.float()])", "F.pad(x, (1, 2))", "F.pad(x, (0, 0, 1, 1), value=1.0)", "F.pad(x, (-1, 1))", "torch.broadcast_to(x, (2, 4, 6))"], A, SL)
case("torch.cat([x, y], dim=1)", x=[[4, 6], "bf16"], y=[[4, 2], "f32"])
case("torch.cat([x, y], dim=0)", x=[[4, 6], "bf16"], y=[[4, 2], "bf16"])
case("torch.meshgrid(x, y, indexing='ij')", x=[[3], "f32"], y=[[4], "f32"])
case("torch.meshgrid(x, y, indexing='xy')", x=[[3], "f32"], y=[[4], "f32"])
case("torch.broadcast_tensors(x, y)", x=[[3, 1], "f32"], y=[[4], "f32"])

# indexing
for expression in ["x[y]", "x[y, 0]", "x[:, y]", "x[..., y]", "x[y, :2]", "x[None, y]", "x[y[:, None]]", "x[y, y]", "x[0, y]", "x[y, None, y]", "x[[0, 1]]", "x.index_select(0, y)",
                   "torch.index_select(x, -1, y)", "F.embedding(y, x)", "x[y.unsqueeze(0), y.unsqueeze(1)]"]:
    case(expression, x=A, y=I)
for expression in ["x[y]", "x[:, y]", "x[y, 0]", "x[y, :, y]", "x[:, y, y]", "x[0, :, y]", "x[y, 1:, 0]", "x.gather(1, y[None, :, None].expand(2, 5, 8))"]:
    case(expression, x=B3, y=I)
case("torch.gather(x, 1, y)", x=A, y=[[4, 3], "i64"])
case("torch.take_along_dim(x, y, dim=1)", x=A, y=[[4, 3], "i64"])
case("x.scatter(1, y, 1.0)", x=A, y=[[4, 3], "i64"])
case("x.scatter_add_(1, y, z)", x=A, y=[[4, 3], "i64"], z=[[4, 3], "bf16"])
case("x.index_add_(0, y, z)", x=A, y=[[2], "i64"], z=[[2, 6], "bf16"])
case("x.index_copy_(0, y, z)", x=A, y=[[2], "i64"], z=[[2, 6], "bf16"])
case("F.one_hot(x, 7)", x=I)
case("torch.bucketize(x, y)", x=[[3, 2], "f32"], y=[[5], "f32"])
case("torch.searchsorted(y, x)", x=[[3], "f32"], y=[[5], "f32"])

# creation (on the device of x)
each(["torch.zeros(2, 3, device=x.device)", "torch.ones((2, 3), dtype=torch.int32, device=x.device)", "torch.full((2,), 1.5, device=x.device)", "torch.full((2,), 1, device=x.device)",
      "torch.full((2,), True, device=x.device)", "torch.full((2,), 1, dtype=torch.bfloat16, device=x.device)", "torch.arange(5, device=x.device)", "torch.arange(1, 7, 2, device=x.device)",
      "torch.arange(0, 1, 0.25, device=x.device)", "torch.arange(4, dtype=torch.float32, device=x.device)", "torch.arange(5, 0, -2, device=x.device)", "torch.linspace(0, 1, 5, device=x.device)",
      "torch.eye(3, device=x.device)", "torch.empty(4, device=x.device)", "torch.empty((), device=x.device)", "torch.ones_like(x)", "torch.full_like(x, 2)", "torch.rand(2, 3, device=x.device)",
      "torch.randn_like(x)", "x.new_ones(3)", "x.new_full((2, 2), 3)", "x.new_empty((2, 3), dtype=torch.int64)", "torch.empty_strided((2, 3), (1, 2), device=x.device)"], A, AT)

# functional
each(["F.softmax(x, dim=-1)", "F.softmax(x, dim=0, dtype=torch.float32)", "torch.softmax(x, -1)", "F.log_softmax(x, -1)", "F.silu(x)", "F.gelu(x)", "F.gelu(x, approximate='tanh')", "F.relu(x)",
      "F.sigmoid(x)", "F.tanh(x)", "F.softplus(x)", "F.layer_norm(x, (x.shape[-1],))", "F.mish(x)", "F.leaky_relu(x)", "F.elu(x)", "F.hardtanh(x)", "F.relu6(x)", "F.hardswish(x)",
      "F.normalize(x, dim=-1)", "F.dropout(x, 0.1, False)", "F.glu(x)", "torch.addcmul(x, x, x)", "torch.lerp(x, x, 0.5)", "x.lerp(x, x)"], A, AT, [[2, 3, 8], "f32"])
case("F.scaled_dot_product_attention(x, x, x).shape and x.clone()", x=Q4)
case("F.conv1d(x, y)", x=[[2, 4, 10], "f32"], y=[[6, 4, 3], "f32"])
case("F.conv1d(x, y, padding=2, groups=4)", x=[[2, 4, 10], "f32"], y=[[4, 1, 3], "f32"])
case("F.conv2d(x, y, stride=2)", x=[[1, 3, 8, 8], "f32"], y=[[5, 3, 2, 2], "f32"])
case("F.group_norm(x, 2)", x=[[2, 4, 5], "f32"])
case("torch.view_as_complex(x)", x=[[3, 4, 2], "f32"])
case("torch.view_as_real(x)", x=[[3, 4], "c64"])

# less common
each(["x.clone().squeeze_()", "x.clone().unsqueeze_(0)", "x.clone().transpose_(0, 1)", "x.aminmax()", "x.aminmax(dim=-1, keepdim=True)", "x.cummax(0)", "torch.signbit(x)",
      "torch.isclose(x, x)", "F.threshold(x, 0.1, 0)", "torch.randint_like(x, 5)", "torch.atleast_2d(x[0])", "x.masked_scatter(x > 0, x)",
      "x.masked_scatter_(x > 0, x)", "torch.block_diag(x, x)"], A, AT)
case("torch.nan_to_num(x)", x=A)
case("F.unfold(x, 2)", x=[[1, 3, 8, 8], "f32"])
case("F.grid_sample(x, y)", x=[[1, 3, 8, 8], "f32"], y=[[1, 4, 5, 2], "f32"])
case("torch.gcd(x, y)", x=[[3], "i32"], y=[[3], "i32"])

# what raises
each(["x.view(5, 5)", "x.reshape(7, -1)", "x.transpose(0, 3)", "x.permute(0, 0)", "x.expand(3, 6)", "x.squeeze(5)", "x[10]", "x[0, 0, 0]", "x.split([1, 1])", "x.sum(3)", "torch.cat([])",
      "x.view(-1, -1)", "x.select(0, 9)", "x.narrow(0, 3, 9)", "x.flatten(1, 0)", "x.topk(9)", "x.foo", "x[::-1]", "x.t().t().view(4, 6).mm(x)"], A)


def main():
    out = []
    for entry in cases:
        inputs = {name: make(spec) for name, spec in entry["inputs"].items()}
        scope = {"torch": torch, "F": F, **inputs}
        try:
            result = eval(entry["expression"], scope)
        except Exception as error:
            out.append({**entry, "raises": type(error).__name__})
            continue
        if isinstance(result, torch.Tensor):
            result = [result]
        out.append({**entry, "results": [describe(t, inputs) for t in result]})
    print("[\n" + ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in out) + "\n]")
    print(len(out), "cases", sum("raises" in o for o in out), "raise", file=sys.stderr)


main()
