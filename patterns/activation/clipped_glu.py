"""A gated activation whose halves are clamped: of the halves of one tensor, or of two."""
from notation import op, only, optional

NAME_EN, NAME_ZH = "Clamp + Act + Mul", "Clamp + Act + Mul"
WHY_EN = "both halves are read once and the product is written once"
WHY_ZH = "两半各读一次, 乘积写一次"


def before(gate, up):
    y = op.mul(op.one_of("silu", "gelu", "relu")(op.clamp(gate)), optional.clamp(up))
    only(gate.size == up.size)
    return y


def behind(gate, up):
    y = op.mul(op.clamp(op.one_of("silu", "gelu", "relu")(gate)), optional.clamp(up))
    only(gate.size == up.size)
    return y


def sloped(gate, up, slope, shift):
    g = op.clamp(gate)
    y = op.mul(optional.add(op.clamp(up), other=shift), op.mul(g, op.sigmoid(op.mul(g, other=slope))))
    only(gate.size == up.size)
    return y


def joined(gate, up):
    return op.silu_mul(op.cat(op.clamp(gate), op.clamp(up)))


pattern = [sloped, before, behind, joined]
