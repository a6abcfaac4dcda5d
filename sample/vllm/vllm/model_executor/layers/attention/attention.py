import torch
import torch.nn as nn

from vllm.config import get_current_vllm_config
from vllm.forward_context import get_forward_context
from vllm.model_executor.layers.attention_layer_base import AttentionLayerBase
from vllm.platforms import current_platform
from vllm.utils.torch_utils import direct_register_custom_op
from vllm.v1.attention.selector import get_attn_backend
from vllm.v1.kv_cache_interface import FullAttentionSpec


class Attention(nn.Module, AttentionLayerBase):
    def __init__(self, num_heads: int, head_size: int, scale: float, num_kv_heads: int | None = None, cache_config=None, prefix: str = ""):
        super().__init__()
        vllm_config = get_current_vllm_config()
        cache_config = cache_config or vllm_config.cache_config
        self.num_heads = num_heads
        self.head_size = head_size
        self.num_kv_heads = num_kv_heads or num_heads
        self.layer_name = prefix
        self.dtype = vllm_config.model_config.dtype
        self.attn_backend = get_attn_backend(head_size, self.dtype, cache_config.cache_dtype, cache_config.block_size)
        self.impl = self.attn_backend.get_impl_cls()(num_heads, head_size, scale, self.num_kv_heads)
        self.use_direct_call = not current_platform.opaque_attention_op()
        self.kv_cache = [torch.tensor([])]
        context = vllm_config.compilation_config.static_forward_context
        if prefix in context:
            raise ValueError(f"Duplicate layer name: {prefix}")
        context[prefix] = self

    def forward(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        output = torch.empty(query.shape, dtype=query.dtype, device=query.device)
        query = query.view(-1, self.num_heads, self.head_size)
        output = output.view(-1, self.num_heads, self.head_size)
        key = key.view(-1, self.num_kv_heads, self.head_size)
        value = value.view(-1, self.num_kv_heads, self.head_size)
        if self.use_direct_call:
            unified_attention_with_output(query, key, value, output, self.layer_name)
        else:
            torch.ops.vllm.unified_attention_with_output(query, key, value, output, self.layer_name)
        return output.view(-1, self.num_heads * self.head_size)

    def get_attn_backend(self):
        return self.attn_backend

    def get_kv_cache_spec(self, vllm_config):
        return FullAttentionSpec(
            block_size=vllm_config.cache_config.block_size,
            num_kv_heads=self.num_kv_heads,
            head_size=self.head_size,
            dtype=self.dtype,
        )


def unified_attention_with_output(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, output: torch.Tensor, layer_name: str
) -> None:
    context = get_forward_context()
    layer = context.no_compile_layers[layer_name]
    metadata = context.attn_metadata
    if isinstance(metadata, dict):
        metadata = metadata[layer_name]
    layer.impl.forward(layer, query, key, value, layer.kv_cache[context.virtual_engine], metadata, output=output)


def unified_attention_with_output_fake(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, output: torch.Tensor, layer_name: str
) -> None:
    return


direct_register_custom_op(
    op_name="unified_attention_with_output",
    op_func=unified_attention_with_output,
    mutates_args=["output"],
    fake_impl=unified_attention_with_output_fake,
)
