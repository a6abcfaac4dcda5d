"""Options of command lines, which no model reads: only what is a plain value."""
SUPPRESS, REMAINDER, OPTIONAL, ZERO_OR_MORE, ONE_OR_MORE = "==SUPPRESS==", "...", "?", "*", "+"


class Namespace:
    def __init__(self, **values):
        for name in values:
            setattr(self, name, values[name])

    def __eq__(self, other):
        return vars(self) == vars(other) if isinstance(other, Namespace) else NotImplemented

    def __contains__(self, name):
        return name in self.__dict__

    def __repr__(self):
        return "Namespace(" + ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items()) + ")"


class ArgumentError(Exception):
    pass


class ArgumentTypeError(Exception):
    pass


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _host import unknown
    return unknown("options of command lines are not evaluated", f"argparse.{name}")
