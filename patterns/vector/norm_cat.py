"""Two norms whose results stand side by side (the entrance of a draft layer)."""
from notation import op

NAME_EN, NAME_ZH = "Norm + Norm + Cat", "双 Norm + Cat"
WHY_EN = "each norm writes its columns of the joint tensor: the copy goes"
WHY_ZH = "两个 Norm 直接写入拼接结果的各自列, 省去拷贝"


def pattern(x, y):
    return op.cat([op.one_of("rms_norm", "gemma_rms_norm")(x, ...), op.one_of("rms_norm", "gemma_rms_norm")(y, ...)])
