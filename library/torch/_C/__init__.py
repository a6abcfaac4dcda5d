from torch._C import _distributed_c10d
from torch._names import Generator, ScriptObject, Tag


class _cpu:
    @staticmethod
    def _is_amx_tile_supported(): return False
    @staticmethod
    def _is_avx512_supported(): return False
    @staticmethod
    def _is_avx2_supported(): return False


class DispatchKey:
    CPU, CUDA, PrivateUse1, Meta, CompositeExplicitAutograd, CompositeImplicitAutograd = range(6)


def _dispatch_get_registrations_for_dispatch_key(key): return []
def _get_privateuse1_backend_name(): return "npu"
def _host_emptyCache(): pass
def _get_tracing_state(): return None
def _log_api_usage_once(text): pass
