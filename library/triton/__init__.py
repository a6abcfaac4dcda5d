"""Triton as the sources see it: kernels are recorded when they are launched, never compiled."""
from fusescout_torch import JITFunction, next_power_of_2
from triton import backends, compiler, language, runtime, testing, tools
from triton.runtime import Autotuner, Config, Heuristics, KernelInterface, OutOfResources

__version__ = "3.2.0"
TritonError = RuntimeError


def jit(fn=None, **options):
    return JITFunction(fn) if fn is not None else JITFunction


def autotune(configs, key, **options):
    return lambda fn: Autotuner(fn, configs)


def heuristics(values):
    return lambda fn: Heuristics(fn, values)


def cdiv(x, y):
    return (x + y - 1) // y


def set_allocator(allocator): pass
