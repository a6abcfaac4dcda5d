"""A gated activation and the quantisation of its result."""
from notation import op

NAME_EN, NAME_ZH = "Activation + Quant", "激活 + 量化"
WHY_EN = "the activated row is quantised on chip"
WHY_ZH = "激活后的行在片上直接量化"


def dequantised(x):
    q, scale = op.dynamic_quantize(op.one_of("silu_mul", "gelu_mul")(op.dequantize(x, ...)), ..., outputs=2)
    return q, scale


def dynamic(x):
    q, scale = op.dynamic_quantize(op.one_of("silu_mul", "gelu_mul")(x), ..., outputs=2)
    return q, scale


def static(x):
    return op.quantize(op.one_of("silu_mul", "gelu_mul")(x), ...)


pattern = [dequantised, dynamic, static]
