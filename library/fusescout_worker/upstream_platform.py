"""`--upstream`: an out-of-tree accelerator about which nothing is known, so that vLLM takes the branches that vllm-ascend's platform would
take, and its own implementation in them."""
from vllm.platforms import Platform, PlatformEnum


def register():
    return "fusescout_worker.upstream_platform.UpstreamPlatform"


class UpstreamPlatform(Platform):
    _enum = PlatformEnum.OOT
    device_name = "npu"
    device_type = "npu"
    dispatch_key = "Upstream"        # no implementation of a custom operator is for this device: they are all opaque
    simple_compile_backend = "eager"

    @classmethod
    def get_device_capability(cls, device_id=0):
        return None

    @classmethod
    def check_and_update_config(cls, vllm_config):
        from vllm.config import CompilationMode

        vllm_config.compilation_config.mode = CompilationMode.NONE
        vllm_config.compilation_config.custom_ops = ["all"]
        if vllm_config.cache_config.block_size is None:
            vllm_config.cache_config.block_size = 16
        if vllm_config.parallel_config.worker_cls == "auto":
            vllm_config.parallel_config.worker_cls = "fusescout_worker"

        try:
            from vllm.v1.attention.backends.mla.prefill.registry import MLAPrefillBackendEnum, register_mla_prefill_backend
        except ImportError:
            return
        register_mla_prefill_backend(MLAPrefillBackendEnum.FLASH_ATTN, "fusescout_worker.opaque_prefill.OpaquePrefillBackend")

    @classmethod
    def get_attn_backend_cls(cls, *arguments, **keywords):
        return "fusescout_worker.opaque_attention.OpaqueAttentionBackend"

    @classmethod
    def opaque_attention_op(cls):
        return True

    @classmethod
    def support_hybrid_kv_cache(cls):
        return True

    @classmethod
    def is_pin_memory_available(cls):
        return False

    @classmethod
    def inference_mode(cls):
        import torch

        return torch.no_grad()
