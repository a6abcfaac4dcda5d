"""Residual add and norm."""
from notation import op, requires

NAME_EN, NAME_ZH = "Add + Norm", "残差 Add + Norm"
WHY_EN = "the sum stays on chip: one pass over each row instead of two"
WHY_ZH = "残差和留在片上, 每行只读写一次"


def pattern(x, residual, eps):
    y = op.add(x, residual)
    z = op.one_of("rms_norm", "gemma_rms_norm", "layer_norm")(y, ..., eps=eps)
    requires((x.rank > 1) & (residual.rank > 1), "one side of the sum is broadcast: a bias, no residual")
    return z, y
