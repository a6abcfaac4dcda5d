class A:
    def f(self, x=0):
        return "A.f", x

    @classmethod
    def c(cls):
        return "A.c", cls.__name__

    @staticmethod
    def s():
        return "A.s"

    v = "A.v"

    @property
    def p(self):
        return "A.p"


class B(A):
    v = "B.v"

    def f(self, x=1):
        return super().f(x + 1), super(B, self).f(), super(__class__, self).f()

    @classmethod
    def c(cls):
        return super().c(), super(B, cls).c()

    @staticmethod
    def s():
        return super(B, B).s()

    @property
    def p(self):
        return super().p + "/B.p"

    def nested(self):
        def inner():
            return super(B, self).v
        return [super(B, self).v for _ in range(2)], inner()

    def in_lambda(self):
        return (lambda self: super().v)(self)

    def captured(self):
        g = lambda: self.v
        return super().v, g()


b = B()
print(b.f(), B.c(), b.c(), B.s(), b.p, b.nested(), b.in_lambda(), b.captured())
try:
    super(B, b).nothing
except AttributeError as e:
    print(e)
try:
    super(B, 3)
except TypeError as e:
    print(e)


class C(B):
    def f(self):
        return super().f()


print(C().f())


def free(self):
    return super().f()


try:
    free(b)
except RuntimeError as e:
    print(e)


class WithInit:
    def __init__(self, *args, **kwargs):
        print("WithInit", args, kwargs)


class Mixin:
    def __init__(self, *args, extra=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.extra = extra


class Final(Mixin, WithInit):
    def __init__(self, a, *rest, **kw):
        super().__init__(a, *rest, **kw)


print(Final(1, 2, extra=3, k=4).extra)


class Direct(WithInit):
    def __init__(self):
        WithInit.__init__(self, "direct")


Direct()


class Dict2(dict):
    def __setitem__(self, k, v):
        super().__setitem__(k, v * 2)

    def __getitem__(self, k):
        return super().__getitem__(k) + 1

    def __missing__(self, k):
        return "missing " + k


d = Dict2(a=1)
d["b"] = 5
print(d["a"], d["b"], d.get("a"), len(d), d)


class Dict3(dict):
    def __missing__(self, k):
        self[k] = k.upper()
        return self[k]


d = Dict3()
print(d["x"], d, "y" in d, d.get("y"))


class Super2:
    def method(self):
        return "base"


class Derived(Super2):
    def method(self):
        return "derived/" + super().method()

    other = method


print(Derived().other())
s = super(Derived, Derived())
print(s.method(), s.__class__.__name__)
