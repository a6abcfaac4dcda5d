"""Names of the interpreter's own types."""
from enum import _EnumProperty as DynamicClassAttribute


def _generator():
    yield


class _Sample:
    def method(self):
        pass


FunctionType = LambdaType = type(_generator)
GeneratorType = type(_generator())
MethodType = type(_Sample().method)
BuiltinFunctionType = BuiltinMethodType = WrapperDescriptorType = MethodWrapperType = MethodDescriptorType = type(len)
ModuleType = type(__import__("_host"))
MappingProxyType = type(_Sample.__dict__)
GenericAlias = type(list[int])
UnionType = type(int | str)
NoneType = type(None)
EllipsisType = type(...)
NotImplementedType = type(NotImplemented)


class CodeType:
    pass


class FrameType:
    pass


class TracebackType:
    pass


async def _coroutine():
    pass


CoroutineType = type(_coroutine())


class AsyncGeneratorType:
    pass


class CellType:
    pass


class GetSetDescriptorType:
    pass


class MemberDescriptorType:
    pass


class SimpleNamespace:
    def __init__(self, /, **kwargs):
        self.__dict__.update(kwargs)

    def __repr__(self):
        name = "namespace" if type(self) is SimpleNamespace else type(self).__name__
        return f"{name}({', '.join([f'{k}={v!r}' for k, v in self.__dict__.items()])})"

    def __eq__(self, other):
        if isinstance(self, SimpleNamespace) and isinstance(other, SimpleNamespace):
            return self.__dict__ == other.__dict__
        return NotImplemented

    __hash__ = None


def new_class(name, bases=(), kwds=None, exec_body=None):
    namespace = {}
    if exec_body is not None:
        exec_body(namespace)
    kwds = dict(kwds or {})
    metaclass = kwds.pop("metaclass", type(bases[0]) if bases else type)
    return metaclass(name, resolve_bases(bases), namespace, **kwds)


def resolve_bases(bases):
    made = []
    for base in bases:
        if isinstance(base, type) or not hasattr(base, "__mro_entries__"):
            made.append(base)
        else:
            made.extend(base.__mro_entries__(bases))
    return tuple(made)


def get_original_bases(cls):
    return cls.__dict__.get("__orig_bases__", cls.__bases__)


def coroutine(func):
    return func
