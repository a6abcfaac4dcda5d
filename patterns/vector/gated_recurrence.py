"""The gates of a gated delta rule, the norms of its query and key, and the recurrence that takes them, token by token."""
from notation import op, optional

NAME_EN, NAME_ZH = "Gates (+ norms) + recurrence", "门控 (+ Norm) + 递推"
WHY_EN = "the gates are a few numbers a token: the recurrence makes them itself, and their launch goes"
WHY_ZH = "每个 token 只有少量门控值: 由递推算子自行计算, 省去一次下发"


def normed(q, k, v, a, bias, a_log, b):
    decay = op.mul(optional.neg(op.exp(a_log)), op.softplus(op.add(a, bias)))
    return op.linear_attention(op.l2_norm(q), op.l2_norm(k), v, decay, op.sigmoid(b), ...)


def gated(q, k, v, a, bias, a_log, b):
    decay = op.mul(optional.neg(op.exp(a_log)), op.softplus(op.add(a, bias)))
    return op.linear_attention(q, k, v, decay, op.sigmoid(b), ...)


def decayed(q, k, v, a, bias, a_log):
    decay = op.mul(optional.neg(op.exp(a_log)), op.softplus(op.add(a, bias)))
    return op.linear_attention(q, k, v, decay, ...)


pattern = [normed, gated, decayed]
