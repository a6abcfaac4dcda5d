"""A rotation that is written out in several kernels."""
from notation import op

NAME_EN, NAME_ZH = "RoPE", "RoPE"
WHY_EN = "a head is rotated in one pass"
WHY_ZH = "每个 head 一遍完成旋转"


def pattern(x):
    return op.rope(x, ...)
