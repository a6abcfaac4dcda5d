from typing import ClassVar, Literal, Protocol, runtime_checkable


@runtime_checkable
class SupportsPP(Protocol):
    """A model whose layers may lie on several ranks, one after the other."""

    supports_pp: ClassVar[Literal[True]] = True


def supports_pp(model) -> bool:
    return bool(getattr(model, "supports_pp", False))
