"""Data classes. `__init__` binds its arguments by a list of fields instead of generated source."""
from types import MappingProxyType

import _host


class _MISSING_TYPE:
    pass


class _KW_ONLY_TYPE:
    pass


class _HAS_DEFAULT_FACTORY_CLASS:
    def __repr__(self):
        return "<factory>"


MISSING = _MISSING_TYPE()
KW_ONLY = _KW_ONLY_TYPE()
_HAS_DEFAULT_FACTORY = _HAS_DEFAULT_FACTORY_CLASS()   # stands as the default in a signature
_FIELD, _FIELD_CLASSVAR, _FIELD_INITVAR = "_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR"


class FrozenInstanceError(AttributeError):
    pass


class InitVar:
    def __init__(self, type):
        self.type = type

    def __class_getitem__(cls, type):
        return cls(type)

    def __repr__(self):
        return f"dataclasses.InitVar[{getattr(self.type, '__name__', repr(self.type))}]"


_no_metadata = MappingProxyType({})


class Field:
    def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
        self.__dict__.update(name=None, type=None, default=default, default_factory=default_factory, init=init, repr=repr, hash=hash, compare=compare,
                             metadata=_no_metadata if metadata is None else MappingProxyType(metadata), kw_only=kw_only, _field_type=None)

    def __set_name__(self, owner, name):
        set_name = getattr(type(self.default), "__set_name__", None)
        if set_name:
            set_name(self.default, owner, name)

    def __repr__(self):
        return (f"Field(name={self.name!r},type={self.type!r},default={self.default!r},default_factory={self.default_factory!r},"
                f"init={self.init!r},repr={self.repr!r},hash={self.hash!r},compare={self.compare!r},metadata={self.metadata!r},"
                f"kw_only={self.kw_only!r},_field_type={self._field_type})")


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None, kw_only=MISSING):
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


# Most fields are copies of one of these, which are made natively: a thousand of them while vLLM is imported.
_plain_field, _keyword_field = field(), field(kw_only=True)
_plain_field.kw_only, _plain_field._field_type, _keyword_field._field_type = False, _FIELD, _FIELD


class _Parameters:
    def __init__(self, **options):
        self.__dict__.update(options)


def _annotation_means(annotation, names):
    """Annotations are text here: is it one of these names, plain or subscripted, with or without a module?"""
    if not isinstance(annotation, str):
        return any(getattr(annotation, "_name", getattr(type(annotation), "__name__", None)) == n or annotation is globals().get(n) for n in names)
    head = annotation.split("[")[0].strip().split(".")[-1]
    return head in names


def _is_mutable(value):
    return isinstance(value, (list, dict, set)) or getattr(type(value), "__hash__", True) is None


def _make_field(cls, name, annotation, kw_only_default):
    default = cls.__dict__.get(name, MISSING)
    f = default if isinstance(default, Field) else field(default=default)
    f.name = name
    f.type = annotation
    f._field_type = _FIELD
    if not isinstance(annotation, str) or "Var" in annotation:
        if _annotation_means(annotation, ("ClassVar",)):
            f._field_type = _FIELD_CLASSVAR
        elif _annotation_means(annotation, ("InitVar",)):
            f._field_type = _FIELD_INITVAR
    if f._field_type in (_FIELD_CLASSVAR, _FIELD_INITVAR) and f.default_factory is not MISSING:
        raise TypeError(f"field {name} cannot have a default factory")
    if f._field_type is _FIELD_CLASSVAR:
        if f.kw_only is not MISSING:
            raise TypeError(f"field {name} is a ClassVar but specifies kw_only")
    elif f.kw_only is MISSING:
        f.kw_only = kw_only_default
    if f._field_type is _FIELD and _is_mutable(f.default):
        raise ValueError(f"mutable default {f.default.__class__} for field {name} is not allowed: use default_factory")
    return f


def _listed(names):
    names = [f"'{n}'" for n in names]
    if len(names) == 1:
        return names[0]
    return (", ".join(names[:-1]) + (", and " if len(names) > 2 else " and ") + names[-1])


class _Hooks:
    """Where a library that builds on data classes has its say while an object is made."""

    def default(self, f):
        """A field's default and default factory."""
        return f.default, f.default_factory

    value = None    # (name, given value, values so far) -> value
    finish = None   # (object), after __post_init__


_no_hooks = _Hooks()


def _make_init(cls, fields, frozen, post_init, hooks):
    takes = [f for f in fields if f.init]
    on_value, finish = hooks.value, hooks.finish
    where = f"{cls.__qualname__}.__init__"
    plan = None     # most classes have no instance: it waits for the first

    def fill(self, arguments, keywords):
        count = len(arguments)
        positional = [f.name for f in takes if not f.kw_only]
        by_name = [f.name for f in takes]
        if count > len(positional):
            required = [p for p in plan if p[1] and not p[5] and p[2] is MISSING and p[3] is MISSING]
            bounds = f"from {len(required) + 1} to {len(positional) + 1}" if len(required) < len(positional) else f"{len(positional) + 1}"
            plural = "" if bounds == "1" else "s"
            raise TypeError(f"{where}() takes {bounds} positional argument{plural} but {count + 1} {'was' if count == 0 else 'were'} given")
        given = dict(zip(positional, arguments))
        for name, value in keywords.items():
            if name not in by_name:
                raise TypeError(f"{where}() got an unexpected keyword argument '{name}'")
            if name in given:
                raise TypeError(f"{where}() got multiple values for argument '{name}'")
            given[name] = value
        missing = [p[0] for p in plan if p[1] and p[2] is MISSING and p[3] is MISSING and p[0] not in given]
        if missing:
            keyword_only = {p[0] for p in plan if p[5]}
            kinds = [("positional", [n for n in missing if n not in keyword_only]), ("keyword-only", [n for n in missing if n in keyword_only])]
            for kind, names in kinds:
                if names:
                    raise TypeError(f"{where}() missing {len(names)} required {kind} argument{'' if len(names) == 1 else 's'}: {_listed(names)}")
        if on_value is not None:
            for name in by_name:
                if name in given:
                    given[name] = on_value(name, given[name], given)
        init_vars = []
        for name, init, default, factory, is_init_var, _ in plan:
            if init and name in given:
                value = given[name]
            elif factory is not MISSING:
                value = factory()
            elif default is not MISSING and (init or is_init_var):
                value = default
            else:
                continue
            if is_init_var:
                init_vars.append(value)
            elif frozen:
                object.__setattr__(self, name, value)
            else:
                setattr(self, name, value)
        return init_vars

    def __init__(self, *arguments, **keywords):
        nonlocal plan
        if plan is None:
            plan = [(f.name, bool(f.init), *hooks.default(f), f._field_type is _FIELD_INITVAR, bool(f.kw_only)) for f in fields]
        init_vars = _host.fill_fields(self, plan, arguments, keywords, frozen, MISSING) if on_value is None else None
        if init_vars is None:   # hooks, or arguments that do not fit
            init_vars = fill(self, arguments, keywords)
        if post_init:
            self.__post_init__(*init_vars)
        if finish is not None:
            finish(self)

    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    __init__.__dataclass_fields__ = takes
    return __init__


def _repr_of(cls, fields):
    def __repr__(self):
        names = [f.name for f in fields if f.repr]
        key = id(self)
        if key in _running_reprs:
            return "..."
        _running_reprs.add(key)
        try:
            inside = ", ".join([f"{n}={getattr(self, n)!r}" for n in names])
        finally:
            _running_reprs.discard(key)
        return f"{self.__class__.__qualname__}({inside})"

    __repr__.__qualname__ = f"{cls.__qualname__}.__repr__"
    return __repr__


_running_reprs = set()


def _set_new(cls, name, value):
    if name in cls.__dict__:
        return True
    setattr(cls, name, value)
    return False


def _add_order(cls, names):
    def values(instance):
        return tuple([getattr(instance, n) for n in names])

    def __lt__(self, other):
        return values(self) < values(other) if other.__class__ is self.__class__ else NotImplemented

    def __le__(self, other):
        return values(self) <= values(other) if other.__class__ is self.__class__ else NotImplemented

    def __gt__(self, other):
        return values(self) > values(other) if other.__class__ is self.__class__ else NotImplemented

    def __ge__(self, other):
        return values(self) >= values(other) if other.__class__ is self.__class__ else NotImplemented

    for method in (__lt__, __le__, __gt__, __ge__):
        if _set_new(cls, method.__name__, method):
            raise TypeError(f"Cannot overwrite attribute {method.__name__} in class {cls.__name__}. Consider using functools.total_ordering")


def _freeze(cls, names):
    names = set(names)

    def __setattr__(self, name, value):
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self, name):
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    for method in (__setattr__, __delattr__):
        if _set_new(cls, method.__name__, method):
            raise TypeError(f"Cannot overwrite attribute {method.__name__} in class {cls.__name__}")


def _process(cls, init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False, match_args=True, kw_only=False, slots=False,
             weakref_slot=False, hooks=_no_hooks):
    fields = {}
    any_frozen_base = has_dataclass_bases = False
    for base in cls.__mro__[-1:0:-1]:
        inherited = base.__dict__.get("__dataclass_fields__")
        if inherited is not None:
            has_dataclass_bases = True
            fields.update(inherited)
            any_frozen_base = any_frozen_base or base.__dataclass_params__.frozen
    annotations = cls.__dict__.get("__annotations__", {})
    keyword_only = kw_only
    own = _host.plain_fields(_keyword_field if kw_only else _plain_field, cls, MISSING)
    for name in [n for n, f in own.items() if f is None]:
        if name == "_" and _annotation_means(annotations[name], ("KW_ONLY",)):
            keyword_only = True
            del own[name]
            names = list(annotations)
            for later in names[names.index("_"):]:
                if own.get(later):
                    own[later].kw_only = True
            continue
        own[name] = f = _make_field(cls, name, annotations[name], keyword_only)
        if isinstance(cls.__dict__.get(name), Field):
            if f.default is MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, f.default)
    fields.update(own)
    for name in [n for n, value in cls.__dict__.items() if isinstance(value, Field) and n not in annotations]:
        raise TypeError(f"{name!r} is a field but has no type annotation")
    if has_dataclass_bases:
        if any_frozen_base and not frozen:
            raise TypeError("cannot inherit non-frozen dataclass from a frozen one")
        if not any_frozen_base and frozen:
            raise TypeError("cannot inherit frozen dataclass from a non-frozen one")
    cls.__dataclass_fields__ = fields
    cls.__dataclass_params__ = _Parameters(init=init, repr=repr, eq=eq, order=order, unsafe_hash=unsafe_hash, frozen=frozen)
    if order and not eq:
        raise ValueError("eq must be true if order is true")
    own_hash = cls.__dict__.get("__hash__", MISSING)
    has_explicit_hash = not (own_hash is MISSING or (own_hash is None and "__eq__" in cls.__dict__))
    for_init = [f for f in fields.values() if f._field_type in (_FIELD, _FIELD_INITVAR)]
    real = [f for f in fields.values() if f._field_type is _FIELD]
    positional = [f for f in for_init if f.init and not f.kw_only]
    if init:
        if hooks is _no_hooks:
            required = [f.default is MISSING and f.default_factory is MISSING for f in positional]
        else:
            required = [hooks.default(f) == (MISSING, MISSING) for f in positional]
        if False in required and True in required[required.index(False):]:
            late = required.index(True, required.index(False))
            raise TypeError(f"non-default argument {positional[late].name!r} follows default argument")
        _set_new(cls, "__init__", _make_init(cls, for_init, frozen, hasattr(cls, "__post_init__"), hooks))
    if repr:
        _set_new(cls, "__repr__", _repr_of(cls, real))
    if eq:
        def __eq__(self, other):
            if other.__class__ is not self.__class__:
                return NotImplemented
            for f in real:
                if not f.compare:
                    continue
                mine, its = getattr(self, f.name), getattr(other, f.name)
                if mine is not its and not mine == its:
                    return False
            return True

        _set_new(cls, "__eq__", __eq__)
    if order:
        _add_order(cls, [f.name for f in real if f.compare])
    if frozen:
        _freeze(cls, [f.name for f in real])
    if unsafe_hash or (eq and frozen and not has_explicit_hash):
        if unsafe_hash and has_explicit_hash:
            raise TypeError(f"Cannot overwrite attribute __hash__ in class {cls.__name__}")
        hashed = [f.name for f in real if (f.compare if f.hash is None else f.hash)]

        def __hash__(self):
            return hash(tuple([getattr(self, n) for n in hashed]))

        cls.__hash__ = __hash__
    elif eq and not has_explicit_hash:
        cls.__hash__ = None
    if match_args:
        _set_new(cls, "__match_args__", tuple([f.name for f in positional]))
    if slots and "__slots__" not in cls.__dict__:
        cls.__slots__ = tuple([f.name for f in real])
    return cls


def dataclass(cls=None, /, **options):
    if cls is None:
        return lambda c: _process(c, **options)
    return _process(cls, **options)


def fields(class_or_instance):
    found = getattr(class_or_instance, "__dataclass_fields__", None)
    if found is None:
        raise TypeError("must be called with a dataclass type or instance")
    return tuple([f for f in found.values() if f._field_type is _FIELD])


def is_dataclass(obj):
    cls = obj if isinstance(obj, type) else type(obj)
    return hasattr(cls, "__dataclass_fields__")


def _is_instance(obj):
    return hasattr(type(obj), "__dataclass_fields__")


def _convert(obj, from_fields):
    if _is_instance(obj):
        return from_fields(obj)
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*[_convert(v, from_fields) for v in obj])
    if isinstance(obj, (list, tuple)):
        return type(obj)(_convert(v, from_fields) for v in obj)
    if isinstance(obj, dict):
        pairs = [(_convert(k, from_fields), _convert(v, from_fields)) for k, v in obj.items()]
        if hasattr(type(obj), "default_factory"):
            made = type(obj)(getattr(obj, "default_factory"))
            made.update(pairs)
            return made
        return type(obj)(pairs)
    from copy import deepcopy
    return deepcopy(obj)


def asdict(obj, *, dict_factory=dict):
    if not _is_instance(obj):
        raise TypeError("asdict() should be called on dataclass instances")

    def convert(instance):
        return dict_factory([(f.name, _convert(getattr(instance, f.name), convert)) for f in fields(instance)])

    return convert(obj)


def astuple(obj, *, tuple_factory=tuple):
    if not _is_instance(obj):
        raise TypeError("astuple() should be called on dataclass instances")

    def convert(instance):
        return tuple_factory([_convert(getattr(instance, f.name), convert) for f in fields(instance)])

    return convert(obj)


def replace(obj, /, **changes):
    if not _is_instance(obj):
        raise TypeError("replace() should be called on dataclass instances")
    for f in obj.__dataclass_fields__.values():
        if f._field_type is _FIELD_CLASSVAR:
            continue
        if not f.init:
            if f.name in changes:
                raise ValueError(f"field {f.name} is declared with init=False, it cannot be specified with replace()")
            continue
        if f.name not in changes:
            if f._field_type is _FIELD_INITVAR and f.default is MISSING:
                raise ValueError(f"InitVar {f.name!r} must be specified with replace()")
            changes[f.name] = getattr(obj, f.name)
    return obj.__class__(**changes)


def make_dataclass(cls_name, fields, *, bases=(), namespace=None, **options):
    names = dict(namespace or {})
    annotations = {}
    for item in fields:
        if isinstance(item, str):
            annotations[item] = "typing.Any"
        elif len(item) == 2:
            annotations[item[0]] = item[1]
        else:
            annotations[item[0]] = item[1]
            names[item[0]] = item[2]
    names["__annotations__"] = annotations
    module = options.pop("module", None)
    cls = type(cls_name, bases, names)
    return dataclass(cls, **options)
