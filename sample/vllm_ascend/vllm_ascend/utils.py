import functools
from enum import Enum

COMPILATION_PASS_KEY = "graph_fusion_manager"
REGISTERED_ASCEND_OPS: dict[str, type] = {}
_ASCEND_CUSTOMOP_IS_REGISTERED = False
_WEIGHT_PREFETCH_CONFIG = None


class AscendDeviceType(Enum):
    A2 = 0
    A3 = 1
    _310P = 2
    A5 = 3


@functools.cache
def get_ascend_device_type() -> AscendDeviceType:
    from vllm_ascend import _build_info

    return AscendDeviceType[_build_info.__device_type__]


def check_ascend_device_type() -> None:
    import torch_npu

    version = torch_npu.npu.get_soc_version()
    if 220 <= version <= 225:
        current = AscendDeviceType.A2
    elif 250 <= version <= 255:
        current = AscendDeviceType.A3
    elif 200 <= version <= 205:
        current = AscendDeviceType._310P
    elif version == 260:
        current = AscendDeviceType.A5
    else:
        raise RuntimeError(f"Can not support soc_version: {version}.")
    built_for = get_ascend_device_type()
    assert current == built_for, f"Current device type: {current} does not match the installed version's device type: {built_for}"


def adapt_patch(is_global_patch: bool = False) -> None:
    if is_global_patch:
        from vllm_ascend.patch import platform  # noqa: F401
    else:
        from vllm_ascend.patch import worker  # noqa: F401


def register_ascend_customop(vllm_config=None) -> None:
    global _ASCEND_CUSTOMOP_IS_REGISTERED
    if _ASCEND_CUSTOMOP_IS_REGISTERED:
        return
    from vllm.model_executor.custom_op import CustomOp

    from vllm_ascend.ops.activation import AscendSiluAndMul
    from vllm_ascend.ops.fused_moe import AscendFusedMoE
    from vllm_ascend.ops.layernorm import AscendRMSNorm
    from vllm_ascend.ops.linear import AscendRowParallelLinear
    from vllm_ascend.ops.rotary_embedding import AscendRotaryEmbedding

    REGISTERED_ASCEND_OPS.update(
        {
            "FusedMoE": AscendFusedMoE,
            "RMSNorm": AscendRMSNorm,
            "RotaryEmbedding": AscendRotaryEmbedding,
            "RowParallelLinear": AscendRowParallelLinear,
            "SiluAndMul": AscendSiluAndMul,
        }
    )
    for name, op_cls in REGISTERED_ASCEND_OPS.items():
        CustomOp.register_oot(_decorated_op_cls=op_cls, name=name)
    _ASCEND_CUSTOMOP_IS_REGISTERED = True


def set_weight_prefetch_method(weight_prefetch_config) -> None:
    global _WEIGHT_PREFETCH_CONFIG
    _WEIGHT_PREFETCH_CONFIG = weight_prefetch_config
