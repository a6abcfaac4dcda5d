"""Weights have no values here: they stay as the model's constructor made them. Only where the platform's own loader of a whole weight may give it
another shape, that runs."""
import inspect as _inspect

import torch as _torch


def _load_weights(self, model, model_config):
    for module in model.modules():
        loader = getattr(type(module), "weight_loader", None)
        weight = getattr(module, "weight", None)
        if loader is None or weight is None or loader.__module__.startswith("vllm.") or len(_inspect.signature(loader).parameters) != 3:
            continue
        split = getattr(weight, "output_dim", None)
        shape = [size * module.tp_size if dim == split else size for dim, size in enumerate(weight.shape)]
        module.weight_loader(weight, _torch.empty(shape, dtype=weight.dtype, device="cpu"))


DummyModelLoader.load_weights = _load_weights
