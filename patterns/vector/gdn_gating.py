"""The decay of a gated delta rule: softplus of the shifted gate times the exponential of a parameter."""
from notation import op, optional

NAME_EN, NAME_ZH = "GDN gating", "GDN 门控"
WHY_EN = "the gate is a few numbers a token: everything in one launch"
WHY_ZH = "每个 token 只有少量门控值, 一次下发完成"


def pattern(a, bias, a_log):
    return op.mul(optional.neg(op.exp(a_log)), op.softplus(op.add(a, bias)))
