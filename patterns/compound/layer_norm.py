"""LayerNorm written out: the mean goes, then the root of the mean square divides."""
from notation import only, op

NAME_EN, NAME_ZH = "LayerNorm", "LayerNorm"
WHY_EN = "several element-wise kernels and two reductions are one operator"
WHY_ZH = "若干逐元素算子与两次归约是一个算子"


def weighted(x, weight, centred, centred_again, eps):
    only((weight.rank == 1) & (weight.size == x.shape[-1]))
    return op.mul(op.mul(centred_again, op.rsqrt(op.add(op.mean(op.pow(centred, 2), dim=[-1]), other=eps))), weight)


def once(x, weight, eps):
    centred = op.sub(x, op.mean(x, dim=[-1]))
    return weighted(x, weight, centred, centred, eps)


def twice(x, weight, eps):
    mean = op.mean(x, dim=[-1])
    return weighted(x, weight, op.sub(x, mean), op.sub(x, mean), eps)


pattern = [once, twice]


def replacement(x, weight, eps):
    return op.layer_norm(x, weight, eps=eps)
