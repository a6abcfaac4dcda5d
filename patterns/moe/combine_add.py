"""The weighted sum of expert rows, its scale and the shared expert."""
from notation import called, op

NAME_EN, NAME_ZH = "Combine + Scale + Add", "Combine + Scale + Add"
WHY_EN = "the sum over experts goes on to scale and shared expert without a pass"
WHY_ZH = "专家求和后直接缩放并加共享专家"


def scaled(x, shared, scale):
    return op.add(op.mul(op.expert_combine(x, ...), other=scale), shared)


def plain(x, shared):
    called("Combine + Add", "Combine + Add")
    return op.add(op.expert_combine(x, ...), shared)


pattern = [scaled, plain]
