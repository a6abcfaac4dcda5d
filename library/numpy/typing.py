from typing import Any

from .arrays import ndarray

ArrayLike = DTypeLike = Any


class NDArray(ndarray):
    def __class_getitem__(cls, parameters):
        return ndarray
