__all__ = ["Backend", "BackendConfig", "ProcessGroup", "ReduceOp", "Store", "PrefixStore", "TCPStore", "FileStore", "HashStore", "Work", "group", "GroupMember",
           "init_process_group", "destroy_process_group", "new_group", "is_initialized", "is_available", "is_nccl_available", "is_gloo_available",
           "is_mpi_available", "is_hccl_available", "is_xccl_available", "is_backend_available", "is_torchelastic_launched", "get_rank", "get_world_size",
           "get_backend", "get_process_group_ranks", "get_global_rank", "get_group_rank", "monitored_barrier"]


class Backend(str):
    UNDEFINED, GLOO, NCCL, HCCL, XCCL, MPI = "undefined", "gloo", "nccl", "hccl", "xccl", "mpi"
    backend_type_map = {}
    default_device_backend_map = {"cpu": "gloo", "npu": "hccl", "cuda": "nccl"}

    def __new__(cls, name): return str.__new__(cls, name.lower())

    @classmethod
    def register_backend(cls, name, func, extended_api=False, devices=None): pass


class BackendConfig:
    def __init__(self, backend):
        self.backend = backend

    def get_device_backend_map(self): return dict(Backend.default_device_backend_map)


class ReduceOp:
    SUM, AVG, PRODUCT, MIN, MAX, BAND, BOR, BXOR = "sum", "avg", "product", "min", "max", "band", "bor", "bxor"


reduce_op = ReduceOp


class Store:
    def __init__(self, *args, **kwargs):
        self._values = {}

    def set(self, key, value): self._values[key] = value
    def get(self, key): return self._values.get(key, b"")
    def add(self, key, amount): return amount
    def wait(self, *args): pass
    def check(self, keys): return True
    def delete_key(self, key): return self._values.pop(key, None) is not None
    def set_timeout(self, timeout): pass
    def num_keys(self): return len(self._values)


class PrefixStore(Store): pass
class FileStore(Store): pass
class HashStore(Store): pass


class TCPStore(Store):
    host, port = "127.0.0.1", 0


class Work:
    """A collective that is done."""

    def wait(self, timeout=None): return True
    def is_completed(self): return True
    def is_success(self): return True
    def get_future(self): return self


class _CommunicatorBackend:
    def __init__(self, group):
        self._group = group

    def get_hccl_comm_name(self, rank, init_comm=True): return self._group.group_name
    def size(self): return self._group.size()
    def rank(self): return self._group.rank()
    def _set_sequence_number_for_group(self): pass
    def name(self): return self._group.backend


class ProcessGroup:
    """Ranks in their order. `rank` is the place of this process, -1 outside."""

    class BackendType:
        UNDEFINED, GLOO, NCCL, XCCL, UCC, MPI, CUSTOM = 0, 1, 2, 3, 4, 5, 6

    class Options:
        def __init__(self, backend=None, timeout=None):
            self._timeout = timeout

    def __init__(self, ranks=(0,), backend="", name=""):
        self.ranks = list(ranks)
        self.backend = backend
        self.group_name = name
        self.bound_device_id = None

    def size(self): return len(self.ranks)
    def rank(self): return self.ranks.index(_world.rank) if _world.rank in self.ranks else -1
    def name(self): return self.backend
    def _get_backend(self, device=None): return _CommunicatorBackend(self)
    def _get_backend_name(self): return self.backend
    def _set_default_backend(self, backend_type): pass
    def _register_backend(self, *args): pass
    def _set_group_name(self, name): self.group_name = name
    def __repr__(self): return f"ProcessGroup({self.group_name}: {self.ranks})"


class _World:
    """The state of this process."""

    def __init__(self):
        self.size, self.rank = 1, 0
        self.default_pg = None
        self.groups = {}
        self.pg_map, self.pg_names, self.pg_group_ranks, self.pg_backend_config, self.tags_to_pg, self.pg_to_tag = {}, {}, {}, {}, {}, {}
        self.group_count = 0


_world = _World()


class GroupMember:
    WORLD = None
    NON_GROUP_MEMBER = -100


class _GroupMeta(type):
    @property
    def WORLD(cls): return _world.default_pg


class group(metaclass=_GroupMeta):
    pass


def _get_default_group():
    if _world.default_pg is None:
        raise ValueError("Default process group has not been initialized, please make sure to call init_process_group.")
    return _world.default_pg


def _of(group): return _get_default_group() if group is None else group
def _resolve_process_group(name): return _world.groups[name]
def _get_default_store(): return Store()
def _update_default_pg(group): _world.default_pg = group
def _register_process_group(name, group): _world.groups[name] = group
def _unregister_process_group(name): _world.groups.pop(name, None)


def _new(ranks, backend, name):
    made = ProcessGroup(ranks, "" if backend is None else str(backend), name)
    _world.groups[name] = made
    _world.pg_map[made] = (made.backend, None)
    _world.pg_names[made] = name
    _world.pg_group_ranks[made] = {rank: place for place, rank in enumerate(made.ranks)}
    return made


def init_process_group(backend=None, init_method=None, timeout=None, world_size=-1, rank=-1, store=None, group_name="", pg_options=None, device_id=None):
    _world.size, _world.rank = max(world_size, 1), max(rank, 0)
    _world.default_pg = GroupMember.WORLD = _new(range(_world.size), backend, "default_pg")


def destroy_process_group(group=None):
    if group is None or group is _world.default_pg:
        _world.default_pg = GroupMember.WORLD = None


def new_group(ranks=None, timeout=None, backend=None, pg_options=None, use_local_synchronization=False, group_desc=None, device_id=None):
    _world.group_count += 1
    ranks = range(_world.size) if ranks is None else ranks
    made = _new(ranks, _get_default_group().backend if backend is None else backend, f"group_{_world.group_count}")
    return made if _world.rank in made.ranks else GroupMember.NON_GROUP_MEMBER


def is_initialized(): return _world.default_pg is not None
def is_available(): return True
def is_nccl_available(): return False
def is_gloo_available(): return True
def is_mpi_available(): return False
def is_hccl_available(): return True
def is_xccl_available(): return False
def is_backend_available(backend): return backend in ("gloo", "hccl")
def is_torchelastic_launched(): return False
def get_rank(group=None): return _world.rank if group is None else group.rank()
def get_world_size(group=None): return _of(group).size()
def get_backend(group=None): return Backend(_of(group).backend)
def get_process_group_ranks(group): return _of(group).ranks
def get_global_rank(group, group_rank): return group.ranks[group_rank]
def get_group_rank(group, global_rank): return group.ranks.index(global_rank)
def monitored_barrier(*args, **kwargs): pass


_collectives = ("all_gather", "all_gather_into_tensor", "all_gather_object", "all_reduce", "all_to_all", "all_to_all_single", "barrier", "broadcast",
                "broadcast_object_list", "gather", "irecv", "isend", "recv", "reduce", "reduce_scatter", "reduce_scatter_tensor", "scatter", "send")


def __getattr__(name):      # they are defined here in torch; here beside it
    if name not in _collectives:
        raise AttributeError(name)
    from torch.distributed import collectives
    return getattr(collectives, name)
