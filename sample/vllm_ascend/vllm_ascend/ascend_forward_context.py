from contextlib import contextmanager

import torch
from vllm.forward_context import get_forward_context, set_forward_context

_mc2_tokens_capacity: int | None = None
_reserved_mc2_mask: torch.Tensor | None = None


def set_mc2_tokens_capacity(vllm_config, max_num_reqs: int, uniform_decode_query_len: int) -> None:
    global _mc2_tokens_capacity
    tp_size = vllm_config.parallel_config.tensor_parallel_size
    tokens = min(max_num_reqs * uniform_decode_query_len, 512)
    _mc2_tokens_capacity = (tokens + tp_size - 1) // tp_size * tp_size


def set_mc2_mask(vllm_config, device) -> None:
    global _reserved_mc2_mask
    if vllm_config.parallel_config.enable_expert_parallel:
        _reserved_mc2_mask = torch.zeros(_mc2_tokens_capacity, dtype=torch.bool, device=device)


@contextmanager
def set_ascend_forward_context(
    attn_metadata,
    vllm_config,
    num_tokens: int = 0,
    num_actual_tokens: int | None = None,
    model_instance: torch.nn.Module | None = None,
):
    with set_forward_context(attn_metadata, vllm_config, num_tokens=num_tokens):
        forward_context = get_forward_context()
        forward_context.num_tokens = num_tokens
        forward_context.num_actual_tokens = num_tokens if num_actual_tokens is None else num_actual_tokens
        forward_context.model_instance = model_instance
        # Many tokens are worth a split of the sum over ranks.
        forward_context.flashcomm_enabled = vllm_config.parallel_config.tensor_parallel_size > 1 and num_tokens > 1000
        yield
