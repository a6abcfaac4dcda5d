"""SwiGLU in several kernels: of the halves of one tensor, or of two."""
from notation import op, only

NAME_EN, NAME_ZH = "SiLU + Mul", "SiLU + Mul"
WHY_EN = "both halves are read once and the product is written once"
WHY_ZH = "两半各读一次, 乘积写一次"


def halves(x):
    return op.silu_mul(x)


def two(gate, up):
    y = op.mul(op.silu(gate), up)
    only(gate.size == up.size)
    return y


pattern = [two, halves]
