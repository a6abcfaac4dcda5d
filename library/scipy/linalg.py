"""Matrices by their names. Only what they are multiplied with has a shape that matters: their numbers are left out."""
from numpy.unfilled import unfilled


def hadamard(n, dtype=int):
    if n < 1 or n & (n - 1):
        raise ValueError("n must be an positive integer, and n must be a power of 2")
    return unfilled((n, n), dtype)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _host import unknown
    return unknown("scipy is not evaluated", f"scipy.linalg.{name}")
