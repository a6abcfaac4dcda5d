import importlib
from dataclasses import dataclass

import torch.nn as nn

from vllm.model_executor.models.interfaces import supports_pp

_TEXT_GENERATION_MODELS = {
    "TinyDenseForCausalLM": ("tiny_dense", "TinyDenseForCausalLM"),
    "TinyMoeForCausalLM": ("tiny_moe", "TinyMoeForCausalLM"),
    # Trained with other data; nothing of its code differs.
    "TinyChatForCausalLM": ("tiny_dense", "TinyDenseForCausalLM"),
}

_VLLM_MODELS = {**_TEXT_GENERATION_MODELS}


@dataclass(frozen=True)
class _ModelInfo:
    architecture: str
    supports_pp: bool

    @staticmethod
    def from_model_cls(model: type[nn.Module]) -> "_ModelInfo":
        return _ModelInfo(architecture=model.__name__, supports_pp=supports_pp(model))


@dataclass(frozen=True)
class _LazyRegisteredModel:
    module_name: str
    class_name: str

    def load_model_cls(self) -> type[nn.Module]:
        return getattr(importlib.import_module(self.module_name), self.class_name)

    def inspect_model_cls(self) -> _ModelInfo:
        return _ModelInfo.from_model_cls(self.load_model_cls())


class _ModelRegistry:
    def __init__(self, models: dict[str, _LazyRegisteredModel]):
        self.models = models

    def register_model(self, model_arch: str, model_cls: str) -> None:
        module_name, class_name = model_cls.split(":")
        self.models[model_arch] = _LazyRegisteredModel(module_name, class_name)

    def resolve_model_cls(self, architectures: list[str]) -> type[nn.Module]:
        for architecture in architectures:
            if architecture in self.models:
                return self.models[architecture].load_model_cls()
        raise ValueError(f"Model architectures {architectures} are not supported for now. Supported architectures: {list(self.models)}")


ModelRegistry = _ModelRegistry(
    {
        arch: _LazyRegisteredModel(f"vllm.model_executor.models.{module}", name)
        for arch, (module, name) in _VLLM_MODELS.items()
    }
)
