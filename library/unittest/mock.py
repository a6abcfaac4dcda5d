"""Patches for the time of a `with` block."""


class _Patch:
    def __init__(self, target, attribute, new, attributes=None):
        self._target, self._attribute, self._new = target, attribute, new

    def __enter__(self):
        self._old = getattr(self._target, self._attribute)
        setattr(self._target, self._attribute, self._new)
        return self._new

    def __exit__(self, *exc_info):
        setattr(self._target, self._attribute, self._old)

    start = __enter__

    def stop(self):
        self.__exit__()

    def __call__(self, function):
        from functools import wraps

        @wraps(function)
        def patched(*args, **kwargs):
            with self:
                return function(*args, **kwargs)
        return patched


class Mock:
    def __init__(self, *args, return_value=None, side_effect=None, **attributes):
        self.return_value = return_value
        self.side_effect = side_effect
        self.__dict__.update(attributes)

    def __call__(self, *args, **kwargs):
        if callable(self.side_effect):
            return self.side_effect(*args, **kwargs)
        return self.return_value

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = self.__dict__[name] = Mock()
        return made


MagicMock = AsyncMock = Mock
DEFAULT = Mock()


def _patch_object(target, attribute, new=DEFAULT, *args, **kwargs):
    return _Patch(target, attribute, Mock(**kwargs) if new is DEFAULT else new)


class _PatchDict:
    def __init__(self, in_dict, values=(), clear=False, **kwargs):
        self._dict, self._values, self._clear = in_dict, {**dict(values), **kwargs}, clear

    def __enter__(self):
        self._old = dict(self._dict)
        if self._clear:
            self._dict.clear()
        self._dict.update(self._values)
        return self._dict

    def __exit__(self, *exc_info):
        self._dict.clear()
        self._dict.update(self._old)


def patch(target, new=DEFAULT, *args, **kwargs):
    from importlib import import_module
    parts = target.split(".")
    # The longest prefix that is a module, then attributes.
    for count in range(len(parts) - 1, 0, -1):
        try:
            found = import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:-1]:
            found = getattr(found, part)
        return _patch_object(found, parts[-1], new, **kwargs)
    raise ModuleNotFoundError(f"No module named '{parts[0]}'")


patch.object = _patch_object
patch.dict = _PatchDict
