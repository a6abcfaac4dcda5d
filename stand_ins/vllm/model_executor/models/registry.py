"""A model's class is looked at in this process, not in a subprocess with a cache file."""


def _inspect_model_cls(self):
    return _ModelInfo.from_model_cls(self.load_model_cls())


_LazyRegisteredModel.inspect_model_cls = _inspect_model_cls
