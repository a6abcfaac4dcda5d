"""The part of pydantic that configuration classes use: fields with defaults and limits, validators."""
import copy
import dataclasses as _dataclasses

from . import dataclasses, fields  # noqa: F401
from .dataclasses import _processed
from .fields import Field, FieldInfo, PrivateAttr, computed_field  # noqa: F401
from .validators import (  # noqa: F401
    ValidationInfo, Validator as _Validator, coerce as _coerce, field_serializer, field_validator, model_serializer, model_validator)

VERSION = __version__ = "2.12.0"


class ValidationError(ValueError):
    pass


class PydanticUserError(TypeError):
    pass


class ConfigDict(dict):
    pass


class _Marker:
    """Stands around a type and leaves it as it is."""

    def __class_getitem__(cls, parameters):
        return parameters

    def __init__(self, *args, **kwargs):
        pass


class SkipValidation(_Marker):
    pass


class InstanceOf(_Marker):
    pass


class BeforeValidator(_Marker):
    pass


class AfterValidator(_Marker):
    pass


class PlainValidator(_Marker):
    pass


class WrapValidator(_Marker):
    pass


class GetPydanticSchema(_Marker):
    pass


class PlainSerializer(_Marker):
    pass


class GetCoreSchemaHandler(_Marker):
    pass


class TypeAdapter:
    def __init__(self, type, *, config=None):
        self._type = type

    def __class_getitem__(cls, parameters):
        return cls

    def validate_python(self, value, **options):
        return _coerce(value, self._type)

    def validate_json(self, text, **options):
        import json
        return _coerce(json.loads(text), self._type)

    def dump_python(self, instance, *, exclude=None, **options):
        return _dumped(instance, exclude or ())

    def dump_json(self, instance, **options):
        import json
        return json.dumps(self.dump_python(instance, **options), default=str).encode()


def _dumped(value, exclude=()):
    if _dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _dumped(getattr(value, f.name)) for f in _dataclasses.fields(value) if f.name not in exclude}
    if isinstance(value, dict):
        return {k: _dumped(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dumped(v) for v in value]
    return value


class _ModelMeta(type):
    def __new__(metacls, name, bases, namespace, **options):
        cls = super().__new__(metacls, name, bases, namespace)
        if bases:
            own_init = "__init__" in namespace
            for name, value in namespace.items():      # every instance gets its own
                if isinstance(value, (list, dict, set)) and name in cls.__dict__.get("__annotations__", {}):
                    setattr(cls, name, Field(default_factory=lambda value=value: copy.deepcopy(value)))
            _processed(cls, {"kw_only": True, "eq": "__eq__" not in namespace, "repr": "__repr__" not in namespace, "init": not own_init,
                             "match_args": False})
            cls.model_fields = cls.__dataclass_fields__
        return cls


class BaseModel(metaclass=_ModelMeta):
    model_config = ConfigDict()

    def __init__(self, **data):
        self.__dict__.update(data)
        self.model_post_init(None)

    def __post_init__(self):
        self.model_post_init(None)

    def model_post_init(self, context):
        pass

    @classmethod
    def model_validate(cls, data, **options):
        return data if isinstance(data, cls) else cls(**data)

    @classmethod
    def model_validate_json(cls, text, **options):
        import json
        return cls(**json.loads(text))

    @classmethod
    def model_construct(cls, **values):
        made = cls.__new__(cls)
        made.__dict__.update(values)
        return made

    @classmethod
    def model_rebuild(cls, **options):
        return True

    def model_dump(self, **options):
        return _dumped(self)

    def model_dump_json(self, **options):
        import json
        return json.dumps(_dumped(self))

    def model_copy(self, *, update=None, deep=False):
        from copy import copy, deepcopy
        made = deepcopy(self) if deep else copy(self)
        made.__dict__.update(update or {})
        return made

    def dict(self, **options):
        return _dumped(self)

    def copy(self, **options):
        return self.model_copy(**options)


class RootModel(BaseModel):
    pass


def create_model(name, **definitions):
    annotations = {k: v[0] for k, v in definitions.items()}
    defaults = {k: v[1] for k, v in definitions.items() if v[1] is not ...}
    return _ModelMeta(name, (BaseModel,), {"__annotations__": annotations, **defaults})


def validate_call(func=None, **options):
    return func if func is not None else lambda f: f


validator = root_validator = lambda *args, **kwargs: lambda method: method
NonNegativeInt = PositiveInt = StrictInt = int
NonNegativeFloat = PositiveFloat = StrictFloat = float
StrictStr, StrictBool = str, bool
