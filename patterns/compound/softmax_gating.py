"""Expert choice by softmax: the k best, their weights renormalised or not."""
from notation import op

NAME_EN, NAME_ZH = "softmax top-k gating", "Softmax TopK 门控"
WHY_EN = "several small kernels on a row of expert scores are one operator"
WHY_ZH = "对一行专家得分的若干小算子是一个算子"


def renormalised(x, k):
    weights, indices = op.topk(op.softmax(x), k=k, outputs=2)
    return op.div(weights, op.sum(weights, dim=[-1])), indices


def plain(x, k):
    weights, indices = op.topk(op.softmax(x), k=k, outputs=2)
    return weights, indices


pattern = [renormalised, plain]


def replacement(x, k):
    return op.moe_gating(x, k=k, norm_type="softmax", outputs=2)
