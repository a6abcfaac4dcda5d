"""The quantisation of an activation and the product that takes it."""
from notation import op

NAME_EN, NAME_ZH = "Quant + MatMul", "量化 + MatMul"
WHY_EN = "the vector cores beside the cube quantise the rows in front of the product: no launch of their own"
WHY_ZH = "由 cube 旁的 vector 核在矩阵乘之前量化各行, 省去一次下发"


def dynamic(x, weight):
    q, scale = op.dynamic_quantize(x, ..., outputs=2)
    return op.quantized_matmul(q, weight, ...)


def static(x, weight):
    return op.quantized_matmul(op.quantize(x, ...), weight, ...)


pattern = [dynamic, static]
