import torch
import torch.distributed

from vllm.utils.torch_utils import direct_register_custom_op

_groups: dict[str, "GroupCoordinator"] = {}


def all_reduce(tensor: torch.Tensor, group_name: str) -> torch.Tensor:
    return _groups[group_name]._all_reduce_out_place(tensor)


def all_reduce_fake(tensor: torch.Tensor, group_name: str) -> torch.Tensor:
    return torch.empty_like(tensor)


direct_register_custom_op(op_name="all_reduce", op_func=all_reduce, fake_impl=all_reduce_fake)


class GroupCoordinator:
    """The ranks that share one kind of parallelism."""

    def __init__(self, group_ranks: list[list[int]], local_rank: int, backend: str, group_name: str):
        self.unique_name = group_name
        self.rank = torch.distributed.get_rank()
        self.local_rank = local_rank
        for ranks in group_ranks:
            device_group = torch.distributed.new_group(ranks, backend=backend)
            if self.rank in ranks:
                self.ranks = ranks
                self.world_size = len(ranks)
                self.rank_in_group = ranks.index(self.rank)
                self.device_group = device_group
        _groups[group_name] = self

    @property
    def is_first_rank(self) -> bool:
        return self.rank_in_group == 0

    @property
    def is_last_rank(self) -> bool:
        return self.rank_in_group == self.world_size - 1

    def all_reduce(self, input_: torch.Tensor) -> torch.Tensor:
        if self.world_size == 1:
            return input_
        return torch.ops.vllm.all_reduce(input_, group_name=self.unique_name)

    def _all_reduce_out_place(self, input_: torch.Tensor) -> torch.Tensor:
        output = input_.clone()
        torch.distributed.all_reduce(output, group=self.device_group)
        return output

    def all_gather(self, input_: torch.Tensor, dim: int = -1) -> torch.Tensor:
        if self.world_size == 1:
            return input_
        if dim < 0:
            dim += input_.dim()
        size = input_.size()
        output = torch.empty((self.world_size * size[0],) + size[1:], dtype=input_.dtype, device=input_.device)
        torch.distributed.all_gather_into_tensor(output, input_, group=self.device_group)
        output = output.reshape((self.world_size,) + size).movedim(0, dim)
        return output.reshape(size[:dim] + (self.world_size * size[dim],) + size[dim + 1 :])


_TP: GroupCoordinator | None = None
_PP: GroupCoordinator | None = None
_EP: GroupCoordinator | None = None


def init_distributed_environment(world_size: int, rank: int, distributed_init_method: str, local_rank: int, backend: str):
    if not torch.distributed.is_initialized():
        torch.distributed.init_process_group(
            backend=backend, init_method=distributed_init_method, world_size=world_size, rank=rank
        )


def ensure_model_parallel_initialized(
    tensor_model_parallel_size: int,
    pipeline_model_parallel_size: int,
    prefill_context_model_parallel_size: int = 1,
    decode_context_model_parallel_size: int = 1,
):
    global _TP, _PP, _EP
    if _TP is not None:
        return
    world_size = torch.distributed.get_world_size()
    backend = torch.distributed.get_backend()
    ranks = list(range(world_size))
    tp, pp = tensor_model_parallel_size, pipeline_model_parallel_size
    tp_ranks = [ranks[i : i + tp] for i in range(0, world_size, tp)]
    pp_ranks = [ranks[i::tp] for i in range(tp)]
    assert all(len(group) == pp for group in pp_ranks)
    _TP = GroupCoordinator(tp_ranks, 0, backend, "tp")
    _PP = GroupCoordinator(pp_ranks, 0, backend, "pp")
    _EP = GroupCoordinator(tp_ranks, 0, backend, "ep")


def get_tp_group() -> GroupCoordinator:
    assert _TP is not None, "tensor model parallel group is not initialized"
    return _TP


def get_pp_group() -> GroupCoordinator:
    assert _PP is not None, "pipeline model parallel group is not initialized"
    return _PP


def get_ep_group() -> GroupCoordinator:
    assert _EP is not None, "expert parallel group is not initialized"
    return _EP


def get_tensor_model_parallel_world_size() -> int:
    return get_tp_group().world_size


def get_tensor_model_parallel_rank() -> int:
    return get_tp_group().rank_in_group
