import torch
import torch.nn as nn

from vllm.config import VllmConfig, set_current_vllm_config
from vllm.model_executor.models import ModelRegistry


class DummyModelLoader:
    """A model with random weights."""

    def load_model(self, vllm_config: VllmConfig) -> nn.Module:
        model_config = vllm_config.model_config
        model_cls = ModelRegistry.resolve_model_cls(model_config.architectures)
        before = torch.get_default_dtype()
        torch.set_default_dtype(model_config.dtype)
        try:
            with set_current_vllm_config(vllm_config, check_compile=True):
                model = model_cls(vllm_config=vllm_config, prefix="")
        finally:
            torch.set_default_dtype(before)
        self.load_weights(model, model_config)
        return model.eval()

    def load_weights(self, model: nn.Module, model_config) -> None:
        for parameter in model.parameters():
            parameter.data.uniform_(-1e-3, 1e-3)
