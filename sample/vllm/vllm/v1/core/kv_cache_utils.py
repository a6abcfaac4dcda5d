from vllm.config import VllmConfig
from vllm.v1.kv_cache_interface import KVCacheConfig, KVCacheGroupSpec, KVCacheSpec, KVCacheTensor


def get_kv_cache_configs(
    vllm_config: VllmConfig, kv_cache_specs: list[dict[str, KVCacheSpec]], available_memory: list[int]
) -> list[KVCacheConfig]:
    """One for each worker: layers with equal specs form a group, and all have the same number of blocks."""
    configs = []
    for specs, memory in zip(kv_cache_specs, available_memory):
        groups: dict[KVCacheSpec, list[str]] = {}
        for name, spec in specs.items():
            groups.setdefault(spec, []).append(name)
        num_blocks = memory // sum(spec.page_size_bytes for spec in specs.values())
        override = vllm_config.cache_config.num_gpu_blocks_override
        if override is not None:
            num_blocks = override
        configs.append(
            KVCacheConfig(
                num_blocks=num_blocks,
                kv_cache_tensors=[KVCacheTensor(spec.page_size_bytes * num_blocks, [name]) for name, spec in specs.items()],
                kv_cache_groups=[KVCacheGroupSpec(names, spec) for spec, names in groups.items()],
            )
        )
    return configs
