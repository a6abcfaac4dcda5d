from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from vllm.config import VllmConfig


@dataclass
class ForwardContext:
    """What a step tells the layers that need more than their inputs."""

    no_compile_layers: dict[str, Any]
    attn_metadata: Any
    virtual_engine: int = 0


_forward_context: ForwardContext | None = None


def get_forward_context() -> ForwardContext:
    assert _forward_context is not None, "Forward context is not set."
    return _forward_context


@contextmanager
def set_forward_context(
    attn_metadata: Any,
    vllm_config: VllmConfig,
    num_tokens: int | None = None,
    num_tokens_across_dp: Any = None,
    virtual_engine: int = 0,
):
    global _forward_context
    before = _forward_context
    _forward_context = ForwardContext(
        no_compile_layers=vllm_config.compilation_config.static_forward_context,
        attn_metadata=attn_metadata,
        virtual_engine=virtual_engine,
    )
    try:
        yield
    finally:
        _forward_context = before
