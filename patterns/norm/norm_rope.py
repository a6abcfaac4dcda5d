"""A norm of each head and the rotation of it."""
from notation import op

NAME_EN, NAME_ZH = "RMSNorm + RoPE", "RMSNorm + RoPE"
WHY_EN = "each head is normalised and rotated in one pass"
WHY_ZH = "每个 head 归一化后直接旋转, 只读写一次"


def pattern(x):
    return op.rope(op.one_of("rms_norm", "gemma_rms_norm")(x, ...), ...)
