from vllm.config import VllmConfig
from vllm.v1.kv_cache_interface import KVCacheConfig, KVCacheGroupSpec, KVCacheSpec, KVCacheTensor


def get_kv_cache_groups(vllm_config: VllmConfig, kv_cache_spec: dict[str, KVCacheSpec]) -> list[KVCacheGroupSpec]:
    """Layers with equal specs form a group."""
    groups: dict[KVCacheSpec, list[str]] = {}
    for name, spec in kv_cache_spec.items():
        groups.setdefault(spec, []).append(name)
    return [KVCacheGroupSpec(names, spec) for spec, names in groups.items()]


def get_kv_cache_config_from_groups(
    vllm_config: VllmConfig, kv_cache_groups: list[KVCacheGroupSpec], available_memory: int
) -> KVCacheConfig:
    """All layers have the same number of blocks."""
    pages = [(name, group.kv_cache_spec.page_size_bytes) for group in kv_cache_groups for name in group.layer_names]
    num_blocks = vllm_config.cache_config.num_gpu_blocks_override
    if num_blocks is None:
        num_blocks = available_memory // sum(size for _, size in pages)
    tensors = [KVCacheTensor(size * num_blocks, [name]) for name, size in pages]
    return KVCacheConfig(num_blocks=num_blocks, kv_cache_tensors=tensors, kv_cache_groups=kv_cache_groups)
