"""A whole expert layer: dispatch, both grouped products with the activation, combination."""
from notation import op

NAME_EN, NAME_ZH = "Dispatch + FFN + Combine", "Dispatch + FFN + Combine"
WHY_EN = "rows of one expert are computed while those of the next arrive"
WHY_ZH = "一个专家计算时下一个专家的数据正在到达"


def exchanged(x):
    rows = op.all_to_all(op.expert_dispatch(x, ...))
    hidden = op.one_of("silu_mul", "gelu_mul")(op.grouped_matmul(rows.anywhere(), ...))
    return op.expert_combine(op.all_to_all(op.grouped_matmul(hidden, ...)), ...)


def local(x):
    hidden = op.one_of("silu_mul", "gelu_mul")(op.grouped_matmul(op.expert_dispatch(x, ...), ...))
    return op.expert_combine(op.grouped_matmul(hidden, ...), ...)


pattern = [exchanged, local]
