"""Expert choice by softmax: the k best and their weights."""
from notation import op

NAME_EN, NAME_ZH = "softmax top-k gating", "Softmax TopK 门控"
WHY_EN = "several small kernels on a row of expert scores are one operator"
WHY_ZH = "对一行专家得分的若干小算子是一个算子"


def pattern(x, k):
    weights, indices = op.topk(op.softmax(x, dim=-1), k=k, dim=-1, outputs=2)
    return weights, indices


def replacement(x, k):
    return op.moe_gating(x, k=k, norm_type="softmax", renormalize=False, outputs=2)
