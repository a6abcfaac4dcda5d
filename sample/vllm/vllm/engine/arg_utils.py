from dataclasses import dataclass, field
from typing import Any

from vllm.config import CacheConfig, ModelConfig, ParallelConfig, SchedulerConfig, VllmConfig


@dataclass
class EngineArgs:
    """What `vllm serve` takes."""

    model: str = ""
    trust_remote_code: bool = False
    load_format: str = "auto"
    dtype: Any = "auto"
    seed: int = 0
    max_model_len: int | None = None
    quantization: str | None = None
    enforce_eager: bool = False
    tensor_parallel_size: int = 1
    pipeline_parallel_size: int = 1
    data_parallel_size: int = 1
    enable_expert_parallel: bool = False
    num_gpu_blocks_override: int | None = None
    max_num_batched_tokens: int = 8192
    max_num_seqs: int = 256
    skip_tokenizer_init: bool = False
    disable_log_stats: bool = False
    additional_config: dict[str, Any] = field(default_factory=dict)

    def create_engine_config(self, usage_context=None) -> VllmConfig:
        from vllm.platforms import current_platform

        current_platform.pre_register_and_update()
        return VllmConfig(
            model_config=ModelConfig(
                model=self.model,
                trust_remote_code=self.trust_remote_code,
                dtype=self.dtype,
                seed=self.seed,
                max_model_len=self.max_model_len,
                quantization=self.quantization,
                enforce_eager=self.enforce_eager,
                skip_tokenizer_init=self.skip_tokenizer_init,
            ),
            cache_config=CacheConfig(num_gpu_blocks_override=self.num_gpu_blocks_override),
            parallel_config=ParallelConfig(
                pipeline_parallel_size=self.pipeline_parallel_size,
                tensor_parallel_size=self.tensor_parallel_size,
                data_parallel_size=self.data_parallel_size,
                enable_expert_parallel=self.enable_expert_parallel,
            ),
            scheduler_config=SchedulerConfig(max_num_batched_tokens=self.max_num_batched_tokens, max_num_seqs=self.max_num_seqs),
            additional_config=self.additional_config,
        )
