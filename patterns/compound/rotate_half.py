"""[-x2, x1] of the halves of the last axis."""
from notation import op

NAME_EN, NAME_ZH = "rotate half", "半旋转"
WHY_EN = "several element-wise kernels are one operator"
WHY_ZH = "若干逐元素算子是一个算子"


def pattern(x):
    return op.cat([op.neg(x.part(1, 2)), x.part(0, 2)], dim=-1)


def replacement(x):
    return op.rotate_half(x, interleaved=False)
