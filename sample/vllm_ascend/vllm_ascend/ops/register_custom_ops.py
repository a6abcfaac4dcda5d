import torch
import torch_npu
from vllm.distributed import tensor_model_parallel_all_reduce
from vllm.utils.torch_utils import direct_register_custom_op


def _maybe_all_reduce_tensor_model_parallel_impl(final_hidden_states: torch.Tensor) -> torch.Tensor:
    return tensor_model_parallel_all_reduce(final_hidden_states)


def _rotary_embedding_impl(
    positions: torch.Tensor,
    query: torch.Tensor,
    key: torch.Tensor,
    cos_sin_cache: torch.Tensor,
    head_size: int,
    rotary_dim: int,
    is_neox_style: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    query_shape, key_shape = query.shape, key.shape
    query = query.contiguous().view(query.shape[0], -1)
    key = key.contiguous().view(key.shape[0], -1)
    torch_npu._npu_rotary_embedding(positions, query, key, head_size, cos_sin_cache, is_neox_style)
    return query.view(query_shape), key.view(key_shape)


def _rotary_embedding_fake(
    positions: torch.Tensor,
    query: torch.Tensor,
    key: torch.Tensor,
    cos_sin_cache: torch.Tensor,
    head_size: int,
    rotary_dim: int,
    is_neox_style: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.empty_like(query), torch.empty_like(key)


direct_register_custom_op(
    op_name="maybe_all_reduce_tensor_model_parallel",
    op_func=_maybe_all_reduce_tensor_model_parallel_impl,
    fake_impl=lambda x: torch.empty_like(x),
    mutates_args=[],
    dispatch_key="PrivateUse1",
)

direct_register_custom_op(
    op_name="npu_rotary_embedding",
    op_func=_rotary_embedding_impl,
    fake_impl=_rotary_embedding_fake,
    mutates_args=[],
    dispatch_key="PrivateUse1",
)
