l = [3, 1, 2]
l.append(4)
l.extend([5, 6])
l.extend(x for x in "ab")
l.insert(0, "first")
l.insert(-1, "x")
l.insert(100, "last")
print(l, l.pop(), l.pop(0), l.index(5), l.count(1), len(l))
l = [5, 3, 8, 1]
l.sort()
print(l)
l.sort(reverse=True)
print(l)
l.sort(key=lambda x: -x)
l.reverse()
print(l, l.copy() is l, l == l.copy(), l[::-1])
l.remove(8)
del l[0]
print(l, l * 2, [0] * 3, l + [9], 3 in l, [1, 2] < [1, 3], [1, 2] == [1, 2], [[1], [2]] == [[1], [2]], [] == (), [1] != [1])
l = list(range(10))
print(l[2:5], l[-3:], l[::3], l[8:2:-2], l[5:2], l[:0], l[100:], l[-100:2], l[1:-1:2])
l[2:4] = ["a", "b", "c"]
print(l)
l[::2] = [0] * len(l[::2])
print(l)
del l[1:4]
print(l)
l[len(l):] = [7]
l[:] = [1, 2, 3]
l += (4, 5)
l *= 2
print(l)
try:
    l[::2] = [1]
except ValueError as e:
    print(e)
nested = [[0] * 2 for _ in range(2)]
nested[0][1] = 5
print(nested, [*range(3), *"ab"], [x for row in nested for x in row])
l.clear()
print(l, bool(l))
r = [1]
r.append(r)
print(r)
t = (1, 2, 3)
print(t[0], t[1:], t + (4,), t * 2, t.index(2), t.count(1), len(t), (1,), (), 1 in t, t < (1, 2, 4), hash(t) == hash((1, 2, 3)), {t: 1}[(1, 2, 3)])
a, b, *c = t
print(a, b, c, (*t, 4), tuple([1, 2]), tuple("ab"), sorted(t, reverse=True))
d = {"b": 1, "a": 2}
d["c"] = 3
print(d, d["a"], d.get("z"), d.get("z", 0), "a" in d, len(d), list(d), list(d.keys()), list(d.values()), list(d.items()))
print(d.pop("a"), d.pop("zz", None), d.setdefault("n", []), d.setdefault("b", 9), d)
d.update({"x": 1}, y=2)
d.update([("z", 3)])
print(d, d.popitem(), {**d, "b": 100}, d | {"q": 1}, dict(a=1, b=2), dict([("k", "v")]), dict({"a": 1}, b=2), dict(zip("ab", [1, 2])), {}.fromkeys("ab", 0), dict.fromkeys([1, 2]))
d |= {"w": 5}
del d["w"]
for k in d:
    print(k, end=" ")
print()
for k, v in sorted(d.items()):
    print(k, v, sep="=", end=";")
print()
print(d == {"b": 1, "c": 3, "n": [], "x": 1, "y": 2}, {1: 2} != {1: 3}, {1: "a", 1.0: "b", True: "c"}, {(1, 2): "t"}, {None: 1}[None])
print(d.keys(), d.values(), d.items(), type(d.keys()).__name__)
ks = d.keys()
d["new"] = 1
print("new" in ks, len(ks), d.keys() & {"b", "zz"}, sorted(d.keys() | {"q"}), sorted(d.keys() - {"b"}), ("b", 1) in d.items(), 1 in d.values(), {"a": 1}.keys() == {"a"})
try:
    for k in d:
        d[k + "x"] = 1
except RuntimeError as e:
    print(e)
c = d.copy()
c.clear()
print(c, len(d) > 0, list(reversed({"a": 1, "b": 2})), {k: v for k, v in [("a", 1)] if v}, sorted({"b": 1, "a": 2}, key=lambda k: k))
s = {1, 2, 3}
s.add(4)
s.discard(9)
s.discard(1)
print(sorted(s), len(s), 2 in s, sorted(s | {9}), sorted(s & {2, 3, 99}), sorted(s - {2}), sorted(s ^ {2, 100}), s <= {2, 3, 4, 5}, s < {2, 3, 4}, s >= {2}, s == {4, 3, 2}, s.isdisjoint({7}))
s.update([5], (6,))
s.remove(6)
print(sorted(s), sorted(s.union([1], [0])), sorted(s.intersection([2, 5])), sorted(s.difference([2])), s.issubset({2, 3, 4, 5, 6}), s.issuperset([2]), sorted(s.symmetric_difference([2])))
try:
    s.remove(99)
except KeyError as e:
    print("KeyError", e)
f = frozenset([1, 2])
print(f, f | {3} == {1, 2, 3}, {f: 1}[frozenset([2, 1])], hash(f) == hash(frozenset([2, 1])), type(f | {3}).__name__, {1, 2} == frozenset([1, 2]), set(), {*()}, len({1, 1.0, True}))
s |= {10}
s &= {10, 2}
s -= {2}
s ^= {3}
print(sorted(s))
r = range(0, 10, 3)
print(list(r), len(r), r[1], r[-1], 6 in r, 7 in r, r[1:], list(range(5, 0, -2)), range(0) == range(1, 1), list(range(-3, 3)), r.start, r.stop, r.step, r.index(6), r.count(3), bool(range(0)))
print(slice(1, 2, 3).indices(10), slice(None, None, -1).indices(5), slice(1, 5).start, [1, 2, 3][slice(1, None)], slice(1, 2) == slice(1, 2))


class MyList(list):
    def __init__(self, *a):
        super().__init__(a)

    def total(self):
        return sum(self)


m = MyList(1, 2, 3)
m.append(4)
print(m, m.total(), len(m), m[1:], type(m[1:]).__name__, m == [1, 2, 3, 4], isinstance(m, list), [*m], m + [5], sorted(m, reverse=True), 3 in m, bool(MyList()), list(m), str(m), list(reversed(m)))
m[0] = 10
m += [7]
print(m, type(m).__name__, m.pop(), max(m))


class MyDict(dict):
    def __getattr__(self, k):
        try:
            return self[k]
        except KeyError:
            raise AttributeError(k)

    __setattr__ = dict.__setitem__


md = MyDict(a=1)
md.b = 2
print(md.a, md["b"], md, len(md), {**md}, dict(md), list(md.items()), "a" in md, hasattr(md, "zz"), md == {"a": 1, "b": 2}, isinstance(md, dict), sorted(md))


class Pair(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))

    @property
    def first(self):
        return self[0]


p = Pair(1, 2)
print(p, p.first, p[1], len(p), p == (1, 2), isinstance(p, tuple), (lambda a, b: a + b)(*p), hash(p) == hash((1, 2)), {p: 1}[(1, 2)], p + (3,))
x, y = p
print(x, y)


class Seq:
    def __getitem__(self, i):
        return ("item", i)

    def __setitem__(self, i, v):
        print("set", i, v)

    def __delitem__(self, i):
        print("del", i)


q = Seq()
print(q[1], q[1:2], q[1, 2], q[..., None], q["k"])
q[3] = 4
q[1:2] = "x"
del q[0]
q[1] += ("more",)
print([1, 2, 3, 4][-2], "abc"[True], [[1, 2], [3, 4]][1][0], {"a": {"b": 1}}["a"]["b"], ([1, 2], 3)[0][1])
big = {i: i * i for i in range(100)}
for i in range(0, 100, 2):
    del big[i]
print(len(big), sum(big), big[51], 50 in big)
big.update((i, 0) for i in range(200))
print(len(big), list(big)[:3], big[199])
print(any([0, "", 3]), all([1, "a"]), all([]), any([]), list(map(str, [1, 2])), [*map(int, "123")], dict(enumerate("ab")), len(list(zip(range(3), range(5)))))
print(sorted(["b", "A", "c"], key=str.lower), sorted([(2, "a"), (1, "b"), (1, "a")]), sorted({"x": 2, "y": 1}.items(), key=lambda kv: kv[1]), min({"a": 3, "b": 1}, key={"a": 3, "b": 1}.get))
print([1, 2, 3] == [1.0, 2.0, 3.0], (1, [2]) == (1, [2]), {"a": [1, {"b": (2,)}]} == {"a": [1, {"b": (2,)}]}, [float("nan")] == [float("nan")])
