"""GELU by its approximation with tanh, written out."""
from notation import only, op

NAME_EN, NAME_ZH = "GELU (tanh)", "GELU (tanh)"
WHY_EN = "several element-wise kernels are one operator"
WHY_ZH = "若干逐元素算子是一个算子"


def whole(x, inner):
    return op.mul(op.mul(x, 0.5), op.add(op.tanh(inner), 1))


def root_of_two_by_pi(factor):
    only((factor.attribute() > 0.7978) & (factor.attribute() < 0.798))


def cubed(x, factor):
    root_of_two_by_pi(factor)
    return whole(x, op.mul(op.add(x, op.mul(op.pow(x, 3), 0.044715)), other=factor))


def factored(x, factor):
    root_of_two_by_pi(factor)
    return whole(x, op.mul(op.mul(x, other=factor), op.add(op.mul(op.mul(x, 0.044715), x), 1)))


pattern = [cubed, factored]


def replacement(x):
    return op.gelu(x, approximate="tanh")
