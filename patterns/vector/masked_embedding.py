"""The rows of a vocabulary shard: ids out of range are masked before and after."""
from notation import op

NAME_EN, NAME_ZH = "masked embedding", "带掩码的 Embedding"
WHY_EN = "ids are checked where they are used: the small mask kernels go"
WHY_ZH = "在使用处检查 id, 省去若干掩码小算子"


def whole(weight, ids, low, high, start):
    keep = op.one_of("bitwise_and", "logical_and")(op.ge(ids, other=low), op.lt(ids, other=high))
    offset = op.mul(op.cast(keep), other=start)
    local = op.mul(op.cast(keep), op.sub(ids, offset))
    return op.masked_fill(op.embedding(weight, local), op.one_of("bitwise_not", "logical_not")(keep))


def filled(weight, ids, keep, mask):
    return op.masked_fill(op.embedding(weight, op.mul(ids, keep)), mask)


def multiplied(weight, ids, keep):
    return op.embedding(weight, op.mul(ids, keep))


pattern = [whole, filled, multiplied]
