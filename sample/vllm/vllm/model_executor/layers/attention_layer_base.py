from abc import ABC, abstractmethod


class AttentionLayerBase(ABC):
    """A layer that has a cache of keys and values."""

    @abstractmethod
    def get_attn_backend(self):
        raise NotImplementedError

    @abstractmethod
    def get_kv_cache_spec(self, vllm_config):
        raise NotImplementedError
