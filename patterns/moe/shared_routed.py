"""The shared expert as one more routed expert."""
from notation import one_kernel, op

NAME_EN, NAME_ZH = "Shared + Routed experts", "共享专家并入路由专家"
WHY_EN = "the shared expert's small products join the grouped ones: three kernels and a sum go"
WHY_ZH = "共享专家的小 MatMul 并入 GroupedMatMul, 省去三个算子与一次相加"


def side_by_side(x, w1, w2):
    """Both paths, step by step, each step one kernel; what is left to do is the sum."""
    rows, index, counts = op.expert_dispatch(x, ..., outputs=3)
    routed, shared = op.grouped_matmul(rows, ...), op.matmul(x, w1, ...)
    one_kernel(rows)
    one_kernel(routed, shared)
    routed, shared = op.one_of("silu_mul", "gelu_mul")(routed), op.one_of("silu_mul", "gelu_mul")(shared)
    one_kernel(routed, shared)
    routed, shared = op.grouped_matmul(routed, ...), op.matmul(shared, w2, ...)
    one_kernel(routed, shared)
    return op.expert_combine(routed, ...), shared


def scaled(x, w1, w2, scale):
    routed, shared = side_by_side(x, w1, w2)
    weighted = op.mul(routed, other=scale)
    total = op.add(weighted, shared)
    one_kernel(routed, weighted, total)
    return total


def plain(x, w1, w2):
    routed, shared = side_by_side(x, w1, w2)
    total = op.add(routed, shared)
    one_kernel(routed, total)
    return total


pattern = [scaled, plain]
