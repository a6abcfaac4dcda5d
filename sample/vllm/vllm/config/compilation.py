import enum
from collections import Counter
from dataclasses import field
from typing import Any, NamedTuple

from vllm.config.utils import config


class CompilationMode(enum.IntEnum):
    NONE = 0
    STOCK_TORCH_COMPILE = 1
    DYNAMO_TRACE_ONCE = 2
    VLLM_COMPILE = 3


class CUDAGraphMode(enum.Enum):
    NONE = 0
    PIECEWISE = 1
    FULL = 2


class Range(NamedTuple):
    start: int
    end: int


@config
class PassConfig:
    enable_sp: bool = False


@config
class CompilationConfig:
    mode: CompilationMode | None = None
    custom_ops: list[str] = field(default_factory=list)
    cudagraph_mode: CUDAGraphMode | None = None
    cudagraph_capture_sizes: list[int] | None = None
    pass_config: PassConfig = field(default_factory=PassConfig)
    enabled_custom_ops: Counter[str] = field(default_factory=Counter, init=False)
    disabled_custom_ops: Counter[str] = field(default_factory=Counter, init=False)
    static_forward_context: dict[str, Any] = field(default_factory=dict, init=False)
    compile_range_ends: list[int] = field(default_factory=list)

    def get_compile_ranges(self) -> list[Range]:
        """Numbers of tokens that share one compiled graph."""
        ends = sorted(set(self.compile_range_ends))
        return [Range(before + 1, end) for before, end in zip([0, *ends], ends)]
