"""The shared expert as one more routed expert."""
from notation import one_kernel, op, requires

NAME_EN, NAME_ZH = "Shared + Routed experts", "共享专家并入路由专家"
WHY_EN = "the shared expert's small products join the grouped ones: its kernels and the sum go"
WHY_ZH = "共享专家的小 MatMul 并入 GroupedMatMul, 省去它的算子与一次相加"


def as_wide(w1, experts):
    requires(w1.size % (experts.size // experts.shape[0]) == 0, "the shared expert is not as wide as a routed one or several of them")


def side_by_side(x, w1, w2, experts):
    """Both paths, step by step, each step one kernel; what is left to do is the sum."""
    rows, index, counts = op.expert_dispatch(x, ..., outputs=3)
    routed, shared = op.grouped_matmul(rows, experts, ...), op.matmul(x, w1, ...)
    as_wide(w1, experts)
    one_kernel(rows)
    one_kernel(routed, shared)
    routed, shared = op.one_of("silu_mul", "gelu_mul")(routed), op.one_of("silu_mul", "gelu_mul")(shared)
    one_kernel(routed, shared)
    routed, shared = op.grouped_matmul(routed, ...), op.matmul(shared, w2, ...)
    one_kernel(routed, shared)
    return op.expert_combine(routed, ...), shared


def side_by_side_quantised(x, w1, w2, experts):
    """The same with 8-bit rows, each of its own scale: both are quantised when they are dispatched and behind the activation."""
    rows, index, counts = op.expert_dispatch(x, ..., outputs=3)
    (rows, row_scale), (alone, alone_scale) = op.dynamic_quantize(rows, ..., outputs=2), op.dynamic_quantize(x, ..., outputs=2)
    one_kernel(rows, alone)
    routed = op.dequantize(op.grouped_matmul(rows, experts, ...), ...)
    as_wide(w1, experts)
    routed, shared = op.one_of("silu_mul", "gelu_mul")(routed), op.one_of("silu_mul", "gelu_mul")(op.quantized_matmul(alone, w1, ...))
    (routed, row_scale), (shared, alone_scale) = op.dynamic_quantize(routed, ..., outputs=2), op.dynamic_quantize(shared, ..., outputs=2)
    one_kernel(routed, shared)
    routed, shared = op.dequantize(op.grouped_matmul(routed, ...), ...), op.quantized_matmul(shared, w2, ...)
    one_kernel(routed, shared)
    return op.expert_combine(routed, ...), shared


def sum_of(routed, shared, scale=None):
    """One kernel weights the experts' rows and adds them up."""
    weighted = routed if scale is None else op.mul(routed, other=scale)
    total = op.add(weighted, shared)
    if scale is None:
        one_kernel(routed, total)
    else:
        one_kernel(routed, weighted, total)
    return total


def scaled(x, w1, w2, experts, scale): return sum_of(*side_by_side(x, w1, w2, experts), scale)
def plain(x, w1, w2, experts): return sum_of(*side_by_side(x, w1, w2, experts))
def scaled_quantised(x, w1, w2, experts, scale): return sum_of(*side_by_side_quantised(x, w1, w2, experts), scale)
def plain_quantised(x, w1, w2, experts): return sum_of(*side_by_side_quantised(x, w1, w2, experts))


def gated(x, w1, w2, experts, gate):
    """The gate is the shared expert's weight, as the router's numbers are those of the others."""
    routed, shared = side_by_side(x, w1, w2, experts)
    shared = op.mul(gate, shared)
    total = op.add(routed, shared)
    one_kernel(routed, shared, total)
    return total


pattern = [scaled, plain, gated, scaled_quantised, plain_quantised]
