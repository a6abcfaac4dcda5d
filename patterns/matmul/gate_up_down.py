"""The whole MLP: gate and up projection, activation, down projection."""
from notation import op

NAME_EN, NAME_ZH = "Gate + Up + Down", "Gate + Up + Down"
WHY_EN = "the intermediate activation never goes to memory"
WHY_ZH = "中间激活不再写回内存"


def merged(x, w1, w2):
    return op.one_of("matmul", "quantized_matmul")(op.one_of("silu_mul", "gelu_mul")(op.one_of("matmul", "quantized_matmul")(x, w1, ...)), w2, ...)


def apart(x, gate, up, down):
    hidden = op.mul(op.one_of("silu", "gelu", "relu", "sigmoid")(op.matmul(x, gate, ...)), op.matmul(x, up, ...))
    return op.matmul(hidden, down, ...)


pattern = [apart, merged]
