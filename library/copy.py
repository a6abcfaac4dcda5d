"""Shallow and deep copies. An object is copied attribute by attribute; what pickling hooks would do is not asked."""
import _host


class Error(Exception):
    pass


error = Error


def copy(x):
    method = getattr(type(x), "__copy__", None)
    if method is not None:
        return method(x)
    return _host.shallow_copy(x)


def deepcopy(x, memo=None, _nil=[]):
    if memo is None:
        memo = {}
    if _host.is_atomic(x):
        return x
    key = id(x)
    found = memo.get(key, _nil)
    if found is not _nil:
        return found
    method = getattr(x, "__deepcopy__", None)
    if method is not None:
        made = method(memo)
    else:
        made = _deep(x, memo, key)
    memo[key] = made
    return made


def _deep(x, memo, key):
    cls = type(x)
    if cls is list:
        made = memo[key] = []
        for v in x:
            made.append(deepcopy(v, memo))
        return made
    if cls is tuple:
        copied = [deepcopy(v, memo) for v in x]
        for old, new in zip(x, copied):
            if old is not new:
                return tuple(copied)
        return x
    if cls is dict:
        made = memo[key] = {}
        for k, v in x.items():
            made[deepcopy(k, memo)] = deepcopy(v, memo)
        return made
    if cls is set:
        return {deepcopy(v, memo) for v in x}
    made = memo[key] = _host.shallow_copy(x)
    if isinstance(x, list):
        for i, v in enumerate(x):
            made[i] = deepcopy(v, memo)
    elif isinstance(x, dict):
        for k, v in list(dict.items(x)):
            dict.__setitem__(made, k, deepcopy(v, memo))
    attributes = getattr(made, "__dict__", None)
    if isinstance(attributes, dict):
        for name, value in list(attributes.items()):
            attributes[name] = deepcopy(value, memo)
    return made


def replace(obj, /, **changes):
    return obj.__replace__(**changes)
