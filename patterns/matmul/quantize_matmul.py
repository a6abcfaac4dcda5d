"""The quantisation of an activation and the product that takes it."""
from notation import op

NAME_EN, NAME_ZH = "Quant + MatMul", "量化 + MatMul"
WHY_EN = "the activation is quantised tile by tile on its way to the cube core"
WHY_ZH = "激活在送入 cube 前逐块量化"


def dynamic(x, weight):
    q, scale = op.dynamic_quantize(x, ..., outputs=2)
    return op.quantized_matmul(q, weight, ...)


def static(x, weight):
    return op.quantized_matmul(op.quantize(x, ...), weight, ...)


pattern = [dynamic, static]
