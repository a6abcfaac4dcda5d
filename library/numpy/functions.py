"""Functions of arrays."""
import math

from .arrays import MOST, array, asarray, broadcast_shape, broadcast_to, ndarray, strict
from .dtypes import bool_, common, dtype, float64, int64, promoted

_all, _any, _max, _min, _sum, _abs = all, any, max, min, sum, abs


def atleast_1d(a):
    a = asarray(a)
    return a if a.ndim else a.reshape(1)


def zeros(shape, dtype=float64):
    if math.prod((shape,) if isinstance(shape, int) else tuple(shape)) > MOST:
        from .unfilled import unfilled
        return unfilled(shape, dtype)
    return ndarray(shape, dtype)



def full(shape, fill_value, dtype=None):
    made = ndarray(shape, dtype or common([fill_value]))
    made.fill(fill_value)
    return made


def ones(shape, dtype=float64):
    return full(shape, 1, dtype)


def zeros_like(a, dtype=None):
    return zeros(asarray(a).shape, dtype or a.dtype)



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
    n = _sum([a.shape[axis] for a in arrays])
    shape = first.shape[:axis] + (n,) + first.shape[axis + 1:]
    if _any([a._unfilled for a in arrays]) or math.prod(shape) > MOST:
        return first._like(shape, kind)
    before = math.prod(first.shape[:axis])
    made = []
    for b in range(before):
        for a in arrays:
            step = math.prod(a.shape[axis:])
            made.extend(a._data[b * step:(b + 1) * step])
    return ndarray(shape, kind, made)


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
    if a._unfilled:
        return a.transpose(*axes)
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


def meshgrid(*arrays, indexing="xy", **options):
    arrays = [asarray(a) for a in arrays]
    shape = [a.size for a in arrays]
    swapped = indexing == "xy" and len(arrays) > 1
    if swapped:
        shape[0], shape[1] = shape[1], shape[0]
    made = []
    for i, a in enumerate(arrays):
        axis = 1 - i if swapped and i < 2 else i
        made.append(broadcast_to(a.reshape((1,) * axis + (-1,) + (1,) * (len(arrays) - axis - 1)), tuple(shape)))
    return made


def outer(a, b):
    return asarray(a).reshape(-1, 1) * asarray(b).reshape(1, -1)


def einsum(equation, *arrays):
    """Sums of products of small arrays; of large ones the shape."""
    arrays = [asarray(a) for a in arrays]
    inputs, _, output = equation.replace(" ", "").partition("->")
    inputs = inputs.split(",")
    if not output and "->" not in equation:
        letters = "".join(inputs)
        output = "".join(sorted([c for c in set(letters) if letters.count(c) == 1]))
    sizes = {c: n for names, a in zip(inputs, arrays) for c, n in zip(names, a.shape)}
    order = output + "".join([c for c in sizes if c not in output])
    kind = arrays[0].dtype
    for a in arrays[1:]:
        kind = promoted(kind, a.dtype)
    if _any([a._unfilled for a in arrays]) or math.prod([sizes[c] for c in order]) > MOST:
        return arrays[0]._like(tuple([sizes[c] for c in output]), kind)
    result = None
    for names, a in zip(inputs, arrays):
        present = [c for c in order if c in names]
        a = transpose(a, tuple([names.index(c) for c in present])).reshape(tuple([sizes[c] if c in names else 1 for c in order]))
        result = a if result is None else result * a
    for axis in range(len(order) - 1, len(output) - 1, -1):
        result = result.sum(axis=axis)
    return result


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
    shape = broadcast_shape(broadcast_shape(condition.shape, a.shape), b.shape)
    c, x, y = [broadcast_to(v, shape)._data for v in (condition, a, b)]
    return ndarray(shape, promoted(a.dtype, b.dtype), [q if p else r for p, q, r in zip(c, x, y)])


def _pairwise(operation):
    return lambda a, b: asarray(a)._with(asarray(b), operation)


maximum, minimum, power = _pairwise(lambda a, b: _max(a, b)), _pairwise(lambda a, b: _min(a, b)), _pairwise(lambda a, b: a ** b)


def clip(a, a_min=None, a_max=None, **limits):
    low, high = limits.get("min", a_min), limits.get("max", a_max)
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


for _name in ("zeros", "full", "ones", "zeros_like", "full_like", "ones_like", "arange", "linspace", "concatenate", "stack", "hstack",
              "vstack", "meshgrid", "outer", "einsum", "array_split", "repeat", "tile", "transpose", "reshape", "sort", "unique", "diff", "dot", "where", "maximum", "minimum",
              "power", "clip", "isin", "bincount", "searchsorted", "sum", "prod", "max", "min", "mean", "std", "any", "all", "argmax", "argmin", "argsort",
              "cumsum", "nonzero"):
    globals()[_name] = strict(globals()[_name])
empty, empty_like, split = zeros, zeros_like, array_split


def elementwise(operation):
    @strict
    def apply(a, out=None):
        if isinstance(a, (ndarray, list, tuple)):
            a = asarray(a)
            if a._unfilled:
                return a._like(a.shape, a.dtype if a.dtype.kind == "f" else float64)
            made = [operation(v) for v in a._data]
            return ndarray(a.shape, a.dtype if made and type(made[0]) is type(a._data[0]) else common(made), made)
        return operation(a)
    return apply
