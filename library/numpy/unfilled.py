"""Arrays whose numbers nobody knows, such as weights that are packed while they are loaded and large tables of positions: a shape and a dtype."""
import math

from .arrays import ndarray
from .dtypes import dtype as make


class Buffer:
    """The bytes of such an array."""

    def __init__(self, size):
        self.size = size

    def __len__(self):
        return self.size


class unfilled(ndarray):
    _unfilled = True

    def __init__(self, shape, dtype):
        self.shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self._dtype = make(dtype)
        self._whole = None

    @property
    def dtype(self):
        return self._dtype

    @dtype.setter
    def dtype(self, other):
        """The same bytes as another type: the last axis changes with the size of an element."""
        other = make(other)
        if other.itemsize != self._dtype.itemsize:
            self.shape = (*self.shape[:-1], self.shape[-1] * self._dtype.itemsize // other.itemsize)
        self._dtype = other

    @property
    def size(self):
        return math.prod(self.shape)

    @property
    def _data(self):
        from _host import unknown
        return unknown("the numbers of an array that are not known", "numpy.ndarray")

    def copy(self): return unfilled(self.shape, self._dtype)
    __copy__ = copy
    def __deepcopy__(self, memo): return self.copy()
    def astype(self, to, copy=True): return unfilled(self.shape, to)
    def tobytes(self): return Buffer(self.nbytes)
    def fill(self, value): pass
    def __setitem__(self, index, value): pass
    def __neg__(self): return self.copy()
    __invert__ = __abs__ = __neg__

    def __getitem__(self, index):
        index = index if isinstance(index, tuple) else (index,)
        given = sum([1 for i in index if i is not None and i is not ...])
        if ... not in index:
            index += (...,)
        shape, axis = [], 0
        for i in index:
            if i is None:
                shape.append(1)
            elif i is ...:
                shape.extend(self.shape[axis:axis + self.ndim - given])
                axis += self.ndim - given
            else:
                if isinstance(i, slice):
                    shape.append(len(range(*i.indices(self.shape[axis]))))
                elif not isinstance(i, int):
                    return super().__getitem__(index)
                axis += 1
        return unfilled(shape, self._dtype)

    def _reduced(self, operation, axis, keepdims=False, result=None):
        if axis is None:
            return super()._reduced(operation, axis)
        axis %= self.ndim
        return unfilled(self.shape[:axis] + ((1,) if keepdims else ()) + self.shape[axis + 1:], result or self._dtype)

    def view(self, to=None):
        other = self.copy()
        if to is not None:
            other.dtype = to
        return other

    def reshape(self, *shape):
        if len(shape) == 1 and not isinstance(shape[0], int):
            shape = tuple(shape[0])
        if -1 in shape:
            known = math.prod([n for n in shape if n != -1])
            shape = tuple(self.size // known if n == -1 else n for n in shape)
        return unfilled(shape, self._dtype)

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        axes = axes or tuple(reversed(range(self.ndim)))
        return unfilled([self.shape[a] for a in axes], self._dtype)

    def _as_tensor(self):
        import torch
        return torch.empty(self.shape, dtype=getattr(torch, self._dtype.name), device="cpu")
