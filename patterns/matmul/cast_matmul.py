"""A cast in front of a product that could read the narrower dtype itself."""
from notation import op

NAME_EN, NAME_ZH = "Cast + MatMul", "Cast + MatMul"
WHY_EN = "the cube core widens while it loads: the wide copy is never written"
WHY_ZH = "cube 核加载时直接升精度, 不再写出宽类型副本"


def pattern(x, weight):
    return op.matmul(op.cast(x), weight, ...)
