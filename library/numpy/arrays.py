"""An array is a list of numbers and a shape, row by row."""
import math

from .dtypes import bool_, common, dtype, float64, int64, promoted

_all, _any, _max, _min, _sum, _abs = all, any, max, min, sum, abs


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


class ndarray:
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
        positions, shape = self._selected(index)
        if isinstance(value, (ndarray, list, tuple)):
            value = broadcast_to(value, (len(positions),) if shape is None else shape)._data
        else:
            value = [value] * len(positions)
        for p, v in zip(positions, value):
            self._store(p, self.dtype.type(v))

    # --- arithmetic

    def _with(self, other, operation, result=None):
        if not isinstance(other, ndarray):
            if isinstance(other, (int, float)):
                kind = self.dtype if isinstance(other, int) and self.dtype.kind != "b" or self.dtype.kind == "f" else common([other])
                made = [operation(v, other) for v in self._data]
                return ndarray(self.shape, result or kind, made)
            if not isinstance(other, (list, tuple)):
                return NotImplemented
            other = asarray(other)
        shape = _broadcast_shape(self.shape, other.shape)
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
        return repeat(self, repeats, axis)

    def clip(self, low, high):
        return clip(self, low, high)

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


def _broadcast_shape(a, b):
    n = _max(len(a), len(b))
    a, b = (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b
    made = []
    for x, y in zip(a, b):
        if x != y and x != 1 and y != 1:
            raise ValueError(f"operands could not be broadcast together with shapes {a} {b}")
        made.append(y if x == 1 else x)
    return tuple(made)


def broadcast_to(a, shape):
    a = asarray(a)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if a.shape == shape:
        return a
    if _broadcast_shape(a.shape, shape) != shape:
        raise ValueError(f"operands could not be broadcast together with remapped shapes {a.shape} {shape}")
    source = (1,) * (len(shape) - a.ndim) + a.shape
    positions = [0]
    for axis, n in enumerate(shape):
        step = math.prod(source[axis + 1:]) if source[axis] != 1 else 0
        positions = [p + i * step for p in positions for i in range(n)]
    return ndarray(shape, a.dtype, [a._data[p] for p in positions])


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


def asarray(data, dtype=None):
    return data if isinstance(data, ndarray) and (dtype is None or data.dtype == dtype) else array(data, dtype)


ascontiguousarray = asarray


def atleast_1d(a):
    a = asarray(a)
    return a if a.ndim else a.reshape(1)


_MOST = 65536   # elements; what is larger holds weights


def zeros(shape, dtype=float64):
    if math.prod((shape,) if isinstance(shape, int) else tuple(shape)) > _MOST:
        from .unfilled import unfilled
        return unfilled(shape, dtype)
    return ndarray(shape, dtype)


empty = zeros


def full(shape, fill_value, dtype=None):
    made = ndarray(shape, dtype or common([fill_value]))
    made.fill(fill_value)
    return made


def ones(shape, dtype=float64):
    return full(shape, 1, dtype)


def zeros_like(a, dtype=None):
    return zeros(asarray(a).shape, dtype or a.dtype)


empty_like = zeros_like


def full_like(a, fill_value, dtype=None):
    return full(a.shape, fill_value, dtype or a.dtype)


def ones_like(a, dtype=None):
    return full_like(a, 1, dtype)


def eye(n, dtype=float64):
    return array([[1 if i == j else 0 for j in range(n)] for i in range(n)], dtype)


def arange(start, stop=None, step=1, dtype=None):
    if stop is None:
        start, stop = 0, start
    count = _max(0, math.ceil((stop - start) / step))
    return array([start + i * step for i in range(count)], dtype or (common([start, stop, step]) if count == 0 else None))


def linspace(start, stop, num=50, endpoint=True, dtype=None):
    step = (stop - start) / _max(1, num - 1 if endpoint else num)
    return array([float(start + i * step) for i in range(num)], dtype or float64)


def fromiter(iterable, dtype, count=-1):
    return array(list(iterable), dtype)


def frombuffer(buffer, dtype=float64):
    from _host import unknown
    from .dtypes import dtype as make
    from .unfilled import Buffer, unfilled
    if isinstance(buffer, Buffer):
        return unfilled(len(buffer) // make(dtype).itemsize, dtype)
    return unknown("the bytes of an array are not known", "numpy.frombuffer()")


def concatenate(arrays, axis=0):
    arrays = [asarray(a) for a in arrays]
    if axis is None:
        arrays, axis = [a.ravel() for a in arrays], 0
    first = arrays[0]
    axis %= first.ndim
    kind = first.dtype
    for a in arrays[1:]:
        kind = promoted(kind, a.dtype)
    before = math.prod(first.shape[:axis])
    made = []
    for b in range(before):
        for a in arrays:
            step = math.prod(a.shape[axis:])
            made.extend(a._data[b * step:(b + 1) * step])
    n = _sum([a.shape[axis] for a in arrays])
    return ndarray(first.shape[:axis] + (n,) + first.shape[axis + 1:], kind, made)


def stack(arrays, axis=0):
    arrays = [asarray(a) for a in arrays]
    axis %= arrays[0].ndim + 1
    return concatenate([a.reshape(a.shape[:axis] + (1,) + a.shape[axis:]) for a in arrays], axis)


def hstack(arrays):
    arrays = [atleast_1d(a) for a in arrays]
    return concatenate(arrays, 0 if arrays[0].ndim == 1 else 1)


def vstack(arrays):
    return concatenate([a.reshape(1, -1) if asarray(a).ndim < 2 else a for a in map(asarray, arrays)])


def array_split(a, sections, axis=0):
    a = asarray(a)
    n = a.shape[0]
    if isinstance(sections, int):
        sizes = [n // sections + (1 if i < n % sections else 0) for i in range(sections)]
        ends = [_sum(sizes[:i + 1]) for i in range(sections - 1)]
    else:
        ends = list(sections)
    return [a[start:end] for start, end in zip([0, *ends], [*ends, n])]


split = array_split


def repeat(a, repeats, axis=None):
    a = asarray(a)
    if axis is None:
        a, axis = a.ravel(), 0
    counts = [repeats] * a.shape[axis] if isinstance(repeats, int) else list(asarray(repeats)._data)
    chosen = [i for i, n in enumerate(counts) for _ in range(n)]
    return a[(slice(None),) * (axis % a.ndim) + (array(chosen, int64),)]


def tile(a, reps):
    a = asarray(a)
    if isinstance(reps, int):
        reps = (reps,)
    a = a.reshape((1,) * (len(reps) - a.ndim) + a.shape)
    for axis, n in enumerate((1,) * (a.ndim - len(reps)) + tuple(reps)):
        a = concatenate([a] * n, axis) if n != 1 else a
    return a


def transpose(a, axes=None):
    a = asarray(a)
    if axes is None or axes == ():
        axes = tuple(reversed(range(a.ndim)))
    elif len(axes) == 1 and not isinstance(axes[0], int):
        axes = tuple(axes[0])
    steps = [math.prod(a.shape[i + 1:]) for i in range(a.ndim)]
    positions = [0]
    for i in axes:
        positions = [p + k * steps[i] for p in positions for k in range(a.shape[i])]
    return ndarray(tuple(a.shape[i] for i in axes), a.dtype, [a._data[p] for p in positions])


def reshape(a, shape):
    return asarray(a).reshape(shape)


def ravel(a):
    return asarray(a).ravel()


def squeeze(a, axis=None):
    return asarray(a).squeeze(axis)


def flip(a, axis=None):
    return asarray(a)[::-1]


def copy(a):
    return asarray(a).copy()


def _method(name):
    def call(a, *args, **kwargs):
        return getattr(asarray(a), name)(*args, **kwargs)
    return call


sum, prod, max, min, mean, std, any, all, argmax, argmin, argsort, cumsum, nonzero = [
    _method(n) for n in ("sum", "prod", "max", "min", "mean", "std", "any", "all", "argmax", "argmin", "argsort", "cumsum", "nonzero")]


def sort(a):
    return array(sorted(asarray(a)._data), asarray(a).dtype)


def unique(a, return_counts=False):
    a = asarray(a)
    values = sorted(set(a._data))
    found = array(values, a.dtype)
    return (found, array([a._data.count(v) for v in values], int64)) if return_counts else found


def diff(a, n=1):
    a = asarray(a)
    return a[1:] - a[:-1]


def dot(a, b):
    return _sum([x * y for x, y in zip(asarray(a)._data, asarray(b)._data)])


def where(condition, a=None, b=None):
    condition = asarray(condition)
    if a is None:
        return condition.nonzero()
    a, b = asarray(a), asarray(b)
    shape = _broadcast_shape(_broadcast_shape(condition.shape, a.shape), b.shape)
    c, x, y = [broadcast_to(v, shape)._data for v in (condition, a, b)]
    return ndarray(shape, promoted(a.dtype, b.dtype), [q if p else r for p, q, r in zip(c, x, y)])


def _pairwise(operation):
    return lambda a, b: asarray(a)._with(asarray(b), operation)


maximum, minimum, power = _pairwise(lambda a, b: _max(a, b)), _pairwise(lambda a, b: _min(a, b)), _pairwise(lambda a, b: a ** b)


def clip(a, low, high):
    return asarray(a)._with(0, lambda v, _: v if (low is None or v >= low) and (high is None or v <= high) else low if low is not None and v < low else high)


def isin(a, values):
    known = list(asarray(values)._data)
    return ndarray(asarray(a).shape, bool_, [v in known for v in asarray(a)._data])


def bincount(a, minlength=0):
    data = asarray(a)._data
    return array([data.count(i) for i in range(_max([minlength, *[v + 1 for v in data]]))], int64)


def searchsorted(a, v, side="left"):
    from bisect import bisect_left, bisect_right
    find = bisect_left if side == "left" else bisect_right
    data = list(asarray(a)._data)
    return array([find(data, x) for x in v], int64) if isinstance(v, (ndarray, list)) else find(data, v)


def array_equal(a, b):
    a, b = asarray(a), asarray(b)
    return a.shape == b.shape and a._data == b._data


def allclose(a, b, rtol=1e-05, atol=1e-08):
    return _all([_abs(x - y) <= atol + rtol * _abs(y) for x, y in zip(asarray(a)._data, asarray(b)._data)])


def _elementwise(operation):
    def apply(a, out=None):
        if isinstance(a, (ndarray, list, tuple)):
            a = asarray(a)
            made = [operation(v) for v in a._data]
            return ndarray(a.shape, a.dtype if made and type(made[0]) is type(a._data[0]) else common(made), made)
        return operation(a)
    return apply
