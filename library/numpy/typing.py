"""Types of arrays, to name."""
from . import ndarray

NDArray = ndarray
ArrayLike = DTypeLike = object
