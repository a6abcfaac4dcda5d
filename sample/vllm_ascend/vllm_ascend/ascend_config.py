_ASCEND_CONFIG = None


class WeightPrefetchConfig:
    def __init__(self, weight_prefetch_config: dict):
        self.enabled = weight_prefetch_config.get("enabled", False)


class AscendCompilationConfig:
    def __init__(self, fuse_norm_cast: bool = True, fuse_qknorm_rope: bool = True, **kwargs):
        self.fuse_norm_cast = fuse_norm_cast
        self.fuse_qknorm_rope = fuse_qknorm_rope


class AscendConfig:
    """What `additional_config` may say."""

    def __init__(self, vllm_config):
        additional_config = vllm_config.additional_config or {}
        self.ascend_compilation_config = AscendCompilationConfig(**additional_config.get("ascend_compilation_config", {}))
        self.weight_prefetch_config = WeightPrefetchConfig(additional_config.get("weight_prefetch_config", {}))


def init_ascend_config(vllm_config) -> AscendConfig:
    global _ASCEND_CONFIG
    if _ASCEND_CONFIG is None:
        _ASCEND_CONFIG = AscendConfig(vllm_config)
    return _ASCEND_CONFIG


def get_ascend_config() -> AscendConfig:
    if _ASCEND_CONFIG is None:
        raise RuntimeError("Ascend config is not initialized. Please call init_ascend_config first.")
    return _ASCEND_CONFIG
