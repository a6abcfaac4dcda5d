"""What a pattern file may use. `pattern(...)` is called once with a metavariable for each parameter; the operators that it calls are
written down, and `describe` gives them in the text form of src/graph/pattern.h. Plain Python: CPython runs it as well.
"""
ELLIPSIS = ...


def _number(x):
    return "True" if x is True else "False" if x is False else repr(x)


def _quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Expression:
    """A condition or a number that is known when a match is."""

    def __init__(self, text):
        self.text = text

    def _binary(self, sign, other):
        return Expression("(" + self.text + " " + sign + " " + _expression(other) + ")")

    def __add__(self, other): return self._binary("+", other)
    def __sub__(self, other): return self._binary("-", other)
    def __mul__(self, other): return self._binary("*", other)
    def __floordiv__(self, other): return self._binary("//", other)
    def __mod__(self, other): return self._binary("%", other)
    def __eq__(self, other): return self._binary("==", other)
    def __ne__(self, other): return self._binary("!=", other)
    def __lt__(self, other): return self._binary("<", other)
    def __le__(self, other): return self._binary("<=", other)
    def __gt__(self, other): return self._binary(">", other)
    def __ge__(self, other): return self._binary(">=", other)
    def __and__(self, other): return self._binary("and", other)
    def __or__(self, other): return self._binary("or", other)
    def __invert__(self): return Expression("(not " + self.text + ")")

    def __bool__(self):
        raise TypeError("a condition of a pattern is not known yet: use &, | and ~ instead of and, or and not")


def _expression(x):
    if isinstance(x, Expression):
        return x.text
    if isinstance(x, Value):
        return x.attribute().text
    return _quote(x) if isinstance(x, str) else _number(x)


class Shape:
    def __init__(self, name):
        self.name = name

    def __getitem__(self, axis):
        return Expression("%" + self.name + ".shape[" + str(axis) + "]")


class Value:
    """A tensor of the pattern, or a parameter of an operator (where it is given by keyword)."""

    def __init__(self, name, selector=""):
        self.name = name
        self.selector = selector

    def operand(self):
        return "%" + self.name + self.selector

    def attribute(self):
        return Expression("$" + self.name)

    def part(self, index, count):
        """One of `count` equal pieces of the last axis."""
        return Value(self.name, "[" + str(index) + "/" + str(count) + "]")

    def anywhere(self):
        """Any view of a part of it: a split of a merged projection, say."""
        return Value(self.name, "[*]")

    def first(self):
        """Some columns at the start of a piece of it, whose others are `rest`."""
        return Value(self.name, "[first]")

    def rest(self):
        return Value(self.name, "[rest]")

    def even(self):
        return Value(self.name, "[even]")

    def odd(self):
        return Value(self.name, "[odd]")

    @property
    def dtype(self): return Expression("%" + self.name + ".dtype")
    @property
    def shape(self): return Shape(self.name)
    @property
    def rank(self): return Expression("%" + self.name + ".rank")
    @property
    def size(self): return Expression("%" + self.name + ".size")
    @property
    def users(self): return Expression("%" + self.name + ".users")
    @property
    def contiguous(self): return Expression("%" + self.name + ".contiguous")
    @property
    def is_parameter(self): return Expression("%" + self.name + ".parameter")
    @property
    def attended(self): return Expression("%" + self.name + ".attended")
    @property
    def itemsize(self): return Expression("%" + self.name + ".itemsize")


class Recorder:
    def __init__(self):
        self.lines = []
        self.count = 0

    def call(self, kinds, optional, arguments, keywords):
        outputs = keywords.pop("outputs", 1)
        words = []
        for argument in arguments:
            if argument is ELLIPSIS:
                words.append("...")
            elif isinstance(argument, Value):
                words.append(argument.operand())
            elif isinstance(argument, (list, tuple)):
                words.extend([item.operand() for item in argument])
            else:
                words.append("other=" + _number(argument))
        for name in keywords:
            value = keywords[name]
            if value is None:
                continue
            if isinstance(value, (list, tuple)):
                words.append(name + "=[" + ", ".join([str(item) for item in value]) + "]")
            else:
                words.append(name + "=" + _expression(value))
        names = []
        for _ in range(outputs):
            names.append(str(self.count))
            self.count = self.count + 1
        left = ", ".join(["%" + name for name in names]) + " = " if names else ""
        self.lines.append("  " + left + ("?" if optional else "") + kinds + "(" + ", ".join(words) + ")")
        if outputs == 1:
            return Value(names[0])
        return tuple([Value(name) for name in names])


_recorders = []


class Operators:
    """`op.<kind>(tensors..., attribute=value, outputs=1)`."""

    def __init__(self, optional=False):
        self._optional = optional

    def __getattr__(self, kind):
        optional = self._optional

        def call(*arguments, **keywords):
            return _recorders[-1].call(kind, optional, arguments, keywords)
        return call

    def one_of(self, *kinds):
        optional = self._optional

        def call(*arguments, **keywords):
            return _recorders[-1].call("|".join(kinds), optional, arguments, keywords)
        return call


op = Operators()
optional = Operators(optional=True)   # optional.cast(x): may be absent
_requirements = []


def requires(condition, reason):
    """Inside `pattern`: what a match must have, and what to say where it has not."""
    line = "require " + condition.text + " : " + _quote(reason)
    if line not in _requirements:   # variants of one pattern share theirs
        _requirements.append(line)


def only(condition):
    """Inside `pattern`: what else makes it this pattern. Where it does not hold there is no match, so no reason is needed."""
    line = "only " + condition.text
    if line not in _requirements:
        _requirements.append(line)


def called(en, zh):
    """Inside one of several variants: its own name, where what it fuses is more or less than the pattern's name says."""
    _recorders[-1].lines.append("  called " + _quote(en) + " " + _quote(zh))


def one_kernel(*values):
    """Inside `pattern`: what makes these values is one kernel of several that take the group's place. What no call names goes where it is read."""
    _recorders[-1].lines.append("  kernel " + ", ".join([value.operand() for value in values]))


def _record(function, title):
    _recorders.append(Recorder())
    code = function.__code__
    result = function(*[Value(name) for name in code.co_varnames[:code.co_argcount]])
    recorder = _recorders.pop()
    outputs = result if isinstance(result, tuple) else (result,)
    outputs = [value.operand() for value in outputs if value is not None]
    return [title] + recorder.lines + ["  output " + ", ".join(outputs)]


def describe(module, name, family, source):
    """The text form of a pattern file's module. `pattern` is one function or a list of variants."""
    _requirements.clear()
    lines = ["pattern " + name + " " + family, "name " + _quote(module.NAME_EN) + " " + _quote(module.NAME_ZH),
             "why " + _quote(module.WHY_EN) + " " + _quote(module.WHY_ZH), "source " + source]
    variants = module.pattern if isinstance(module.pattern, (list, tuple)) else [module.pattern]
    for variant in variants:
        lines.extend(_record(variant, "graph"))
    if getattr(module, "replacement", None) is not None:
        lines.extend(_record(module.replacement, "replacement"))
    lines.extend(_requirements)
    return "\n".join(lines) + "\n"
