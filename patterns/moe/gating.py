"""Expert scores to the chosen experts and their weights, in several kernels."""
from notation import op

NAME_EN, NAME_ZH = "TopK gating", "TopK 门控"
WHY_EN = "a row of scores is small: everything about it fits one pass"
WHY_ZH = "一行得分很小, 一遍即可完成全部计算"


def pattern(x):
    weights, indices = op.moe_gating(x, ..., outputs=2)
    return weights, indices
