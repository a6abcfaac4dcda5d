"""The norms of query and key of one projection and their rotations."""
from notation import called, only, op

NAME_EN, NAME_ZH = "QK norm (+ RoPE)", "QK Norm (+ RoPE)"
WHY_EN = "four kernels on the pieces of one projection become one; the strided pieces are read in place"
WHY_ZH = "对同一投影结果各片段的四个算子合一, 直接按步长读取"


def both(qkv):
    called("QK norm + RoPE", "QK Norm + RoPE")
    q = op.one_of("rms_norm", "gemma_rms_norm")(qkv.anywhere(), ...)
    k = op.one_of("rms_norm", "gemma_rms_norm")(qkv.anywhere(), ...)
    return op.rope(q, ...), op.rope(k, ...)


def norms(qkv):
    called("QK norm", "QK Norm")
    q = op.one_of("rms_norm", "gemma_rms_norm")(qkv.anywhere(), ...)
    k = op.one_of("rms_norm", "gemma_rms_norm")(qkv.anywhere(), ...)
    only(q.attended & k.attended)
    return q, k


pattern = [both, norms]
