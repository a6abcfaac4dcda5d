"""An array is a list of numbers and a shape, row by row."""
import functools as _functools
import math

from _host import is_unknown

from .dtypes import bool_, common, dtype, float64, int64, promoted

_all, _any, _max, _min, _sum, _abs = all, any, max, min, sum, abs


def strict(function):
    """What is made of something unknown is unknown."""
    @_functools.wraps(function)
    def wrapper(*args, **kwargs):
        for a in (*args, *kwargs.values()):
            if is_unknown(a):
                return a
            if isinstance(a, (list, tuple)):
                for item in a:
                    if is_unknown(item):
                        return item
        return function(*args, **kwargs)
    return wrapper


def _flat(data, shape):
    """The numbers of nested sequences; `shape` gets their lengths."""
    if isinstance(data, ndarray):
        data = data.tolist()
    if not isinstance(data, (list, tuple, range)):
        return [data]
    shape.append(len(data))
    made, inner = [], []
    for item in data:
        inner = []
        made.extend(_flat(item, inner))
    shape.extend(inner)
    return made


def _any_array(index):
    return _any([isinstance(i, (ndarray, list)) for i in (index if isinstance(index, tuple) else (index,))])


MOST = 65536   # elements; what is larger holds weights or tables


class ndarray:
    _unfilled = False

    @staticmethod
    def _like(shape, kind):
        """The result of an operation on numbers that nobody knows."""
        from .unfilled import unfilled
        return unfilled(shape, kind)

    def __init__(self, shape, dtype=float64, data=None):
        from .dtypes import dtype as make
        self.shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.dtype = make(dtype)
        self._data = data if data is not None else [self.dtype.type(0)] * math.prod(self.shape)
        self._whole = None    # of a slice: (the array that it is a part of, positions there); writes go through to it

    def __class_getitem__(cls, parameters):
        return cls

    @property
    def size(self):
        return len(self._data)

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def nbytes(self):
        return self.size * self.dtype.itemsize

    @property
    def itemsize(self):
        return self.dtype.itemsize

    @property
    def T(self):
        from .functions import transpose
        return transpose(self)

    @property
    def flat(self):
        return iter(self._data)

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self):
        for i in range(len(self)):
            yield self[i]

    def _as_tensor(self):
        import torch
        options = {"dtype": getattr(torch, self.dtype.name), "device": "cpu"}
        return torch.tensor(self.tolist(), **options) if self.size else torch.empty(self.shape, **options)

    def tolist(self):
        def nested(shape, at):
            if not shape:
                return self._data[at]
            step = math.prod(shape[1:])
            return [nested(shape[1:], at + i * step) for i in range(shape[0])]
        return nested(self.shape, 0)

    def item(self, *index):
        return self._data[index[0] if index else 0]

    def copy(self):
        return ndarray(self.shape, self.dtype, list(self._data))

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def astype(self, to, copy=True):
        to = dtype(to)
        return ndarray(self.shape, to, [to.type(v) for v in self._data])

    def view(self, to=None):
        return self

    def fill(self, value):
        self[...] = value

    def reshape(self, *shape):
        if len(shape) == 1 and not isinstance(shape[0], int):
            shape = tuple(shape[0])
        if -1 in shape:
            known = math.prod([n for n in shape if n != -1])
            shape = tuple(len(self._data) // known if n == -1 else n for n in shape)
        if math.prod(shape) != len(self._data):
            raise ValueError(f"cannot reshape array of size {len(self._data)} into shape {shape}")
        return ndarray(shape, self.dtype, self._data)

    def ravel(self):
        return self.reshape(-1)

    flatten = ravel

    def squeeze(self, axis=None):
        return self.reshape(tuple(n for i, n in enumerate(self.shape) if n != 1 or (axis is not None and i != axis % self.ndim)))

    def transpose(self, *axes):
        from .functions import transpose
        return transpose(self, axes or None)

    # --- indexing: each axis gives the positions it selects, or one position and goes away

    def _selected(self, index):
        """(positions in the data, shape of the result)."""
        if not isinstance(index, tuple):
            index = (index,)
        if len(index) == 1 and isinstance(index[0], ndarray) and index[0].dtype == bool and index[0].shape == self.shape and self.ndim > 1:
            return [i for i, v in enumerate(index[0]._data) if v], None
        given = _sum([1 for i in index if i is not None and i is not ...])
        if ... in [i for i in index if not isinstance(i, ndarray)]:
            at = [i is ... for i in index].index(True)
            index = index[:at] + (slice(None),) * (self.ndim - given) + index[at + 1:]
        else:
            index = index + (slice(None),) * (self.ndim - given)
        positions, shape, axis = [0], [], 0
        for i in index:
            if i is None:
                shape.append(1)
                continue
            if axis >= self.ndim:
                raise IndexError("too many indices for array")
            n, step = self.shape[axis], math.prod(self.shape[axis + 1:])
            axis += 1
            if isinstance(i, slice):
                chosen = range(*i.indices(n))
                shape.append(len(chosen))
            elif isinstance(i, (ndarray, list)):
                i = asarray(i)
                chosen = [k for k, v in enumerate(i._data) if v] if i.dtype == bool else [v + n if v < 0 else v for v in i._data]
                shape.extend([len(chosen)] if i.dtype == bool else i.shape)
            else:
                i = i.__index__()
                if not -n <= i < n:
                    raise IndexError(f"index {i} is out of bounds for axis {axis - 1} with size {n}")
                chosen = [i % n]
            positions = [p + c * step for p in positions for c in chosen]
        return positions, tuple(shape)

    def __getitem__(self, index):
        if is_unknown(index):
            return index
        positions, shape = self._selected(index)
        if shape == ():
            return self._data[positions[0]]
        made = ndarray((len(positions),) if shape is None else shape, self.dtype, [self._data[p] for p in positions])
        if not _any_array(index):
            made._whole = (self, positions)
        return made

    def _store(self, position, value):
        self._data[position] = value
        if self._whole is not None:
            whole, positions = self._whole
            whole._store(positions[position], value)

    def __setitem__(self, index, value):
        if is_unknown(index):   # any number may be another one now
            for p in range(len(self._data)):
                self._store(p, index)
            return
        positions, shape = self._selected(index)
        if isinstance(value, (ndarray, list, tuple)):
            value = broadcast_to(value, (len(positions),) if shape is None else shape)._data
        else:
            value = [value] * len(positions)
        for p, v in zip(positions, value):
            self._store(p, self.dtype.type(v))

    # --- arithmetic

    def _with(self, other, operation, result=None):
        if is_unknown(other):
            return other
        if not isinstance(other, ndarray):
            if isinstance(other, (int, float)):
                if self._unfilled:
                    return self._like(self.shape, result or (self.dtype if self.dtype.kind == "f" or isinstance(other, int) else dtype(float64)))
                kind = self.dtype if isinstance(other, int) and self.dtype.kind != "b" or self.dtype.kind == "f" else common([other])
                made = [operation(v, other) for v in self._data]
                return ndarray(self.shape, result or kind, made)
            if not isinstance(other, (list, tuple)):
                return NotImplemented
            other = asarray(other)
        shape = broadcast_shape(self.shape, other.shape)
        if self._unfilled or other._unfilled or math.prod(shape) > MOST:
            return self._like(shape, result or promoted(self.dtype, other.dtype))
        a, b = broadcast_to(self, shape), broadcast_to(other, shape)
        return ndarray(shape, result or promoted(self.dtype, other.dtype), [operation(x, y) for x, y in zip(a._data, b._data)])

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other):
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._with(other, lambda a, b: a / b, None if self.dtype.kind == "f" else dtype(float64))

    def __rtruediv__(self, other):
        return self._with(other, lambda a, b: b / a, None if self.dtype.kind == "f" else dtype(float64))

    def __floordiv__(self, other):
        return self._with(other, lambda a, b: a // b)

    def __rfloordiv__(self, other):
        return self._with(other, lambda a, b: b // a)

    def __mod__(self, other):
        return self._with(other, lambda a, b: a % b)

    def __pow__(self, other):
        return self._with(other, lambda a, b: a ** b)

    def __rpow__(self, other):
        return self._with(other, lambda a, b: b ** a)

    def __and__(self, other):
        return self._with(other, lambda a, b: a & b)

    def __or__(self, other):
        return self._with(other, lambda a, b: a | b)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return ndarray(self.shape, self.dtype, [-v for v in self._data])

    def __invert__(self):
        return ndarray(self.shape, self.dtype, [not v if self.dtype == bool else ~v for v in self._data])

    def __abs__(self):
        return ndarray(self.shape, self.dtype, [_abs(v) for v in self._data])

    def __lt__(self, other):
        return self._with(other, lambda a, b: a < b, dtype(bool_))

    def __le__(self, other):
        return self._with(other, lambda a, b: a <= b, dtype(bool_))

    def __gt__(self, other):
        return self._with(other, lambda a, b: a > b, dtype(bool_))

    def __ge__(self, other):
        return self._with(other, lambda a, b: a >= b, dtype(bool_))

    def __eq__(self, other):
        return self._with(other, lambda a, b: a == b, dtype(bool_))

    def __ne__(self, other):
        return self._with(other, lambda a, b: a != b, dtype(bool_))

    __hash__ = None

    def __bool__(self):
        if self.size != 1:
            raise ValueError("The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")
        return bool(self._data[0])

    def __int__(self):
        return int(self.item())

    def __float__(self):
        return float(self.item())

    def __index__(self):
        return int(self.item())

    # --- reductions

    def _reduced(self, operation, axis, keepdims=False, result=None):
        if axis is None:
            return operation(self._data)
        axis %= self.ndim
        before, n, after = math.prod(self.shape[:axis]), self.shape[axis], math.prod(self.shape[axis + 1:])
        made = [operation([self._data[(b * n + i) * after + a] for i in range(n)]) for b in range(before) for a in range(after)]
        shape = self.shape[:axis] + ((1,) if keepdims else ()) + self.shape[axis + 1:]
        return ndarray(shape, result or self.dtype, made) if shape else made[0]

    def sum(self, axis=None, dtype=None, keepdims=False):
        return self._reduced(_sum, axis, keepdims, int64 if self.dtype.kind in "b" else None)

    def prod(self, axis=None, dtype=None):
        return self._reduced(math.prod, axis)

    def max(self, axis=None, keepdims=False):
        return self._reduced(_max, axis, keepdims)

    def min(self, axis=None, keepdims=False):
        return self._reduced(_min, axis, keepdims)

    def mean(self, axis=None, keepdims=False):
        return self._reduced(lambda v: _sum(v) / len(v), axis, keepdims, None if self.dtype.kind == "f" else float64)

    def std(self, axis=None):
        return self._reduced(lambda v: math.sqrt(_sum([(x - _sum(v) / len(v)) ** 2 for x in v]) / len(v)), axis, False, float64)

    def any(self, axis=None):
        return self._reduced(lambda v: _any(v), axis, False, bool_)

    def all(self, axis=None):
        return self._reduced(lambda v: _all(v), axis, False, bool_)

    def argmax(self, axis=None):
        return self._reduced(lambda v: v.index(_max(v)), axis, False, int64)

    def argmin(self, axis=None):
        return self._reduced(lambda v: v.index(_min(v)), axis, False, int64)

    def argsort(self, axis=-1, kind=None):
        return array(sorted(range(self.size), key=lambda i: self._data[i]))

    def sort(self, axis=-1):
        self._data.sort()

    def cumsum(self, axis=None, dtype=None, out=None):
        total, made = 0, []
        for v in self._data:
            total = total + v
            made.append(total)
        if out is not None:
            out[:] = made
            return out
        return ndarray((len(made),), dtype or (int64 if self.dtype.kind == "b" else self.dtype), made)

    def nonzero(self):
        if self.ndim == 1:
            return (array([i for i, v in enumerate(self._data) if v], int64),)
        found = [i for i, v in enumerate(self._data) if v]
        return tuple(array([i // math.prod(self.shape[a + 1:]) % self.shape[a] for i in found], int64) for a in range(self.ndim))

    def repeat(self, repeats, axis=None):
        from .functions import repeat
        return repeat(self, repeats, axis)

    def clip(self, min=None, max=None, out=None):
        from .functions import clip
        return clip(self, min, max)

    def tobytes(self):
        return repr(self._data).encode()

    def __contains__(self, value):
        return value in self._data

    def __str__(self):
        def shown(v):
            return "[" + " ".join([shown(i) for i in v]) + "]" if isinstance(v, list) else str(v)
        return shown(self.tolist())

    def __repr__(self):
        suffix = "" if self.dtype in (int64, float64, bool_) else f", dtype={self.dtype.name}"
        return f"array({self.tolist()!r}{suffix})"


def broadcast_shape(a, b):
    n = _max(len(a), len(b))
    a, b = (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b
    made = []
    for x, y in zip(a, b):
        if x != y and x != 1 and y != 1:
            raise ValueError(f"operands could not be broadcast together with shapes {a} {b}")
        made.append(y if x == 1 else x)
    return tuple(made)


@strict
def broadcast_to(a, shape):
    a = asarray(a)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if a.shape == shape:
        return a
    if broadcast_shape(a.shape, shape) != shape:
        raise ValueError(f"operands could not be broadcast together with remapped shapes {a.shape} {shape}")
    if a._unfilled or math.prod(shape) > MOST:
        return a._like(shape, a.dtype)
    source = (1,) * (len(shape) - a.ndim) + a.shape
    positions = [0]
    for axis, n in enumerate(shape):
        step = math.prod(source[axis + 1:]) if source[axis] != 1 else 0
        positions = [p + i * step for p in positions for i in range(n)]
    return ndarray(shape, a.dtype, [a._data[p] for p in positions])


@strict
def array(data, dtype=None, copy=True, ndmin=0):
    from .dtypes import dtype as make
    if isinstance(data, ndarray):
        return data.astype(dtype) if dtype is not None else data.copy()
    if hasattr(data, "tolist"):
        data = data.tolist()
    elif not isinstance(data, (list, tuple, int, float, str)):
        data = list(data)
    shape = []
    flat = _flat(data, shape)
    kind = make(dtype) if dtype is not None else common(flat)
    shape = [1] * (ndmin - len(shape)) + shape
    return ndarray(tuple(shape), kind, [kind.type(v) for v in flat])


@strict
def asarray(data, dtype=None):
    return data if isinstance(data, ndarray) and (dtype is None or data.dtype == dtype) else array(data, dtype)


ascontiguousarray = asarray