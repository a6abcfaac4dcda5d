"""torch.distributed without processes: groups know their ranks, collectives are recorded as calls with their canonical meaning."""
from datetime import timedelta

from torch.distributed import distributed_c10d, rendezvous
from torch.distributed.collectives import *
from torch.distributed.distributed_c10d import *
from torch.distributed.distributed_c10d import _get_default_group, _resolve_process_group


class DistError(RuntimeError): pass
class DistBackendError(DistError): pass
class DistNetworkError(DistError): pass
class DistStoreError(DistError): pass
