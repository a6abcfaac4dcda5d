"""Enumerations. Members are made after the class body has run, so an `auto()` has its value only then."""

ReprEnum = Flag = None   # until they are made


class auto:
    def __init__(self, value=None):
        self.value = value
        self.parts = None

    # `ALL = A | B` in the body, before A and B have values.
    def __or__(self, other):
        combined = auto()
        combined.parts = (self, other)
        return combined

    __ror__ = __or__


class nonmember:
    def __init__(self, value):
        self.value = value


class member:
    def __init__(self, value):
        self.value = value


class _EnumProperty:
    """Like a property of members, but on the class the member of that name is found."""

    def __init__(self, fget=None, fset=None, fdel=None, doc=None):
        self.fget = fget
        self.fset = fset
        self.name = None
        self.__doc__ = doc

    def setter(self, fset):
        self.fset = fset
        return self

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is not None:
            return self.fget(instance)
        members = owner.__dict__.get("_member_map_", {})
        if self.name in members:
            return members[self.name]
        raise AttributeError(f"{owner.__name__!r} has no attribute {self.name!r}")

    def __set__(self, instance, value):
        if self.fset is None:
            raise AttributeError(f"<enum {instance.__class__.__name__!r}> cannot set attribute {self.name!r}")
        self.fset(instance, value)


_unset = object()


def _is_descriptor(value):
    return hasattr(value, "__get__") or hasattr(value, "__set__") or hasattr(value, "__delete__")


def _is_member(name, value):
    if name[:2] == "__" and name[-2:] == "__":
        return False
    if name[:1] == "_" and name[-1:] == "_":
        return False
    if isinstance(value, nonmember):
        return False
    return not _is_descriptor(value)


def _data_type(bases):
    """The class whose __new__ makes the value part of a member, or object."""
    for base in bases:
        candidate = None
        for c in base.__mro__:
            if c is object:
                continue
            if isinstance(c, EnumType):
                if c._member_type_ is not object:
                    return c._member_type_
            elif "__new__" in c.__dict__ or "__dataclass_fields__" in c.__dict__:
                return candidate or c
            else:
                candidate = candidate or c
    return object


def _prefer_enum_methods(cls, bases, namespace):
    """A value type stands before Enum in the order of methods, but how a member prints is Enum's."""
    for name in ("__repr__", "__str__", "__format__"):
        if name in namespace:
            continue
        if ReprEnum in bases and name != "__repr__":
            continue
        for c in cls.__mro__[1:]:
            if name in c.__dict__:
                if not isinstance(c, EnumType) and c in cls._member_type_.__mro__:
                    first = [b for b in cls.__mro__[1:] if isinstance(b, EnumType)][0]
                    type.__setattr__(cls, name, getattr(first, name))
                break


class EnumType(type):
    def __new__(metacls, name, bases, namespace, *, boundary=None, **keywords):
        if not any(isinstance(b, EnumType) for b in bases):   # Enum itself
            cls = super().__new__(metacls, name, bases, namespace)
            cls._member_type_ = object
            cls._member_names_ = []
            cls._member_map_ = {}
            cls._value2member_map_ = {}
            cls._new_member_ = None
            return cls
        for base in bases:
            if isinstance(base, EnumType) and base._member_names_:
                raise TypeError(f"<enum {name!r}> cannot extend {base!r}")
        rest, members = {}, {}
        ignored = namespace.get("_ignore_", ())
        if isinstance(ignored, str):
            ignored = ignored.replace(",", " ").split()
        for key, value in namespace.items():
            if key in ignored:
                continue
            if _is_member(key, value):
                members[key] = value.value if isinstance(value, member) else value
            else:
                rest[key] = value.value if isinstance(value, nonmember) else value
        new_member = rest.pop("__new__", None)
        if isinstance(new_member, staticmethod):
            new_member = new_member.__func__
        generate = rest.get("_generate_next_value_")
        if generate is not None and not isinstance(generate, staticmethod):
            rest["_generate_next_value_"] = staticmethod(generate)
        for special in ("_ignore_", "_order_"):
            rest.pop(special, None)
        cls = super().__new__(metacls, name, bases, rest, **keywords)
        cls._member_names_ = []
        cls._member_map_ = {}
        cls._value2member_map_ = {}
        data_type = _data_type(bases)
        cls._member_type_ = data_type
        if new_member is None:
            for base in bases:
                new_member = getattr(base, "_new_member_", None)
                if new_member is not None:
                    break
        cls._new_member_ = new_member
        _prefer_enum_methods(cls, bases, rest)
        values = []
        for key, value in members.items():
            cls._add_member(key, value, values)
        if members and Flag is not None and issubclass(cls, Flag):
            mask = 0
            for m in cls._member_map_.values():
                if isinstance(m._value_, int):
                    mask |= m._value_
            cls._flag_mask_ = mask
            canonical = [n for n in cls._member_names_ if _is_single_bit(cls._member_map_[n]._value_)]
            cls._member_names_ = canonical
            cls._boundary_ = boundary or getattr(cls, "_boundary_", STRICT)
        elif boundary is not None:
            cls._boundary_ = boundary
        return cls

    def _add_member(cls, key, value, values):
        if isinstance(value, auto):
            value = cls._auto_value(key, value, values)
        elif isinstance(value, tuple) and any(isinstance(v, auto) for v in value):
            value = tuple(cls._auto_value(key, v, values) if isinstance(v, auto) else v for v in value)
        values.append(value)
        data_type = cls._member_type_
        arguments = value if isinstance(value, tuple) else (value,)
        if data_type is tuple:
            arguments = (arguments,)
        if cls._new_member_ is not None:
            made = cls._new_member_(cls, *arguments)
        elif data_type is object:
            made = object.__new__(cls)
        else:
            made = data_type.__new__(cls, *arguments)
        if not hasattr(made, "_value_"):
            if data_type is object or cls._new_member_ is None and "__dataclass_fields__" in data_type.__dict__:
                made._value_ = value
            else:
                made._value_ = data_type(*arguments)
        value = made._value_
        made._name_ = key
        made.__objclass__ = cls
        made._sort_order_ = len(cls._member_names_)
        made.__init__(*arguments)
        canonical = None
        try:
            canonical = cls._value2member_map_.get(value)
        except TypeError:
            for other in cls._member_map_.values():
                if other._value_ == value:
                    canonical = other
                    break
        if canonical is None:
            canonical = made
            cls._member_names_.append(key)
            try:
                cls._value2member_map_[value] = made
            except TypeError:
                pass
        cls._member_map_[key] = canonical
        if not isinstance(cls.__dict__.get(key), _EnumProperty):
            type.__setattr__(cls, key, canonical)

    def _auto_value(cls, key, value, values):
        if value.value is None:
            if value.parts is not None:
                left, right = (p.value if isinstance(p, auto) else p for p in value.parts)
                value.value = left | right
            else:
                value.value = cls._generate_next_value_(key, 1, len(cls._member_names_), values[:])
        return value.value

    def __call__(cls, value=_unset, names=None, *more, module=None, qualname=None, type=None, start=1, boundary=None):
        if names is None and not more:
            if value is _unset:
                raise TypeError(f"{cls.__name__}.__call__() missing 1 required positional argument: 'value'")
            return cls._find(value)
        if cls._member_names_:
            return cls._find((value, names, *more))
        return _make(cls, value, names, type, start, module, qualname)

    def _find(cls, value):
        if value.__class__ is cls:
            return value
        try:
            found = cls._value2member_map_.get(value)
            if found is not None:
                return found
        except TypeError:
            for found in cls._member_map_.values():
                if found._value_ == value:
                    return found
        found = cls._missing_(value)
        if isinstance(found, cls):
            return found
        if found is None:
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")
        raise TypeError(f"error in {cls.__name__}._missing_: returned {found!r} instead of None or a valid member")

    def __getitem__(cls, name):
        return cls._member_map_[name]

    def __iter__(cls):
        return (cls._member_map_[name] for name in cls._member_names_)

    def __reversed__(cls):
        return (cls._member_map_[name] for name in reversed(cls._member_names_))

    def __len__(cls):
        return len(cls._member_names_)

    def __bool__(cls):
        return True

    def __contains__(cls, item):
        if not isinstance(item, Enum):
            raise TypeError(f"unsupported operand type(s) for 'in': '{type(item).__qualname__}' and '{cls.__class__.__qualname__}'")
        return isinstance(item, cls) and item._name_ in cls._member_map_

    @property
    def __members__(cls):
        return type(type.__dict__)(cls._member_map_)

    def __setattr__(cls, name, value):
        if name in cls.__dict__.get("_member_map_", {}):
            raise AttributeError(f"cannot reassign member {name!r}")
        super().__setattr__(name, value)

    def __delattr__(cls, name):
        if name in cls.__dict__.get("_member_map_", {}):
            raise AttributeError(f"{cls.__name__!r} cannot delete member {name!r}.")
        super().__delattr__(name)

    def __repr__(cls):
        kind = "flag" if Flag is not None and issubclass(cls, Flag) else "enum"
        return f"<{kind} {cls.__name__!r}>"

    def __dir__(cls):
        return sorted({"__class__", "__doc__", "__members__", "__module__", *cls._member_names_})


EnumMeta = EnumType


def _make(cls, name, names, mixin, start, module, qualname):
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    namespace = {"__module__": module, "__qualname__": qualname or name}
    if isinstance(names, dict):
        names = list(names.items())
    values = []
    for item in names:
        if isinstance(item, str):
            value = cls._generate_next_value_(item, start, len(values), values[:])
            namespace[item] = value
        else:
            item, value = item
            namespace[item] = value
        values.append(value)
    bases = (cls,) if mixin is None else (mixin, cls)
    return cls.__class__(name, bases, namespace)


class Enum(metaclass=EnumType):
    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        if not last_values:
            return start
        try:
            return max(last_values) + 1
        except TypeError:
            for value in reversed(last_values):
                try:
                    return value + 1
                except TypeError:
                    pass
            return start

    @classmethod
    def _missing_(cls, value):
        return None

    def __init__(self, *arguments, **keywords):
        pass

    @property
    def name(self):
        return self._name_

    @property
    def value(self):
        return self._value_

    def __repr__(self):
        return f"<{self.__class__.__name__}.{self._name_}: {self._value_!r}>"

    def __str__(self):
        return f"{self.__class__.__name__}.{self._name_}"

    def __format__(self, spec):
        return str.__format__(str(self), spec)

    def __reduce_ex__(self, protocol):
        return self.__class__, (self._value_,)

    def __deepcopy__(self, memo):
        return self

    def __copy__(self):
        return self

    def __dir__(self):
        return sorted({"__class__", "__doc__", "__module__", "name", "value"})


class ReprEnum(Enum):
    """An enumeration that keeps the str() of its value type."""


class IntEnum(int, ReprEnum):
    def __str__(self):
        return int.__repr__(self._value_)

    def __format__(self, spec):
        return int.__format__(self._value_, spec)


class StrEnum(str, ReprEnum):
    def __new__(cls, *values):
        if len(values) > 3:
            raise TypeError(f"too many arguments for str(): {values!r}")
        if not isinstance(values[0], str):
            raise TypeError(f"{values[0]!r} is not a string")
        made = str.__new__(cls, *values)
        made._value_ = str(*values)
        return made

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower()

    def __str__(self):
        return self._value_

    def __format__(self, spec):
        return str.__format__(self._value_, spec)


class FlagBoundary(StrEnum):
    STRICT = auto()
    CONFORM = auto()
    EJECT = auto()
    KEEP = auto()


STRICT, CONFORM, EJECT, KEEP = FlagBoundary.STRICT, FlagBoundary.CONFORM, FlagBoundary.EJECT, FlagBoundary.KEEP


def _is_single_bit(value):
    return isinstance(value, int) and value > 0 and value & (value - 1) == 0


class Flag(Enum):
    _boundary_ = STRICT
    _flag_mask_ = 0

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        if not last_values:
            return start if start is not None else 1
        return 2 ** max(last_values).bit_length()

    @classmethod
    def _missing_(cls, value):
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")
        mask = cls._flag_mask_
        all_bits = 2 ** mask.bit_length() - 1
        if not ~all_bits <= value <= all_bits or value & (all_bits ^ mask):
            if cls._boundary_ is STRICT:
                width = max(value.bit_length(), mask.bit_length())
                raise ValueError(
                    f"{cls!r} invalid value {value!r}\n    given {_binary(value, width)}\n  allowed {_binary(mask, width)}")
            if cls._boundary_ is CONFORM:
                value &= mask
            elif cls._boundary_ is EJECT:
                return value
        if value < 0:
            value = max(all_bits + 1, 2 ** value.bit_length()) + value
        found = cls._value2member_map_.get(value)
        if found is not None:
            return found
        made = object.__new__(cls) if cls._member_type_ is object else cls._member_type_.__new__(cls, value)
        made._value_ = value
        parts = [m._name_ for m in cls if m._value_ & value]
        known = 0
        for m in cls:
            known |= m._value_ & value
        made._name_ = None
        if parts:
            made._name_ = "|".join(parts)
            if value & ~known:
                made._name_ += f"|{value & ~known}"
        cls._value2member_map_[value] = made
        return made

    @property
    def name(self):
        return self._name_

    @property
    def value(self):
        return self._value_

    def __contains__(self, other):
        if not isinstance(other, self.__class__):
            raise TypeError(f"unsupported operand type(s) for 'in': {type(other).__qualname__!r} and {self.__class__.__qualname__!r}")
        return other._value_ & self._value_ == other._value_

    def __iter__(self):
        return (m for m in self.__class__ if m._value_ & self._value_)

    def __len__(self):
        return bin(self._value_).count("1")

    def __repr__(self):
        if self._name_ is None:
            return f"<{self.__class__.__name__}: {self._value_!r}>"
        return f"<{self.__class__.__name__}.{self._name_}: {self._value_!r}>"

    def __str__(self):
        if self._name_ is None:
            return f"{self.__class__.__name__}({self._value_!r})"
        return f"{self.__class__.__name__}.{self._name_}"

    def __bool__(self):
        return bool(self._value_)

    def _other_value(self, other):
        if isinstance(other, self.__class__):
            return other._value_
        if self._member_type_ is not object and isinstance(other, self._member_type_):
            return other
        return None

    def __or__(self, other):
        value = self._other_value(other)
        return NotImplemented if value is None else self.__class__(self._value_ | value)

    def __and__(self, other):
        value = self._other_value(other)
        return NotImplemented if value is None else self.__class__(self._value_ & value)

    def __xor__(self, other):
        value = self._other_value(other)
        return NotImplemented if value is None else self.__class__(self._value_ ^ value)

    def __invert__(self):
        if self._boundary_ is KEEP:
            return self.__class__(~self._value_)
        return self.__class__(self._flag_mask_ & ~self._value_)

    __ror__ = __or__
    __rand__ = __and__
    __rxor__ = __xor__


def _binary(value, width):
    digits = bin(value & (2 ** width - 1))[2:].rjust(width, "0")
    return f"0b{'1' if value < 0 else '0'} {digits}"


class IntFlag(int, ReprEnum, Flag, boundary=KEEP):
    # int's own would come first.
    __or__ = __ror__ = Flag.__or__
    __and__ = __rand__ = Flag.__and__
    __xor__ = __rxor__ = Flag.__xor__
    __invert__ = Flag.__invert__

    def __str__(self):
        return int.__repr__(self._value_)

    def __format__(self, spec):
        return int.__format__(self._value_, spec)


def unique(enumeration):
    duplicates = [(name, m._name_) for name, m in enumeration.__members__.items() if name != m._name_]
    if duplicates:
        listed = ", ".join(f"{alias} -> {name}" for alias, name in duplicates)
        raise ValueError(f"duplicate values found in {enumeration!r}: {listed}")
    return enumeration


def global_enum(cls, update_str=False):
    return cls


def verify(*checks):
    return lambda enumeration: enumeration


property = _EnumProperty
