"""The sum over ranks, the residual add, the norm and the quantisation of its result."""
from notation import op

NAME_EN, NAME_ZH = "AllReduce + Add + Norm + Quant", "AllReduce + Add + Norm + 量化"
WHY_EN = "the reduced rows are normalised and quantised as they arrive: the normalised rows are written in 16 bits only where they are read so"
WHY_ZH = "规约结果到达即归一化并量化, 仅在另有读取处才以 16 位写出归一化结果"


def norm(x):
    return op.one_of("rms_norm", "gemma_rms_norm")(x, ...)


def dynamic(x, residual):
    y = op.add(op.all_reduce(x), residual)
    q, scale = op.dynamic_quantize(norm(y), ..., outputs=2)
    return q, scale, y


def dynamic_bias(x, residual, bias):
    y = op.add(op.all_reduce(x), residual)
    q, scale = op.dynamic_quantize(op.add(norm(y), bias), ..., outputs=2)
    return q, scale, y


def static(x, residual):
    y = op.add(op.all_reduce(x), residual)
    return op.quantize(norm(y), ...), y


def static_bias(x, residual, bias):
    y = op.add(op.all_reduce(x), residual)
    return op.quantize(op.add(norm(y), bias), ...), y


pattern = [dynamic_bias, static_bias, dynamic, static]
