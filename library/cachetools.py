"""Bounded caches."""
from collections import OrderedDict


class Cache(dict):
    def __init__(self, maxsize, getsizeof=None):
        dict.__init__(self)
        self.maxsize = maxsize
        self.getsizeof = getsizeof or (lambda value: 1)

    @property
    def currsize(self):
        return len(self)

    def __setitem__(self, key, value):
        while key not in self and len(self) >= self.maxsize:
            self.popitem()
        dict.__setitem__(self, key, value)

    def popitem(self):
        key = next(iter(self))
        return key, self.pop(key)

    def __class_getitem__(cls, parameters):
        return cls


class LRUCache(Cache):
    def __getitem__(self, key):
        value = dict.__getitem__(self, key)
        dict.pop(self, key)
        dict.__setitem__(self, key, value)
        return value


class TTLCache(LRUCache):
    def __init__(self, maxsize, ttl, timer=None, getsizeof=None):
        super().__init__(maxsize, getsizeof)


FIFOCache = LFUCache = LRUCache


def cached(cache, key=None, lock=None, info=False):
    from functools import lru_cache
    return lru_cache(maxsize=None)
