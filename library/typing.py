"""Type hints at run time: subscripting, printing, taking apart. Nothing is checked, except isinstance() of runtime protocols."""
import collections
import collections.abc
import contextlib
import re as _re
from abc import ABCMeta

import _host
from types import GenericAlias as _BuiltinAlias, UnionType as _UnionType, NoneType as _NoneType

TYPE_CHECKING = False


def _shown(argument):
    if argument is ...:
        return "..."
    if isinstance(argument, type) and not isinstance(argument, _BuiltinAlias):
        return argument.__qualname__ if argument.__module__ == "builtins" else f"{argument.__module__}.{argument.__qualname__}"
    if isinstance(argument, (list, tuple)):
        return "[" + ", ".join([_shown(a) for a in argument]) + "]"
    if hasattr(argument, "__qualname__") and hasattr(argument, "__code__"):
        return argument.__name__
    return repr(argument)


class _Typing:
    """What can stand in a type hint: `|` makes unions."""

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]


class ForwardRef(_Typing):
    def __init__(self, arg, is_argument=True, module=None, *, is_class=False):
        self.__forward_arg__ = arg
        self.__forward_module__ = module

    def __eq__(self, other):
        return isinstance(other, ForwardRef) and self.__forward_arg__ == other.__forward_arg__

    def __hash__(self):
        return hash(self.__forward_arg__)

    def __repr__(self):
        return f"ForwardRef({self.__forward_arg__!r})"


def _converted(argument):
    if argument is None:
        return _NoneType
    if isinstance(argument, str):
        return ForwardRef(argument)
    return argument


def _type_variables(arguments):
    found = []
    for a in arguments:
        if isinstance(a, (TypeVar, ParamSpec, TypeVarTuple)):
            inner = (a,)
        elif isinstance(a, (list, tuple)):
            inner = _type_variables(a)
        elif isinstance(a, type):
            inner = ()
        else:
            inner = getattr(a, "__parameters__", ())
        for v in inner if isinstance(inner, tuple) else ():
            if v not in found:
                found.append(v)
    return tuple(found)


class _Alias(_Typing):
    """A subscripted form: `__origin__[__args__]`."""

    def __init__(self, origin, args, name=None):
        self.__origin__ = origin
        self.__args__ = args
        self._name = name

    @property
    def __parameters__(self):
        return _type_variables(self.__args__)

    @property
    def __module__(self):
        return "typing" if self._name else self.__origin__.__module__

    def __call__(self, *args, **kwargs):
        if not isinstance(self.__origin__, type):
            raise TypeError(f"Type {self._name} cannot be instantiated; use {self._name.lower()}() instead")
        made = self.__origin__(*args, **kwargs)
        try:
            made.__orig_class__ = self
        except Exception:
            pass
        return made

    def __getitem__(self, parameters):
        if not isinstance(parameters, tuple):
            parameters = (parameters,)
        variables = self.__parameters__
        if not variables:
            raise TypeError(f"{self} is not a generic class")
        values = dict(zip(variables, [_converted(p) for p in parameters]))
        return self._with(_substitute(self.__args__, values))

    def _with(self, args):
        if self.__origin__ is Union:
            return Union[args]
        return _Alias(self.__origin__, args, self._name)

    def __mro_entries__(self, bases):
        if self._name and self.__origin__ is not Generic:
            result = [self.__origin__]
            if not any(isinstance(b, type) and issubclass(b, Generic) or isinstance(b, _Alias) and b.__origin__ is Generic for b in bases):
                result.append(Generic)
            return tuple(result)
        if self.__origin__ is Generic:
            for b in bases[bases.index(self) + 1:]:
                if isinstance(b, _Alias) and b is not self:
                    return ()
            if any(b is Protocol for b in bases):
                return ()
        return (self.__origin__,)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__") or name in ("_name",):
            raise AttributeError(name)
        return getattr(self.__origin__, name)

    def __eq__(self, other):
        if not isinstance(other, _Alias):
            if isinstance(other, _UnionType) and self.__origin__ is Union:
                return set(self.__args__) == set(other.__args__)
            return NotImplemented
        if self.__origin__ is Union and other.__origin__ is Union:
            return set(self.__args__) == set(other.__args__)
        return self.__origin__ == other.__origin__ and self.__args__ == other.__args__

    def __hash__(self):
        if self.__origin__ is Union:
            return hash(frozenset(self.__args__))
        return hash((self.__origin__, self.__args__))

    def __instancecheck__(self, obj):
        if self.__origin__ is Union:
            return isinstance(obj, self.__args__)
        raise TypeError("Subscripted generics cannot be used with class and instance checks")

    def __subclasscheck__(self, cls):
        if self.__origin__ is Union:
            return issubclass(cls, self.__args__)
        raise TypeError("Subscripted generics cannot be used with class and instance checks")

    def __repr__(self):
        if self.__origin__ is Union:
            args = self.__args__
            if len(args) == 2 and _NoneType in args:
                return f"typing.Optional[{_shown(args[0] if args[1] is _NoneType else args[1])}]"
            return f"typing.Union[{', '.join([_shown(a) for a in args])}]"
        if self.__origin__ is collections.abc.Callable:
            if self.__args__[0] is ...:
                return f"typing.Callable[..., {_shown(self.__args__[-1])}]"
            return f"typing.Callable[[{', '.join([_shown(a) for a in self.__args__[:-1]])}], {_shown(self.__args__[-1])}]"
        name = f"typing.{self._name}" if self._name else _shown(self.__origin__)
        return f"{name}[{', '.join([_shown(a) for a in self.__args__]) or '()'}]"


def _substitute(args, values):
    made = []
    for a in args:
        if isinstance(a, (TypeVar, ParamSpec, TypeVarTuple)):
            made.append(values.get(a, a))
        elif isinstance(a, (_Alias, _BuiltinAlias)) and getattr(a, "__parameters__", ()):
            made.append(a[tuple(values.get(v, v) for v in a.__parameters__)])
        else:
            made.append(a)
    return tuple(made)


class _LiteralAlias(_Alias):
    def __eq__(self, other):
        return isinstance(other, _LiteralAlias) and set(self.__args__) == set(other.__args__)

    def __hash__(self):
        return hash(frozenset(self.__args__))

    def __repr__(self):
        return f"typing.Literal[{', '.join([repr(a) for a in self.__args__])}]"


class _AnnotatedAlias(_Alias):
    def __init__(self, origin, metadata):
        super().__init__(origin, (origin,), "Annotated")
        self.__metadata__ = metadata

    def _with(self, args):
        return _AnnotatedAlias(args[0], self.__metadata__)

    def __mro_entries__(self, bases):
        return (self.__origin__,)

    def __eq__(self, other):
        return isinstance(other, _AnnotatedAlias) and self.__origin__ == other.__origin__ and self.__metadata__ == other.__metadata__

    def __hash__(self):
        return hash(self.__origin__)

    def __repr__(self):
        return f"typing.Annotated[{_shown(self.__origin__)}, {', '.join([repr(m) for m in self.__metadata__])}]"


class _Form(_Typing):
    def __init__(self, name, subscript):
        self._name = name
        self._subscript = subscript

    def __getitem__(self, parameters):
        return self._subscript(self, parameters)

    def __call__(self, *args, **kwargs):
        raise TypeError(f"Cannot instantiate {self!r}")

    def __instancecheck__(self, obj):
        raise TypeError(f"{self!r} cannot be used with isinstance()")

    def __mro_entries__(self, bases):
        raise TypeError(f"Cannot subclass {self!r}")

    def __repr__(self):
        return f"typing.{self._name}"


class _AnyMeta(type):
    def __repr__(cls):
        return "typing.Any" if cls is Any else type.__repr__(cls)

    def __or__(cls, other):
        return Union[cls, other]

    def __ror__(cls, other):
        return Union[other, cls]

    def __instancecheck__(cls, obj):
        if cls is Any:
            raise TypeError("typing.Any cannot be used with isinstance()")
        return type.__instancecheck__(cls, obj)


class Any(metaclass=_AnyMeta):
    def __new__(cls, *args, **kwargs):
        if cls is Any:
            raise TypeError("Any cannot be instantiated")
        return super().__new__(cls)


def _subscript_plain(form, parameters):
    if not isinstance(parameters, tuple):
        parameters = (parameters,)
    return _Alias(form, tuple(_converted(p) for p in parameters), form._name)


def _subscript_union(form, parameters):
    if parameters == ():
        raise TypeError("Cannot take a Union of no types.")
    if not isinstance(parameters, tuple):
        parameters = (parameters,)
    flat = []
    for p in parameters:
        p = _converted(p)
        inner = p.__args__ if isinstance(p, _UnionType) or isinstance(p, _Alias) and p.__origin__ is Union else (p,)
        for i in inner:
            if i not in flat:
                flat.append(i)
    return flat[0] if len(flat) == 1 else _Alias(form, tuple(flat), "Union")


def _subscript_literal(form, parameters):
    if not isinstance(parameters, tuple):
        parameters = (parameters,)
    flat = []
    for p in parameters:
        for i in p.__args__ if isinstance(p, _LiteralAlias) else (p,):
            if not any(type(i) is type(f) and i == f for f in flat):
                flat.append(i)
    return _LiteralAlias(form, tuple(flat), "Literal")


def _subscript_annotated(form, parameters):
    if not isinstance(parameters, tuple) or len(parameters) < 2:
        raise TypeError("Annotated[...] should be used with at least two arguments (a type and an annotation).")
    origin, metadata = _converted(parameters[0]), tuple(parameters[1:])
    if isinstance(origin, _AnnotatedAlias):
        return _AnnotatedAlias(origin.__origin__, origin.__metadata__ + metadata)
    return _AnnotatedAlias(origin, metadata)


Union = _Form("Union", _subscript_union)
Optional = _Form("Optional", lambda form, parameter: Union[parameter, None])
Literal = _Form("Literal", _subscript_literal)
Annotated = _Form("Annotated", _subscript_annotated)
ClassVar = _Form("ClassVar", _subscript_plain)
Final = _Form("Final", _subscript_plain)
Concatenate = _Form("Concatenate", _subscript_plain)
TypeGuard = _Form("TypeGuard", _subscript_plain)
Unpack = _Form("Unpack", _subscript_plain)
Required = _Form("Required", _subscript_plain)
NotRequired = _Form("NotRequired", _subscript_plain)
TypeAlias = _Form("TypeAlias", _subscript_plain)
NoReturn = _Form("NoReturn", _subscript_plain)
Never = _Form("Never", _subscript_plain)
Self = _Form("Self", _subscript_plain)
LiteralString = _Form("LiteralString", _subscript_plain)


class _BareAlias(_Typing):
    """`List`, `Dict`, ...: a class under its old name."""

    def __init__(self, origin, name):
        self.__origin__ = origin
        self._name = name

    def __getitem__(self, parameters):
        if not isinstance(parameters, tuple):
            parameters = (parameters,)
        return _Alias(self.__origin__, tuple(_converted(p) for p in parameters), self._name)

    def __call__(self, *args, **kwargs):
        return self.__origin__(*args, **kwargs)

    def __instancecheck__(self, obj):
        return isinstance(obj, self.__origin__)

    def __subclasscheck__(self, cls):
        return issubclass(cls, self.__origin__)

    def __mro_entries__(self, bases):
        if any(isinstance(b, type) and issubclass(b, Generic) or isinstance(b, _Alias) for b in bases if b is not self):
            return (self.__origin__,)
        return (self.__origin__, Generic)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return getattr(self.__origin__, name)

    def __repr__(self):
        return f"typing.{self._name}"


class _CallableAlias(_BareAlias):
    def __getitem__(self, parameters):
        arguments, result = parameters
        arguments = tuple(_converted(a) for a in arguments) if isinstance(arguments, (list, tuple)) else (arguments,)
        return _Alias(self.__origin__, (*arguments, _converted(result)), self._name)


List, Dict, Set, FrozenSet = _BareAlias(list, "List"), _BareAlias(dict, "Dict"), _BareAlias(set, "Set"), _BareAlias(frozenset, "FrozenSet")
Tuple, Type = _BareAlias(tuple, "Tuple"), _BareAlias(type, "Type")
DefaultDict, OrderedDict = _BareAlias(collections.defaultdict, "DefaultDict"), _BareAlias(collections.OrderedDict, "OrderedDict")
Counter, Deque, ChainMap = (_BareAlias(collections.Counter, "Counter"), _BareAlias(collections.deque, "Deque"),
                            _BareAlias(collections.ChainMap, "ChainMap"))
Callable = _CallableAlias(collections.abc.Callable, "Callable")
Pattern, Match = _BareAlias(_re.Pattern, "Pattern"), _BareAlias(_re.Match, "Match")
ContextManager = _BareAlias(contextlib.AbstractContextManager, "ContextManager")
AsyncContextManager = _BareAlias(contextlib.AbstractAsyncContextManager, "AsyncContextManager")
AbstractSet = _BareAlias(collections.abc.Set, "AbstractSet")
for _name in ("Hashable", "Awaitable", "Coroutine", "AsyncIterable", "AsyncIterator", "AsyncGenerator", "Iterable", "Iterator", "Reversible", "Sized",
              "Container", "Collection", "MutableSet", "Mapping", "MutableMapping", "Sequence", "MutableSequence", "ByteString", "Generator",
              "MappingView", "KeysView", "ItemsView", "ValuesView"):
    globals()[_name] = _BareAlias(getattr(collections.abc, _name), _name)


class TypeVar(_Typing):
    def __init__(self, name, *constraints, bound=None, covariant=False, contravariant=False, default=None, infer_variance=False):
        self.__name__ = name
        self.__constraints__ = constraints
        self.__bound__ = bound
        self.__covariant__ = covariant
        self.__contravariant__ = contravariant
        self.__default__ = default

    def __repr__(self):
        return ("+" if self.__covariant__ else "-" if self.__contravariant__ else "~") + self.__name__

    def __typing_subst__(self, argument):
        return argument


class ParamSpec(_Typing):
    def __init__(self, name, *, bound=None, covariant=False, contravariant=False, default=None):
        self.__name__ = name
        self.args = self
        self.kwargs = self

    def __repr__(self):
        return f"~{self.__name__}"


class TypeVarTuple(_Typing):
    def __init__(self, name, *, default=None):
        self.__name__ = name

    def __iter__(self):
        yield Unpack[self]

    def __repr__(self):
        return self.__name__


class Generic:
    _is_protocol = False

    @classmethod
    def __class_getitem__(cls, parameters):
        if not isinstance(parameters, tuple):
            parameters = (parameters,)
        return _Alias(cls, tuple(_converted(p) for p in parameters), cls.__name__ if cls in (Generic, Protocol) else None)

    @classmethod
    def __init_subclass__(cls, *args, **kwargs):
        super().__init_subclass__(*args, **kwargs)
        bases = cls.__dict__.get("__orig_bases__")
        if bases:
            cls.__parameters__ = _type_variables(bases)
        elif "__parameters__" not in cls.__dict__:
            cls.__parameters__ = ()


_not_of_protocol = frozenset((
    "__abstractmethods__", "__annotations__", "__dict__", "__doc__", "__init__", "__module__", "__new__", "__slots__", "__subclasshook__", "__weakref__",
    "__class_getitem__", "__parameters__", "__orig_bases__", "__qualname__", "_is_protocol", "_is_runtime_protocol", "__protocol_attrs__",
    "__init_subclass__", "__match_args__", "__hash__", "__mro_entries__", "__firstlineno__", "__static_attributes__", "_abc_impl", "_abc_registry"))


def _get_protocol_attrs(cls):
    names = set()
    for base in cls.__mro__[:-1]:
        if base.__name__ in ("Protocol", "Generic"):
            continue
        for name in (*base.__dict__, *base.__dict__.get("__annotations__", {})):
            if not name.startswith("_abc_") and name not in _not_of_protocol:
                names.add(name)
    return names


class _ProtocolMeta(ABCMeta):
    def __instancecheck__(cls, instance):
        if not cls.__dict__.get("_is_protocol", False):
            return ABCMeta.__instancecheck__(cls, instance)
        runtime = getattr(cls, "_is_runtime_protocol", False)
        if not runtime:
            if ABCMeta.__instancecheck__(cls, instance):
                return True
            raise TypeError("Instance and static checks can only be used with @runtime_checkable protocols".replace("static", "class"))
        if ABCMeta.__instancecheck__(cls, instance):
            return True
        for name in _get_protocol_attrs(cls):
            if not hasattr(instance, name):
                return False
            if callable(getattr(cls, name, None)) and getattr(instance, name) is None:
                return False
        return True

    def __subclasscheck__(cls, other):
        if ABCMeta.__subclasscheck__(cls, other):
            return True
        if not cls.__dict__.get("_is_protocol", False) or not getattr(cls, "_is_runtime_protocol", False):
            return False
        for name in _get_protocol_attrs(cls):
            for base in other.__mro__:
                if name in base.__dict__:
                    if base.__dict__[name] is None:
                        return False
                    break
                if name in base.__dict__.get("__annotations__", {}):
                    break
            else:
                return False
        return True


class Protocol(Generic, metaclass=_ProtocolMeta):
    _is_protocol = True
    _is_runtime_protocol = False

    @classmethod
    def __init_subclass__(cls, *args, **kwargs):
        super().__init_subclass__(*args, **kwargs)
        if not cls.__dict__.get("_is_protocol", False):
            cls._is_protocol = any(b is Protocol for b in cls.__bases__)


def runtime_checkable(cls):
    if not issubclass(cls, Generic) or not cls._is_protocol:
        raise TypeError(f"@runtime_checkable can be only applied to protocol classes, got {cls!r}")
    cls._is_runtime_protocol = True
    return cls


runtime = runtime_checkable


@runtime_checkable
class SupportsInt(Protocol):
    def __int__(self):
        pass


@runtime_checkable
class SupportsFloat(Protocol):
    def __float__(self):
        pass


@runtime_checkable
class SupportsIndex(Protocol):
    def __index__(self):
        pass


@runtime_checkable
class SupportsAbs(Protocol):
    def __abs__(self):
        pass


Text = str
AnyStr = TypeVar("AnyStr", bytes, str)


class IO(Generic):
    pass


class TextIO(IO):
    pass


class BinaryIO(IO):
    pass


class _NamedTupleMeta(type):
    def __new__(metacls, name, bases, namespace):
        if "_root" in namespace:
            return super().__new__(metacls, name, bases, namespace)
        annotations = namespace.get("__annotations__", {})
        defaults = []
        for field in annotations:
            if field in namespace:
                defaults.append(namespace[field])
            elif defaults:
                raise TypeError(f"Non-default namedtuple field {field} cannot follow default field{'s' if len(defaults) > 1 else ''} "
                                + ", ".join([f for f in annotations if f in namespace]))
        made = collections.namedtuple(name, annotations, defaults=defaults, module=namespace["__module__"])
        made.__annotations__ = annotations
        made.__qualname__ = namespace.get("__qualname__", name)
        for key, value in namespace.items():
            if key not in annotations and key not in ("__module__", "__qualname__", "__annotations__", "__orig_bases__", "__classcell__"):
                setattr(made, key, value)
        return made


class _NamedTuple(metaclass=_NamedTupleMeta):
    _root = True


class _NamedTupleForm:
    def __mro_entries__(self, bases):
        return (_NamedTuple,)

    def __call__(self, typename, fields=(), **kwargs):
        fields = list(fields) or list(kwargs.items())
        made = collections.namedtuple(typename, [name for name, _ in fields])
        made.__annotations__ = dict(fields)
        return made


NamedTuple = _NamedTupleForm()


class _TypedDictMeta(type):
    def __new__(metacls, name, bases, namespace, total=True, closed=None, extra_items=None):
        if "_root" in namespace:
            return super().__new__(metacls, name, bases, namespace)
        annotations = {}
        required, optional = set(), set()
        for base in bases:
            if isinstance(base, _TypedDictMeta):
                annotations.update(base.__dict__.get("__annotations__", {}))
                required |= base.__dict__.get("__required_keys__", frozenset())
                optional |= base.__dict__.get("__optional_keys__", frozenset())
        own = namespace.get("__annotations__", {})
        for key, hint in own.items():
            text = hint if isinstance(hint, str) else repr(hint)
            text = text.removeprefix("typing.")
            is_required = not text.startswith("NotRequired[") if total else text.startswith("Required[")
            (required if is_required else optional).add(key)
        annotations.update(own)
        names = {k: v for k, v in namespace.items() if k != "__orig_bases__"}
        names["__annotations__"] = annotations
        cls = super().__new__(metacls, name, (dict,), names)
        cls.__required_keys__ = frozenset(required)
        cls.__optional_keys__ = frozenset(optional)
        cls.__total__ = total
        return cls

    def __call__(cls, *args, **kwargs):
        return dict(*args, **kwargs)

    def __instancecheck__(cls, obj):
        raise TypeError("TypedDict does not support instance and class checks")


class _TypedDict(metaclass=_TypedDictMeta):
    _root = True


class _TypedDictForm:
    def __mro_entries__(self, bases):
        return (_TypedDict,)

    def __call__(self, typename, fields=(), *, total=True, **kwargs):
        return _TypedDictMeta(typename, (_TypedDict,), {"__annotations__": dict(fields) or kwargs, "__module__": _host.caller_module(1)}, total=total)


TypedDict = _TypedDictForm()


class NewType(_Typing):
    def __init__(self, name, tp):
        self.__name__ = name
        self.__qualname__ = name
        self.__supertype__ = tp

    def __call__(self, x):
        return x

    def __repr__(self):
        return f"{_host.caller_module(1)}.{self.__name__}"


class TypeAliasType(_Typing):
    def __init__(self, name, value, *, type_params=()):
        self.__name__ = name
        self.__value__ = value

    def __repr__(self):
        return self.__name__


def cast(typ, val):
    return val


def assert_type(val, typ):
    return val


def reveal_type(obj):
    return obj


def assert_never(arg):
    raise AssertionError(f"Expected code to be unreachable, but got: {arg!r}")


def overload(func):
    return _overload_dummy


def _overload_dummy(*args, **kwds):
    raise NotImplementedError("You should not call an overloaded function.")


def get_overloads(func):
    return []


def final(f):
    return f


def override(f):
    return f


def no_type_check(arg):
    return arg


def deprecated(message, /, *, category=None, stacklevel=1):
    return lambda f: f


def dataclass_transform(**options):
    return lambda f: f


def get_origin(tp):
    if isinstance(tp, _AnnotatedAlias):
        return Annotated
    if isinstance(tp, (_Alias, _BareAlias, _BuiltinAlias)):
        return tp.__origin__
    if tp is Generic:
        return Generic
    if isinstance(tp, _UnionType):
        return _UnionType
    return None


def get_args(tp):
    if isinstance(tp, _AnnotatedAlias):
        return (tp.__origin__, *tp.__metadata__)
    if isinstance(tp, (_Alias, _BuiltinAlias)):
        args = tp.__args__
        if tp.__origin__ is collections.abc.Callable and not (len(args) == 2 and (args[0] is ... or isinstance(args[0], ParamSpec))):
            return (list(args[:-1]), args[-1])
        return args
    if isinstance(tp, _UnionType):
        return tp.__args__
    return ()


def is_typeddict(tp):
    return isinstance(tp, _TypedDictMeta)


def _evaluated(hint, owner, localns):
    if isinstance(hint, ForwardRef):
        hint = hint.__forward_arg__
    if isinstance(hint, str):
        hint = _host.evaluate(hint, owner, localns)
    return _NoneType if hint is None else hint


def get_type_hints(obj, globalns=None, localns=None, include_extras=False):
    hints = {}
    if isinstance(obj, type):
        for base in reversed(obj.__mro__):
            for name, hint in base.__dict__.get("__annotations__", {}).items():
                hints[name] = _evaluated(hint, base, localns or globalns)
    elif hasattr(obj, "__wrapped__"):
        return get_type_hints(obj.__wrapped__, globalns, localns, include_extras)
    else:
        for name, hint in (getattr(obj, "__annotations__", None) or {}).items():
            hints[name] = _evaluated(hint, obj, localns or globalns)
    if not include_extras:
        hints = {name: hint.__origin__ if isinstance(hint, _AnnotatedAlias) else hint for name, hint in hints.items()}
    return hints
