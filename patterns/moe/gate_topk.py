"""The router's product and the choice of experts, with the casts around them."""
from notation import op, optional

NAME_EN, NAME_ZH = "Gate + TopK", "Gate + TopK"
WHY_EN = "the scores of a token stay on chip, and the casts of input and weights go"
WHY_ZH = "每个 token 的得分留在片上, 输入与权重的 cast 一并消除"


def pattern(x, gate):
    scores = op.matmul(optional.cast(x), gate, ...)
    weights, indices = op.moe_gating(scores, ..., outputs=2)
    return optional.cast(weights), indices
