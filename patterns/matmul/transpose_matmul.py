"""A transposing copy in front of a product, or behind it."""
from notation import op

NAME_EN, NAME_ZH = "Transpose + MatMul", "Transpose + MatMul"
WHY_EN = "the cube core reads and writes transposed tiles itself: the copy is saved"
WHY_ZH = "cube 核可直接按转置读写分块, 省去拷贝"


def both(x, weight):
    return op.one_of("transpose", "copy")(op.matmul(op.one_of("transpose", "copy")(x), weight, ...))


def before(x, weight):
    return op.matmul(op.transpose(x), weight, ...)


def after(x, weight):
    return op.transpose(op.matmul(x, weight, ...))


pattern = [both, before, after]
