"""Which names a package of transformers exports is read from the `__all__` of its files by the host, and a lazy package imports them one at a
time; the optional backends that it asks for play no role. What makes tensors of texts, pictures and sounds, and what samples, is never
called: its classes are empty."""
import fusescout_scenario as _scenario

_before_the_model = ("processing_", "image_processing", "video_processing", "feature_extraction", "tokenization_", "image_utils", "audio_utils")


def define_import_structure(module_path, prefix=None):
    start = prefix + "." if prefix else ""
    exported = _scenario.exported_names(str(module_path))
    # A modular file is what the others are generated from.
    return {frozenset(): {start + m: set(names) for m, names in exported.items() if not m.rpartition(".")[2].startswith("modular_")}}


class _Empty(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


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
        if module is None and name.endswith(("Processor", "ProcessorFast", "Tokenizer", "TokenizerFast", "FeatureExtractor")):
            module = "processing_" + name
        if module is None:
            try:
                return importlib.import_module(self.__name__ + "." + name)
            except ImportError:
                raise AttributeError(f"module {self.__name__} has no attribute {name}") from None
        after = self.__name__ == "transformers.generation" and module != "configuration_utils"
        if after or module.rpartition(".")[2].startswith(_before_the_model):
            found = _Empty(name, (), {"__module__": self.__name__ + "." + module})
            setattr(self, name, found)
            return found
        return getattr(importlib.import_module(self.__name__ + "." + module), name)


def direct_transformers_import(path, file="__init__.py"):
    import transformers

    return transformers
