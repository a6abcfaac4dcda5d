import vllm_ascend.patch.platform.patch_cache_config  # noqa: F401
