"""A linear layer that adds its bias itself."""
from notation import op

NAME_EN, NAME_ZH = "Linear + Bias", "Linear + Bias"
WHY_EN = "the bias is added in the epilogue at no cost"
WHY_ZH = "偏置在 MatMul 尾处理中免费相加"


def pattern(x, weight, bias):
    return op.matmul(x, weight, bias)
