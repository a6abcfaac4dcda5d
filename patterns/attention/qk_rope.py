"""The rotations of query and key by the same angles."""
from notation import op

NAME_EN, NAME_ZH = "Q RoPE + K RoPE", "Q/K RoPE 合并"
WHY_EN = "the angles are read once, one launch does both"
WHY_ZH = "角度只读一次, 一次下发完成"


def pattern(q, k, angles, neox):
    return op.rope(q, angles, ..., neox=neox), op.rope(k, angles, ..., neox=neox)
