"""Expert scores to the chosen experts and their weights, in several kernels."""
from notation import op

NAME_EN, NAME_ZH = "TopK gating", "TopK 门控"
WHY_EN = "a row of scores is small: everything about it fits one pass"
WHY_ZH = "一行得分很小, 一遍即可完成全部计算"


def whole(x):
    weights, indices = op.moe_gating(x, ..., outputs=2)
    return weights, indices


def chosen(scores, masked):
    values, indices = op.topk(masked, outputs=2)
    return op.gather(scores, indices), indices


def grouped(scores, masked):
    """Behind a choice of expert groups, in whatever way that is written."""
    weights, indices = chosen(scores, masked)
    return op.div(weights, op.sum(weights, dim=[-1])), indices


def grouped_safe(scores, masked, eps):
    weights, indices = chosen(scores, masked)
    return op.div(weights, op.add(op.sum(weights, dim=[-1]), other=eps)), indices


pattern = [grouped_safe, grouped, whole]
