"""Which kernel attention takes is not chosen here."""
import contextlib
import enum


class SDPBackend(enum.IntEnum):
    ERROR, MATH, FLASH_ATTENTION, EFFICIENT_ATTENTION, CUDNN_ATTENTION, OVERRIDEABLE = -1, 0, 1, 2, 3, 4


def sdpa_kernel(backends, set_priority=False):
    return contextlib.nullcontext()
