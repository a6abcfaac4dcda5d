"""Exact ratios."""
from math import gcd
from numbers import Rational


class Fraction(Rational):
    def __init__(self, numerator=0, denominator=1):
        if isinstance(numerator, float):
            numerator, denominator = numerator.as_integer_ratio()
        elif isinstance(numerator, str):
            top, _, bottom = numerator.partition("/")
            numerator, denominator = int(top), int(bottom or 1)
        if isinstance(numerator, Fraction) or isinstance(denominator, Fraction):
            a, b = _pair(numerator), _pair(denominator)
            numerator, denominator = a[0] * b[1], a[1] * b[0]
        if denominator == 0:
            raise ZeroDivisionError(f"Fraction({numerator}, 0)")
        common = gcd(numerator, denominator) * (-1 if denominator < 0 else 1)
        self.numerator, self.denominator = numerator // common, denominator // common

    def __add__(self, other):
        return _exact(self, other, lambda a, b: (a[0] * b[1] + b[0] * a[1], a[1] * b[1]), lambda a, b: a + b)

    def __sub__(self, other):
        return _exact(self, other, lambda a, b: (a[0] * b[1] - b[0] * a[1], a[1] * b[1]), lambda a, b: a - b)

    def __rsub__(self, other):
        return _exact(other, self, lambda a, b: (a[0] * b[1] - b[0] * a[1], a[1] * b[1]), lambda a, b: a - b)

    def __mul__(self, other):
        return _exact(self, other, lambda a, b: (a[0] * b[0], a[1] * b[1]), lambda a, b: a * b)

    def __truediv__(self, other):
        return _exact(self, other, lambda a, b: (a[0] * b[1], a[1] * b[0]), lambda a, b: a / b)

    def __rtruediv__(self, other):
        return _exact(other, self, lambda a, b: (a[0] * b[1], a[1] * b[0]), lambda a, b: a / b)

    __radd__, __rmul__ = __add__, __mul__

    def __floordiv__(self, other):
        q = self / other
        return q.numerator // q.denominator if isinstance(q, Fraction) else q // 1

    def __rfloordiv__(self, other):
        q = other / self
        return q.numerator // q.denominator if isinstance(q, Fraction) else q // 1

    def __mod__(self, other):
        return self - other * (self // other)

    def __neg__(self):
        return Fraction(-self.numerator, self.denominator)

    def __eq__(self, other):
        if isinstance(other, float):
            return float(self) == other
        return isinstance(other, (int, Fraction)) and _pair(self) == _pair(other)

    def __hash__(self):
        return hash(self.numerator) if self.denominator == 1 else hash(_pair(self))

    def __lt__(self, other):
        return (self - other).numerator < 0 if not isinstance(other, float) else float(self) < other

    def __le__(self, other):
        return self == other or self < other

    def __gt__(self, other):
        return not self <= other

    def __ge__(self, other):
        return not self < other

    def __bool__(self):
        return self.numerator != 0

    def __float__(self):
        return self.numerator / self.denominator

    def __int__(self):
        return int(self.numerator / self.denominator)

    def __trunc__(self):
        return int(self)

    def __floor__(self):
        return self.numerator // self.denominator

    def __ceil__(self):
        return -(-self.numerator // self.denominator)

    def limit_denominator(self, max_denominator=1000000):
        return self

    def __str__(self):
        return str(self.numerator) if self.denominator == 1 else f"{self.numerator}/{self.denominator}"

    def __repr__(self):
        return f"Fraction({self.numerator}, {self.denominator})"


def _pair(v):
    return (v.numerator, v.denominator) if isinstance(v, Fraction) else (v, 1)


def _exact(a, b, on_pairs, on_floats):
    if isinstance(a, float) or isinstance(b, float):
        return on_floats(float(a), float(b))
    if not isinstance(a, (int, Fraction)) or not isinstance(b, (int, Fraction)):
        return NotImplemented
    return Fraction(*on_pairs(_pair(a), _pair(b)))
