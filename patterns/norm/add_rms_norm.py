"""Residual add and norm."""
from notation import called, op, requires

NAME_EN, NAME_ZH = "Add + Norm", "残差 Add + Norm"
WHY_EN = "the sum stays on chip: one pass over each row instead of two"
WHY_ZH = "残差和留在片上, 每行只读写一次"


def added(x, residual):
    y = op.add(x, residual)
    requires((x.rank > 1) & (residual.rank > 1), "one side of the sum is broadcast: a bias, no residual")
    return y


def rms(x, residual, eps):
    y = added(x, residual)
    return op.one_of("rms_norm", "gemma_rms_norm")(y, ..., eps=eps), y


def layer(x, residual, eps):
    called("Add + LayerNorm", "残差 Add + LayerNorm")
    y = added(x, residual)
    return op.layer_norm(y, ..., eps=eps), y


pattern = [rms, layer]
