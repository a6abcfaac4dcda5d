"""Rows that are gathered from all ranks and quantised behind that."""
from notation import op

NAME_EN, NAME_ZH = "Quantise before communication", "先量化再通信"
WHY_EN = "rows are quantised where they are made: each rank quantises its own, and half the bytes go over the link"
WHY_ZH = "各卡先量化自己的行再通信, 传输字节减半, 量化计算也不再重复"


def dynamic(x):
    q, scale = op.dynamic_quantize(op.all_gather(x), ..., outputs=2)
    return q, scale


def static(x):
    return op.quantize(op.all_gather(x), ...)


pattern = [dynamic, static]
