"""A row-parallel product and the sum over ranks."""
from notation import op

NAME_EN, NAME_ZH = "MatMul + AllReduce", "MatMul + AllReduce"
WHY_EN = "finished tiles are sent while the next ones are computed"
WHY_ZH = "已算完的分块边算边发"


def pattern(x, weight):
    return op.one_of("all_reduce", "reduce_scatter")(op.one_of("matmul", "quantized_matmul")(x, weight, ...))
