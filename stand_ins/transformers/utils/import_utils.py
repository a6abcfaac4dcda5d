"""Which names a package of transformers exports is read from the `__all__` of its files by the host, and a lazy package imports them one at a
time; the optional backends that it asks for play no role."""
import fusescout_scenario as _scenario


def define_import_structure(module_path, prefix=None):
    start = prefix + "." if prefix else ""
    return {frozenset(): {start + module: set(names) for module, names in _scenario.exported_names(str(module_path)).items()}}


class _LazyModule:
    def __init__(self, name, module_file, import_structure, module_spec=None, extra_objects=None, explicit_import_shortcut=None):
        self.__name__ = name
        self.__file__ = module_file
        self.__path__ = []
        self._where = {}
        for key, part in import_structure.items():
            for module, names in (part if isinstance(key, frozenset) else {key: part}).items():
                self._where.update(dict.fromkeys(names, module))
        for key, value in (extra_objects or {}).items():
            setattr(self, key, value)

    def __getattr__(self, name):
        import importlib

        module = self._where.get(name)
        if module is None:
            try:
                return importlib.import_module(self.__name__ + "." + name)
            except ImportError:
                raise AttributeError(f"module {self.__name__} has no attribute {name}") from None
        return getattr(importlib.import_module(self.__name__ + "." + module), name)
