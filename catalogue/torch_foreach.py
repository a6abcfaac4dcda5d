"""torch._foreach_*: one launch for a list of tensors."""
import op
from fusescout import operator


def _other(other, i):
    return other[i] if isinstance(other, (list, tuple)) else other


def _define_binary(name):
    """`_foreach_add(self, other)`, and `_foreach_add_` into self."""
    compute = getattr(op, name)

    def one(x, other, alpha, out):
        return compute(x, other if alpha == 1 else op.mul(other, alpha), out=out)

    @operator("aten._foreach_" + name)
    def functional(self, other, alpha=1):
        return [one(x, _other(other, i), alpha, None) for i, x in enumerate(self)]

    @operator("aten._foreach_" + name + "_")
    def in_place(self, other, alpha=1):
        return [one(x, _other(other, i), alpha, x) for i, x in enumerate(self)]

    globals()["_foreach_" + name], globals()["_foreach_" + name + "_"] = functional, in_place


def _define_unary(name):
    compute = getattr(op, name)

    @operator("aten._foreach_" + name)
    def functional(self):
        return [compute(x) for x in self]

    @operator("aten._foreach_" + name + "_")
    def in_place(self):
        return [op.one(name, [x], x) for x in self]

    globals()["_foreach_" + name], globals()["_foreach_" + name + "_"] = functional, in_place


for _name in ("add", "sub", "mul", "div"):
    _define_binary(_name)
for _name in ("neg", "abs", "exp", "log", "sqrt", "rsqrt", "reciprocal", "sigmoid", "tanh", "cos", "sin"):
    _define_unary(_name)


@operator("aten._foreach_copy_")
def _foreach_copy_(self, src, non_blocking=False):
    return [op.copy(y, out=x) if x.dtype == y.dtype else op.cast(y, x.dtype, out=x) for x, y in zip(self, src)]


@operator("aten._foreach_zero_")
def _foreach_zero_(self):
    return [op.fill_(x, 0) for x in self]
