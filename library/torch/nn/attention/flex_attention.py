"""Attention that is compiled from a Python function: only the class that others ask for."""


class BlockMask:
    pass


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _host import unknown
    return unknown("attention compiled from a function is not evaluated", f"torch.nn.attention.flex_attention.{name}")
