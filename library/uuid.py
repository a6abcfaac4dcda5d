"""Identifiers: the same ones in each evaluation."""
_made = [0]


class UUID:
    def __init__(self, hex=None, bytes=None, int=None, **fields):
        self.hex = hex.replace("-", "") if hex is not None else f"{int or 0:032x}"

    @property
    def int(self):
        return _integer(self.hex, 16)

    def __str__(self):
        h = self.hex
        return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"

    def __repr__(self):
        return f"UUID({str(self)!r})"

    def __eq__(self, other):
        return isinstance(other, UUID) and self.hex == other.hex

    def __hash__(self):
        return hash(self.hex)


_integer = int


def uuid4():
    _made[0] += 1
    return UUID(f"{_made[0]:032x}")


uuid1 = uuid4


def uuid5(namespace, name):
    return uuid4()
