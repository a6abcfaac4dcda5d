def gen(n):
    for i in range(n):
        yield i
    return "done"


print(list(gen(3)), tuple(gen(2)), sum(gen(4)))
g = gen(1)
print(next(g))
try:
    next(g)
except StopIteration as e:
    print("stop", e.value)
print(next(g, "default"))


def echo():
    received = []
    while True:
        x = yield received
        if x is None:
            return
        received = received + [x]


e = echo()
next(e)
print(e.send(1), e.send(2))
try:
    e.send(None)
except StopIteration:
    print("ended")


def delegate():
    r = yield from gen(2)
    print("r =", r)
    yield from [10, 20]
    yield from (x * 2 for x in (1, 2))


print(list(delegate()))


def with_finally():
    try:
        yield 1
        yield 2
    except ValueError as e:
        print("caught", e)
        yield "after"
    finally:
        print("cleanup")


w = with_finally()
print(next(w), w.throw(ValueError("x")))
print(list(w))
w = with_finally()
next(w)
w.close()
try:
    next(w)
except StopIteration:
    print("closed")


def raises():
    yield 1
    raise KeyError("k")


r = raises()
next(r)
try:
    next(r)
except KeyError as e:
    print("KeyError", e)


def stop_inside():
    yield 1
    raise StopIteration("x")


try:
    list(stop_inside())
except RuntimeError as e:
    print(type(e).__name__, e)
t = gen(3)
try:
    t.send(5)
except TypeError as e:
    print(e)
print(type(t).__name__, t is iter(t), gen.__name__)


class It:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


print(list(It(3)), max(It(4)), [*It(2)], {*It(2)} == {0, 1}, dict(zip("ab", It(5))))
for v in It(2):
    print(v)
else:
    print("else")


class GenIter:
    def __iter__(self):
        yield "a"
        yield "b"


print(list(GenIter()), "a" in GenIter(), "z" in GenIter())


def inf():
    n = 0
    while True:
        yield n
        n += 1


for i in inf():
    if i > 2:
        break
print(i)
z = zip(inf(), "abc")
print(list(z))
print(list(map(lambda a, b: a + b, [1, 2], [10, 20])), list(filter(None, [0, 1, "", "x"])), list(filter(lambda x: x > 1, [1, 2, 3])))
print(list(enumerate("ab", 1)), list(reversed([1, 2, 3])), list(reversed(range(3))), list(reversed("abc")))
print(list(zip([1, 2, 3], "ab")), list(zip(*[(1, 2), (3, 4)])))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError as e:
    print(e)
it = iter([1, 2, 3])
print(next(it), list(it), list(it))
c = iter(lambda: lst.pop(), 0)
lst = [0, 5, 4]
print(list(c))
print(sorted([3, 1, 2], reverse=True), sorted("bca"), sorted([(1, "b"), (0, "z")], key=lambda p: p[1]))
nested = ((x, y) for x in range(2) for y in "ab")
print(list(nested))


def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


f = fib()
print([next(f) for _ in range(10)])


def tree(n):
    if n > 0:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)


print(list(tree(3)))


def local_state():
    try:
        x = yield 1
        print("got", x)
    finally:
        print("fin")
    yield 3


s = local_state()
next(s)
print(s.send("v"))
del s
print(type(iter([])).__name__, type(iter({})).__name__, type(zip()).__name__, type(map(str, [])).__name__, type(iter(range(1))).__name__)
