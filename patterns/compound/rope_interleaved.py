"""Rotary position embedding of even and odd elements (GPT-J)."""
from notation import op

NAME_EN, NAME_ZH = "RoPE", "RoPE"
WHY_EN = "several element-wise kernels are one operator"
WHY_ZH = "若干逐元素算子是一个算子"


def pattern(x, cos, sin):
    first = op.sub(op.mul(x.even(), cos), op.mul(x.odd(), sin))
    second = op.add(op.mul(x.odd(), cos), op.mul(x.even(), sin))
    return op.stack([first, second], dim=-1)


def replacement(x, cos, sin):
    return op.rope(x, cos, sin, neox=False)
