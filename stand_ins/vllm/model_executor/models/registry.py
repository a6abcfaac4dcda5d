"""A model's class is looked at without a subprocess and its cache file; an error in its module is not swallowed but the answer. Workers are spawned: what
was imported to look at it, and for the configuration, they have not imported. (Where a spawned one is refused for a patched function that takes less than its
caller gives, a forked one is followed, which has.)
"""
import _host


def _inspect_model_cls(self):
    return _host.in_another_process(lambda: _ModelInfo.from_model_cls(self.load_model_cls()))


def _try_inspect_model_cls(model_arch, model):
    return model.inspect_model_cls()


def _try_load_model_cls(model_arch, model):
    from fusescout_worker import worker
    from vllm.platforms import current_platform

    current_platform.verify_model_arch(model_arch)
    return model.load_model_cls() if worker.started else _host.in_another_process(model.load_model_cls)


_LazyRegisteredModel.inspect_model_cls = _inspect_model_cls
