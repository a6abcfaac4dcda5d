import enum
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto, unique


class Color(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

    @property
    def shouted(self):
        return self.name + "!"

    @classmethod
    def default(cls):
        return cls.GREEN

    def describe(self):
        return f"{self.name} is {self.value}"


print(Color.RED, repr(Color.RED), Color.RED.name, Color.RED.value)
print(Color(2), Color["GREEN"], Color.CRIMSON is Color.RED, Color.CRIMSON)
print(list(Color), len(Color), list(Color.__members__), [m.shouted for m in Color])
print(Color.default(), Color.RED.describe(), Color.RED == 1, Color.RED == Color.RED, Color.RED != Color.GREEN)
print(isinstance(Color.RED, Color), Color.RED in Color, type(Color.RED) is Color, Color)
print({Color.RED: "r"}[Color.CRIMSON], f"{Color.RED}", f"{Color.RED!r:>20}", "%s" % Color.GREEN)
for bad in (lambda: Color(7), lambda: Color["BLUE"]):
    try:
        bad()
    except (ValueError, KeyError) as e:
        print(type(e).__name__, e)
try:
    Color.RED = 3
except AttributeError as e:
    print(e)


class Level(IntEnum):
    LOW = auto()
    MIDDLE = auto()
    HIGH = 10
    HIGHER = auto()


print(list(Level), Level.HIGH + 1, Level.LOW < Level.HIGH, Level(11), str(Level.LOW), f"{Level.HIGH}", f"{Level.HIGH:>4}", repr(Level.LOW))
print(max(Level), sorted([Level.HIGH, Level.LOW]), Level.LOW == 1, {1: "a"}[Level.LOW], [10, 20, 30][Level.LOW], isinstance(Level.LOW, int))


class Name(str, Enum):
    A = "a"
    B = "b"

    @classmethod
    def _missing_(cls, value):
        if value == "alias":
            return cls.A
        raise ValueError(f"{value} is not a name")


print(Name.A, repr(Name.A), Name.A == "a", Name("b"), Name("alias"), Name.A.upper(), {"a": 1}[Name.A], "x" + Name.A, len(Name.B))
print(f"{Name.A}", "%s" % Name.A, "{}".format(Name.B), Name.A.value, isinstance(Name.A, str))
try:
    Name("c")
except ValueError as e:
    print(e)


class Mode(StrEnum):
    FAST = auto()
    SLOW = "slowly"


print(Mode.FAST, repr(Mode.FAST), Mode("fast"), f"{Mode.SLOW}", Mode.SLOW == "slowly", ",".join(Mode))


class Permission(Flag):
    R = auto()
    W = auto()
    X = auto()
    RW = R | W


print(list(Permission), Permission.RW, repr(Permission.R | Permission.X), Permission.R in Permission.RW, bool(Permission.R & Permission.W))
print(Permission.R | Permission.W is Permission.RW, ~Permission.R, Permission(5), Permission.RW.value, Permission(0), [p.name for p in Permission.RW])


class Bits(IntFlag):
    ONE = 1
    TWO = 2
    FOUR = 4


print(Bits.ONE | Bits.FOUR, repr(Bits.ONE | Bits.FOUR), Bits.ONE + 1, Bits(3), int(Bits.TWO), Bits.ONE | 2)


class Planet(Enum):
    EARTH = (5.0, 6.0)
    MARS = (3.0, 2.0)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius

    @property
    def density(self):
        return self.mass / self.radius


print(Planet.EARTH.mass, Planet.MARS.density, Planet.EARTH.value, Planet((3.0, 2.0)))


class Coded(Enum):
    def __new__(cls, code, text):
        made = object.__new__(cls)
        made._value_ = code
        made.text = text
        return made

    OK = (200, "fine")
    LOST = (404, "not found")


print(Coded(404), Coded.OK.text, Coded.LOST.value)


class Meta(enum.EnumMeta):
    def __getitem__(cls, name):
        return super().__getitem__(name.upper())


class Backend(Enum, metaclass=Meta):
    FLASH = "path.to.Flash"
    TORCH = ""

    def path(self):
        return self.value or None


print(Backend["flash"], Backend.FLASH.path(), Backend.TORCH.path(), list(Backend))


@unique
class Unique(Enum):
    A = 1
    B = 2


try:
    @unique
    class Twice(Enum):
        A = 1
        B = 1
except ValueError as e:
    print(e)
try:
    class More(Color):
        BLUE = 3
except TypeError as e:
    print(e)


class Named(Enum):
    def _generate_next_value_(name, start, count, last_values):
        return name.lower() + str(count)

    A = auto()
    B = auto()


print(list(Named))
Animal = Enum("Animal", "CAT DOG")
print(list(Animal), Animal.CAT.value)
print({m.name: m.value for m in Level}, [m for m in reversed(Color)], bool(Color), hasattr(Color.RED, "nothing"), hasattr(Color, "BLUE"))


class WithDict(Enum):
    A = {"k": 1}
    B = [1, 2]


print(WithDict({"k": 1}), WithDict.B.value, WithDict([1, 2]))
