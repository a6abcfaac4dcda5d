x = "module"


class A:
    x = "class"
    y = x
    ys = [x for _ in range(1)]
    first = [c for c in x]

    def f(self):
        return x

    def g(self, x=x):
        return x

    z = (lambda: x)()


print(A.y, A.ys, A.first[:2], A().f(), A().g(), A.z)


def outer():
    x = "outer"

    class B:
        y = x
        x = "B"
        z = x

        def m(self):
            return x

    return B.y, B.z, B().m()


try:
    print(outer())
except NameError as e:
    print(type(e).__name__, e)


def outer2():
    x = "outer2"

    class B:
        z = x

        class C:
            w = x

            def m(self):
                return x, [x for _ in range(1)], (lambda: x)()

    return B.z, B.C.w, B.C().m()


print(outer2())


def shadow():
    result = [x for x in range(3)]
    return result, x


print(shadow())


def nested_comprehension(n):
    return [[i * j for j in range(n)] for i in range(n)], {i: {j for j in range(i)} for i in range(n)}, list((a, b) for a in range(n) for b in (lambda: a,)[0:1])[0][0]


print(nested_comprehension(2))
fs = [[lambda: (i, j) for j in range(2)] for i in range(2)]
print([f() for row in fs for f in row])
gs = [g for i in range(3) for g in (lambda i=i: i,)]
print([g() for g in gs])


def late():
    def f():
        return g()

    def g():
        return "g"
    return f()


print(late())


def param_captured(a, *args, b=1, **kw):
    def inner():
        nonlocal a
        a += 1
        return a, args, b, kw
    return inner


p = param_captured(1, 2, 3, b=4, c=5)
print(p(), p())


def exception_name():
    e = "outer"
    try:
        raise ValueError("v")
    except ValueError as e:
        pass
    try:
        return e
    except UnboundLocalError as err:
        return type(err).__name__


print(exception_name())


def loop_var():
    for i in range(3):
        pass
    else:
        i = i * 10
    with_walrus = [y := i, y + 1]
    return i, with_walrus, y, any((last := n) > 1 for n in range(5)), last


print(loop_var())


def delete():
    a = 1
    del a
    try:
        return a
    except UnboundLocalError as e:
        return str(e)


print(delete())
global_list = []


def globals_in_function():
    global new_global
    new_global = 1
    global_list.append(2)

    def inner():
        global new_global
        new_global += 1
    inner()
    return new_global


print(globals_in_function(), new_global, global_list)


def star_targets():
    first, *rest = "abc"
    *init, last = range(4)
    (a, *b), c = [1, 2, 3], 4
    return first, rest, init, last, a, b, c


print(star_targets())


def default_evaluated_once(n=[0]):
    n[0] += 1
    return n[0]


print(default_evaluated_once(), default_evaluated_once())


def conditional_def(flag):
    if flag:
        def f():
            return "yes"
    else:
        def f():
            return "no"
    return f


print(conditional_def(1)(), conditional_def(0)())


def decorated():
    calls = []

    def d(name):
        def wrap(f):
            calls.append(name)
            return f
        return wrap

    @d("a")
    @d("b")
    def f():
        pass
    return calls


print(decorated())


class Meta(type):
    def __new__(m, name, bases, ns):
        ns["injected"] = lambda self: __class__
        return super().__new__(m, name, bases, ns)


class WithMeta(metaclass=Meta):
    def me(self):
        return __class__


print(WithMeta().me() is WithMeta, WithMeta().injected() is Meta)


def generator_scopes():
    n = 3
    g = (i + n for i in range(n))
    n = 10
    return list(g)


print(generator_scopes())
print([(lambda x: x + k)(1) for k in range(3)], (lambda *a, **k: (a, k))(1, z=2))
try:
    [undefined_thing for _ in range(1)]
except NameError as e:
    print(e)
print([*range(2), *[i for i in "ab"]], {**{"a": 1}, **dict(b=2)}, (*"ab", *(c for c in "cd")))
