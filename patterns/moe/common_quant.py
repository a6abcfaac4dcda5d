"""Rows that are quantised twice in the same way: as they are, and sorted by expert."""
from notation import op

NAME_EN, NAME_ZH = "Common Quant of sorted and unsorted rows", "排序前后各行的公共量化"
WHY_EN = "each row is quantised once, for the experts' sorted rows and for who reads them as they are: sorting does not change a row"
WHY_ZH = "每行只量化一次, 排序后的行与原样的行共用结果: 排序不改变行内数值"


def dynamic(x, indices, dtype):
    rows = op.expert_dispatch(x, indices, ...)
    q, scale = op.dynamic_quantize(rows, dtype=dtype, outputs=2)
    alone, alone_scale = op.dynamic_quantize(x, dtype=dtype, outputs=2)
    return q, scale, alone, alone_scale


def static(x, indices, scale, dtype):
    rows = op.expert_dispatch(x, indices, ...)
    return op.quantize(rows, scale, dtype=dtype), op.quantize(x, scale, dtype=dtype)


pattern = [dynamic, static]
