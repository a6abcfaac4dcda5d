import functools
from typing import NamedTuple

import torch

from vllm.platforms import current_platform
from vllm.utils.import_utils import resolve_obj_by_qualname


class AttentionSelectorConfig(NamedTuple):
    head_size: int
    dtype: torch.dtype
    kv_cache_dtype: str
    block_size: int | None
    use_mla: bool = False
    use_sparse: bool = False
    use_mm_prefix: bool = False


@functools.cache
def get_attn_backend(
    head_size: int,
    dtype: torch.dtype,
    kv_cache_dtype: str | None,
    block_size: int | None,
    use_mla: bool = False,
    use_sparse: bool = False,
    use_mm_prefix: bool = False,
):
    config = AttentionSelectorConfig(head_size, dtype, kv_cache_dtype or "auto", block_size, use_mla, use_sparse, use_mm_prefix)
    name = current_platform.get_attn_backend_cls(None, attn_selector_config=config)
    if not name:
        raise ValueError(f"Invalid attention backend for {current_platform.device_name}")
    return resolve_obj_by_qualname(name)
