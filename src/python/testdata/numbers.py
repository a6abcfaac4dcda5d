print(7 // 2, -7 // 2, 7 // -2, 7 % 3, -7 % 3, 7 % -3, divmod(-7, 3), 2 ** 10, 2 ** -1, (-2) ** 3, 0 ** 0)
print(7 / 2, 6 / 3, 1e16, 1e15, 1.0, 0.1 + 0.2, 1e-5, 0.0001, 123456789.123, 1e100, -0.0, 1.5e300 * 1e10, float("inf"), float("-inf"), float("nan"))
print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, divmod(7.5, 2), 2.0 ** 0.5, 2 ** 0.5, 1.0 // 0.1, -0.0 // 1, 5 % 0.3)
print(1 == 1.0, 1 < 1.5, True + True, True == 1, 1 is True, True & False, True | 2, True ^ True, ~5, ~True, 5 & 3, 5 | 3, 5 ^ 3, 1 << 10, 1024 >> 3, -5 >> 1)
print(int(3.9), int(-3.9), int("42"), int("-0x1f", 16), int("0b101", 0), int("1_000"), int(" 7 "), int(True), int("z", 36), float("1e3"), float(" 2.5 "), float(3))
print(round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(1250, -2), round(1.23456, 3), round(5, 2), round(1e20) if False else "")
print(abs(-5), abs(-5.5), abs(True), min(3, 1, 2), max([4, 9, 2]), max("a", "b"), min([], default="d"), max([1, -5, 3], key=abs), sum([1, 2, 3], 10), sum([0.1] * 3))
print(hex(255), oct(8), bin(-5), hex(-1), chr(97), ord("a"), chr(8364), ord("€"), pow(2, 5), pow(3, 4, 5), pow(2, -1))
print((5).bit_length(), (0).bit_length(), (1.5).is_integer(), (2.0).is_integer(), (3).real, (2.5).as_integer_ratio(), (10).to_bytes(2, "big"), int.from_bytes(b"\x01\x00", "big"))
print(0x10, 0b11, 0o17, 1_000_000, 1e3, .5, 5., 1 if 0 else 2, not 0, not "", 1 and 2, 0 or "x", None or [] or 0)
print(1 < 2 < 3, 1 < 2 > 3, 1 == 1 != 2, 3 > 2 >= 2, not 1 == 2)
print(type(1).__name__, type(1.0).__name__, type(True).__name__, type(None).__name__, isinstance(True, int), bool("False"), bool(0.0), bool([0]))
print(int.__add__(1, 2), (1).__add__(2), (5).__floordiv__(2), int.__name__, float.__mul__(2.0, 3), (1).__eq__(1), (1).__add__("a"))
print(9223372036854775807, -9223372036854775808, 2 ** 62, 9223372036854775807 - 1, -(2 ** 62) * 2)
print(3 + 0.5, 3 * 0.5, 3 - 0.5, 0.5 - 3, 10 // 3.0, 10 % 3.5, 1e308 * 10, -1e308 * 10)
print(0.1, 0.25, 1 / 3, 2 / 3, 100.0, 1e22, 1e21, 123456789012345680.0, 5e-324, 1.7976931348623157e308)
print(float(10 ** 15), float(10 ** 16), 12345.678e10, 1e-4, 1e-7)
x = 5
x += 2
x -= 1
x *= 3
x //= 2
x **= 2
x %= 50
x |= 64
x &= 0xFF
x ^= 3
x <<= 2
x >>= 1
print(x)
y = 7
y /= 2
print(y)


class Vec:
    def __init__(self, x):
        self.x = x

    def __add__(self, o):
        return Vec(self.x + (o.x if isinstance(o, Vec) else o))

    __radd__ = __add__

    def __mul__(self, k):
        if not isinstance(k, (int, float)):
            return NotImplemented
        return Vec(self.x * k)

    def __rmul__(self, k):
        return Vec(self.x * k)

    def __iadd__(self, o):
        self.x += 100
        return self

    def __neg__(self):
        return Vec(-self.x)

    def __pos__(self):
        return self

    def __invert__(self):
        return "inv"

    def __abs__(self):
        return abs(self.x)

    def __matmul__(self, o):
        return "matmul"

    def __truediv__(self, o):
        return "truediv"

    def __floordiv__(self, o):
        return "floordiv"

    def __mod__(self, o):
        return "mod"

    def __pow__(self, o, mod=None):
        return "pow"

    def __and__(self, o):
        return "and"

    def __or__(self, o):
        return "or"

    def __xor__(self, o):
        return "xor"

    def __lshift__(self, o):
        return "lshift"

    def __rshift__(self, o):
        return "rshift"

    def __round__(self, n=None):
        return ("round", n)

    def __index__(self):
        return 2

    def __int__(self):
        return 11

    def __float__(self):
        return 1.25

    def __divmod__(self, o):
        return "divmod"

    def __repr__(self):
        return f"V{self.x}"


v = Vec(2)
print(v + v, v + 1, 1 + v, v * 2, 2 * v, -v, +v, ~v, abs(v), v @ v, v / 1, v // 1, v % 1, v ** 2, v & 1, v | 1, v ^ 1, v << 1, v >> 1)
v += 1
print(v, round(v), round(v, 2), [10, 20, 30][v], int(v), float(v), divmod(v, 1), hex(v), range(5)[v], sum([Vec(1), Vec(2)]))
try:
    v * "a"
except TypeError as e:
    print(e)
try:
    v - 1
except TypeError as e:
    print(e)
try:
    v -= 1
except TypeError as e:
    print(e)


class MyInt(int):
    def __new__(cls, v, extra=None):
        self = super().__new__(cls, v)
        self.extra = extra
        return self

    def double(self):
        return self * 2


m = MyInt(21, extra="e")
print(m, m.double(), m + 1, 1 + m, m == 21, hash(m) == hash(21), m.extra, isinstance(m, int), type(m + 1).__name__, [0] * MyInt(2), f"{m:05d}", m // 2, -m, m < 30, {21: "x"}[m])


class Rev(int):
    def __radd__(self, o):
        return "radd"


print(1 + Rev(2), Rev(1) + 2, Rev(1) + Rev(2))


class MyFloat(float):
    pass


print(MyFloat(1.5) * 2, repr(MyFloat(2)), MyFloat("3.25") == 3.25)

print(bytes.fromhex("00ff 2a"), bytes.fromhex("").hex())
try:
    bytes.fromhex("0g")
except ValueError as error:
    print(error)

print((1 << 63) - 1, (1 << 64) - (1 << 63) - 1)
