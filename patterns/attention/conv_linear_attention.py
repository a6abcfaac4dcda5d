"""The short convolution in front of a linear attention and the recurrence."""
from notation import op

NAME_EN, NAME_ZH = "Conv + linear attention", "短卷积 + 线性注意力"
WHY_EN = "the convolved row goes straight into the recurrence"
WHY_ZH = "卷积结果直接进入递推"


def pattern(x):
    return op.linear_attention(op.causal_conv1d(x, ...).anywhere(), ...)
