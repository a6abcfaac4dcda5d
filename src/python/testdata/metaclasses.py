class Meta(type):
    def __new__(mcls, name, bases, ns, **kw):
        print("new", name, [b.__name__ for b in bases], sorted(k for k in ns if not k.startswith("__")), kw)
        cls = super().__new__(mcls, name, bases, ns)
        cls.registry = getattr(cls, "registry", []) + [name]
        return cls

    def __init__(cls, name, bases, ns, **kw):
        print("init", name, kw)
        super().__init__(name, bases, ns)

    def __call__(cls, *args, **kwargs):
        print("call", cls.__name__, args)
        return super().__call__(*args, **kwargs)

    def __iter__(cls):
        return iter(cls.registry)

    def __len__(cls):
        return len(cls.registry)

    def __getitem__(cls, k):
        return cls.registry[k]

    def __contains__(cls, k):
        return k in cls.registry


class A(metaclass=Meta, flag=1):
    a = 1

    def __init__(self, x):
        self.x = x


class B(A):
    b = 2


print(B(3).x, list(B), len(B), B[0], "A" in B, type(B).__name__, isinstance(B, Meta))


class Base:
    subs = []

    def __init_subclass__(cls, tag=None, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.subs.append((cls.__name__, tag))


class S1(Base, tag="t"):
    pass


class S2(S1):
    pass


print(Base.subs)
try:
    class S3(Base, other=1):
        pass
except TypeError as e:
    print(e)


class Singleton(type):
    _i = {}

    def __call__(cls, *a):
        if cls not in cls._i:
            cls._i[cls] = super().__call__(*a)
        return cls._i[cls]


class One(metaclass=Singleton):
    pass


print(One() is One())


class Prepared(type):
    @classmethod
    def __prepare__(mcls, name, bases):
        return {"injected": name}


class Uses(metaclass=Prepared):
    seen = injected


print(Uses.seen)


def func_meta(name, bases, ns):
    return (name, len(bases))


class NotAClass(metaclass=func_meta):
    pass


print(NotAClass)


class Inst(type):
    def __instancecheck__(cls, obj):
        return hasattr(obj, "quack")

    def __subclasscheck__(cls, sub):
        return sub is int


class Duck(metaclass=Inst):
    pass


class Donald:
    quack = 1


print(isinstance(Donald(), Duck), isinstance(3, Duck), issubclass(int, Duck), issubclass(str, Duck))


class M1(type):
    pass


class M2(type):
    pass


class X1(metaclass=M1):
    pass


class X2(metaclass=M2):
    pass


try:
    class X3(X1, X2):
        pass
except TypeError as e:
    print(e)


class Generic:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item}]"


print(Generic["x"])


class SuperInHook:
    def __init_subclass__(cls):
        super().__init_subclass__()
        print("made", cls.__name__, cls.hello(cls))

    def hello(self):
        return "base"


class Child(SuperInHook):
    def hello(self):
        return "child of " + super(Child, Child).hello(self) if False else __class__.__name__


print(int.__subclasses__()[0], [c.__name__ for c in SuperInHook.__subclasses__()])
print(list[int], dict[str, int], int | None, isinstance(3, int | str), (int | str) == (int | str))


class Ints(list[int]):
    pass


print(Ints([1, 2]), Ints.__mro__[1])


class Wrapped:
    def more(self):
        return "more"

    def twice(self):
        return "wrapped"


class First:
    def __init__(self):
        self.first = True


class Second(First):
    def twice(self):
        return "second " + super().twice()


def wrap(cls):
    if Wrapped not in cls.__bases__:
        cls.__bases__ = cls.__bases__ + (Wrapped,)
    return cls


class Base(First):
    pass


class Derived(Base):
    pass


wrap(Base)
print([c.__name__ for c in Base.__mro__], [c.__name__ for c in Derived.__mro__], Derived().more(), Derived.__bases__ == (Base,))
wrap(Derived)
print([c.__name__ for c in Derived.__mro__], [c.__name__ for c in Derived.__bases__], isinstance(Derived(), Wrapped), Derived().first)
try:
    Derived.__bases__ = (1,)
except TypeError as error:
    print(error)
