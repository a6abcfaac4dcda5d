"""A norm and the quantisation of its result; a residual add before, a bias between."""
from notation import op

NAME_EN, NAME_ZH = "Norm + Quant", "Norm + 量化"
WHY_EN = "the normalised row is quantised on chip: it is never written in 16 bits"
WHY_ZH = "归一化后的行在片上直接量化, 不再以 16 位写出"


def static_add(x, residual):
    y = op.add(x, residual)
    return op.quantize(op.one_of("rms_norm", "gemma_rms_norm")(y, ...), ...), y


def static_add_bias(x, residual, bias):
    y = op.add(x, residual)
    return op.quantize(op.add(op.one_of("rms_norm", "gemma_rms_norm")(y, ...), bias), ...), y


def static_bias(x, bias):
    return op.quantize(op.add(op.one_of("rms_norm", "gemma_rms_norm")(x, ...), bias), ...)


def static(x):
    return op.quantize(op.one_of("rms_norm", "gemma_rms_norm")(x, ...), ...)


def dynamic_add(x, residual):
    y = op.add(x, residual)
    q, scale = op.dynamic_quantize(op.one_of("rms_norm", "gemma_rms_norm")(y, ...), ..., outputs=2)
    return q, scale, y


def dynamic_add_bias(x, residual, bias):
    y = op.add(x, residual)
    q, scale = op.dynamic_quantize(op.add(op.one_of("rms_norm", "gemma_rms_norm")(y, ...), bias), ..., outputs=2)
    return q, scale, y


def dynamic_bias(x, bias):
    q, scale = op.dynamic_quantize(op.add(op.one_of("rms_norm", "gemma_rms_norm")(x, ...), bias), ..., outputs=2)
    return q, scale


def dynamic(x):
    q, scale = op.dynamic_quantize(op.one_of("rms_norm", "gemma_rms_norm")(x, ...), ..., outputs=2)
    return q, scale


pattern = [static_add_bias, dynamic_add_bias, static_add, dynamic_add, static_bias, dynamic_bias, static, dynamic]
