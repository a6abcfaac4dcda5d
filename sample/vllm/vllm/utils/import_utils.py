import importlib


def resolve_obj_by_qualname(qualified_name: str):
    module_name, name = qualified_name.rsplit(".", 1)
    return getattr(importlib.import_module(module_name), name)
