"""torch._foreach_*: one launch for a list of tensors."""
import op
from fusescout import operator


def _other(other, i):
    return other[i] if isinstance(other, (list, tuple)) else other


@operator("aten._foreach_add")
def _foreach_add(self, other, alpha=1):
    return [op.add(x, _other(other, i)) if alpha == 1 else op.add(x, op.mul(_other(other, i), alpha)) for i, x in enumerate(self)]


@operator("aten._foreach_mul")
def _foreach_mul(self, other):
    return [op.mul(x, _other(other, i)) for i, x in enumerate(self)]
