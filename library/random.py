"""Chance is not known."""
from _host import unknown as _unknown


class Random:
    def __init__(self, x=None):
        pass

    def seed(self, a=None, version=2):
        pass

    def getstate(self):
        return ()

    def setstate(self, state):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _unknown("a random value", f"random.{name}")


_random = Random()
seed, getstate, setstate = _random.seed, _random.getstate, _random.setstate


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _unknown("a random value", f"random.{name}")
