"""Rotary position embedding of halves (neox), or with a rotated copy."""
from notation import op

NAME_EN, NAME_ZH = "RoPE", "RoPE"
WHY_EN = "several element-wise kernels are one operator"
WHY_ZH = "若干逐元素算子是一个算子"


def halves(x, cos, sin):
    first = op.sub(op.mul(x.part(0, 2), cos), op.mul(x.part(1, 2), sin))
    second = op.add(op.mul(x.part(1, 2), cos), op.mul(x.part(0, 2), sin))
    return op.cat([first, second], dim=-1)


def rotated(x, cos, sin):
    return op.add(op.mul(x, cos), op.mul(op.rotate_half(x, interleaved=False), sin))


pattern = [halves, rotated]


def replacement(x, cos, sin):
    return op.rope(x, cos, sin, neox=True)
