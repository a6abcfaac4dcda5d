"""SwiGLU: SiLU of the first half of the last axis times the second half."""
from notation import op

NAME_EN, NAME_ZH = "SiLU + Mul", "SiLU + Mul"
WHY_EN = "several element-wise kernels are one operator"
WHY_ZH = "若干逐元素算子是一个算子"


def pattern(x):
    return op.mul(op.silu(x.part(0, 2)), x.part(1, 2))


def replacement(x):
    return op.silu_mul(x)
