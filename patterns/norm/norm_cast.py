"""A norm whose result is also needed in another dtype."""
from notation import op

NAME_EN, NAME_ZH = "Norm + Cast", "Norm + Cast"
WHY_EN = "the norm computes in fp32 anyway: it can write both dtypes"
WHY_ZH = "归一化内部本就是 fp32, 可同时写出两种类型"


def with_add(x, residual):
    y = op.add(x, residual)
    z = op.one_of("rms_norm", "gemma_rms_norm")(y, ...)
    return op.cast(z), z, y


def alone(x):
    z = op.one_of("rms_norm", "gemma_rms_norm")(x, ...)
    return op.cast(z), z


pattern = [with_add, alone]
