"""A product and the softmax of its rows."""
from notation import op

NAME_EN, NAME_ZH = "MatMul + Softmax", "MatMul + Softmax"
WHY_EN = "the scores are normalised tile by tile and never written"
WHY_ZH = "得分逐块归一化, 不再写出"


def scaled(x, y, scale):
    return op.softmax(op.mul(op.matmul(x, y, ...), other=scale), dim=-1)


def plain(x, y):
    return op.softmax(op.matmul(x, y, ...), dim=-1)


pattern = [scaled, plain]
