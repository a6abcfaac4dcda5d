"""Data classes whose validators run."""
import dataclasses as _dataclasses

from .fields import FieldInfo
from .validators import Hooks


class Decorator:
    """A validator as pydantic lists it; its function is the class's method of that name."""

    def __init__(self, cls, name):
        self._cls, self.cls_var_name = cls, name

    @property
    def func(self): return getattr(self._cls, self.cls_var_name)

    @func.setter
    def func(self, function): setattr(self._cls, self.cls_var_name, function)


class Decorators:
    def __init__(self, cls, validators):
        self.model_validators = {n: Decorator(cls, n) for n, v in validators.items() if v.kind == "model"}
        self.field_validators = {n: Decorator(cls, n) for n, v in validators.items() if v.kind == "field"}


def _processed(cls, options):
    annotations = cls.__dict__.get("__annotations__", {})
    for name in annotations:
        info = cls.__dict__.get(name)
        if isinstance(info, FieldInfo):
            info.annotation = annotations[name]
            more = {} if info.kw_only is None else {"kw_only": info.kw_only}
            setattr(cls, name, _dataclasses.field(default=info, init=info.init is not False, repr=info.repr, **more))
    hooks = Hooks(cls)
    cls = _dataclasses._process(cls, hooks=hooks, **options)
    for name in annotations:
        info = cls.__dict__.get(name)
        if isinstance(info, FieldInfo) and info.default_factory is None and not info.is_required():
            setattr(cls, name, info.default)
    cls.__pydantic_config__ = options.get("config")
    cls.__pydantic_fields__ = cls.__dataclass_fields__
    cls.__pydantic_decorators__ = Decorators(cls, hooks.validators)
    cls.__is_pydantic_dataclass__ = True
    return cls


def dataclass(_cls=None, *, config=None, validate_on_init=None, **options):
    if _cls is None:
        return lambda cls: _processed(cls, options)
    return _processed(_cls, options)


def rebuild_dataclass(cls, **options):
    return True


def is_pydantic_dataclass(cls):
    return "__is_pydantic_dataclass__" in cls.__dict__


is_builtin_dataclass = _dataclasses.is_dataclass
