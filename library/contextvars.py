"""Context variables of the one context there is."""
_no_default = object()


class Token:
    MISSING = _no_default

    def __init__(self, var, old_value):
        self.var, self.old_value = var, old_value


class ContextVar:
    def __init__(self, name, *, default=_no_default):
        self.name = name
        self._default = default
        self._value = _no_default

    def get(self, default=_no_default):
        for value in (self._value, default, self._default):
            if value is not _no_default:
                return value
        raise LookupError(self)

    def set(self, value):
        token = Token(self, self._value)
        self._value = value
        return token

    def reset(self, token):
        self._value = token.old_value

    def __class_getitem__(cls, parameters):
        return cls


class Context:
    def run(self, function, *args, **kwargs):
        return function(*args, **kwargs)


def copy_context():
    return Context()
