"""Query, key and value projections of one input."""
from notation import only, op, requires

NAME_EN, NAME_ZH = "QKV merge", "QKV 融合"
WHY_EN = "the input is read once, and one large product fills the cube cores better than three"
WHY_ZH = "输入只读一次, 一个大 MatMul 比三个小的更能占满 cube 核"


def pattern(x, wq, wk, wv):
    q, k, v = op.matmul(x, wq, ...), op.matmul(x, wk, ...), op.matmul(x, wv, ...)
    # Heads: as many of the key as of the value, and a whole number of the query's to each.
    only((k.shape[-1] == v.shape[-1]) & (q.shape[-1] % k.shape[-1] == 0))
    requires(wq.is_parameter & wk.is_parameter & wv.is_parameter, "an operand is no weight: the weights cannot be put side by side once")
    requires((wq.dtype == wk.dtype) & (wk.dtype == wv.dtype), "the weights have different dtypes")
    return q, k, v
