"""A product and the sum with a tensor of its shape."""
from notation import op, only

NAME_EN, NAME_ZH = "Add + MatMul", "Add + MatMul"
WHY_EN = "the accumulator starts from the addend: one pass less over the result"
WHY_ZH = "累加器以加数为初值, 结果少读写一次"


def pattern(x, weight, addend):
    y = op.add(op.one_of("matmul", "quantized_matmul")(x, weight, ...), addend)
    only(addend.rank > 1)
    return y
