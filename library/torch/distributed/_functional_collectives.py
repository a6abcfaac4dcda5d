"""The collectives that return their result."""
import torch
from torch.distributed import collectives, distributed_c10d


def _group(group): return distributed_c10d._resolve_process_group(group) if isinstance(group, str) else group


def _scaled(x, dim, numerator, denominator):
    shape = list(x.shape)
    shape[dim] = shape[dim] * numerator // denominator
    return torch.empty(shape, dtype=x.dtype, device=x.device)


def all_reduce(self, reduceOp, group, tag=""):
    result = self.clone()
    collectives.all_reduce(result, reduceOp, _group(group))
    return result


def all_gather_tensor(self, gather_dim, group, tag=""):
    group = _group(group)
    x = self.movedim(gather_dim, 0).contiguous() if gather_dim else self
    result = _scaled(x, 0, group.size(), 1)
    collectives.all_gather_into_tensor(result, x, group)
    return result.movedim(0, gather_dim) if gather_dim else result


def reduce_scatter_tensor(self, reduceOp, scatter_dim, group, tag=""):
    group = _group(group)
    x = self.movedim(scatter_dim, 0).contiguous() if scatter_dim else self
    result = _scaled(x, 0, 1, group.size())
    collectives.reduce_scatter_tensor(result, x, reduceOp, group)
    return result.movedim(0, scatter_dim) if scatter_dim else result


def wait_tensor(tensor): return tensor
