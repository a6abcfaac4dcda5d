class Typed:
    def __set_name__(self, owner, name):
        self.name = name
        print("set_name", owner.__name__, name)

    def __get__(self, obj, objtype=None):
        if obj is None:
            return self
        return obj.__dict__.get(self.name, "unset")

    def __set__(self, obj, value):
        if not isinstance(value, int):
            raise TypeError(f"{self.name} must be int")
        obj.__dict__[self.name] = value

    def __delete__(self, obj):
        del obj.__dict__[self.name]


class P:
    a = Typed()
    b = Typed()


p = P()
print(p.a)
p.a = 3
print(p.a, P.a.name, p.__dict__)
try:
    p.b = "x"
except TypeError as e:
    print(e)
del p.a
print(p.a)


class NonData:
    def __get__(self, obj, owner):
        return ("nondata", obj is None, owner.__name__)


class Q:
    n = NonData()


q = Q()
print(q.n, Q.n)
q.n = 5
print(q.n)


class Temp:
    def __init__(self):
        self._c = 0

    @property
    def c(self):
        "celsius"
        return self._c

    @c.setter
    def c(self, value):
        self._c = value

    @c.deleter
    def c(self):
        print("deleted")

    @property
    def ro(self):
        return 1

    f = property(lambda self: self._c * 2)


t = Temp()
t.c = 10
print(t.c, t.f, Temp.c.__doc__, type(Temp.c).__name__)
del t.c
try:
    t.ro = 3
except AttributeError as e:
    print(e)
try:
    del t.ro
except AttributeError as e:
    print(e)


class Sub(Temp):
    @property
    def c(self):
        return super().c + 1

    @Temp.ro.getter
    def ro(self):
        return 2


print(Sub().c, Sub().ro)


class GetAttr:
    def __getattr__(self, name):
        if name.startswith("dyn_"):
            return name[4:]
        raise AttributeError(f"no {name}")


g = GetAttr()
print(g.dyn_x, hasattr(g, "foo"), getattr(g, "foo", None))
try:
    g.foo
except AttributeError as e:
    print(e)


class GetAttribute:
    x = 1

    def __getattribute__(self, name):
        if name == "y":
            return "intercepted"
        return super().__getattribute__(name)


print(GetAttribute().y, GetAttribute().x)


class SetAttr:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2)

    def __delattr__(self, name):
        print("del", name)
        super().__delattr__(name)


s = SetAttr()
s.v = 4
print(s.v)
del s.v
print(hasattr(s, "v"))


class PropError:
    @property
    def bad(self):
        raise AttributeError("inner")

    def __getattr__(self, name):
        return "fallback " + name


print(PropError().bad)


class cached:
    def __init__(self, f):
        self.f = f

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, obj, owner):
        if obj is None:
            return self
        value = obj.__dict__[self.name] = self.f(obj)
        return value


class Lazy:
    @cached
    def v(self):
        print("computing")
        return 42


z = Lazy()
print(z.v, z.v)


class Class:
    @classmethod
    def name(cls):
        return cls.__name__

    @classmethod
    @property
    def prop(cls):
        return cls.__name__ + "!"


print(Class.name(), Class().name(), Class.prop)
print(Class.__dict__["name"].__func__(int))


class Meta(type):
    @property
    def meta_prop(cls):
        return "meta of " + cls.__name__

    def meta_method(cls):
        return cls.__name__


class UsesMeta(metaclass=Meta):
    pass


print(UsesMeta.meta_prop, UsesMeta.meta_method())
try:
    UsesMeta().meta_method()
except AttributeError as e:
    print(e)
