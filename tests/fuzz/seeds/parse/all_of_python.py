"""Every construct of the language once."""
from __future__ import annotations
import a.b.c as d, e
from . import f
from ..g import (h as i, j,)
from k import *

@decorator(1, *args, key=2, **kwargs)
class C(Base, metaclass=M):
    x: int = 1
    y: "str"
    def f(self, a, /, b: int = 2, *c, d, e=3, **g) -> dict[str, int] | None:
        """doc"""
        global z
        nonlocal w
        return lambda p, *q, r=1, **s: (p, q)

async def g():
    async with a as b, c as (d, e):
        async for x in y:
            await z
        else:
            yield
    yield from h
    return [i async for i in j if k if l], {m: n for m, n in o}, {p for p in q}, (r for r in s)

def h(x):
    if x < 1 <= 2 != 3 is not None and y not in z or not w:
        pass
    elif (n := len(x)) > 10:
        x[1:2, ..., ::3] = ~x ** -y // 2 @ z << 1 >> 2 & 3 | 4 ^ 5 % 6
    else:
        del x.a[0], y
    while True:
        break
    else:
        continue
    for a, (b, *c) in d:
        a += 1; b -= 2; c *= 3; a @= b; a //= 2; a **= 2; a >>= 1; a <<= 1; a &= 1; a |= 1; a ^= 1; a %= 1; a /= 1
    try:
        raise E(1) from None
    except (A, B) as e:
        assert x, "message"
    except* G:
        ...
    else:
        x = y = z, *w
    finally:
        print(f"{x!r:>{width}.2f} {{}} {y=} " "joined" rf"\d{z}" b"bytes\x00", 0x1F, 0o17, 0b11, 1_000, 1e-5, 2j, 123456789012345678901234567890)
    with open("f") as g:
        x if y else z
    match x:
        case 1 | "a" | None:
            pass
        case [a, *rest, b]:
            pass
        case {"k": v, **rest}:
            pass
        case Point(x=0, y=1) as p if p.x:
            pass
        case -1.5 | a.b.C:
            pass
        case _:
            pass
    return '''triple
quoted \N{BULLET} \u1234 \x41 \101 \
'''
type_ = {**a, "b": 1}
f(*a, **b)
