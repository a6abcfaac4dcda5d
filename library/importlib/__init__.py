"""Importing by name."""
import _host
from . import abc, machinery, metadata, util  # noqa: F401


def import_module(name, package=None):
    if name.startswith("."):
        if not package:
            raise TypeError(f"the 'package' argument is required to perform a relative import for {name!r}")
        dots = len(name) - len(name.lstrip("."))
        parts = package.split(".")
        if dots > 1:
            parts = parts[:1 - dots]
        name = ".".join(parts) + ("." + name[dots:] if name[dots:] else "")
    return _host.import_module(name)


def reload(module):
    return module


def invalidate_caches():
    pass


def __import__(name, *args, **kwargs):
    return _host.import_module(name)
