"""SwiGLU in several kernels: of the halves of one tensor, or of two."""
from notation import op, requires

NAME_EN, NAME_ZH = "SiLU + Mul", "SiLU + Mul"
WHY_EN = "both halves are read once and the product is written once"
WHY_ZH = "两半各读一次, 乘积写一次"


def halves(x):
    return op.silu_mul(x)


def two(gate, up):
    y = op.mul(op.silu(gate), up)
    requires(gate.size == up.size, "the factor is broadcast: no gated activation")
    return y


pattern = [two, halves]
