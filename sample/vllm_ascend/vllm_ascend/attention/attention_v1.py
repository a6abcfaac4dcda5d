from dataclasses import dataclass
from enum import Enum

import torch
import torch_npu
from vllm.v1.attention.backend import AttentionBackend, AttentionImpl, AttentionMetadataBuilder


class AscendAttentionState(Enum):
    PrefillNoCache = 0
    PrefillCacheHit = 1
    DecodeOnly = 2
    ChunkedPrefill = 3


class AscendAttentionBackend(AttentionBackend):
    accept_output_buffer: bool = True

    @staticmethod
    def get_name() -> str:
        return "CUSTOM"

    @staticmethod
    def get_impl_cls():
        return AscendAttentionBackendImpl

    @staticmethod
    def get_builder_cls():
        return AscendAttentionMetadataBuilder

    @staticmethod
    def get_kv_cache_shape(num_blocks: int, block_size: int, num_kv_heads: int, head_size: int, cache_dtype_str: str = "auto"):
        return (2, num_blocks, block_size, num_kv_heads, head_size)


@dataclass
class AscendMetadata:
    attn_state: AscendAttentionState
    num_actual_tokens: int
    seq_lens_list: list[int]
    actual_seq_lengths_q: list[int]
    block_tables: torch.Tensor
    slot_mapping: torch.Tensor
    attn_mask: torch.Tensor | None = None


class AscendAttentionMetadataBuilder(AttentionMetadataBuilder):
    def build(self, common_prefix_len: int, common_attn_metadata, fast_build: bool = False) -> AscendMetadata:
        common = common_attn_metadata
        mask = None
        if common.attn_state != AscendAttentionState.DecodeOnly:
            mask = torch.triu(torch.ones(2048, 2048), diagonal=1).to(torch.int8).to(self.device)
        return AscendMetadata(
            attn_state=common.attn_state,
            num_actual_tokens=common.num_actual_tokens,
            seq_lens_list=common.seq_lens_cpu[: common.num_reqs].tolist(),
            actual_seq_lengths_q=common.actual_seq_lengths_q,
            block_tables=common.block_table_tensor[: common.num_reqs],
            slot_mapping=common.slot_mapping[: common.num_actual_tokens],
            attn_mask=mask,
        )


class AscendAttentionBackendImpl(AttentionImpl):
    def __init__(self, num_heads: int, head_size: int, scale: float, num_kv_heads: int | None = None, **extra_impl_args):
        self.num_heads = num_heads
        self.head_size = head_size
        self.scale = float(scale)
        self.num_kv_heads = num_kv_heads or num_heads

    def forward(self, layer, query, key, value, kv_cache, attn_metadata, output=None) -> torch.Tensor:
        assert output is not None, "Output tensor must be provided."
        if attn_metadata is None:
            return output.fill_(0)
        num_tokens = attn_metadata.num_actual_tokens
        key_cache, value_cache = kv_cache[0], kv_cache[1]
        torch_npu._npu_reshape_and_cache(
            key=key[:num_tokens],
            value=value[:num_tokens],
            key_cache=key_cache,
            value_cache=value_cache,
            slot_indices=attn_metadata.slot_mapping,
        )
        block_size, block_table = 0, None
        if attn_metadata.attn_state != AscendAttentionState.PrefillNoCache:
            # Keys and values come from the cache, a row for each of its positions.
            block_size = key_cache.shape[1]
            key = key_cache.view(-1, block_size, self.num_kv_heads * self.head_size)
            value = value_cache.view(-1, block_size, self.num_kv_heads * self.head_size)
            block_table = attn_metadata.block_tables
        attn_output, _ = torch_npu.npu_fused_infer_attention_score(
            query=query[:num_tokens],
            key=key,
            value=value,
            atten_mask=attn_metadata.attn_mask,
            block_table=block_table,
            input_layout="TND",
            block_size=block_size,
            actual_seq_lengths=attn_metadata.actual_seq_lengths_q,
            actual_seq_lengths_kv=attn_metadata.seq_lens_list,
            num_key_value_heads=self.num_kv_heads,
            num_heads=self.num_heads,
            scale=self.scale,
            sparse_mode=0 if attn_metadata.attn_mask is None else 3,
        )
        output[:num_tokens] = attn_output.view(num_tokens, self.num_heads, self.head_size)
        return output
