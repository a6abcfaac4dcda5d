"""Rows sorted by expert and quantised."""
from notation import op

NAME_EN, NAME_ZH = "Dispatch + Quant", "Dispatch + 量化"
WHY_EN = "rows are quantised while they are copied: half the bytes"
WHY_ZH = "行拷贝时顺带量化, 字节减半"


def after(x, indices):
    rows = op.expert_dispatch(x, indices, ...)
    q, scale = op.dynamic_quantize(rows, ..., outputs=2)
    return q, scale


def exchanged(x, indices):
    rows = op.all_to_all(op.expert_dispatch(x, indices, ...))
    q, scale = op.dynamic_quantize(rows, ..., outputs=2)
    return q, scale


def gathered(x, indices):
    rows = op.expert_dispatch(op.all_gather(x), indices, ...)
    q, scale = op.dynamic_quantize(rows, ..., outputs=2)
    return q, scale


pattern = [exchanged, gathered, after]
