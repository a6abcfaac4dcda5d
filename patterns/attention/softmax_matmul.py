"""The scores' softmax and the product with the values; with the scores' product."""
from notation import op, optional

NAME_EN, NAME_ZH = "Softmax + MatMul", "Softmax + MatMul"
WHY_EN = "scores never go to memory (flash attention)"
WHY_ZH = "得分不写回内存 (flash attention)"


def whole(q, k, v):
    return op.matmul(op.softmax(optional.mul(op.matmul(q, k, ...), ...), dim=-1), v, ...)


def masked(q, k, v, mask):
    return op.matmul(op.softmax(op.one_of("add", "masked_fill")(optional.mul(op.matmul(q, k, ...), ...), mask), dim=-1), v, ...)


def tail(scores, v):
    return op.matmul(op.softmax(scores, dim=-1), v, ...)


pattern = [masked, whole, tail]
