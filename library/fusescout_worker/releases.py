"""Names that releases of vLLM keep in different modules."""
import importlib


def first_of(*places):
    """The attributes of the first place `(module, name, ...)` that has them all."""
    error = None
    for module, *names in places:
        try:
            found = importlib.import_module(module)
            return [getattr(found, name) for name in names]
        except (ImportError, AttributeError) as e:
            error = error or e
    raise error


def accepted(function, arguments):
    """Those of the keyword arguments that this release's function knows."""
    from inspect import signature

    parameters = signature(function).parameters
    if any(p.kind == p.VAR_KEYWORD for p in parameters.values()):
        return arguments
    return {name: value for name, value in arguments.items() if name in parameters}


def call(place, *arguments):
    """Calls `module:function` with as many of the arguments as it takes, if this release has it."""
    from inspect import signature

    module, _, name = place.partition(":")
    try:
        (function,) = first_of((module, name))
    except (ImportError, AttributeError):
        return None
    parameters = signature(function).parameters.values()
    if not any(p.kind == p.VAR_POSITIONAL for p in parameters):
        arguments = arguments[:len([p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)])]
    return function(*arguments)


def call_named(place, **options):
    """Likewise with those of the keyword arguments that it knows."""
    module, _, name = place.partition(":")
    try:
        (function,) = first_of((module, name))
    except (ImportError, AttributeError):
        return None
    return function(**accepted(function, options))
