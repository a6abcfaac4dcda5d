# What every kind of device answers when there is none: torch.cuda, torch.cpu and the like take their functions from here.
from torch._names import OutOfMemoryError
from torch._stream import Event, Inert, Stream, current

StreamContext = graph = stream = device = device_index = MemPool = Inert


def is_available(): return False
def is_initialized(): return False
def is_bf16_supported(*args): return False
def _is_compiled(): return False
def device_count(): return 0
def current_device(): return 0
def current_stream(device=None): return current
def default_stream(device=None): return current
def set_stream(stream): pass
def set_device(device): pass
def synchronize(device=None): pass
def empty_cache(): pass
def manual_seed(seed): pass
def manual_seed_all(seed): pass
def is_current_stream_capturing(): return False
def memory_allocated(device=None): return 0
def memory_reserved(device=None): return 0
def max_memory_allocated(device=None): return 0
def reset_peak_memory_stats(device=None): pass
def mem_get_info(device=None): return 0, 0
def get_device_name(device=None): return ""
def memory_stats(device=None): return {}
