import functools
from functools import cache, cached_property, lru_cache, partial, partialmethod, reduce, singledispatch, total_ordering, wraps

calls = []


def logged(f):
    """outer"""
    @wraps(f)
    def inner(*args, **kwargs):
        """inner"""
        calls.append(f.__name__)
        return f(*args, **kwargs)
    return inner


@logged
def add(a, b=1):
    """adds"""
    return a + b


print(add(2), add(2, b=5), add.__name__, add.__doc__, add.__wrapped__(1), add.__qualname__, calls)

basetwo = partial(int, base=2)
print(basetwo("101"), partial(add, 1)(2), partial(partial(add, 1), b=3)(), basetwo.keywords, basetwo.func is int)
print(partial(max, 3, 4)(1), repr(partial(sorted, [1], reverse=True)).replace(repr(sorted), "sorted"))


@lru_cache(maxsize=2)
def square(x, *, offset=0):
    calls.append(x)
    return x * x + offset


calls.clear()
print([square(n) for n in (1, 2, 1, 3, 1, 2)], square(2, offset=1), calls, square.cache_info())
square.cache_clear()
print(square.cache_info())


@cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


print(fibonacci(60), fibonacci.cache_info())


@lru_cache
def bare(x):
    return [x]


print(bare(1) is bare(1), bare(2) is bare(3), bare("a"))


class Circle:
    def __init__(self, r):
        self.r = r
        self.count = 0

    @cached_property
    def area(self):
        """the area"""
        self.count += 1
        return self.r ** 2 * 3

    @lru_cache(None)
    def scaled(self, k):
        self.count += 100
        return self.r * k

    def move(self, dx, dy=0):
        return (self.r, dx, dy)

    right = partialmethod(move, 1)
    up = partialmethod(move, 0, dy=1)


c = Circle(2)
print(c.area, c.area, c.count, c.scaled(3), c.scaled(3), c.count, "area" in c.__dict__, Circle.area.__doc__, c.right(), c.up())
del c.area
print(c.area, c.count)
print(reduce(lambda a, b: a * b, [1, 2, 3, 4]), reduce(lambda a, b: a + b, [], 7), reduce(max, (3, 9, 2)))
try:
    reduce(lambda a, b: a, [])
except TypeError as e:
    print(e)


@total_ordering
class Size:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


print(Size(1) <= Size(1), Size(2) > Size(1), Size(2) >= Size(3), sorted([Size(3), Size(1)])[0].n)


@singledispatch
def show(x):
    return f"object {x}"


@show.register
def _(x: int):
    return f"int {x}"


@show.register(list)
def _(x):
    return f"list of {len(x)}"


print(show("a"), show(3), show([1, 2]), show(True), show.dispatch(int)(5))
print(sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
