"""A tensor times the sigmoid of a gate."""
from notation import op

NAME_EN, NAME_ZH = "Sigmoid + Mul", "Sigmoid + Mul"
WHY_EN = "the gate is applied in one pass"
WHY_ZH = "一遍完成门控"


def pattern(x, gate):
    return op.mul(x, op.sigmoid(gate))
