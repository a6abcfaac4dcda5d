"""Older releases check at definition that each field of a config class has a docstring, by reading their own source."""


def get_attr_docs(cls):
    return {name: "" for name in cls.__dataclass_fields__}
