"""Blocks of the cache are aligned to what the attention kernels read at once."""
import vllm.config.model
from vllm.config.model import ModelConfig

_get_num_kv_heads = ModelConfig.get_num_kv_heads


def get_num_kv_heads(self, parallel_config) -> int:
    heads = _get_num_kv_heads(self, parallel_config)
    if self.hf_text_config.num_attention_heads // parallel_config.tensor_parallel_size % heads != 0:
        raise ValueError("query heads of a rank must be a multiple of its key heads")
    return heads


vllm.config.model.ModelConfig.get_num_kv_heads = get_num_kv_heads
