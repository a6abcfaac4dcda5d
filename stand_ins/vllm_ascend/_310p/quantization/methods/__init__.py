"""Schemes register themselves where they are defined: all modules that this package imports run, though nobody reads the names."""
import sys as _sys

for _name in list(vars(_sys.modules[__name__])):
    getattr(_sys.modules[__name__], _name)
