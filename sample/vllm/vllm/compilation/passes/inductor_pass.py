from contextlib import contextmanager
from dataclasses import dataclass

from vllm.config.compilation import Range


@dataclass
class PassContext:
    compile_range: Range


_pass_context: PassContext | None = None


def get_pass_context() -> PassContext:
    assert _pass_context is not None
    return _pass_context


@contextmanager
def pass_context(compile_range: Range):
    global _pass_context
    before = _pass_context
    _pass_context = PassContext(compile_range)
    try:
        yield
    finally:
        _pass_context = before


class InductorPass:
    def is_applicable_for_range(self, compile_range: Range) -> bool:
        return True
