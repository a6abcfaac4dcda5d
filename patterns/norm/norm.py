"""A norm that is written out in several kernels."""
from notation import op

NAME_EN, NAME_ZH = "Norm", "归一化"
WHY_EN = "the row is read once and normalised on chip"
WHY_ZH = "每行只读一次, 在片上完成归一化"


def pattern(x):
    return op.one_of("rms_norm", "gemma_rms_norm", "layer_norm", "l2_norm", "group_norm")(x, ...)
