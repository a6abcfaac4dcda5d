"""The short convolution in front of a linear attention and the recurrence; norms of query and key and the gates between them."""
from notation import op

NAME_EN, NAME_ZH = "Conv + linear attention", "短卷积 + 线性注意力"
WHY_EN = "the convolved row goes straight into the recurrence, which norms its query and key and makes its gates itself"
WHY_ZH = "卷积结果直接进入递推, Q/K 的归一化与门控也在其中完成"


def gated(x, decay, b):
    y = op.causal_conv1d(x, ...)
    q, k = op.l2_norm(y.anywhere(), ...), op.l2_norm(y.anywhere(), ...)
    return op.linear_attention(q, k, y.anywhere(), decay, op.sigmoid(b), ...)


def norms(x):
    y = op.causal_conv1d(x, ...)
    return op.linear_attention(op.l2_norm(y.anywhere(), ...), op.l2_norm(y.anywhere(), ...), y.anywhere(), ...)


def plain(x):
    return op.linear_attention(op.causal_conv1d(x, ...).anywhere(), ...)


pattern = [gated, norms, plain]
