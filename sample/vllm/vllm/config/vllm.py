from contextlib import contextmanager
from dataclasses import field
from typing import Any

from vllm.config.cache import CacheConfig
from vllm.config.compilation import CompilationConfig, CompilationMode, CUDAGraphMode
from vllm.config.model import ModelConfig
from vllm.config.parallel import ParallelConfig
from vllm.config.scheduler import SchedulerConfig
from vllm.config.utils import config


@config
class VllmConfig:
    model_config: ModelConfig | None = None
    cache_config: CacheConfig = field(default_factory=CacheConfig)
    parallel_config: ParallelConfig = field(default_factory=ParallelConfig)
    scheduler_config: SchedulerConfig = field(default_factory=SchedulerConfig)
    compilation_config: CompilationConfig = field(default_factory=CompilationConfig)
    quant_config: Any = None
    speculative_config: Any = None
    lora_config: Any = None
    additional_config: dict = field(default_factory=dict)

    def __post_init__(self):
        from vllm.platforms import current_platform

        compilation = self.compilation_config
        if not compilation.compile_range_ends:
            compilation.compile_range_ends = [self.scheduler_config.max_num_batched_tokens]
        eager = self.model_config is not None and self.model_config.enforce_eager
        if compilation.mode is None:
            compilation.mode = CompilationMode.NONE if eager else CompilationMode.VLLM_COMPILE
        if compilation.cudagraph_mode is None:
            compilation.cudagraph_mode = CUDAGraphMode.NONE if eager else CUDAGraphMode.PIECEWISE
        current_platform.check_and_update_config(self)
        if "all" not in compilation.custom_ops and "none" not in compilation.custom_ops:
            compilation.custom_ops.append("all")


_current_vllm_config: VllmConfig | None = None


@contextmanager
def set_current_vllm_config(vllm_config: VllmConfig, check_compile: bool = False, prefix: str | None = None):
    global _current_vllm_config
    before = _current_vllm_config
    _current_vllm_config = vllm_config
    try:
        yield
    finally:
        _current_vllm_config = before


def get_current_vllm_config() -> VllmConfig:
    assert _current_vllm_config is not None, "Current vLLM config is not set."
    return _current_vllm_config


def get_current_vllm_config_or_none() -> VllmConfig | None:
    return _current_vllm_config
