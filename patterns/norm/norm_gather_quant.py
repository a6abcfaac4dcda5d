"""A norm whose rows are gathered from all ranks and quantised behind that."""
from notation import op

NAME_EN, NAME_ZH = "Norm + Quant before communication", "Norm + 量化, 再通信"
WHY_EN = "each rank quantises its own rows on chip where it normalises them: they are never written in 16 bits, and half the bytes go over the link"
WHY_ZH = "各卡在片上归一化后直接量化自己的行, 不再以 16 位写出, 传输字节减半"


def norm(x):
    return op.one_of("rms_norm", "gemma_rms_norm")(x, ...)


def static_add(x, residual):
    y = op.add(x, residual)
    return op.quantize(op.all_gather(norm(y)), ...), y


def static_add_bias(x, residual, bias):
    y = op.add(x, residual)
    return op.quantize(op.all_gather(op.add(norm(y), bias)), ...), y


def dynamic_add(x, residual):
    y = op.add(x, residual)
    q, scale = op.dynamic_quantize(op.all_gather(norm(y)), ..., outputs=2)
    return q, scale, y


def dynamic_add_bias(x, residual, bias):
    y = op.add(x, residual)
    q, scale = op.dynamic_quantize(op.all_gather(op.add(norm(y), bias)), ..., outputs=2)
    return q, scale, y


def static(x):
    return op.quantize(op.all_gather(norm(x)), ...)


def dynamic(x):
    q, scale = op.dynamic_quantize(op.all_gather(norm(x)), ..., outputs=2)
    return q, scale


pattern = [static_add_bias, dynamic_add_bias, static_add, dynamic_add, static, dynamic]
