"""A norm and the bias that is added to it."""
from notation import op, only

NAME_EN, NAME_ZH = "RMSNorm + Bias", "RMSNorm + Bias"
WHY_EN = "the bias is added while the row is on chip"
WHY_ZH = "该行在片上时顺带加上偏置"


def pattern(x, bias):
    y = op.add(op.one_of("rms_norm", "gemma_rms_norm")(x, ...), bias)
    only(bias.is_parameter & (bias.rank == 1))
    return y
