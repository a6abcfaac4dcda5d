class A:
    """doc of A"""
    x = 1

    def __init__(self, y=2):
        self.y = y

    def f(self):
        return self.x + self.y

    @classmethod
    def make(cls, *args):
        return cls(*args)

    @staticmethod
    def s(a, b=3):
        return a * b

    def __repr__(self):
        return f"A(y={self.y!r})"


class B(A):
    x = 10

    def f(self):
        return super().f() * 2


a, b = A(), B.make(5)
print(a, b, a.f(), b.f(), A.s(2), b.s(4, b=5))
print(type(b).__name__, B.__mro__, B.__bases__, A.__doc__, B.__doc__, A.__module__, A.__qualname__)
print(isinstance(b, A), issubclass(B, A), isinstance(a, B), isinstance(1, (str, int)))
print(a.__dict__, vars(b), hasattr(a, "z"), getattr(a, "z", "none"))
a.z = 7
print(a.z, sorted(a.__dict__))
del a.z
try:
    a.z
except AttributeError as e:
    print(type(e).__name__, e)
try:
    A.nothing
except AttributeError as e:
    print(e)
try:
    a.f(1, 2)
except TypeError as e:
    print(e)
try:
    A(1, 2, 3)
except TypeError as e:
    print(e)


class Outer:
    class Inner:
        def m(self):
            pass

    def g(self):
        def local():
            pass
        return local


print(Outer.Inner.__qualname__, Outer.Inner.m.__qualname__, Outer().g().__qualname__)


class Empty:
    pass


try:
    Empty(1)
except TypeError as e:
    print(e)


class C3Base:
    def who(self):
        return ["base"]


class L(C3Base):
    def who(self):
        return ["L"] + super().who()


class R(C3Base):
    def who(self):
        return ["R"] + super().who()


class D(L, R):
    def who(self):
        return ["D"] + super().who()


print(D().who(), [c.__name__ for c in D.__mro__])
try:
    class Bad(C3Base, L):
        pass
except TypeError as e:
    print(e)


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1


print(Slots().a)
print(A.f is A.f, a.f == a.f, a.f.__self__ is a, a.f.__func__ is A.f, a.f.__name__)


class Counter:
    count = 0

    def __init__(self):
        Counter.count += 1
        type(self).count += 1


Counter()
print(Counter.count)


class New:
    def __new__(cls, value):
        if value < 0:
            return "negative"
        self = super().__new__(cls)
        self.made = True
        return self

    def __init__(self, value):
        self.value = value


print(New(-1), New(3).value, New(3).made)


class Swap:
    def __new__(cls, *args):
        return object.__new__(Other)

    def __init__(self):
        print("Swap.__init__")


class Other(Swap):
    def __init__(self, *args):
        print("Other.__init__", args)


print(type(Swap(1)).__name__)
print(type("X", (A,), {"x": 5})().f())
X = type("X", (), {})
print(X.__name__, X.__module__, X().__class__ is X)
x = X()
x.__class__ = A
print(isinstance(x, A))


class WithCall:
    def __call__(self, *a, **k):
        return a, k


print(WithCall()(1, 2, c=3), callable(WithCall()), callable(x))


class Eq:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        return isinstance(other, Eq) and self.v == other.v


print(Eq(1) == Eq(1), Eq(1) != Eq(2), Eq(1) == 1, Eq(1) != 1)
try:
    hash(Eq(1))
except TypeError as e:
    print(e)


class Hash(Eq):
    def __hash__(self):
        return hash(self.v)


print({Hash(1): "a"}[Hash(1)], len({Hash(1), Hash(1), Hash(2)}))


class Order:
    def __init__(self, v):
        self.v = v

    def __lt__(self, other):
        return self.v < other.v

    def __repr__(self):
        return f"O{self.v}"


print(sorted([Order(3), Order(1), Order(2)]), max(Order(1), Order(5)), Order(1) > Order(0))
try:
    Order(1) <= Order(2)
except TypeError as e:
    print(e)
print(bool(Empty()), str(Empty())[:20])


class Len:
    def __len__(self):
        return 0


print(bool(Len()), len(Len()))


class Bool:
    def __bool__(self):
        return False


print(bool(Bool()), not Bool(), 1 if Bool() else 2)


class Contains:
    def __contains__(self, x):
        return x == 3

    def __getitem__(self, i):
        if i > 3:
            raise IndexError
        return i * 10


c = Contains()
print(3 in c, 4 in c, 4 not in c, list(c), c[2])
print(A.__dict__["x"], "f" in A.__dict__, type(A.__dict__).__name__)
A.added = lambda self: self.y
print(b.added())
print(object().__class__, type(type), type(A))


# --- bases assigned afterwards

class Wrapper:
    def who(self):
        return "wrapper"


class Base:
    def __init__(self):
        self.made = True


class Middle(Base):
    def who(self):
        return "middle, " + super().who()


class Leaf(Middle):
    pass


Middle.__bases__ = Middle.__bases__ + (Wrapper,)
print([c.__name__ for c in Leaf.__mro__], Leaf.__bases__ == (Middle,), Middle.__bases__ == (Base, Wrapper))
print(Leaf().who(), isinstance(Leaf(), Wrapper), Middle in Wrapper.__subclasses__(), "__bases__" in Middle.__dict__)
Leaf.__bases__ = (Middle, Wrapper)
print([c.__name__ for c in Leaf.__mro__])
for bases in ((), [Base], (Base, 1), (Wrapper, Middle)):
    try:
        Leaf.__bases__ = bases
    except TypeError as error:
        print(str(error).replace("\n", " ").split(" for ")[0].split(", not")[0])
