"""The choice of experts and the sorting of the rows by it."""
from notation import op

NAME_EN, NAME_ZH = "Router + Experts", "Router + Experts"
WHY_EN = "the choice is used where it is made"
WHY_ZH = "选择结果就地使用"


def pattern(x, scores):
    weights, indices = op.moe_gating(scores, ..., outputs=2)
    return op.expert_dispatch(x, indices, ...), weights
