"""Higher-order functions."""
import _host

WRAPPER_ASSIGNMENTS = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__")
WRAPPER_UPDATES = ("__dict__",)
_missing = object()


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    for name in assigned:
        try:
            value = getattr(wrapped, name)
        except AttributeError:
            continue
        setattr(wrapper, name, value)
    for name in updated:
        if hasattr(wrapper, name):
            getattr(wrapper, name).update(getattr(wrapped, name, {}))
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)


class partial:
    def __new__(cls, func, /, *args, **keywords):
        if not callable(func):
            raise TypeError("the first argument must be callable")
        if isinstance(func, partial):
            args = func.args + args
            keywords = {**func.keywords, **keywords}
            func = func.func
        self = object.__new__(cls)
        self.func = func
        self.args = args
        self.keywords = keywords
        return self

    def __init__(self, *args, **keywords):
        pass

    def __call__(self, /, *args, **keywords):
        return self.func(*self.args, *args, **{**self.keywords, **keywords})

    def __repr__(self):
        parts = [repr(self.func), *[repr(a) for a in self.args], *[f"{k}={v!r}" for k, v in self.keywords.items()]]
        return f"functools.partial({', '.join(parts)})"


class partialmethod:
    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __get__(self, instance, owner=None):
        get = getattr(self.func, "__get__", None)
        bound = get(instance, owner) if get is not None else self.func
        return partial(bound, *self.args, **self.keywords)


class CacheInfo:
    def __init__(self, hits, misses, maxsize, currsize):
        self.hits, self.misses, self.maxsize, self.currsize = hits, misses, maxsize, currsize

    def __repr__(self):
        return f"CacheInfo(hits={self.hits}, misses={self.misses}, maxsize={self.maxsize}, currsize={self.currsize})"


def _cached(function, maxsize, typed):
    store = {}
    counts = [0, 0]

    def key_of(args, kwargs):
        key = (*args, _missing, *kwargs.items()) if kwargs else args
        if typed:
            key = (*key, _missing, *[type(a) for a in args], *[type(v) for v in kwargs.values()])
        return key

    def wrapper(*args, **kwargs):
        key = args if plain and not kwargs else key_of(args, kwargs)
        found = recall(store, key, counts, ordered, _missing)
        if found is not _missing:
            return found
        result = function(*args, **kwargs)
        counts[1] += 1
        if maxsize is not None and len(store) >= maxsize:
            if maxsize == 0:
                return result
            del store[next(iter(store))]
        store[key] = result
        return result

    plain, ordered, recall = not typed, maxsize is not None and maxsize > 1, _host.recall

    def cache_clear():
        store.clear()
        counts[0] = counts[1] = 0

    wrapper.cache_info = lambda: CacheInfo(counts[0], counts[1], maxsize, len(store))
    wrapper.cache_clear = cache_clear
    wrapper.cache_parameters = lambda: {"maxsize": maxsize, "typed": typed}
    return update_wrapper(wrapper, function)


def lru_cache(maxsize=128, typed=False):
    if callable(maxsize):
        return _cached(maxsize, 128, typed)
    return lambda function: _cached(function, maxsize, typed)


def cache(function, /):
    return _cached(function, None, False)


class cached_property:
    def __init__(self, func):
        self.func = func
        self.attrname = None
        self.__doc__ = func.__doc__

    def __set_name__(self, owner, name):
        self.attrname = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.attrname is None:
            raise TypeError("Cannot use cached_property instance without calling __set_name__ on it.")
        store = instance.__dict__
        value = store.get(self.attrname, _missing)
        if value is _missing:
            value = self.func(instance)
            store[self.attrname] = value
        return value

    def __class_getitem__(cls, parameters):
        from types import GenericAlias
        return GenericAlias(cls, parameters)


def reduce(function, sequence, initial=_missing, /):
    it = iter(sequence)
    if initial is _missing:
        try:
            value = next(it)
        except StopIteration:
            raise TypeError("reduce() of empty iterable with no initial value") from None
    else:
        value = initial
    for element in it:
        value = function(value, element)
    return value


def cmp_to_key(mycmp):
    class K:
        def __init__(self, obj):
            self.obj = obj

        def __lt__(self, other):
            return mycmp(self.obj, other.obj) < 0

        def __gt__(self, other):
            return mycmp(self.obj, other.obj) > 0

        def __eq__(self, other):
            return mycmp(self.obj, other.obj) == 0

    return K


def total_ordering(cls):
    def from_lt():
        return {"__gt__": lambda a, b: _not(_or_equal(a, b, a < b)), "__le__": lambda a, b: _or_equal(a, b, a < b), "__ge__": lambda a, b: _not(a < b)}

    def from_gt():
        return {"__lt__": lambda a, b: _not(_or_equal(a, b, a > b)), "__ge__": lambda a, b: _or_equal(a, b, a > b), "__le__": lambda a, b: _not(a > b)}

    def from_le():
        return {"__ge__": lambda a, b: _or_equal(a, b, not a <= b), "__lt__": lambda a, b: a <= b and a != b, "__gt__": lambda a, b: not a <= b}

    def from_ge():
        return {"__le__": lambda a, b: _or_equal(a, b, not a >= b), "__gt__": lambda a, b: a >= b and a != b, "__lt__": lambda a, b: not a >= b}

    for root, rest in (("__lt__", from_lt), ("__gt__", from_gt), ("__le__", from_le), ("__ge__", from_ge)):
        if any(root in c.__dict__ for c in cls.__mro__ if c is not object):
            for name, method in rest().items():
                if not any(name in c.__dict__ for c in cls.__mro__ if c is not object):
                    setattr(cls, name, method)
            return cls
    raise ValueError("must define at least one ordering operation: < > <= >=")


def _not(value):
    return NotImplemented if value is NotImplemented else not value


def _or_equal(a, b, value):
    return NotImplemented if value is NotImplemented else value or a == b


def _annotated_class(function):
    parameters = _host.parameters(function)
    if not parameters or parameters[0][3] is None:
        raise TypeError(f"Invalid first argument to `register()`: {function!r}. Use either `@register(some_class)` or plain `@register` on an annotated function.")
    return _host.evaluate(parameters[0][3], function)


def singledispatch(function):
    registry = {object: function}

    def dispatch(cls):
        for c in cls.__mro__:
            if c in registry:
                return registry[c]
        best = None
        for c in registry:
            if c is not object and issubclass(cls, c) and (best is None or issubclass(c, best)):
                best = c
        return registry[best or object]

    def register(cls, implementation=None):
        if implementation is None:
            if isinstance(cls, type) or hasattr(cls, "__args__"):
                return lambda f: register(cls, f)
            implementation = cls
            cls = _annotated_class(implementation)
        for c in getattr(cls, "__args__", (cls,)):
            registry[c] = implementation
        return implementation

    def wrapper(*args, **kwargs):
        if not args:
            raise TypeError(f"{function.__name__} requires at least 1 positional argument")
        return dispatch(args[0].__class__)(*args, **kwargs)

    wrapper.register = register
    wrapper.dispatch = dispatch
    wrapper.registry = registry
    return update_wrapper(wrapper, function)


class singledispatchmethod:
    def __init__(self, function):
        self.dispatcher = singledispatch(function)
        self.function = function

    def register(self, cls, method=None):
        return self.dispatcher.register(cls, method)

    def __get__(self, instance, owner=None):
        def method(*args, **kwargs):
            return self.dispatcher.dispatch(args[0].__class__).__get__(instance, owner)(*args, **kwargs)
        return update_wrapper(method, self.function)
