"""L2 norm written out."""
from notation import op

NAME_EN, NAME_ZH = "L2 norm", "L2 归一化"
WHY_EN = "several element-wise kernels and a reduction are one operator"
WHY_ZH = "若干逐元素算子与一次归约是一个算子"


def multiplied(x, eps):
    return op.mul(x, op.rsqrt(op.add(op.sum(op.mul(x, x), dim=[-1]), other=eps)))


def powered(x, eps):
    return op.mul(x, op.rsqrt(op.add(op.sum(op.pow(x, 2), dim=[-1]), other=eps)))


pattern = [multiplied, powered]


def replacement(x, eps):
    return op.l2_norm(x, eps=eps)
