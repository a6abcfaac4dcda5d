import torch

from vllm.model_executor.layers.rotary_embedding.base import RotaryEmbedding

_ROPE_DICT: dict[tuple, RotaryEmbedding] = {}


def get_rope(head_size: int, max_position: int, rope_parameters: dict | None = None, is_neox_style: bool = True) -> RotaryEmbedding:
    """Layers with equal parameters share one object."""
    dtype = torch.get_default_dtype()
    parameters = rope_parameters or {}
    base = parameters.get("rope_theta", 10000.0)
    rotary_dim = int(head_size * parameters.get("partial_rotary_factor", 1.0))
    rope_type = parameters.get("rope_type", "default")
    if rope_type != "default":
        raise ValueError(f"Unknown RoPE scaling type {rope_type}")
    key = (head_size, rotary_dim, max_position, base, is_neox_style, dtype)
    if key not in _ROPE_DICT:
        _ROPE_DICT[key] = RotaryEmbedding(head_size, rotary_dim, max_position, base, is_neox_style, dtype)
    return _ROPE_DICT[key]
