"""The experts' sum, the residual and the norm behind; a shared expert, a scale and the sum over ranks between."""
from notation import called, op, optional

NAME_EN, NAME_ZH = "MoE + Norm", "MoE + Norm"
WHY_EN = "the hidden state is normalised where it is summed"
WHY_ZH = "隐藏状态求和后就地归一化"


def finish(y, residual):
    z = op.add(y, residual)
    return op.one_of("rms_norm", "gemma_rms_norm")(z, ...), z


def plain(x, residual):
    return finish(op.expert_combine(x, ...), residual)


def shared(x, expert, residual, scale):
    return finish(op.add(optional.mul(op.expert_combine(x, ...), other=scale), expert), residual)


def reduced(x, residual):
    called("MoE + AllReduce + Norm", "MoE + AllReduce + Norm")
    return finish(op.all_reduce(op.expert_combine(x, ...)), residual)


def shared_reduced(x, expert, residual, scale):
    called("MoE + AllReduce + Norm", "MoE + AllReduce + Norm")
    return finish(op.all_reduce(op.add(optional.mul(op.expert_combine(x, ...), other=scale), expert)), residual)


pattern = [shared_reduced, reduced, shared, plain]
