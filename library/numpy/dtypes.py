class _ScalarType(type):
    """Called, it gives a plain number: this module has no scalars of its own."""

    def __call__(cls, value=0):
        return cls._convert(value)


class generic(metaclass=_ScalarType):
    itemsize = 8

    @classmethod
    def _convert(cls, value):
        return value


class number(generic):
    pass


class integer(number):
    @classmethod
    def _convert(cls, value):
        return int(value)


class signedinteger(integer):
    pass


class unsignedinteger(integer):
    pass


class inexact(number):
    pass


class floating(inexact):
    @classmethod
    def _convert(cls, value):
        return float(value)


class complexfloating(inexact):
    pass


class character(generic):
    pass


def _make(base, name, size):
    return _ScalarType(name, (base,), {"itemsize": size, "__module__": "numpy"})


int8, int16, int32, int64 = [_make(signedinteger, f"int{8 * n}", n) for n in (1, 2, 4, 8)]
uint8, uint16, uint32, uint64 = [_make(unsignedinteger, f"uint{8 * n}", n) for n in (1, 2, 4, 8)]
float16, float32, float64 = [_make(floating, f"float{8 * n}", n) for n in (2, 4, 8)]
complex64, complex128 = _make(complexfloating, "complex64", 8), _make(complexfloating, "complex128", 16)
str_, bytes_, object_ = _make(character, "str", 4), _make(character, "bytes", 1), _make(generic, "object", 8)


class bool_(generic):
    itemsize = 1

    @classmethod
    def _convert(cls, value):
        return bool(value)


_by_name = {c.__name__: c for c in (int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128, str_, bytes_,
                                    object_)}
_by_name.update({"bool": bool_, "int": int64, "float": float64, "i4": int32, "i8": int64, "f4": float32, "f8": float64, "f2": float16, "u1": uint8,
                 "b": int8, "B": uint8, "i": int32, "f": float32, "d": float64})
_by_class = {int: int64, float: float64, bool: bool_, str: str_, bytes: bytes_, object: object_}


class dtype:
    def __init__(self, of):
        if isinstance(of, dtype):
            of = of.type
        elif isinstance(of, str):
            if of.lstrip("<>=") not in _by_name:
                raise TypeError(f"data type {of!r} not understood")
            of = _by_name[of.lstrip("<>=")]
        self.type = _by_class.get(of, of)
        self.itemsize = self.type.itemsize

    @property
    def name(self):
        return "bool" if self.type is bool_ else self.type.__name__

    @property
    def kind(self):
        t = self.type
        return "b" if t is bool_ else "i" if issubclass(t, signedinteger) else "u" if issubclass(t, unsignedinteger) else "f" if issubclass(t, floating) else "O"

    def __eq__(self, other):
        if isinstance(other, (dtype, str, type)):
            return self.type is dtype(other).type
        return False

    def __hash__(self):
        return hash(self.name)

    def __str__(self):
        return self.name

    def __repr__(self):
        return f"dtype('{self.name}')"


def issubdtype(a, b):
    return issubclass(dtype(a).type, b if isinstance(b, type) and issubclass(b, generic) else dtype(b).type)


def common(values):
    """The dtype of plain numbers."""
    kind = bool
    for v in values:
        if isinstance(v, bool):
            continue
        if isinstance(v, float):
            return dtype(float64)
        kind = int if isinstance(v, int) else object
    return dtype(kind) if values else dtype(float64)


def promoted(a, b):
    if a == b:
        return a
    for x, y in ((a, b), (b, a)):
        if x.kind == "f" and (y.kind != "f" or x.itemsize >= y.itemsize):
            return dtype(float64) if y.kind in "iu" and y.itemsize > 2 and x.itemsize < 8 else x
        if x.kind == "b":
            return y
    return a if a.itemsize >= b.itemsize else b
