"""The norm in front of the router's product, or behind the experts' sum."""
from notation import op, optional

NAME_EN, NAME_ZH = "MoE + Norm", "MoE + Norm"
WHY_EN = "the hidden state is normalised where it is made or used"
WHY_ZH = "隐藏状态在产生或使用处完成归一化"


def router(x, gate):
    y = op.one_of("rms_norm", "gemma_rms_norm")(x, ...)
    weights, indices = op.moe_gating(op.matmul(optional.cast(y), gate, ...), ..., outputs=2)
    return y, weights, indices


def summed(x, residual):
    y = op.add(op.expert_combine(x, ...), residual)
    return op.one_of("rms_norm", "gemma_rms_norm")(y, ...), y


def summed_shared(x, shared, residual, scale):
    y = op.add(op.add(optional.mul(op.expert_combine(x, ...), other=scale), shared), residual)
    return op.one_of("rms_norm", "gemma_rms_norm")(y, ...), y


pattern = [router, summed_shared, summed]
