"""The collectives: each is one call that communicates, in place as torch does it."""
import op as canonical
from fusescout import exchange_estimate, operator
from torch.distributed.distributed_c10d import ProcessGroup, ReduceOp, Work, _of

__all__ = ["all_reduce", "all_gather", "all_gather_into_tensor", "reduce_scatter", "reduce_scatter_tensor", "all_to_all", "all_to_all_single", "broadcast",
           "reduce", "gather", "scatter", "send", "recv", "isend", "irecv", "barrier", "P2POp", "batch_isend_irecv", "broadcast_object_list",
           "all_gather_object", "gather_object", "scatter_object_list", "send_object_list", "recv_object_list", "_all_gather_base", "_reduce_scatter_base"]


@operator("c10d.all_reduce", unit="communication", mutates=("tensor",))
def _all_reduce(tensor, reduce, group, world_size):
    return canonical.all_reduce(tensor, group=group, world_size=world_size, out=tensor)


@operator("c10d.all_gather_into_tensor", unit="communication", mutates=("output",))
def _all_gather_into_tensor(input, output, group, world_size):
    return canonical.all_gather(input, group=group, world_size=world_size, out=output)


@operator("c10d.all_gather", unit="communication", mutates=("outputs",))
def _all_gather(input, outputs, group, world_size):
    return canonical.emit("all_gather", [input], list(outputs), dim=0, group=group, world_size=world_size)


@operator("c10d.reduce_scatter_tensor", unit="communication", mutates=("output",))
def _reduce_scatter_tensor(input, output, reduce, group, world_size):
    return canonical.reduce_scatter(input, group=group, world_size=world_size, out=output)


@operator("c10d.reduce_scatter", unit="communication", mutates=("output",))
def _reduce_scatter(inputs, output, reduce, group, world_size):
    return canonical.emit("reduce_scatter", list(inputs)[:1], [output], dim=0, group=group, world_size=world_size)[0]


@operator("c10d.all_to_all_single", unit="communication", mutates=("output",))
def _all_to_all_single(input, output, output_splits, input_splits, group, world_size):
    return canonical.all_to_all(input, group=group, world_size=world_size, out=output)


@operator("c10d.all_to_all", unit="communication", mutates=("outputs",))
def _all_to_all(inputs, outputs, group, world_size):
    results = []
    for x, y in zip(inputs, outputs):
        results.append(canonical.all_to_all(x, group=group, world_size=world_size, out=y))
    return results


@operator("c10d.broadcast", unit="communication", mutates=("tensor",))
def _broadcast(tensor, source, group):
    return canonical.send_recv(tensor, group=group, out=tensor)


@operator("c10d.send", unit="communication")
def _send(tensor, to, group):
    canonical.send_recv(tensor, group=group)


@operator("c10d.recv", unit="communication", mutates=("tensor",))
def _recv(tensor, source, group):
    return canonical.send_recv(tensor, group=group, out=tensor)


def _on(group): return {"group": _of(group).group_name, "world_size": _of(group).size()}
def _done(async_op): return Work() if async_op else None


def all_reduce(tensor, op=ReduceOp.SUM, group=None, async_op=False):
    _all_reduce(tensor, op, **_on(group))
    return _done(async_op)


def all_gather_into_tensor(output_tensor, input_tensor, group=None, async_op=False):
    _all_gather_into_tensor(input_tensor, output_tensor, **_on(group))
    exchange_estimate(input_tensor, output_tensor)
    return _done(async_op)


def all_gather(tensor_list, tensor, group=None, async_op=False):
    _all_gather(tensor, tensor_list, **_on(group))
    for output in tensor_list:
        exchange_estimate(tensor, output)
    return _done(async_op)


def reduce_scatter_tensor(output, input, op=ReduceOp.SUM, group=None, async_op=False):
    _reduce_scatter_tensor(input, output, op, **_on(group))
    return _done(async_op)


def reduce_scatter(output, input_list, op=ReduceOp.SUM, group=None, async_op=False):
    _reduce_scatter(input_list, output, op, **_on(group))
    return _done(async_op)


def all_to_all_single(output, input, output_split_sizes=None, input_split_sizes=None, group=None, async_op=False):
    _all_to_all_single(input, output, output_split_sizes, input_split_sizes, **_on(group))
    exchange_estimate(input, output)
    return _done(async_op)


def all_to_all(output_tensor_list, input_tensor_list, group=None, async_op=False):
    _all_to_all(input_tensor_list, output_tensor_list, **_on(group))
    return _done(async_op)


def broadcast(tensor, src=None, group=None, async_op=False, group_src=None):
    _broadcast(tensor, src, _of(group).group_name)
    return _done(async_op)


def reduce(tensor, dst=None, op=ReduceOp.SUM, group=None, async_op=False, group_dst=None):
    _all_reduce(tensor, op, **_on(group))
    return _done(async_op)


def gather(tensor, gather_list=None, dst=None, group=None, async_op=False, group_dst=None):
    if gather_list is not None:
        _all_gather(tensor, gather_list, **_on(group))
    else:
        _send(tensor, dst, _of(group).group_name)
    return _done(async_op)


def scatter(tensor, scatter_list=None, src=None, group=None, async_op=False, group_src=None):
    _recv(tensor, src, _of(group).group_name)
    return _done(async_op)


def send(tensor, dst=None, group=None, tag=0, group_dst=None): _send(tensor, dst, _of(group).group_name)


def isend(tensor, dst=None, group=None, tag=0, group_dst=None):
    send(tensor, dst, group)
    return Work()


def recv(tensor, src=None, group=None, tag=0, group_src=None):
    _recv(tensor, src, _of(group).group_name)
    return src


def irecv(tensor, src=None, group=None, tag=0, group_src=None):
    recv(tensor, src, group)
    return Work()


class P2POp:
    def __init__(self, op, tensor, peer=None, group=None, tag=0, group_peer=None):
        self.op, self.tensor, self.peer, self.group = op, tensor, peer, group


def batch_isend_irecv(p2p_op_list): return [p.op(p.tensor, p.peer, p.group) for p in p2p_op_list]


# --- without the device: one process talks to itself

def barrier(group=None, async_op=False, device_ids=None): return _done(async_op)
def broadcast_object_list(object_list, src=None, group=None, device=None, group_src=None): pass
def scatter_object_list(scatter_object_output_list, scatter_object_input_list=None, src=None, group=None, group_src=None): pass
def send_object_list(object_list, dst=None, group=None, device=None): pass
def recv_object_list(object_list, src=None, group=None, device=None): pass


def all_gather_object(object_list, obj, group=None):
    for i in range(len(object_list)):
        object_list[i] = obj


def gather_object(obj, object_gather_list=None, dst=None, group=None, group_dst=None):
    if object_gather_list is not None:
        all_gather_object(object_gather_list, obj)


_all_gather_base = all_gather_into_tensor
_reduce_scatter_base = reduce_scatter_tensor
