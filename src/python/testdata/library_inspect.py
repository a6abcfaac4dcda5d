from __future__ import annotations

import functools
import inspect
import types
from inspect import Parameter


def f(a, b: int = 2, /, c="x", *args: str, d, e: list[int] | None = None, **kwargs) -> bool:
    """doc

        indented
    last"""
    return True


class C:
    """class doc"""

    def __init__(self, x, *, y=1):
        pass

    def method(self, z: int):
        pass

    @classmethod
    def make(cls, n):
        pass

    @staticmethod
    def static(s):
        pass

    def __call__(self, q):
        pass


class New:
    def __new__(cls, a):
        return object.__new__(cls)


sig = inspect.signature(f)
print(sig, list(sig.parameters), sig.return_annotation)
for p in sig.parameters.values():
    print(p.name, p.kind, p.default is Parameter.empty, p.annotation if p.annotation is not inspect._empty else "-", p)
print(inspect.signature(C), inspect.signature(C(1).method), inspect.signature(C.method), inspect.signature(C.make), inspect.signature(C.static), inspect.signature(C(1)))
print(inspect.signature(New), inspect.signature(lambda x, y=3: x), inspect.signature(functools.partial(f, 1)), inspect.signature(functools.partial(C(1).method, z=1)))


@functools.wraps(f)
def wrapper(*args, **kwargs):
    return f(*args, **kwargs)


print(inspect.signature(wrapper), inspect.unwrap(wrapper) is f)
b = sig.bind(1, 2, 3, 4, 5, d=6, g=7)
print(b.arguments, b.args, b.kwargs)
b = sig.bind(1, d=2)
b.apply_defaults()
print(b.arguments)
for bad in (lambda: sig.bind(), lambda: sig.bind(1), lambda: inspect.signature(C).bind(1, 2), lambda: inspect.signature(C).bind(1, w=2)):
    try:
        bad()
    except TypeError as e:
        print(e)
print(next(reversed(sig.parameters)), list(reversed(inspect.signature(C.method).parameters)))
print("kwargs" in sig.parameters, any(p.kind == Parameter.VAR_KEYWORD for p in sig.parameters.values()), sig.parameters["b"].kind is Parameter.POSITIONAL_ONLY)
print(inspect.isclass(C), inspect.isclass(f), inspect.isfunction(f), inspect.isfunction(C.method), inspect.ismethod(C(1).method), inspect.ismodule(inspect), inspect.isbuiltin(len))


def gen():
    yield


async def co():
    pass


print(inspect.isgeneratorfunction(gen), inspect.iscoroutinefunction(co), inspect.iscoroutinefunction(gen), inspect.isgenerator(gen()))
print(inspect.getdoc(f), inspect.getdoc(C), inspect.cleandoc("  a\n    b\n    c"))
print([c.__name__ for c in inspect.getmro(C)], inspect.getfullargspec(f))
print(type(inspect.getattr_static(C, "make")).__name__, inspect.getattr_static(C(1), "method") is C.method)
print(types.SimpleNamespace(a=1, b="x"), types.SimpleNamespace(a=1) == types.SimpleNamespace(a=1), isinstance(f, types.FunctionType), isinstance(len, types.BuiltinFunctionType))
m = types.MethodType(lambda self, k: (self.v, k), types.SimpleNamespace(v=3))
print(m(4), isinstance(m, types.MethodType), m.__self__.v, types.MappingProxyType({"a": 1})["a"], isinstance(None, types.NoneType))
module = types.ModuleType("made", "doc")
module.x = 5
print(module.__name__, module.x, isinstance(module, types.ModuleType))
try:
    types.MappingProxyType({})["a"] = 1
except TypeError as e:
    print(e)
