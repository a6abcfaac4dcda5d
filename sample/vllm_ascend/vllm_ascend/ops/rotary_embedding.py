import torch
from vllm.model_executor.layers.rotary_embedding import RotaryEmbedding

# Slots for cos and sin of a step's positions, which graphs keep the addresses of.
_cos: torch.Tensor | None = None
_sin: torch.Tensor | None = None


def set_cos_and_sin(vllm_config, max_num_reqs: int, decode_token_per_req: int, dtype: torch.dtype, device) -> None:
    global _cos, _sin
    text_config = vllm_config.model_config.hf_text_config
    if not hasattr(text_config, "kv_lora_rank"):
        return
    tokens = max_num_reqs * decode_token_per_req
    _cos = torch.ones(tokens, 1, 1, text_config.qk_rope_head_dim, dtype=dtype, device=device)
    _sin = torch.zeros(tokens, 1, 1, text_config.qk_rope_head_dim, dtype=dtype, device=device)


def update_cos_sin(positions: torch.Tensor) -> None:
    """Only latent attention reads them."""


class AscendRotaryEmbedding(RotaryEmbedding):
    def forward_oot(self, positions: torch.Tensor, query: torch.Tensor, key: torch.Tensor):
        return torch.ops.vllm.npu_rotary_embedding(
            positions, query, key, self.cos_sin_cache, self.head_size, self.rotary_dim, self.is_neox_style
        )
