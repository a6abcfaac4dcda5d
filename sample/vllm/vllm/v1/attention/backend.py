from abc import ABC, abstractmethod

import torch


class AttentionBackend(ABC):
    accept_output_buffer: bool = False

    @staticmethod
    @abstractmethod
    def get_name() -> str:
        raise NotImplementedError

    @staticmethod
    @abstractmethod
    def get_impl_cls():
        raise NotImplementedError

    @staticmethod
    @abstractmethod
    def get_builder_cls():
        raise NotImplementedError

    @staticmethod
    @abstractmethod
    def get_kv_cache_shape(num_blocks: int, block_size: int, num_kv_heads: int, head_size: int, cache_dtype_str: str = "auto"):
        raise NotImplementedError


class AttentionImpl(ABC):
    @abstractmethod
    def __init__(self, num_heads: int, head_size: int, scale: float, num_kv_heads: int | None = None, **extra_impl_args):
        raise NotImplementedError

    @abstractmethod
    def forward(
        self,
        layer: torch.nn.Module,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        kv_cache: torch.Tensor,
        attn_metadata,
        output: torch.Tensor | None = None,
    ) -> torch.Tensor:
        raise NotImplementedError


class AttentionMetadataBuilder(ABC):
    def __init__(self, kv_cache_spec, layer_names: list[str], vllm_config, device: torch.device):
        self.kv_cache_spec = kv_cache_spec
        self.layer_names = layer_names
        self.vllm_config = vllm_config
        self.device = device

    @abstractmethod
    def build(self, common_prefix_len: int, common_attn_metadata, fast_build: bool = False):
        raise NotImplementedError
