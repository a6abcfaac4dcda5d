"""A whole expert layer: dispatch, both grouped products with the activation, combination."""
from notation import op

NAME_EN, NAME_ZH = "Dispatch + FFN + Combine", "Dispatch + FFN + Combine"
WHY_EN = "rows of one expert are computed while those of the next arrive"
WHY_ZH = "一个专家计算时下一个专家的数据正在到达"


def exchanged(x):
    rows = op.all_to_all(op.expert_dispatch(x, ...))
    hidden = op.one_of("silu_mul", "gelu_mul")(op.grouped_matmul(rows.anywhere(), ...))
    return op.expert_combine(op.all_to_all(op.grouped_matmul(hidden, ...)), ...)


def sent_quantised(x):
    q, scale = op.dynamic_quantize(op.expert_dispatch(x, ...), ..., outputs=2)
    return op.all_to_all(q), op.all_to_all(scale)


def ffn_quantised(rows, row_scale, weight_scale):
    hidden = op.dequantize(op.grouped_matmul(rows, ...), weight_scale, row_scale, ...)
    h, hidden_scale = op.dynamic_quantize(op.one_of("silu_mul", "gelu_mul")(hidden), ..., outputs=2)
    return op.dequantize(op.grouped_matmul(h, ...), ...)


def exchanged_quantised(x, weight_scale):
    q, scale = sent_quantised(x)
    y = ffn_quantised(op.expert_dispatch(q, ...), op.expert_dispatch(scale, ...), weight_scale)
    return op.expert_combine(op.all_to_all(op.expert_combine(y, ...)), ...)


def sorted_on_arrival(x, weight_scale):
    q, scale = sent_quantised(x)
    return op.expert_combine(op.all_to_all(ffn_quantised(q, scale, weight_scale)), ...)


def local(x):
    hidden = op.one_of("silu_mul", "gelu_mul")(op.grouped_matmul(op.expert_dispatch(x, ...), ...))
    return op.expert_combine(op.grouped_matmul(hidden, ...), ...)


pattern = [exchanged, exchanged_quantised, sorted_on_arrival, local]
