"""SiLU written out."""
from notation import op

NAME_EN, NAME_ZH = "SiLU", "SiLU"
WHY_EN = "several element-wise kernels are one operator"
WHY_ZH = "若干逐元素算子是一个算子"


def pattern(x):
    return op.mul(x, op.sigmoid(x))


def replacement(x):
    return op.silu(x)
