"""The sum over ranks, the residual add and the norm; with the product before."""
from notation import called, op

NAME_EN, NAME_ZH = "AllReduce + Add + Norm", "AllReduce + Add + Norm"
WHY_EN = "the reduced rows are normalised as they arrive; with the product, communication overlaps computation"
WHY_ZH = "规约结果到达即归一化; 带上 MatMul 时通信与计算重叠"


def with_matmul(x, residual):
    called("MatMul + AllReduce + Add + Norm", "MatMul + AllReduce + Add + Norm")
    y = op.add(op.all_reduce(op.one_of("matmul", "quantized_matmul")(x, ...)), residual)
    return op.one_of("rms_norm", "gemma_rms_norm")(y, ...), y


def with_add(x, residual):
    y = op.add(op.all_reduce(x), residual)
    return op.one_of("rms_norm", "gemma_rms_norm")(y, ...), y


def alone(x):
    called("AllReduce + Norm", "AllReduce + Norm")
    return op.one_of("rms_norm", "gemma_rms_norm")(op.all_reduce(x), ...)


pattern = [with_matmul, with_add, alone]
