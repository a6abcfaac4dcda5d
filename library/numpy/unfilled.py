"""Arrays whose numbers nobody knows, such as weights that are packed while they are loaded: a shape and a dtype."""
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
