from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
import torch._inductor.pattern_matcher as pm
from torch._inductor.pattern_matcher import PatternMatcherPass

_registered_patterns: set[str] = set()


class BasePattern(ABC):
    """What to look for in a graph, and what to put in its place."""

    def __init__(self, vllm_config, eps: float = 1e-6):
        self.vllm_config = vllm_config
        self.dtype = vllm_config.model_config.dtype
        self.eps = eps

    @abstractmethod
    def get_inputs(self) -> list[torch.Tensor]:
        pass

    @abstractmethod
    def get_pattern(self) -> Callable:
        pass

    @abstractmethod
    def get_replacement(self) -> Callable:
        pass

    def register(self, pm_pass: PatternMatcherPass) -> None:
        pattern_id = f"{self.__class__.__name__}_{self.eps}"
        if pattern_id in _registered_patterns:
            return
        pm.register_replacement(self.get_pattern(), self.get_replacement(), self.get_inputs(), pm.fwd_only, pm_pass)
        _registered_patterns.add(pattern_id)
