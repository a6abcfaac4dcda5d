"""References; all of them are strong, because nothing is freed here."""
from collections import UserDict


class ref:
    def __init__(self, obj, callback=None):
        self._obj = obj

    def __call__(self):
        return self._obj

    def __eq__(self, other):
        return isinstance(other, ref) and self._obj == other._obj

    def __hash__(self):
        return hash(self._obj)

    def __class_getitem__(cls, parameters):
        return cls


ReferenceType = WeakMethod = ref


def proxy(obj, callback=None):
    return obj


class WeakValueDictionary(UserDict):
    def __class_getitem__(cls, parameters):
        return cls


class WeakKeyDictionary(UserDict):
    """Keys go by identity."""

    def __class_getitem__(cls, parameters):
        return cls


class WeakSet(set):
    pass


class finalize:
    alive = True

    def __init__(self, obj, func, /, *args, **kwargs):
        pass

    def __call__(self):
        pass

    def detach(self):
        pass


def getweakrefcount(obj):
    return 0
