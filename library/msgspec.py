"""Structures as data classes."""
import dataclasses as _dataclasses


class _StructMeta(type):
    def __new__(metacls, name, bases, namespace, **options):
        # A mutable default is one of its own for each structure.
        for key in namespace.get("__annotations__", ()):
            value = namespace.get(key)
            if type(value) in (list, dict, set):
                namespace[key] = _dataclasses.field(default_factory=value.copy)
        cls = super().__new__(metacls, name, bases, namespace)
        if bases:
            _dataclasses._process(cls, eq=options.get("eq", True), order=options.get("order", False), frozen=False, kw_only=options.get("kw_only", False))
            cls.__struct_fields__ = tuple(cls.__dataclass_fields__)
        return cls


class Struct(metaclass=_StructMeta):
    pass


class ValidationError(ValueError):
    pass


class DecodeError(ValueError):
    pass


class Raw(bytes):
    pass


def field(*, default=_dataclasses.MISSING, default_factory=_dataclasses.MISSING, name=None):
    return _dataclasses.field(default=default, default_factory=default_factory)


def Meta(**options):
    return options


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _host import unknown
    return unknown("messages are neither written nor read", f"msgspec.{name}")
