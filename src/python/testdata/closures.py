def counter():
    n = 0

    def inc(by=1):
        nonlocal n
        n += by
        return n

    def get():
        return n
    return inc, get


inc, get = counter()
inc(), inc(5)
print(get())
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])


def loop():
    out = []
    for i in range(3):
        def g():
            return i
        out.append(g)
    return [g() for g in out]


print(loop())
g1 = 1


def uses_global():
    global g1, g2
    g1 += 1
    g2 = "new"


uses_global()
print(g1, g2)


def unbound():
    print(u)
    u = 1


try:
    unbound()
except UnboundLocalError as e:
    print(type(e).__name__, e)


def free_unbound():
    def inner():
        return later
    r = inner
    try:
        r()
    except NameError as e:
        print(type(e).__name__, e)
    later = 1
    return r()


print(free_unbound())
try:
    undefined_name
except NameError as e:
    print(e)


def outer(x):
    class C:
        y = x

        def m(self):
            return x, self.y
    return C


print(outer(5)().m())


def deco(f):
    def wrapper(*args, **kwargs):
        return ("wrapped", f(*args, **kwargs))
    wrapper.original = f
    return wrapper


def deco_args(tag):
    def d(f):
        f.tag = tag
        return f
    return d


@deco
@deco_args("t")
def f(a, b=2, *args, c, d=4, **kw):
    return a, b, args, c, d, kw


print(f(1, c=3), f(1, 2, 3, 4, c=5, e=6), f.original.tag, f.original.__name__)


def pos_only(a, b=1, /, c=2, *, d=3):
    return a, b, c, d


print(pos_only(1), pos_only(1, 2, c=3, d=4))
for call in (lambda: pos_only(), lambda: pos_only(a=1), lambda: pos_only(1, e=2), lambda: pos_only(1, 2, 3, 4), lambda: f.original(1),
             lambda: f.original(1, a=2, c=3), lambda: f.original(c=1), lambda: (lambda x, y, z: 0)(1), lambda: (lambda: 0)(1), lambda: (lambda *, a, b: 0)()):
    try:
        call()
    except TypeError as e:
        print(e)


def star(*args, **kw):
    return args, kw


print(star(*[1, 2], 3, *(4,), **{"a": 1}, b=2, **{"c": 3}))
try:
    star(**{"a": 1}, **{"a": 2})
except TypeError as e:
    print(e)


def mutable_default(x, acc=[]):
    acc.append(x)
    return acc


print(mutable_default(1), mutable_default(2))
x = "global"


class Scoped:
    x = "class"
    y = [x for _ in range(1)]

    def m(self):
        return x


print(Scoped.y, Scoped().m())
print([x for x in range(3)], x)
print({k: v for k, v in zip("abc", range(3))}, {n % 2 for n in range(4)})
print([(i, j) for i in range(3) if i for j in range(i) if j >= 0])
print(any(n > 2 for n in range(4)), sum(n * n for n in range(5)))
if (n := 10) > 5:
    print(n)
print([y := 1, y ** 2, y + 1], [last := v for v in range(3)], last)
a, *b, c = range(5)
print(a, b, c)
(a, b), [c, *d] = (1, 2), "xyz"
print(a, b, c, d)
for a, (b, c) in [(1, (2, 3))]:
    print(a, b, c)
try:
    a, b = 1, 2, 3
except ValueError as e:
    print(e)
try:
    a, b, c = 1, 2
except ValueError as e:
    print(e)
try:
    a, b = 3
except TypeError as e:
    print(e)
a = b = []
a.append(1)
print(b, a is b)
i = 0
i, lst = 1, [0, 0]
lst[i] = i = 5
print(lst, i)
print((lambda a, *b, c=1, **d: (a, b, c, d))(1, 2, e=3))


def recursive(n):
    return 1 if n == 0 else n * recursive(n - 1)


print(recursive(10), recursive.__name__, recursive.__defaults__, mutable_default.__defaults__)


def annotated(a: int, b: "str" = "x") -> None:
    "the doc"


print(annotated.__doc__, sorted(annotated.__annotations__), annotated.__module__)
