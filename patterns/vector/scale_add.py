"""A multiplication by a number and a sum."""
from notation import op

NAME_EN, NAME_ZH = "Scale + Add", "缩放 + Add"
WHY_EN = "the scaled tensor never goes to memory"
WHY_ZH = "缩放结果不写回内存"


def pattern(x, y, scale):
    return op.add(op.mul(x, other=scale), y)
