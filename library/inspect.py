"""What functions and classes look like. Source text is not there."""
import _host
import types
from collections import OrderedDict
from enum import IntEnum


class _empty:
    pass


class _ParameterKind(IntEnum):
    POSITIONAL_ONLY = 0
    POSITIONAL_OR_KEYWORD = 1
    VAR_POSITIONAL = 2
    KEYWORD_ONLY = 3
    VAR_KEYWORD = 4

    def __str__(self):
        return self._name_

    @property
    def description(self):
        return ("positional-only", "positional or keyword", "variadic positional", "keyword-only", "variadic keyword")[self._value_]


def formatannotation(annotation):
    if getattr(annotation, "__module__", None) == "typing":
        return repr(annotation).replace("typing.", "")
    if isinstance(annotation, types.GenericAlias):
        return str(annotation)
    if isinstance(annotation, type):
        return annotation.__qualname__ if annotation.__module__ == "builtins" else f"{annotation.__module__}.{annotation.__qualname__}"
    return repr(annotation)


class Parameter:
    POSITIONAL_ONLY = _ParameterKind.POSITIONAL_ONLY
    POSITIONAL_OR_KEYWORD = _ParameterKind.POSITIONAL_OR_KEYWORD
    VAR_POSITIONAL = _ParameterKind.VAR_POSITIONAL
    KEYWORD_ONLY = _ParameterKind.KEYWORD_ONLY
    VAR_KEYWORD = _ParameterKind.VAR_KEYWORD
    empty = _empty

    def __init__(self, name, kind, *, default=_empty, annotation=_empty):
        self.name = name
        self.kind = _ParameterKind(kind)
        self.default = default
        self._annotation = annotation
        self._owner = None              # the function in whose module the annotation, still a text, is looked up when somebody asks

    @property
    def annotation(self):
        if self._owner is not None:
            owner, self._owner = self._owner, None
            try:
                self._annotation = _host.evaluate(self._annotation, owner)
            except NameError:           # a name that only type checkers see
                pass
        return self._annotation

    def replace(self, **changes):
        return Parameter(changes.get("name", self.name), changes.get("kind", self.kind), default=changes.get("default", self.default),
                         annotation=changes.get("annotation", self.annotation))

    def __str__(self):
        text = self.name
        if self.annotation is not _empty:
            text += f": {formatannotation(self.annotation)}"
        if self.default is not _empty:
            text += f" = {self.default!r}" if self.annotation is not _empty else f"={self.default!r}"
        if self.kind == 2:
            return "*" + text
        if self.kind == 4:
            return "**" + text
        return text

    def __repr__(self):
        return f'<Parameter "{self}">'

    def __eq__(self, other):
        if not isinstance(other, Parameter):
            return NotImplemented
        return (self.name, self.kind, self.default, self.annotation) == (other.name, other.kind, other.default, other.annotation)

    def __hash__(self):
        return hash((self.name, self.kind))


class BoundArguments:
    def __init__(self, signature, arguments):
        self.signature = signature
        self.arguments = arguments

    @property
    def args(self):
        made = []
        for name, p in self.signature.parameters.items():
            if p.kind in (3, 4) or name not in self.arguments:
                break
            if p.kind == 2:
                made.extend(self.arguments[name])
            else:
                made.append(self.arguments[name])
        return tuple(made)

    @property
    def kwargs(self):
        made = {}
        started = False
        for name, p in self.signature.parameters.items():
            if not started:
                if p.kind in (3, 4):
                    started = True
                elif name not in self.arguments:
                    started = True
                    continue
            if not started or name not in self.arguments:
                continue
            if p.kind == 4:
                made.update(self.arguments[name])
            else:
                made[name] = self.arguments[name]
        return made

    def apply_defaults(self):
        made = {}
        for name, p in self.signature.parameters.items():
            if name in self.arguments:
                made[name] = self.arguments[name]
            elif p.default is not _empty:
                made[name] = p.default
            elif p.kind == 2:
                made[name] = ()
            elif p.kind == 4:
                made[name] = {}
        self.arguments = made

    def __repr__(self):
        return f"<BoundArguments ({', '.join([f'{k}={v!r}' for k, v in self.arguments.items()])})>"


class Signature:
    empty = _empty

    def __init__(self, parameters=None, *, return_annotation=_empty):
        self.parameters = types.MappingProxyType(OrderedDict((p.name, p) for p in parameters or ()))
        self.return_annotation = return_annotation

    @classmethod
    def from_callable(cls, obj, **options):
        return signature(obj)

    def replace(self, **changes):
        return Signature(changes.get("parameters", self.parameters.values()), return_annotation=changes.get("return_annotation", self.return_annotation))

    def bind(self, /, *args, **kwargs):
        return self._bind(args, kwargs, False)

    def bind_partial(self, /, *args, **kwargs):
        return self._bind(args, kwargs, True)

    def _bind(self, args, kwargs, partial):
        arguments = {}
        kwargs = dict(kwargs)
        rest = list(args)
        for name, p in self.parameters.items():
            if p.kind == 2:
                if rest:
                    arguments[name] = tuple(rest)
                rest = []
            elif p.kind == 4:
                pass
            elif p.kind in (0, 1) and rest:
                if name in kwargs and p.kind == 1:
                    raise TypeError(f"multiple values for argument {name!r}")
                arguments[name] = rest.pop(0)
            elif name in kwargs and p.kind != 0:
                arguments[name] = kwargs.pop(name)
            elif p.default is _empty and not partial:
                raise TypeError(f"missing a required argument: {name!r}")
        if rest:
            raise TypeError("too many positional arguments")
        for name, p in self.parameters.items():
            if p.kind == 4:
                if kwargs:
                    arguments[name] = kwargs
                kwargs = {}
        if kwargs:
            raise TypeError(f"got an unexpected keyword argument {next(iter(kwargs))!r}")
        return BoundArguments(self, arguments)

    def __eq__(self, other):
        return isinstance(other, Signature) and list(self.parameters.values()) == list(other.parameters.values())

    __hash__ = None

    def __str__(self):
        parts = []
        positional_only = star = False
        for p in self.parameters.values():
            if p.kind == 0:
                positional_only = True
            elif positional_only:
                parts.append("/")
                positional_only = False
            if p.kind == 2:
                star = True
            elif p.kind == 3 and not star:
                parts.append("*")
                star = True
            parts.append(str(p))
        if positional_only:
            parts.append("/")
        text = f"({', '.join(parts)})"
        if self.return_annotation is not _empty:
            text += f" -> {formatannotation(self.return_annotation)}"
        return text

    def __repr__(self):
        return f"<Signature {self}>"


def _of_function(function):
    parameters = _host.parameters(function)
    if parameters is None:
        if not callable(function):
            raise TypeError(f"{function!r} is not a callable object")
        return Signature([Parameter("args", 2), Parameter("kwargs", 4)])
    made = []
    strings = "annotations" in getattr(function, "__globals__", ())     # from __future__ import annotations
    for name, kind, default, annotation in parameters:
        parameter = Parameter(name, kind, default=default[0] if default else _empty, annotation=_empty if annotation is None else annotation)
        if annotation is not None and not strings:
            parameter._owner = function
        made.append(parameter)
    result = _host.return_annotation(function)
    return Signature(made, return_annotation=_empty if result is None else result)


def _of_dataclass(fields):
    import dataclasses
    made = [Parameter("self", 1)]
    for f in sorted(fields, key=lambda f: f.kw_only):
        default = _empty
        if f.default is not dataclasses.MISSING:
            default = f.default
        elif f.default_factory is not dataclasses.MISSING:
            default = dataclasses._HAS_DEFAULT_FACTORY
        made.append(Parameter(f.name, 3 if f.kw_only else 1, default=default, annotation=f.type))
    return Signature(made, return_annotation=None)


def _without_first(sig):
    parameters = list(sig.parameters.values())
    if parameters and parameters[0].kind in (0, 1):
        parameters = parameters[1:]
    return Signature(parameters, return_annotation=sig.return_annotation)


def signature(obj, *, follow_wrapped=True, globals=None, locals=None, eval_str=False):
    from functools import partial
    given = getattr(obj, "__dict__", {}).get("__signature__") if not isinstance(obj, type) else obj.__dict__.get("__signature__")
    if isinstance(given, Signature):
        return given
    if isinstance(obj, types.MethodType):
        return _without_first(signature(obj.__func__))
    if isinstance(obj, partial):
        sig = signature(obj.func)
        bound = sig.bind_partial(*obj.args, **obj.keywords)
        made = []
        keyword_only = False
        for p in sig.parameters.values():
            if p.name in obj.keywords:
                keyword_only = True
                made.append(p.replace(kind=3, default=obj.keywords[p.name]))
            elif p.name in bound.arguments and p.kind in (0, 1):
                continue
            elif keyword_only and p.kind == 1:
                made.append(p.replace(kind=3))
            else:
                made.append(p)
        return Signature(made, return_annotation=sig.return_annotation)
    if isinstance(obj, type):
        for c in obj.__mro__:
            if c is object:
                break
            init = c.__dict__.get("__init__")
            if init is not None:
                return _without_first(signature(init))
            new = c.__dict__.get("__new__")
            if new is not None:
                return _without_first(signature(getattr(new, "__func__", new)))
        return Signature()
    if follow_wrapped and hasattr(obj, "__wrapped__"):
        return signature(obj.__wrapped__)
    fields = getattr(obj, "__dataclass_fields__", None)
    if fields is not None and isinstance(obj, types.FunctionType):
        return _of_dataclass(fields)
    if not isinstance(obj, (types.FunctionType, types.BuiltinFunctionType)) and hasattr(type(obj), "__call__"):
        return _without_first(signature(type(obj).__call__))
    return _of_function(obj)


def getfullargspec(func):
    from collections import namedtuple
    sig = signature(func, follow_wrapped=False)
    if isinstance(func, types.MethodType):
        sig = signature(func.__func__)
    of = list(sig.parameters.values())
    args = [p.name for p in of if p.kind in (0, 1)]
    varargs = next((p.name for p in of if p.kind == 2), None)
    varkw = next((p.name for p in of if p.kind == 4), None)
    defaults = tuple(p.default for p in of if p.kind in (0, 1) and p.default is not _empty) or None
    keyword_only = [p.name for p in of if p.kind == 3]
    keyword_defaults = {p.name: p.default for p in of if p.kind == 3 and p.default is not _empty} or None
    annotations = {} if sig.return_annotation is _empty else {"return": sig.return_annotation}
    annotations.update({p.name: p.annotation for p in of if p.annotation is not _empty})
    return namedtuple("FullArgSpec", "args varargs varkw defaults kwonlyargs kwonlydefaults annotations")(
        args, varargs, varkw, defaults, keyword_only, keyword_defaults, annotations)


def isclass(obj):
    return isinstance(obj, type)


def isfunction(obj):
    return isinstance(obj, types.FunctionType)


def ismethod(obj):
    return isinstance(obj, types.MethodType)


def ismodule(obj):
    return isinstance(obj, types.ModuleType)


def isbuiltin(obj):
    return isinstance(obj, types.BuiltinFunctionType)


def isroutine(obj):
    return isfunction(obj) or ismethod(obj) or isbuiltin(obj)


def isgenerator(obj):
    return isinstance(obj, types.GeneratorType)


def isgeneratorfunction(obj):
    return isfunction(obj) and _host.function_kind(obj) == "generator"


def iscoroutinefunction(obj):
    return isfunction(obj) and _host.function_kind(obj) == "coroutine"


def iscoroutine(obj):
    return isinstance(obj, types.CoroutineType)


def isawaitable(obj):
    return iscoroutine(obj) or hasattr(type(obj), "__await__")


def isasyncgenfunction(obj):
    return isfunction(obj) and _host.function_kind(obj) == "async generator"


def isasyncgen(obj):
    return False


def isabstract(obj):
    return isinstance(obj, type) and bool(getattr(obj, "__abstractmethods__", None))


def isdatadescriptor(obj):
    return hasattr(type(obj), "__set__") or isinstance(obj, property)


def getmembers(obj, predicate=None):
    found = []
    for name in dir(obj):
        try:
            value = getattr(obj, name)
        except AttributeError:
            continue
        if predicate is None or predicate(value):
            found.append((name, value))
    return sorted(found, key=lambda item: item[0])


def getmro(cls):
    return cls.__mro__


def getdoc(obj):
    doc = getattr(obj, "__doc__", None)
    return cleandoc(doc) if isinstance(doc, str) else None


def cleandoc(doc):
    lines = doc.expandtabs().split("\n")
    margin = None
    for line in lines[1:]:
        content = len(line.lstrip())
        if content:
            indent = len(line) - content
            margin = indent if margin is None else min(margin, indent)
    lines[0] = lines[0].lstrip()
    if margin is not None:
        lines[1:] = [line[margin:] for line in lines[1:]]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines)


def getmodule(obj):
    if ismodule(obj):
        return obj
    name = getattr(obj, "__module__", None)
    return _host.module(name) if name else None


def getmodulename(path):
    from os.path import basename, splitext
    return splitext(basename(path))[0]


def getfile(obj):
    found = obj.__file__ if ismodule(obj) else _host.file_of(obj)
    if found is None:
        raise TypeError(f"{obj!r} is a built-in")
    return found


getsourcefile = getfile


def getsource(obj):
    raise OSError("could not get source code")


getsourcelines = getsource


def unwrap(func, *, stop=None):
    while hasattr(func, "__wrapped__") and not (stop and stop(func)):
        func = func.__wrapped__
    return func


def getattr_static(obj, attr, *default):
    if not isinstance(obj, type) and attr in getattr(obj, "__dict__", {}):
        return obj.__dict__[attr]
    for c in (obj if isinstance(obj, type) else type(obj)).__mro__:
        if attr in c.__dict__:
            return c.__dict__[attr]
    if default:
        return default[0]
    raise AttributeError(attr)


def get_annotations(obj, *, globals=None, locals=None, eval_str=False):
    return dict(obj.__dict__.get("__annotations__", {}) if isinstance(obj, type) else getattr(obj, "__annotations__", None) or {})


def currentframe():
    return None


def stack(context=1):
    return []
