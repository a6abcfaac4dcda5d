"""Docstrings are not put together from the texts of source files."""


def auto_docstring(obj=None, **options):
    return obj if obj is not None else lambda decorated: decorated


def auto_class_docstring(cls, *arguments, **options):
    return cls


def auto_method_docstring(func, *arguments, **options):
    return func
