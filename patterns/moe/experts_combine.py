"""The experts' second product and the weighted sum back in token order; scale and shared expert behind."""
from notation import op, optional

NAME_EN, NAME_ZH = "MoE epilogue", "MoE 尾部融合"
WHY_EN = "expert rows are weighted and summed as they are made; scale and shared expert cost no pass"
WHY_ZH = "专家输出边算边加权求和, 缩放与共享专家相加不再单独读写"


def rows(x, weight):
    return optional.dequantize(op.grouped_matmul(x, weight, ...), ...)


def scaled_shared(x, weight, shared, scale):
    y = op.expert_combine(rows(x, weight), ...)
    return op.add(op.mul(y, other=scale), shared)


def with_shared(x, weight, shared):
    return op.add(op.expert_combine(rows(x, weight), ...), shared)


def plain(x, weight):
    return op.expert_combine(rows(x, weight), ...)


pattern = [scaled_shared, with_shared, plain]
