"""Versions of packages."""
from . import version  # noqa: F401
