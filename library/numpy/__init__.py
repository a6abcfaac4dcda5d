"""As much of numpy as host code needs that models reach: types to name, and small arrays of numbers held as lists."""
import builtins as _builtins
import math as _math

pi = _math.pi
inf = _math.inf
nan = _math.nan
newaxis = None


class generic:
    itemsize = 8

    def __new__(cls, value=0):
        return cls._convert(value)


def _scalar(name, convert, itemsize, base):
    return type(name, (base,), {"_convert": staticmethod(convert), "itemsize": itemsize, "__module__": "numpy"})


class number(generic):
    pass


class integer(number):
    pass


class floating(number):
    pass


int8, int16, int32, int64 = (_scalar(n, int, s, integer) for n, s in (("int8", 1), ("int16", 2), ("int32", 4), ("int64", 8)))
uint8, uint16, uint32, uint64 = (_scalar(n, int, s, integer) for n, s in (("uint8", 1), ("uint16", 2), ("uint32", 4), ("uint64", 8)))
float16, float32, float64 = (_scalar(n, float, s, floating) for n, s in (("float16", 2), ("float32", 4), ("float64", 8)))
bool_ = _scalar("bool_", _builtins.bool, 1, generic)
str_ = _scalar("str_", str, 4, generic)
object_ = _scalar("object_", lambda value: value, 8, generic)
intp = int64
longlong = int64


class dtype:
    def __init__(self, type):
        self.type = type.type if isinstance(type, dtype) else type
        self.itemsize = getattr(self.type, "itemsize", 8)
        self.name = getattr(self.type, "__name__", str(self.type))

    def __eq__(self, other):
        return self.type is (other.type if isinstance(other, dtype) else other)

    def __hash__(self):
        return hash(self.name)


def _flatten(value):
    if isinstance(value, ndarray):
        return list(value._data), value.shape
    if isinstance(value, (list, tuple, range)):
        parts = [_flatten(v) for v in value]
        inner = parts[0][1] if parts else ()
        return [x for data, _ in parts for x in data], (len(parts),) + inner
    return [value], ()


class ndarray:
    def __init__(self, shape, dtype=None, _data=None):
        self.shape = shape if isinstance(shape, tuple) else (shape,)
        self.dtype = dtype
        self._data = [0] * _math.prod(self.shape) if _data is None else _data

    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: len(self._data))
    T = property(lambda self: self)

    def __class_getitem__(cls, parameters):
        return cls

    def __len__(self):
        return self.shape[0]

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def __getitem__(self, index):
        if isinstance(index, slice):
            step = _math.prod(self.shape[1:])
            rows = range(len(self))[index]
            return ndarray((len(rows),) + self.shape[1:], self.dtype, [x for r in rows for x in self._data[r * step:(r + 1) * step]])
        if isinstance(index, tuple):
            result = self[index[0]]
            return result[index[1:] if len(index) > 2 else index[1]] if len(index) > 1 else result
        if self.ndim == 1:
            return self._data[index]
        step = _math.prod(self.shape[1:])
        index = range(len(self))[index]
        return ndarray(self.shape[1:], self.dtype, self._data[index * step:(index + 1) * step])

    def __setitem__(self, index, value):
        if self.ndim != 1:
            raise NotImplementedError("an assignment into an array of more than one dimension")
        if isinstance(index, slice):
            places = range(len(self))[index]
            values = _flatten(value)[0] if not isinstance(value, (int, float)) else [value] * len(places)
            for place, v in zip(places, values):
                self._data[place] = v
        else:
            self._data[index] = value

    def _map(self, function, other=None):
        if other is None:
            return ndarray(self.shape, self.dtype, [function(x) for x in self._data])
        values = _flatten(other)[0] if isinstance(other, (ndarray, list, tuple)) else [other] * len(self._data)
        return ndarray(self.shape, self.dtype, [function(a, b) for a, b in zip(self._data, values)])

    def __add__(self, other): return self._map(lambda a, b: a + b, other)
    def __radd__(self, other): return self._map(lambda a, b: b + a, other)
    def __sub__(self, other): return self._map(lambda a, b: a - b, other)
    def __rsub__(self, other): return self._map(lambda a, b: b - a, other)
    def __mul__(self, other): return self._map(lambda a, b: a * b, other)
    def __rmul__(self, other): return self._map(lambda a, b: b * a, other)
    def __truediv__(self, other): return self._map(lambda a, b: a / b, other)
    def __floordiv__(self, other): return self._map(lambda a, b: a // b, other)
    def __mod__(self, other): return self._map(lambda a, b: a % b, other)
    def __pow__(self, other): return self._map(lambda a, b: a ** b, other)
    def __neg__(self): return self._map(lambda a: -a)
    def __eq__(self, other): return self._map(lambda a, b: a == b, other)
    def __ne__(self, other): return self._map(lambda a, b: a != b, other)
    def __lt__(self, other): return self._map(lambda a, b: a < b, other)
    def __le__(self, other): return self._map(lambda a, b: a <= b, other)
    def __gt__(self, other): return self._map(lambda a, b: a > b, other)
    def __ge__(self, other): return self._map(lambda a, b: a >= b, other)
    __hash__ = None

    def tolist(self):
        return [x.tolist() if isinstance(x, ndarray) else x for x in self]

    def item(self, index=0): return self._data[index]
    def sum(self, axis=None): return _builtins.sum(self._data)
    def max(self, axis=None): return _builtins.max(self._data)
    def min(self, axis=None): return _builtins.min(self._data)
    def all(self, axis=None): return _builtins.all(self._data)
    def any(self, axis=None): return _builtins.any(self._data)
    def astype(self, dtype, copy=True): return ndarray(self.shape, dtype, list(self._data))
    def copy(self): return ndarray(self.shape, self.dtype, list(self._data))
    def flatten(self): return ndarray((len(self._data),), self.dtype, list(self._data))
    ravel = flatten

    def fill(self, value):
        self._data[:] = [value] * len(self._data)

    def reshape(self, *shape):
        shape = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        if -1 in shape:
            known = -_math.prod(shape)
            shape = tuple(len(self._data) // known if n == -1 else n for n in shape)
        return ndarray(shape, self.dtype, self._data)


def array(value, dtype=None, copy=True):
    data, shape = _flatten(value)
    return ndarray(shape, dtype, data)


asarray = array


def full(shape, value, dtype=None):
    made = ndarray(shape, dtype)
    made.fill(value)
    return made


def zeros(shape, dtype=None): return full(shape, 0, dtype)
def ones(shape, dtype=None): return full(shape, 1, dtype)
def empty(shape, dtype=None): return full(shape, 0, dtype)
def zeros_like(a, dtype=None): return full(a.shape, 0, dtype or a.dtype)
def ones_like(a, dtype=None): return full(a.shape, 1, dtype or a.dtype)


def arange(*bounds, dtype=None):
    values = list(range(*bounds))
    return ndarray((len(values),), dtype, values)


def cumsum(a, axis=None, dtype=None, out=None):
    total, data = 0, []
    for x in _flatten(a)[0]:
        total += x
        data.append(total)
    return ndarray((len(data),), dtype, data)


def repeat(a, repeats, axis=None):
    values = _flatten(a)[0]
    counts = _flatten(repeats)[0] if not isinstance(repeats, int) else [repeats] * len(values)
    data = [x for x, n in zip(values, counts) for _ in range(n)]
    return ndarray((len(data),), None, data)


def concatenate(arrays, axis=0):
    data = [x for a in arrays for x in _flatten(a)[0]]
    return ndarray((len(data),), None, data)


def prod(a, axis=None): return _math.prod(_flatten(a)[0])
def sum(a, axis=None): return _builtins.sum(_flatten(a)[0])
def max(a, axis=None): return _builtins.max(_flatten(a)[0])
def min(a, axis=None): return _builtins.min(_flatten(a)[0])
def all(a, axis=None): return _builtins.all(_flatten(a)[0])
def any(a, axis=None): return _builtins.any(_flatten(a)[0])
def mean(a, axis=None): return sum(a) / len(_flatten(a)[0])
def sqrt(a): return a._map(_math.sqrt) if isinstance(a, ndarray) else _math.sqrt(a)
def log(a): return a._map(_math.log) if isinstance(a, ndarray) else _math.log(a)
def log2(a): return a._map(_math.log2) if isinstance(a, ndarray) else _math.log2(a)
def exp(a): return a._map(_math.exp) if isinstance(a, ndarray) else _math.exp(a)
def floor(a): return a._map(_math.floor) if isinstance(a, ndarray) else float(_math.floor(a))
def ceil(a): return a._map(_math.ceil) if isinstance(a, ndarray) else float(_math.ceil(a))
def abs(a): return a._map(_builtins.abs) if isinstance(a, ndarray) else _builtins.abs(a)
def maximum(a, b): return a._map(_builtins.max, b)
def minimum(a, b): return a._map(_builtins.min, b)
def isscalar(a): return isinstance(a, (int, float, str))
def iinfo(dtype): return _Info(-(1 << (8 * dtype.itemsize - 1)), (1 << (8 * dtype.itemsize - 1)) - 1)


class _Info:
    def __init__(self, low, high):
        self.min, self.max = low, high
