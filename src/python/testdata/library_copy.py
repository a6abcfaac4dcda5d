import copy
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum


class Color(Enum):
    RED = 1


class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


class Custom:
    def __init__(self, x):
        self.x = x

    def __copy__(self):
        return Custom(self.x + 1)

    def __deepcopy__(self, memo):
        return Custom(self.x + 100)


@dataclass
class Data:
    items: list = field(default_factory=list)


a = [1, [2, 3], {"k": [4]}]
s, d = copy.copy(a), copy.deepcopy(a)
a[1].append(9)
a[2]["k"].append(9)
print(s, d, s[1] is a[1], d[1] is a[1])
n = Node([1], Node([2]))
n.next.next = n
c = copy.deepcopy(n)
print(c.next.next is c, c.value is n.value, c.value, copy.copy(n).value is n.value)
print(copy.copy(Custom(1)).x, copy.deepcopy(Custom(1)).x, copy.deepcopy([Custom(2)])[0].x)
data = Data([1])
other = copy.deepcopy(data)
other.items.append(2)
print(data, other, copy.copy(data).items is data.items)
t = (1, [2])
print(copy.deepcopy(t), copy.deepcopy(t) is t, copy.deepcopy(Color.RED) is Color.RED, copy.copy("x"), copy.deepcopy(None))
shared = [1]
pair = copy.deepcopy([shared, shared])
print(pair[0] is pair[1], copy.deepcopy({1, 2}), copy.deepcopy(frozenset([1])), copy.copy({"a": [1]}))
o = OrderedDict(a=[1])
oo = copy.deepcopy(o)
oo["a"].append(2)
dd = copy.deepcopy(defaultdict(list, x=[1]))
dd["y"].append(3)
print(o, oo, dd, type(dd).__name__, copy.deepcopy(deque([[1]])), copy.deepcopy(len) is len, copy.deepcopy(int) is int)


class Sub(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.extra = [1]


x = Sub({"a": [1]})
y = copy.deepcopy(x)
y["a"].append(2)
y.extra.append(2)
print(x, x.extra, y, y.extra, type(y).__name__)
