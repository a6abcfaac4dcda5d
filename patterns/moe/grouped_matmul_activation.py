"""The experts' first product and the gated activation, quantised or not."""
from notation import called, op, optional

NAME_EN, NAME_ZH = "GroupedMatMul + SwiGLU", "GroupedMatMul + SwiGLU"
WHY_EN = "gate and up columns of one tile meet on chip: half of the product is never written"
WHY_ZH = "同一分块的 gate 与 up 列在片上相乘, 写出量减半"


def quantised(x, weight):
    called("GroupedMatMul + SwiGLU + Quant", "GroupedMatMul + SwiGLU + 量化")
    q, scale = op.dynamic_quantize(op.silu_mul(optional.dequantize(op.grouped_matmul(x, weight, ...), ...)), ..., outputs=2)
    return q, scale


def plain(x, weight):
    return op.one_of("silu_mul", "gelu_mul")(optional.dequantize(op.grouped_matmul(x, weight, ...), ...))


pattern = [quantised, plain]
