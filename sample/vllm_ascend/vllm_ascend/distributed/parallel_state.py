import torch
from vllm.distributed.parallel_state import GroupCoordinator

_MC2: GroupCoordinator | None = None


def init_ascend_model_parallel(parallel_config) -> None:
    global _MC2
    if _MC2 is not None:
        return
    world_size = torch.distributed.get_world_size()
    _MC2 = GroupCoordinator([list(range(world_size))], 0, torch.distributed.get_backend(), "mc2")


def get_mc2_group() -> GroupCoordinator:
    assert _MC2 is not None, "mc2 group is not initialized"
    return _MC2
