import torch

import vllm_ascend.ops.register_custom_ops  # noqa: F401


class dummyFusionOp:
    default = None

    def __init__(self, name=""):
        self.name = name


def register_dummy_fusion_op() -> None:
    """Names that another compiler's passes look up while they are imported."""
    torch.ops._C_ascend.rms_norm_dynamic_per_token_quant = dummyFusionOp(name="rms_norm_dynamic_per_token_quant")
