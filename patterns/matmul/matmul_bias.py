"""A product and the bias added by a kernel of its own."""
from notation import op, only

NAME_EN, NAME_ZH = "MatMul + Bias", "MatMul + Bias"
WHY_EN = "the bias is added in the epilogue at no cost"
WHY_ZH = "偏置在 MatMul 尾处理中免费相加"


def pattern(x, weight, bias):
    y = op.add(op.one_of("matmul", "quantized_matmul")(x, weight, ...), bias)
    only(bias.is_parameter & (bias.rank == 1))
    return y
