"""The shared expert as one more routed expert."""
from notation import op

NAME_EN, NAME_ZH = "Shared + Routed experts", "共享专家并入路由专家"
WHY_EN = "the shared expert's small products join the grouped ones: three kernels and a sum go"
WHY_ZH = "共享专家的小 MatMul 并入 GroupedMatMul, 省去三个算子与一次相加"


def routed(x):
    rows, index, counts = op.expert_dispatch(x, ..., outputs=3)
    hidden = op.one_of("silu_mul", "gelu_mul")(op.grouped_matmul(rows, ...))
    return op.expert_combine(op.grouped_matmul(hidden, ...), ...)


def shared(x, w1, w2):
    return op.matmul(op.one_of("silu_mul", "gelu_mul")(op.matmul(x, w1, ...)), w2, ...)


def scaled(x, w1, w2, scale):
    return op.add(op.mul(routed(x), other=scale), shared(x, w1, w2))


def plain(x, w1, w2):
    return op.add(routed(x), shared(x, w1, w2))


pattern = [scaled, plain]
