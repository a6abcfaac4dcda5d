"""What models take from scipy; whatever else it has is unknown."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _host import unknown
    return unknown("scipy is not evaluated", f"scipy.{name}")
