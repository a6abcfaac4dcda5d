"""Data classes that check themselves: validators of single fields and `validate_*` methods run; that a value has its declared type is not checked."""
import dataclasses
from functools import wraps
from inspect import signature

from .errors import StrictDataclassClassValidationError, StrictDataclassDefinitionError, StrictDataclassFieldValidationError


def strict(cls=None, *, accept_kwargs=False):
    if cls is None:
        return lambda c: strict(c, accept_kwargs=accept_kwargs)
    if not hasattr(cls, "__dataclass_fields__"):
        raise StrictDataclassDefinitionError(f"Class '{cls.__name__}' must be a dataclass before applying @strict.")
    _check_fields(cls)
    if accept_kwargs:
        _accept_kwargs(cls)
    checks = [getattr(cls, name) for name in dir(cls) if name.startswith("validate_") and callable(getattr(cls, name))]
    for check in checks:
        if len(signature(check).parameters) != 1:
            raise StrictDataclassDefinitionError(f"Class '{cls.__name__}' has a class validator '{check.__name__}' that takes more than one argument.")
    cls.__class_validators__ = checks

    def validate(self):
        for check in cls.__class_validators__:
            try:
                check(self)
            except (ValueError, TypeError) as e:
                raise StrictDataclassClassValidationError(validator=check.__name__, cause=e) from e

    cls.validate = validate
    initialize = cls.__init__

    @wraps(initialize)
    def __init__(self, *args, **kwargs):
        initialize(self, *args, **kwargs)
        cls.validate(self)

    cls.__init__ = __init__
    return cls


def _check_fields(cls):
    validators = {}
    for f in dataclasses.fields(cls):
        given = f.metadata.get("validator")
        if given is not None:
            validators[f.name] = given if isinstance(given, list) else [given]
    cls.__validators__ = validators
    if not validators:
        return
    set_attribute = cls.__setattr__

    def __setattr__(self, name, value):
        for validator in validators.get(name, ()):
            try:
                validator(value)
            except (ValueError, TypeError) as e:
                raise StrictDataclassFieldValidationError(field=name, cause=e) from e
        set_attribute(self, name, value)

    cls.__setattr__ = __setattr__


def _accept_kwargs(cls):
    """Keywords that name no field go to __post_init__."""
    def __init__(self, *args, **kwargs):
        if args:
            raise ValueError(f"When `accept_kwargs=True`, {cls.__name__} accepts only keyword arguments, but found `{len(args)}` positional args.")
        for f in dataclasses.fields(cls):
            if f.name in kwargs:
                setattr(self, f.name, kwargs.pop(f.name))
            elif f.default is not dataclasses.MISSING:
                setattr(self, f.name, f.default)
            elif f.default_factory is not dataclasses.MISSING:
                setattr(self, f.name, f.default_factory())
            else:
                raise TypeError(f"Missing required field - '{f.name}'")
        self.__post_init__(**kwargs)

    cls.__init__ = wraps(cls.__init__)(__init__)
    if not hasattr(cls, "__post_init__"):
        def __post_init__(self, **kwargs):
            for name, value in kwargs.items():
                setattr(self, name, value)

        cls.__post_init__ = __post_init__


def validated_field(validator, default=dataclasses.MISSING, default_factory=dataclasses.MISSING, init=True, repr=True, hash=None, compare=True,
                    metadata=None, **kwargs):
    return dataclasses.field(default=default, default_factory=default_factory, init=init, repr=repr, hash=hash, compare=compare,
                             metadata={**(metadata or {}), "validator": validator}, **kwargs)


def as_validated_field(validator):
    def make(default=dataclasses.MISSING, **options):
        return validated_field(validator, default=default, **options)

    return make


def validate_typed_dict(schema, data):
    pass
