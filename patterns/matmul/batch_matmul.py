"""A batched product and the copy that brings the batch axis back behind the rows."""
from notation import op, only

NAME_EN, NAME_ZH = "BatchMatMul + Transpose", "BatchMatMul + Transpose"
WHY_EN = "the product writes rows first: the copy of a strided result is saved"
WHY_ZH = "BatchMatMul 直接按行优先写出, 省去拷贝"


def pattern(x, weight):
    y = op.matmul(x, weight, ...)
    only(weight.rank > 2)
    return op.one_of("copy", "transpose")(y.anywhere())
