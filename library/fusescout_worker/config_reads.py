"""Who reads what of the config, for a run that ended with an exception: it is done once more under this watch, to name the value that does not fit."""
import inspect
import json

import fusescout_scenario as scenario


def watch():
    from transformers.configuration_utils import PretrainedConfig

    given = set()
    json.loads(scenario.config_text, object_hook=given.update)
    read = PretrainedConfig.__getattribute__
    defaults = {}

    def __getattribute__(self, name):
        value = read(self, name)
        if name in given and isinstance(value, (type(None), bool, int, float, str, list, dict)):
            cls = type(self)
            if (cls, name) not in defaults:
                defaults[cls, name] = default_of(cls, name)
            default = defaults[cls, name]
            if judgement := judge(value, default):
                scenario.config_read(name, json.dumps(value, default=str), judgement, "" if default is None else f"`{cls.__name__}` has {json.dumps(default)}")
        return value

    PretrainedConfig.__getattribute__ = __getattribute__


def default_of(cls, name):
    """What the config's class says, by an argument of its constructor or as a field; None: nothing."""
    for base in cls.__mro__:
        own = vars(base)
        init = own.get("__init__")
        default = inspect.signature(init).parameters[name].default if init is not None and name in inspect.signature(init).parameters else own.get(name)
        if isinstance(default, (bool, int, float, str, list, dict)):
            return default
    return None


def judge(value, default):
    """`wrong`: of another type. `odd`: what may be meant, and may be a mistake. `open`: nobody says what belongs there. Empty: it fits."""
    numbers = (bool, int, float)
    if default is None:
        return "" if value is None else "open"
    if value is None:
        return "odd"
    if not isinstance(value, numbers) or not isinstance(default, numbers):
        several = isinstance(value, list)      # token ids and the like: one or some
        return "" if type(value) is type(default) else "odd" if several else "wrong"
    whole = isinstance(default, int) and isinstance(value, float)
    return "odd" if whole or value < 0 <= default or abs(value) >= 2**63 else ""
