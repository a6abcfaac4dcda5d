"""Norms of pieces of one projection: latents, gates, the inputs of a scan."""
from notation import only, op

NAME_EN, NAME_ZH = "Norms of one projection", "同一投影的多个 Norm"
WHY_EN = "the pieces of a row are normalised by one kernel that reads them in place: their copies and all launches but one go"
WHY_ZH = "一个算子直接按步长读取一行的各片段并归一化, 省去片段拷贝和其余下发"


def norm(x):
    return op.one_of("rms_norm", "gemma_rms_norm", "layer_norm")(x.anywhere(), ...)


def three(x):
    return norm(x), norm(x), norm(x)


def two(x):
    a, b = norm(x), norm(x)
    only(~(a.attended & b.attended))      # a query and a key: qk_norm_rope
    return a, b


pattern = [three, two]
