"""Expert choice by sigmoid: a bias only for the choice, weights gathered and renormalised."""
from notation import op

NAME_EN, NAME_ZH = "sigmoid top-k gating", "Sigmoid TopK 门控"
WHY_EN = "several small kernels on a row of expert scores are one operator"
WHY_ZH = "对一行专家得分的若干小算子是一个算子"


def biased_scores(x, bias, k):
    scores = op.sigmoid(x)
    values, indices = op.topk(op.add(scores, bias), k=k, dim=-1, outputs=2)
    return op.gather(scores, indices, dim=-1), indices


def biased(x, bias, k):
    weights, indices = biased_scores(x, bias, k)
    return op.div(weights, op.sum(weights, dim=[-1])), indices


def biased_safe(x, bias, k, eps):
    weights, indices = biased_scores(x, bias, k)
    return op.div(weights, op.add(op.sum(weights, dim=[-1]), other=eps)), indices


def plain(x, k):
    weights, indices = op.topk(op.sigmoid(x), k=k, dim=-1, outputs=2)
    return op.div(weights, op.sum(weights, dim=[-1])), indices


pattern = [biased, biased_safe, plain]


def replacement(x, bias, k, eps):
    return op.moe_gating(x, bias, k=k, norm_type="sigmoid", renormalize=True, eps=eps, outputs=2)
