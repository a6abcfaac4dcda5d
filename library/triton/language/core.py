from triton.language import Name


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Name(name)
