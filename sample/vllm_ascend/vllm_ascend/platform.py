import torch
from vllm.platforms import Platform, PlatformEnum

from vllm_ascend.utils import COMPILATION_PASS_KEY


class NPUPlatform(Platform):
    _enum = PlatformEnum.OOT
    device_name: str = "npu"
    device_type: str = "npu"
    dispatch_key: str = "PrivateUse1"
    simple_compile_backend: str = "eager"

    @property
    def pass_key(self) -> str:
        return COMPILATION_PASS_KEY

    @classmethod
    def get_pass_manager_cls(cls) -> str:
        return "vllm_ascend.compilation.graph_fusion_pass_manager.GraphFusionPassManager"

    @classmethod
    def get_compile_backend(cls) -> str:
        return "vllm_ascend.compilation.compiler_interface.AscendCompiler"

    @classmethod
    def pre_register_and_update(cls, parser=None) -> None:
        from vllm_ascend.utils import adapt_patch

        adapt_patch(is_global_patch=True)

    @classmethod
    def inference_mode(cls):
        return torch.inference_mode()

    @classmethod
    def check_and_update_config(cls, vllm_config) -> None:
        from vllm.config import CompilationMode, CUDAGraphMode

        from vllm_ascend.ascend_config import init_ascend_config

        init_ascend_config(vllm_config)
        compilation_config = vllm_config.compilation_config
        if compilation_config.cudagraph_mode == CUDAGraphMode.NONE:
            compilation_config.mode = CompilationMode.NONE
        if "all" not in compilation_config.custom_ops:
            compilation_config.custom_ops = ["all"]
        if vllm_config.cache_config.block_size is None:
            vllm_config.cache_config.block_size = 128
        if vllm_config.parallel_config.worker_cls == "auto":
            vllm_config.parallel_config.worker_cls = "vllm_ascend.worker.worker.NPUWorker"

    @classmethod
    def get_attn_backend_cls(cls, selected_backend, attn_selector_config, num_heads=None) -> str:
        if attn_selector_config.use_mla or attn_selector_config.use_sparse:
            raise NotImplementedError("The sample has one attention backend.")
        return "vllm_ascend.attention.attention_v1.AscendAttentionBackend"

    @classmethod
    def opaque_attention_op(cls) -> bool:
        return True
