import abc
import base64
import bisect
import contextvars
import fnmatch
import fractions
import heapq
import io
import logging
import math
import numbers
import operator
import os
import pathlib
import queue
import string
import sys
import textwrap
import threading
import types
import warnings
import weakref
from unittest import mock

print(math.ceil(2.1), math.floor(-2.1), math.sqrt(16), math.prod([2, 3, 4]), math.log2(8), math.log(1), math.log(8, 2), math.pi, math.inf, math.gcd(12, 18), math.lcm(4, 6))
print(math.isclose(0.1 + 0.2, 0.3), math.isqrt(17), math.trunc(-2.7), math.pow(2, 0.5), math.exp(0), math.cos(0), math.isnan(math.nan), math.factorial(5), math.comb(5, 2), math.log10(1000), math.ceil(3))
print(math.prod([], start=2), math.fsum([0.1] * 10), math.hypot(3, 4), math.copysign(1, -2), math.modf(2.5), math.frexp(8.0), math.erf(0.5), math.tanh(0.5))
for bad in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.floor(math.inf), lambda: math.ceil("x")):
    try:
        bad()
    except (ValueError, OverflowError, TypeError) as e:
        print(type(e).__name__, e)
print(os.path.join("a", "b", "/c", "d"), os.path.basename("/x/y.z"), os.path.dirname("/x/y"), os.path.splitext("a/b.tar.gz"), os.path.normpath("a//b/../c/./d"), os.path.isabs("/a"), os.path.split("a/b/"))
os.environ["FUSE_TEST"] = "1"
print(os.getenv("FUSE_TEST"), os.environ.get("FUSE_NO"), os.getenv("FUSE_NO", "d"), "FUSE_TEST" in os.environ, os.environ.pop("FUSE_TEST"), os.sep, os.fspath("x"))
try:
    os.environ["FUSE_NO"]
except KeyError as e:
    print("KeyError", e)
try:
    os.environ["x"] = 1
except TypeError as e:
    print(e)
p = pathlib.PurePosixPath("/a/b") / "c.tar.gz"
print(p, p.name, p.stem, p.suffix, p.suffixes, p.parent, p.parts, p.with_suffix(".x"), p.is_absolute(), p.relative_to("/a"), os.path.join(p, "d"), str(pathlib.PurePosixPath("a//b/./c")), repr(p))
print(sys.version_info >= (3, 8), sys.version_info[:2], sys.version_info.major, sys.platform.startswith("linux"), sys.maxsize, sys.byteorder, "sys" in sys.modules, "nothing" in sys.modules, sys.modules["sys"] is sys)
print(bisect.bisect_left([1, 2, 2, 3], 2), bisect.bisect([1, 2, 2, 3], 2), bisect.bisect_right([1, 3], 2))
h = [3, 1, 2]
heapq.heapify(h)
print(heapq.heappop(h), heapq.nlargest(2, [1, 5, 3]), base64.b64encode(b"hello"), base64.b64decode("aGVsbG8="), base64.b64encode(b"hi"))
print(textwrap.dedent("  a\n    b\n  c"), textwrap.indent("a\nb", "> "), string.ascii_lowercase[:3], string.Template("$a ${b} $$").substitute(a=1, b=2))
s = io.StringIO()
s.write("ab")
print("cd", file=s)
print(repr(s.getvalue()), io.BytesIO(b"xyz").read(2), list(io.StringIO("l1\nl2")))
print(isinstance(3, numbers.Number), isinstance(3, numbers.Integral), isinstance(2.5, numbers.Integral), isinstance(2.5, numbers.Real), isinstance("x", numbers.Number))
print(fractions.Fraction(3, 6), fractions.Fraction(1, 2) + 1, fractions.Fraction(1, 3) < 0.5, repr(fractions.Fraction(4, 2)), fractions.Fraction(7, 2) // 1, int(fractions.Fraction(7, 2)))
v = contextvars.ContextVar("v", default=1)
t = v.set(2)
print(v.get(), v.reset(t), v.get())
print(fnmatch.fnmatch("layer.3.weight", "layer.*.weight"), fnmatch.fnmatch("a", "[!b]"), fnmatch.filter(["ab", "b"], "a?"))
log = logging.getLogger("fuse")
log.debug("nothing")
print(log.name, logging.getLevelName(logging.INFO), logging.getLogger("fuse") is log, logging.INFO, logging.WARNING)
lock = threading.Lock()
with lock:
    print(lock.locked())
e = threading.Event()
e.set()
print(e.is_set(), lock.locked(), threading.local is not None)
q = queue.Queue()
q.put(1)
print(q.get(), q.empty(), q.qsize())


class Target:
    pass


obj = Target()
r = weakref.ref(obj)
print(r() is obj)
w = weakref.WeakValueDictionary()
w["a"] = obj
print(w["a"] is obj, len(w))


class Base(abc.ABC):
    @abc.abstractmethod
    def run(self):
        ...

    @property
    @abc.abstractmethod
    def size(self):
        ...

    def shared(self):
        return self.run() * 2


class Impl(Base):
    size = 4

    def run(self):
        return 21


class Partial(Base):
    def run(self):
        return 1


print(Impl().shared(), Impl().size, isinstance(Impl(), Base), sorted(Base.__abstractmethods__), Impl.__abstractmethods__ == frozenset())
for cls in (Base, Partial):
    try:
        cls()
    except TypeError as error:
        print(error)


@Base.register
class Virtual:
    pass


print(isinstance(Virtual(), Base), issubclass(Virtual, Base), issubclass(int, Base), type(Base).__name__)


class Holder:
    value = 1


with mock.patch.object(Holder, "value", 2):
    print(Holder.value)
print(Holder.value)
with mock.patch.dict(os.environ, {"FUSE_MOCK": "1"}):
    print(os.environ["FUSE_MOCK"])
print("FUSE_MOCK" in os.environ)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    warnings.warn("nothing")
print(types.SimpleNamespace(x=1).x)
