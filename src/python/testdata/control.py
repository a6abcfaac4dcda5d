for i in range(3):
    if i == 1:
        continue
    print(i)
else:
    print("else")
while True:
    break
n = 0
while n < 3:
    n += 1
else:
    print("while else", n)
for i in []:
    pass
else:
    print("empty else")


def m(x):
    match x:
        case 0:
            return "zero"
        case 1 | 2:
            return "one or two"
        case "s":
            return "string"
        case [a]:
            return f"list of one {a}"
        case [a, b, *rest]:
            return f"list {a} {b} {rest}"
        case {"k": v, **rest}:
            return f"dict {v} {rest}"
        case Point(x=0, y=y):
            return f"on y {y}"
        case Point(a, b) if a == b:
            return f"diagonal {a}"
        case Point():
            return "point"
        case int(n) if n > 100:
            return f"big {n}"
        case float() | str() as v:
            return f"float or str {v}"
        case None:
            return "none"
        case True:
            return "true"
        case Color.RED:
            return "red"
        case _:
            return "other"


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


class Color:
    RED = "red!"


for v in (0, 1, 2, "s", [1], [1, 2], [1, 2, 3, 4], (5, 6), {"k": 1, "z": 2}, {"q": 1}, Point(0, 5), Point(3, 3), Point(1, 2), 500, 50, 1.5, "text", None, True, "red!", []):
    print(repr(v) if not isinstance(v, Point) else "Point", "->", m(v))
match (1, (2, 3)):
    case (a, (b, c)):
        print(a, b, c)
match {"a": {"b": [1, 2]}}:
    case {"a": {"b": [_, x]}}:
        print(x)
match "x":
    case "y":
        print("no")
x = 5
print("a" if x > 3 else "b" if x > 1 else "c", x > 3 and "yes" or "no", (x, -x)[x > 3])
print(x == 5 and not x == 6, x in (1, 5), x not in [5], x is None, x is not None)
del x
try:
    x
except NameError as e:
    print(e)
print([i for i in range(10) if i % 2 if i % 3], [a + b for a in "ab" for b in "cd"], {i: [j for j in range(i)] for i in range(3)})
print(*[1, 2], *(3,), sep="-")
print(end="")
print()
print(1, 2, sep="", end="!\n")


def multi():
    return 1, 2


a, b = multi()
print(a, b, multi()[0])
lst = [1, 2, 3]
for i, lst[0] in enumerate("ab"):
    print(i, lst)
x = y = z = 0
x, y = y, x + 1
print(x, y, z)
if not lst:
    pass
elif lst == [1]:
    pass
else:
    print("else branch")
print(__name__)
pass
d = {}
d["a"], d["b"] = 1, 2
print(d)
assert d
global_var = [1]


def f():
    global_var.append(2)
    local = [g for g in global_var]
    return local


print(f(), globals()["global_var"], "f" in globals(), sorted(locals().keys() & {"d", "f"}))


def loc():
    a, b = 1, 2
    return sorted(locals().items())


print(loc(), eval("1") if False else "", id(d) == id(d), hash("a") == hash("a"), callable(f), callable(3))
print(divmod(7, 2), isinstance([], (list, tuple)), type([]) is list, type(3) == int, repr(print)[:9], repr(len), dir(Point(1, 2))[-2:])
