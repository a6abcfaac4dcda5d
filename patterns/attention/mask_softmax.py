"""The mask on the scores and their softmax."""
from notation import op

NAME_EN, NAME_ZH = "Mask + Softmax", "Mask + Softmax"
WHY_EN = "the mask is applied while the row is on chip"
WHY_ZH = "该行在片上时顺带应用掩码"


def added(x, mask):
    return op.softmax(op.one_of("add", "masked_fill")(x, mask), dim=-1)


def chosen(condition, x):
    return op.softmax(op.where(condition, x, ...), dim=-1)


pattern = [added, chosen]
