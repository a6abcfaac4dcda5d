"""Validators run as pydantic runs them; that a value has its declared type is not checked."""
import dataclasses
import enum
import typing

import _host
from .fields import FieldInfo, PydanticUndefined


class Validator:
    """A method with the fields it looks at; elsewhere it is the method."""

    def __init__(self, kind, mode, fields, method):
        self.kind, self.mode, self.fields, self.method = kind, mode, fields, method

    def __get__(self, instance, owner=None):
        get = getattr(self.method, "__get__", None)
        return get(instance, owner) if get is not None else self.method

    def __call__(self, *args, **kwargs):
        return self.method(*args, **kwargs)


def field_validator(field, /, *fields, mode="after", check_fields=None, json_schema_input_type=None):
    def decorate(method):
        # A plain function is a class method, whether it says so or not.
        if not isinstance(method, (classmethod, staticmethod)):
            method = classmethod(method)
        return Validator("field", mode, (field, *fields), method)
    return decorate


def model_validator(*, mode):
    return lambda method: Validator("model", mode, (), method)


def field_serializer(*fields, **options):
    return lambda method: method


model_serializer = field_serializer


class ValidationInfo:
    def __init__(self, field_name, data):
        self.field_name, self.data = field_name, data
        self.context = self.config = None
        self.mode = "python"


def collect(cls):
    """The validators of a class: those of its bases first, one of the same name replaced."""
    found = {}
    for c in reversed(cls.__mro__):
        for name, value in c.__dict__.items():
            if isinstance(value, Validator):
                found[name] = value
            elif name in found:
                del found[name]
    return found


def _arguments(method, count):
    """Whether a validator also wants a ValidationInfo."""
    from inspect import signature
    return len([p for p in signature(method).parameters.values() if p.kind in (0, 1)]) > count


def _mentions(hint, names):
    return any(n in hint for n in names)


def coerce(value, hint):
    """The few conversions that change what a program sees: a dict to a data class, a value to an enum's member, an int to a float."""
    if isinstance(hint, type):
        if isinstance(value, dict) and dataclasses.is_dataclass(hint):
            return hint(**value)
        if isinstance(hint, enum.EnumMeta) and not isinstance(value, enum.Enum):
            return hint(value)
        return value
    if isinstance(getattr(hint, "__origin__", None), type):     # dict[str, X]: what is inside stays as it is
        return value
    inside = [a for a in getattr(hint, "__args__", ()) if isinstance(a, type)]
    if object in inside or typing.Any in inside or any(isinstance(value, a) for a in inside):
        return value
    for a in inside:
        if dataclasses.is_dataclass(a) or isinstance(a, enum.EnumMeta):
            return coerce(value, a)
    return value


def declared(cls, name):
    """(class that declares the field, its annotation)."""
    for c in cls.__mro__:
        annotation = c.__dict__.get("__annotations__", {}).get(name)
        if annotation is not None:
            return c, annotation
    return None, None


def _converted(cls, name, value):
    owner, annotation = declared(cls, name)
    if not isinstance(annotation, str):
        return value
    if type(value) is int:
        if annotation.split("|")[0].strip() == "float":
            return float(value)
        plain = annotation.replace(" ", "").split("|")
        if "int" in plain or "bool" in plain:
            return value
    elif not isinstance(value, (dict, str)) or "dict" in annotation or "str" in annotation or "Literal" in annotation:
        return value
    try:
        hint = _host.evaluate(annotation, owner)
    except Exception:   # a name that only type checkers see
        return value
    return coerce(value, hint)


class Hooks(dataclasses._Hooks):
    def __init__(self, cls):
        self.cls = cls
        self.validators = collect(cls)
        self.by_field = {}
        self.models = []
        self.infos = {}
        for name, v in self.validators.items():
            if v.kind == "model":
                self.models.append((name, v.mode))
            else:
                for f in v.fields:
                    self.by_field.setdefault(f, []).append((name, v.mode))

    def default(self, f):
        if isinstance(f.default, FieldInfo):
            info = f.default
            self.infos[f.name] = info
            if info.default_factory is not None:
                return dataclasses.MISSING, info.default_factory
            return (dataclasses.MISSING if info.default is PydanticUndefined else info.default), dataclasses.MISSING
        return f.default, f.default_factory

    def value(self, name, value, given):
        validators = self.by_field.get(name, ())
        run = self._inner(name)
        for method_name, mode in validators:
            run = self._wrapped(run, getattr(self.cls, method_name), mode, name, given)
        return run(value)

    def _inner(self, name):
        def run(value):
            value = _converted(self.cls, name, value)
            if name in self.infos:
                self.infos[name].check(name, value)
            return value
        return run

    def _wrapped(self, inner, method, mode, name, given):
        info = (ValidationInfo(name, given),) if _arguments(method, 2 if mode == "wrap" else 1) else ()
        if mode == "before":
            return lambda value: inner(method(value, *info))
        if mode == "wrap":
            return lambda value: method(value, inner, *info)
        if mode == "plain":
            return lambda value: method(value, *info)
        return lambda value: method(inner(value), *info)

    def finish(self, instance):
        for name, mode in self.models:
            if mode == "after":
                getattr(instance, name)()
