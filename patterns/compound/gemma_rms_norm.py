"""RMSNorm whose weight is one plus the parameter."""
from notation import only, op

NAME_EN, NAME_ZH = "Gemma RMSNorm", "Gemma RMSNorm"
WHY_EN = "several element-wise kernels and a reduction are one operator"
WHY_ZH = "若干逐元素算子与一次归约是一个算子"


def pattern(x, weight, eps):
    normed = op.mul(x, op.rsqrt(op.add(op.mean(op.pow(x, 2), dim=[-1]), other=eps)))
    only(((weight.rank == 1) & (weight.size == x.shape[-1])) | (weight.is_parameter & (weight.size % x.shape[-1] == 0)))
    return op.mul(normed, op.add(weight, 1))


def replacement(x, weight, eps):
    return op.gemma_rms_norm(x, weight, eps=eps)
