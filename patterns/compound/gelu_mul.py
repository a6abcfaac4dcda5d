"""GeGLU: GELU of the first half of the last axis times the second half."""
from notation import op

NAME_EN, NAME_ZH = "GELU + Mul", "GELU + Mul"
WHY_EN = "several element-wise kernels are one operator"
WHY_ZH = "若干逐元素算子是一个算子"


def pattern(x, approximate):
    return op.mul(op.gelu(x.part(0, 2), approximate=approximate), x.part(1, 2))


def replacement(x, approximate):
    return op.gelu_mul(x, approximate=approximate)
