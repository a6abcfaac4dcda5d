from dataclasses import field
from typing import Any

import torch

from vllm.config.utils import config
from vllm.transformers_utils.config import get_config, get_hf_text_config

_STR_DTYPE_TO_TORCH_DTYPE = {
    "half": torch.float16,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float": torch.float32,
    "float32": torch.float32,
}


@config
class ModelConfig:
    model: str = ""
    trust_remote_code: bool = False
    dtype: Any = "auto"
    seed: int = 0
    max_model_len: int | None = None
    quantization: str | None = None
    enforce_eager: bool = False
    skip_tokenizer_init: bool = False
    runner_type: str = "generate"
    hf_config: Any = field(init=False, default=None)
    hf_text_config: Any = field(init=False, default=None)

    def __post_init__(self):
        self.hf_config = get_config(self.model, self.trust_remote_code)
        self.hf_text_config = get_hf_text_config(self.hf_config)
        if isinstance(self.dtype, str):
            name = self.dtype
            if name == "auto":
                name = str(getattr(self.hf_config, "torch_dtype", None) or "bfloat16").removeprefix("torch.")
            if name not in _STR_DTYPE_TO_TORCH_DTYPE:
                raise ValueError(f"Unknown dtype: {name!r}")
            self.dtype = _STR_DTYPE_TO_TORCH_DTYPE[name]
        derived = getattr(self.hf_text_config, "max_position_embeddings", 2048)
        if self.max_model_len is None:
            self.max_model_len = derived
        elif self.max_model_len > derived:
            raise ValueError(f"max_model_len ({self.max_model_len}) is greater than the model's {derived} positions")

    @property
    def architectures(self) -> list[str]:
        return getattr(self.hf_config, "architectures", None) or []

    @property
    def uses_mrope(self) -> bool:
        rope_parameters = getattr(self.hf_text_config, "rope_parameters", None)
        return bool(rope_parameters) and "mrope_section" in rope_parameters

    @property
    def use_mla(self) -> bool:
        return hasattr(self.hf_text_config, "kv_lora_rank")

    @property
    def is_mm_prefix_lm(self) -> bool:
        return False

    def get_vocab_size(self) -> int:
        return self.hf_text_config.vocab_size

    def get_head_size(self) -> int:
        head_dim = getattr(self.hf_text_config, "head_dim", None)
        return head_dim or self.hf_text_config.hidden_size // self.hf_text_config.num_attention_heads

    def get_num_kv_heads(self, parallel_config) -> int:
        return max(1, self.hf_text_config.num_key_value_heads // parallel_config.tensor_parallel_size)
