"""A product and the cast of its result."""
from notation import op

NAME_EN, NAME_ZH = "MatMul + Cast", "MatMul + Cast"
WHY_EN = "the fix pipe converts while it writes: the cast is free"
WHY_ZH = "Fixpipe 写出时转换类型, cast 免费"


def pattern(x, weight):
    return op.cast(op.one_of("matmul", "quantized_matmul")(x, weight, ...))
