"""RMSNorm written out: the square's mean over the last axis, its inverse root, the weight."""
from notation import only, op

NAME_EN, NAME_ZH = "RMSNorm", "RMSNorm"
WHY_EN = "several element-wise kernels and a reduction are one operator"
WHY_ZH = "若干逐元素算子与一次归约是一个算子"


def core(x, eps, squared):
    return op.mul(x, op.rsqrt(op.add(op.mean(squared, dim=[-1]), other=eps)))


def weighted(normed, x, weight):
    # Numbers for columns, of all heads or groups maybe: a gate, or a number for each row, is no weight.
    only(((weight.rank == 1) & (weight.size == x.shape[-1])) | (weight.is_parameter & (weight.size % x.shape[-1] == 0)))
    return op.mul(normed, weight)


def powered(x, weight, eps):
    return weighted(core(x, eps, op.pow(x, 2)), x, weight)


def multiplied(x, weight, eps):
    return weighted(core(x, eps, op.mul(x, x)), x, weight)


def bare(x, eps):
    return core(x, eps, op.pow(x, 2))


def bare_multiplied(x, eps):
    return core(x, eps, op.mul(x, x))


pattern = [powered, multiplied, bare, bare_multiplied]


def replacement(x, weight, eps):
    return op.rms_norm(x, weight, eps=eps)
