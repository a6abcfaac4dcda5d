"""A product and the activation of its result."""
from notation import called, op

NAME_EN, NAME_ZH = "MatMul + Activation", "MatMul + 激活"
WHY_EN = "the activation is applied to the tile before it is written"
WHY_ZH = "激活在分块写出前完成"


def gated(x, weight):
    return op.one_of("silu_mul", "gelu_mul")(op.one_of("matmul", "quantized_matmul")(x, weight, ...))


def plain(x, weight):
    return op.one_of("silu", "gelu", "relu", "sigmoid", "tanh")(op.one_of("matmul", "quantized_matmul")(x, weight, ...))


def gated_quant(x, weight):
    called("MatMul + Activation + Quant", "MatMul + 激活 + 量化")
    q, scale = op.dynamic_quantize(op.silu_mul(op.one_of("matmul", "quantized_matmul")(x, weight, ...)), ..., outputs=2)
    return q, scale


pattern = [gated_quant, gated, plain]
