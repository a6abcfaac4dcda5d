"""Scripting is the identity."""
from fusescout_torch import Module as ScriptModule
from torch.compiler import _identity

script = ignore = unused = export = interface = script_method = script_if_tracing = _identity
def trace(function, *args, **kwargs): return function
def freeze(module, *args, **kwargs): return module
def is_scripting(): return False
def is_tracing(): return False
def annotate(type, value): return value


class Attribute:
    def __new__(cls, value, type): return value


class _Final:
    def __getitem__(self, item): return item


Final = _Final()
ScriptFunction = ScriptModule
