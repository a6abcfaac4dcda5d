"""Gate and up projections as two products, the activation and the multiplication."""
from notation import op, requires

NAME_EN, NAME_ZH = "Gate + Act + Mul", "Gate + Act + Mul"
WHY_EN = "one product with the weights side by side, and the activation on its result"
WHY_ZH = "权重并排为一个 MatMul, 结果直接激活"


def pattern(x, gate, up):
    y = op.mul(op.one_of("silu", "gelu", "relu", "sigmoid")(op.matmul(x, gate, ...)), op.matmul(x, up, ...))
    requires(gate.is_parameter & up.is_parameter, "an operand is no weight: the weights cannot be put side by side once")
    requires(gate.dtype == up.dtype, "the weights have different dtypes")
    return y
