import dataclasses
import enum
from dataclasses import field

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.dataclasses import dataclass


class Mode(enum.IntEnum):
    NONE = 0
    FULL = 3


@dataclass
class Inner:
    a: int = 1
    b: bool | None = None


@dataclass(config=ConfigDict(extra="forbid"))
class Config:
    x: int = Field(default=3, ge=1)
    y: list = field(default_factory=list)
    z: "str | None" = Field(default=None)
    w: int = Field(default_factory=lambda: 7)
    ratio: float = 0.5
    mode: Mode = Mode.NONE
    inner: Inner = field(default_factory=Inner)
    fixed: int = field(init=False, default=5)
    made: int = field(init=False)

    @field_validator("x", mode="after")
    @classmethod
    def double_large(cls, v):
        return v * 2 if v > 100 else v

    @field_validator("z", "w", mode="wrap")
    @classmethod
    def skip_none(cls, v, handler):
        return v if v is None else handler(v)

    @field_validator("mode", mode="before")
    @classmethod
    def by_name(cls, v):
        return Mode[v.upper()] if isinstance(v, str) and not v.isdigit() else v

    @field_validator("z")
    @classmethod
    def check_z(cls, v):
        if v == "bad":
            raise ValueError("z is bad")
        return v

    def __post_init__(self):
        self.made = self.x + 1

    @model_validator(mode="after")
    def check(self):
        if self.x == 13:
            raise ValueError("unlucky")
        self.y.append("checked")
        return self


print(Config())
print(Config(x=200, z="k", ratio=1, mode="full", inner={"a": 4}))
print(Config(mode=3).mode is Mode.FULL, Config(2).x, Config(x=2).made, Config.x, Config.ratio, [f.name for f in dataclasses.fields(Config)])
for bad in (lambda: Config(x=0), lambda: Config(z="bad"), lambda: Config(x=13)):
    try:
        bad()
        print("accepted")
    except ValueError:
        print("refused")
c = Config()
c.x = 0
print(c.x, dataclasses.replace(c, x=5).made, dataclasses.is_dataclass(Config), dataclasses.asdict(Inner(a=2)))


@dataclass
class Child(Config):
    extra: str = "e"

    @model_validator(mode="after")
    def check_child(self):
        self.y.append("child")
        return self


print(Child(x=4).y, Child(extra="q").extra, isinstance(Child(), Config), Child() == Child())


@dataclass(frozen=True)
class Frozen:
    a: int = 1


try:
    Frozen().a = 2
except dataclasses.FrozenInstanceError as e:
    print(type(e).__name__)
print(Frozen() == Frozen(), hash(Frozen()) == hash(Frozen()))


@dataclass(kw_only=True)
class Keywords:
    a: int
    b: int = Field(default=2)


print(Keywords(a=1))


class Settled(BaseModel):
    level: int = 0
    doubled: int = 1

    def model_post_init(self, context):
        self.doubled = self.level * 2


print(Settled(level=3).doubled, Settled().doubled)
