def support_torch_compile(cls=None, *, dynamic_arg_dims=None):
    """Marks a model that is compiled as a whole."""

    def decorator(cls):
        cls.supports_torch_compile = True
        return cls

    return decorator(cls) if cls is not None else decorator
