import collections
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, MutableMapping, Sequence, Set, Sized

d = defaultdict(list)
d["a"].append(1)
d["a"].append(2)
d["b"]
print(d, dict(d), d == {"a": [1, 2], "b": []}, "c" in d, d.get("c"), len(d), isinstance(d, dict), d.default_factory)
n = defaultdict(lambda: defaultdict(int))
n["x"]["y"] += 3
print(n["x"]["y"], n["x"], defaultdict(int, a=1)["a"], d.copy())
try:
    defaultdict(None)["k"]
except KeyError as e:
    print("KeyError", e)

o = OrderedDict([("a", 1), ("b", 2), ("c", 3)])
o.move_to_end("a")
print(o, list(o), o.popitem(), o.popitem(last=False), o, OrderedDict(x=1) == {"x": 1}, OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1))
o["z"] = 1
print(list(o.items()), OrderedDict(), o | {"q": 2})

c = Counter("abracadabra")
print(c, c.most_common(2), c["z"], sum(c.values()), c.total())
c.update("aaa")
c["b"] -= 5
print(c["a"], c["b"], Counter(a=1) + Counter(a=2, b=1), Counter(a=3) - Counter(a=1, b=1), sorted(Counter(a=2, b=1).elements()))

q = deque([1, 2, 3], maxlen=3)
q.append(4)
q.appendleft(0)
print(q, q.pop(), q.popleft(), q, len(q), q[0], list(q), 2 in q, q.maxlen)
q.extend([5, 6])
q.rotate(1)
print(q, deque("ab"), bool(deque()), deque([1]) == deque([1]))
try:
    deque().popleft()
except IndexError as e:
    print(e)

P = namedtuple("P", "x y", defaults=[5])
p = P(1)
print(p, p.x, p[1], p._asdict(), p._replace(x=9), P._fields, P(*[3, 4]), p == (1, 5), P._make([7, 8]), isinstance(p, tuple))
a, b = p
print(a, b, P(y=1, x=2), {p: 1}[P(1)], sorted([P(3, 1), P(1, 2)]), P.__name__, P._field_defaults, len(p), p + (1,))
for bad in (lambda: P(), lambda: P(1, 2, 3), lambda: P(1, z=2), lambda: p._replace(q=1)):
    try:
        bad()
    except (TypeError, ValueError) as e:
        print(e)
try:
    p.x = 3
except AttributeError:
    print("no assignment")


class Loud(UserDict):
    def __getitem__(self, key):
        return super().__getitem__(key) + "!"


u = Loud({"a": "x"}, b="y")
u["c"] = "z"
print(u["a"], len(u), sorted(u), "b" in u, u.get("q"), u, list(u.items()), u.pop("c"), dict(u))
m = ChainMap({"a": 1}, {"a": 2, "b": 3})
print(m["a"], m["b"], sorted(m), len(m), "z" in m)


class Seq(Sequence):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError(i)
        return i * i


s = Seq(4)
print(list(s), 9 in s, s.index(4), s.count(1), list(reversed(s)), isinstance(s, Iterable), isinstance(s, Sequence))


class Store(MutableMapping):
    def __init__(self):
        self.inner = {}

    def __getitem__(self, k):
        return self.inner[k]

    def __setitem__(self, k, v):
        self.inner[k] = v

    def __delitem__(self, k):
        del self.inner[k]

    def __iter__(self):
        return iter(self.inner)

    def __len__(self):
        return len(self.inner)


t = Store()
t["a"] = 1
t.update(b=2)
print(dict(t), t.setdefault("c", 3), t.pop("a"), list(t.keys()), list(t.values()), t == {"b": 2, "c": 3}, t.get("zz", 0), isinstance(t, Mapping))
try:
    class Half(Mapping):
        def __len__(self):
            return 0
    Half()
except TypeError as e:
    print(e)
print(isinstance([], Sequence), isinstance({}, Mapping), isinstance("", Sequence), isinstance(set(), Set), isinstance(3, Hashable), isinstance([], Hashable))
print(isinstance(len, Callable), isinstance(iter([]), Iterator), isinstance([], Iterator), isinstance((), Sized), isinstance(5, Iterable), isinstance([], Container))
print(isinstance((x for x in ()), Iterator), isinstance(lambda: 0, Callable), issubclass(dict, MutableMapping), isinstance((1,), (list, Sequence)))
print(collections.abc.Mapping is Mapping, isinstance(range(3), Sequence), isinstance({}.keys(), Set))
