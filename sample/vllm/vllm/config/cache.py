from vllm.config.utils import config


@config
class CacheConfig:
    block_size: int | None = None
    cache_dtype: str = "auto"
    gpu_memory_utilization: float = 0.9
    num_gpu_blocks_override: int | None = None
    num_gpu_blocks: int | None = None
