from datetime import timedelta

from torch.distributed.distributed_c10d import ProcessGroup, ReduceOp, Store, Work, PrefixStore, _register_process_group, _unregister_process_group
from torch.distributed.distributed_c10d import _resolve_process_group

_DEFAULT_PG_TIMEOUT = timedelta(minutes=30)
