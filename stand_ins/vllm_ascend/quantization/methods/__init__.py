"""Schemes register themselves where they are defined: all modules that this package names run, though nobody reads the names."""
import sys as _sys

for _name in __all__:
    getattr(_sys.modules[__name__], _name)
