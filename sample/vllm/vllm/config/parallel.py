from dataclasses import field

from vllm.config.utils import config


@config
class ParallelConfig:
    pipeline_parallel_size: int = 1
    tensor_parallel_size: int = 1
    data_parallel_size: int = 1
    prefill_context_parallel_size: int = 1
    decode_context_parallel_size: int = 1
    enable_expert_parallel: bool = False
    worker_cls: str = "auto"
    rank: int = 0
    world_size: int = field(init=False, default=1)

    def __post_init__(self):
        self.world_size = self.pipeline_parallel_size * self.tensor_parallel_size
