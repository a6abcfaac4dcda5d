"""A norm times a gate (RMSNormGated, gated LayerNorm)."""
from notation import op

NAME_EN, NAME_ZH = "Norm + gate", "门控归一化"
WHY_EN = "the gate is applied while the row is on chip"
WHY_ZH = "该行在片上时顺带乘门控"


def after(x, z):
    return op.mul(op.one_of("rms_norm", "gemma_rms_norm", "layer_norm")(x, ...), op.one_of("silu", "sigmoid")(z))


def before(x, z):
    return op.one_of("rms_norm", "gemma_rms_norm", "layer_norm")(op.mul(x, op.one_of("silu", "sigmoid")(z)), ...)


pattern = [after, before]
