"""GELU by a sigmoid: x times the sigmoid of 1.702 x."""
from notation import op

NAME_EN, NAME_ZH = "QuickGELU", "QuickGELU"
WHY_EN = "several element-wise kernels are one operator"
WHY_ZH = "若干逐元素算子是一个算子"


def pattern(x):
    return op.mul(x, op.sigmoid(op.mul(x, 1.702)))
