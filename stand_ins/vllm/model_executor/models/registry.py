"""A model's class is looked at in this process, not in a subprocess with a cache file; an error in its module is not swallowed but the answer."""


def _inspect_model_cls(self):
    return _ModelInfo.from_model_cls(self.load_model_cls())


def _try_inspect_model_cls(model_arch, model):
    return model.inspect_model_cls()


def _try_load_model_cls(model_arch, model):
    from vllm.platforms import current_platform

    current_platform.verify_model_arch(model_arch)
    return model.load_model_cls()


_LazyRegisteredModel.inspect_model_cls = _inspect_model_cls
