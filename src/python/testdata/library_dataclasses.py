from __future__ import annotations

import dataclasses
import inspect
from dataclasses import KW_ONLY, MISSING, InitVar, asdict, astuple, dataclass, field, fields, is_dataclass, make_dataclass, replace
from typing import Any, ClassVar, Optional


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    kind: ClassVar[str] = "point"

    def norm(self):
        return self.x + self.y


p = Point(1)
print(p, p == Point(1), p != Point(2), p.norm(), Point.kind, Point(1, y=3, tags=["a"]))
print(p.tags is Point(1).tags, Point.y, hasattr(Point, "tags"), Point.__match_args__)
for bad in (lambda: Point(), lambda: Point(1, 2, [], 4), lambda: Point(1, z=3), lambda: Point(1, x=3), lambda: hash(p)):
    try:
        bad()
    except TypeError as e:
        print(e)
print([(f.name, f.type, f.default is MISSING, f.default_factory is MISSING, f.init, f.kw_only) for f in fields(Point)])
print(is_dataclass(Point), is_dataclass(p), is_dataclass(int), asdict(p), astuple(Point(1, 2, ["a"])), replace(p, y=5))


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0
    note: str = field(default="", compare=False, repr=False)


v = Version(1, 2, "n")
print(v, v == Version(1, 2), v < Version(1, 3), sorted([Version(2), Version(1, 5)]), {v: 1}[Version(1, 2)], hash(v) == hash(Version(1, 2)), v.note)
try:
    v.major = 3
except dataclasses.FrozenInstanceError as e:
    print(type(e).__name__, e, isinstance(e, AttributeError))
try:
    del v.major
except dataclasses.FrozenInstanceError as e:
    print(e)


@dataclass
class Base:
    a: int = 1
    b: str = "b"


@dataclass
class Derived(Base):
    c: float = 2.5
    a: int = 10

    def __post_init__(self):
        self.total = self.a + self.c


d = Derived()
print(d, d.total, Derived(b="x", c=1).total, [f.name for f in fields(d)], isinstance(d, Base))


@dataclass
class Keywords:
    a: int
    _: KW_ONLY
    b: int = 2
    c: int


print(Keywords(1, c=3), Keywords.__match_args__)
try:
    Keywords(1, 2, 3)
except TypeError as e:
    print(e)
try:
    Keywords(1)
except TypeError as e:
    print(e)


@dataclass(kw_only=True)
class AllKeywords:
    a: int = 1
    b: Optional[int] = None


print(AllKeywords(b=3), inspect.signature(AllKeywords))


@dataclass
class WithInit:
    scale: InitVar[int]
    factor: InitVar[int] = 2
    result: int = field(init=False)
    fixed: int = field(init=False, default=7)

    def __post_init__(self, scale, factor):
        self.result = scale * factor


print(WithInit(4), WithInit(4, 5), WithInit(1).fixed)


@dataclass(slots=True)
class Slots:
    a: int = 1


@dataclass(eq=False)
class Identity:
    a: int = 1


print(Slots(), Slots(2) == Slots(2), Identity() == Identity(), Identity() in {Identity(): 1})


@dataclass(repr=False, init=False)
class Own:
    a: int = 1

    def __init__(self, value):
        self.a = value * 2

    def __repr__(self):
        return f"Own<{self.a}>"


print(Own(3), Own(3) == Own(3))


@dataclass(unsafe_hash=True)
class Hashed:
    a: int
    b: int = field(hash=False, default=0)


print(hash(Hashed(1, 2)) == hash(Hashed(1, 3)))
try:
    @dataclass
    class Wrong:
        a: int = 1
        b: int
except TypeError as e:
    print(e)
try:
    @dataclass
    class Mutable:
        a: list = []
except ValueError as e:
    print(e)
try:
    @dataclass
    class NotFrozen(Version):
        c: int = 1
except TypeError as e:
    print(e)


@dataclass
class Nested:
    point: Point
    points: dict[str, Point] = field(default_factory=dict)
    pair: tuple = ()


n = Nested(Point(1), {"k": Point(2)}, (Point(3), 4))
print(n)
print(asdict(n))
copy = asdict(n)
copy["points"]["k"]["x"] = 9
print(n.points["k"].x)
print(asdict(Point(1), dict_factory=lambda pairs: sorted(k for k, _ in pairs)))
Made = make_dataclass("Made", [("x", int), ("y", int, field(default=5))], namespace={"double": lambda self: self.x * 2})
print(Made(2), Made(4).double())
print(inspect.signature(Point), inspect.signature(Derived))


class Node:
    pass


@dataclass
class Linked:
    value: Any
    next: Linked | None = None


loop = Linked(1)
loop.next = loop
print(loop)
f = field(default=3, metadata={"unit": "s"})
print(f.metadata["unit"], f.default)
match Point(1, 2):
    case Point(1, y):
        print("matched", y)
try:
    replace(WithInit(1), fixed=3)
except ValueError as e:
    print(e)
