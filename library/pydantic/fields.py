"""What is said about a field besides its type."""


class _Undefined:
    def __repr__(self):
        return "PydanticUndefined"


PydanticUndefined = _Undefined()


class FieldInfo:
    def __init__(self, default=PydanticUndefined, default_factory=None, **options):
        self.default = PydanticUndefined if default is ... else default
        self.default_factory = default_factory
        self.init = options.pop("init", None)
        self.kw_only = options.pop("kw_only", None)
        self.repr = options.pop("repr", True)
        self.description = options.pop("description", None)
        self.alias = options.pop("alias", None)
        self.annotation = None
        self.limits = {name: options.pop(name) for name in ("gt", "ge", "lt", "le") if options.get(name) is not None}
        self.options = options

    def is_required(self):
        return self.default is PydanticUndefined and self.default_factory is None

    def get_default(self, *, call_default_factory=False):
        return self.default_factory() if call_default_factory and self.default_factory is not None else self.default

    def check(self, name, value):
        """Raises when a number is outside its limits."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return
        for limit, bound in self.limits.items():
            if limit == "gt" and not value > bound:
                raise ValueError(f"{name}: Input should be greater than {bound}")
            if limit == "ge" and not value >= bound:
                raise ValueError(f"{name}: Input should be greater than or equal to {bound}")
            if limit == "lt" and not value < bound:
                raise ValueError(f"{name}: Input should be less than {bound}")
            if limit == "le" and not value <= bound:
                raise ValueError(f"{name}: Input should be less than or equal to {bound}")


def Field(default=PydanticUndefined, *, default_factory=None, **options):
    return FieldInfo(default, default_factory, **options)


def PrivateAttr(default=PydanticUndefined, *, default_factory=None, **options):
    return FieldInfo(default, default_factory, init=False)


def computed_field(func=None, **options):
    return func if func is not None else lambda f: f
