import typing
from typing import (Annotated, Any, Callable, ClassVar, Dict, Final, Generic, Iterable, List, Literal, NamedTuple, Optional, Protocol, Tuple, Type, TypedDict,
                    TypeVar, Union, cast, get_args, get_origin, overload, runtime_checkable)

T = TypeVar("T")
K = TypeVar("K", bound=int)
print(List[int], Dict[str, int], Optional[int], Union[int, str], Union[int, None], Optional[Union[int, str]], Tuple[int, ...], Any, T, Literal["a", 1])
print(Callable[[int, str], bool], Callable[..., Any], Type[int], Annotated[int, "meta"], list[int], dict[str, Any], int | None, list[int] | str, tuple[int, ...])
print(get_origin(List[int]), get_args(Dict[str, int]), get_origin(Optional[int]) is Union, get_args(Optional[int]), get_origin(list[int]), get_args(list[int]), get_origin(int))
print(get_args(Literal["x", "y"]), get_args(Callable[[int], str]), get_origin(int | str), get_args(int | str), get_args(Annotated[int, 5]), get_origin(Annotated[int, 5]) is Annotated)
print(Union[int, int], Union[int, Union[str, float]], Optional[int] == Union[int, None], List[int] == List[int], List[int] == List[str], Union[int, str] == Union[str, int])
print(typing.TYPE_CHECKING, cast(int, "x"), cast("Anything", 3))
Mode = Literal["fast", "slow"]
print("fast" in get_args(Mode), get_args(Literal[Mode, "other"]))


class Box(Generic[T]):
    def __init__(self, item: T):
        self.item = item

    def get(self) -> T:
        return self.item


class IntBox(Box[int]):
    pass


print(Box[int](3).get(), Box("s").item, IntBox(5).get(), isinstance(IntBox(1), Box), Box[int], Box.__parameters__, IntBox.__mro__[1] is Box)


class Pair(Generic[T, K]):
    pass


print(Pair[str, int], Pair.__parameters__, get_args(Pair[str, int]), Pair[str, T])


@runtime_checkable
class Closeable(Protocol):
    name: str

    def close(self) -> None:
        ...


class File:
    name = "f"

    def close(self):
        pass


class Half:
    def close(self):
        pass


class Explicit(Closeable):
    flag: ClassVar[Literal[True]] = True

    def close(self):
        return "closed"


print(isinstance(File(), Closeable), isinstance(Half(), Closeable), isinstance(3, Closeable), Explicit().close(), isinstance(Explicit(), Closeable), Explicit.flag)


class SupportsFlag(Protocol):
    flag: ClassVar[Literal[True]] = True

    def helper(self):
        return "helped"


class Model(File, SupportsFlag):
    def __init__(self, x):
        self.x = x


print(Model(3).x, Model(3).helper(), Model.flag, issubclass(Model, File))
try:
    isinstance(3, SupportsFlag)
except TypeError as e:
    print(e)


class Point(NamedTuple):
    x: int
    y: int = 2

    def total(self):
        return self.x + self.y


p = Point(1)
print(p, p.total(), p._replace(y=5), Point._fields, p == (1, 2), Point._field_defaults, isinstance(p, tuple), Point.__annotations__.keys())
Q = NamedTuple("Q", [("a", int), ("b", str)])
print(Q(1, "x"))


class Movie(TypedDict, total=False):
    title: str
    year: int


m = Movie(title="t")
m["year"] = 1
print(m, type(m), sorted(Movie.__optional_keys__), Movie.__total__)


@overload
def f(x: int) -> int: ...
@overload
def f(x: str) -> str: ...
def f(x):
    return x


print(f(3), f("s"))
UserId = typing.NewType("UserId", int)
print(UserId(5), UserId.__name__)
try:
    Any()
except TypeError as e:
    print(e)
try:
    isinstance(3, List[int])
except TypeError as e:
    print(e)
print(isinstance([], List), isinstance({}, Dict), isinstance(3, int | str), isinstance("a", Union[int, str]), issubclass(bool, Union[int, str]))
print(isinstance(None, Optional[int]), isinstance(3, Iterable), isinstance([], Iterable), {List[int]: 1}[List[int]])


class Registry(Dict[str, int]):
    pass


print(Registry(a=1), issubclass(Registry, dict))
X = Union[int, "Forward"]
print(X, Optional["Later"])
print(Final[int], ClassVar[int], List, Dict[str, List[int]], List[T][int], Dict[T, int][str])
