"""A rope of the leading elements of each head, and the rest beside it."""
from notation import op

NAME_EN, NAME_ZH = "partial RoPE", "部分 RoPE"
WHY_EN = "the copy that joins both parts goes"
WHY_ZH = "省去拼接两部分的拷贝"


def pattern(x, cos, sin, neox):
    return op.cat([op.rope(x.first(), cos, sin, ..., neox=neox), x.rest()], dim=-1)


def replacement(x, cos, sin, neox):
    return op.rope(x, cos, sin, neox=neox)
