"""Regular expressions: patterns and matches around the native matcher."""
import _regex
from enum import IntFlag


class RegexFlag(IntFlag):
    NOFLAG = 0
    ASCII = A = 256
    IGNORECASE = I = 2
    LOCALE = L = 4
    UNICODE = U = 32
    MULTILINE = M = 8
    DOTALL = S = 16
    VERBOSE = X = 64
    DEBUG = 128

    def __repr__(self):
        return "|".join([f"re.{m.name}" for m in self]) or "re.NOFLAG"

    __str__ = __repr__


NOFLAG, ASCII, A, IGNORECASE, I, LOCALE, L = (RegexFlag.NOFLAG, RegexFlag.ASCII, RegexFlag.A, RegexFlag.IGNORECASE, RegexFlag.I, RegexFlag.LOCALE,
                                              RegexFlag.L)
UNICODE, U, MULTILINE, M, DOTALL, S, VERBOSE, X = (RegexFlag.UNICODE, RegexFlag.U, RegexFlag.MULTILINE, RegexFlag.M, RegexFlag.DOTALL, RegexFlag.S,
                                                   RegexFlag.VERBOSE, RegexFlag.X)


class error(Exception):
    def __init__(self, msg, pattern=None, pos=None):
        super().__init__(msg)
        self.msg, self.pattern, self.pos = msg, pattern, pos


class Match:
    def __init__(self, pattern, string, pos, endpos, spans):
        self.re, self.string, self.pos, self.endpos, self._spans = pattern, string, pos, endpos, spans

    def _number(self, group):
        if not isinstance(group, int):
            group = self.re.groupindex.get(group, -1)
        if not 0 <= group <= self.re.groups:
            raise IndexError("no such group")
        return group

    def _text(self, group, default=None):
        start, end = self.span(group)
        return default if start < 0 else self.string[start:end]

    def group(self, *groups):
        if not groups:
            return self._text(0)
        if len(groups) == 1:
            return self._text(groups[0])
        return tuple([self._text(g) for g in groups])

    def __getitem__(self, group):
        return self._text(group)

    def groups(self, default=None):
        return tuple([self._text(g, default) for g in range(1, self.re.groups + 1)])

    def groupdict(self, default=None):
        return {name: self._text(g, default) for name, g in self.re.groupindex.items()}

    def span(self, group=0):
        group = self._number(group)
        start, end = self._spans[2 * group], self._spans[2 * group + 1]
        return (start, end) if end >= 0 else (-1, -1)

    def start(self, group=0):
        return self.span(group)[0]

    def end(self, group=0):
        return self.span(group)[1]

    @property
    def lastindex(self):
        """The group that was closed last: of two that end at the same place the outer one."""
        last = None
        for g in range(1, self.re.groups + 1):
            if self.end(g) >= 0 and (last is None or self.end(g) > self.end(last) or self.end(g) == self.end(last) and self.start(g) >= self.end(last)):
                last = g
        return last

    @property
    def lastgroup(self):
        for name, g in self.re.groupindex.items():
            if g == self.lastindex:
                return name
        return None

    def expand(self, template):
        return _expanded(template, self)

    def __bool__(self):
        return True

    def __repr__(self):
        return f"<re.Match object; span={self.span()!r}, match={self.group()!r}>"


class Pattern:
    def __init__(self, pattern, flags):
        try:
            self._program, self.groups, self.groupindex, flags = _regex.compile(pattern, int(flags))
        except ValueError as e:
            raise error(str(e), pattern) from None
        self.pattern = pattern
        self.flags = flags | 32

    def _find(self, string, pos, endpos, mode, advance=False):
        if not isinstance(string, str):
            raise TypeError("cannot use a string pattern on a bytes-like object" if isinstance(string, bytes)
                            else f"expected string or bytes-like object, got '{type(string).__name__}'")
        endpos = len(string) if endpos is None else min(endpos, len(string))
        spans = _regex.find(self._program, string, min(pos, len(string)), endpos, mode, advance) if pos <= endpos else None
        return None if spans is None else Match(self, string, pos, endpos, spans)

    def search(self, string, pos=0, endpos=None):
        return self._find(string, pos, endpos, 0)

    def match(self, string, pos=0, endpos=None):
        return self._find(string, pos, endpos, 1)

    def fullmatch(self, string, pos=0, endpos=None):
        return self._find(string, pos, endpos, 2)

    def finditer(self, string, pos=0, endpos=None):
        advance = False   # a match that takes nothing may not follow one at the same place
        while True:
            m = self._find(string, pos, endpos, 0, advance)
            if m is None:
                return
            yield m
            pos = m.end()
            advance = m.start() == pos

    def findall(self, string, pos=0, endpos=None):
        found = []
        for m in self.finditer(string, pos, endpos):
            if self.groups == 0:
                found.append(m.group())
            elif self.groups == 1:
                found.append(m._text(1, ""))
            else:
                found.append(m.groups(""))
        return found

    def split(self, string, maxsplit=0):
        parts, last = [], 0
        for m in self.finditer(string):
            if maxsplit and len(parts) >= maxsplit * (self.groups + 1):
                break
            parts.append(string[last:m.start()])
            parts.extend(m.groups())
            last = m.end()
        parts.append(string[last:])
        return parts

    def subn(self, repl, string, count=0):
        made, last, n = [], 0, 0
        for m in self.finditer(string):
            if count and n >= count:
                break
            made.append(string[last:m.start()])
            made.append(repl(m) if callable(repl) else _expanded(repl, m))
            last = m.end()
            n += 1
        made.append(string[last:])
        return "".join(made), n

    def sub(self, repl, string, count=0):
        return self.subn(repl, string, count)[0]

    def __eq__(self, other):
        return isinstance(other, Pattern) and (self.pattern, self.flags) == (other.pattern, other.flags)

    def __hash__(self):
        return hash((self.pattern, self.flags))

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __class_getitem__(cls, parameters):
        return cls

    def __repr__(self):
        names = [f"re.{f.name}" for f in RegexFlag if self.flags & ~32 & f.value]
        return f"re.compile({self.pattern!r}{', ' + '|'.join(names) if names else ''})"


_escapes = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "b": "\b", "\\": "\\", "0": "\0"}


def _expanded(template, m):
    if "\\" not in template:
        return template
    made, i = [], 0
    while i < len(template):
        c = template[i]
        i += 1
        if c != "\\" or i == len(template):
            made.append(c)
            continue
        c = template[i]
        i += 1
        if c == "g" and i < len(template) and template[i] == "<":
            end = template.index(">", i)
            name = template[i + 1:end]
            made.append(m._text(int(name) if name.isdigit() else name, ""))
            i = end + 1
        elif c in "123456789":
            if i < len(template) and template[i].isdigit() and int(c + template[i]) <= m.re.groups:
                c += template[i]
                i += 1
            if int(c) > m.re.groups:
                raise error(f"invalid group reference {c} at position {i - len(c)}")
            made.append(m._text(int(c), ""))
        elif c in _escapes:
            made.append(_escapes[c])
        elif c.isalpha():
            raise error(f"bad escape \\{c} at position {i - 2}")
        else:
            made.append("\\" + c)
    return "".join(made)


_cache = {}


def compile(pattern, flags=0):
    if isinstance(pattern, Pattern):
        return pattern
    key = (pattern, int(flags))
    found = _cache.get(key)
    if found is None:
        if not isinstance(pattern, str):
            raise TypeError("first argument must be string or compiled pattern")
        found = _cache[key] = Pattern(pattern, flags)
    return found


def search(pattern, string, flags=0):
    return compile(pattern, flags).search(string)


def match(pattern, string, flags=0):
    return compile(pattern, flags).match(string)


def fullmatch(pattern, string, flags=0):
    return compile(pattern, flags).fullmatch(string)


def findall(pattern, string, flags=0):
    return compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    return compile(pattern, flags).finditer(string)


def split(pattern, string, maxsplit=0, flags=0):
    return compile(pattern, flags).split(string, maxsplit)


def sub(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).sub(repl, string, count)


def subn(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).subn(repl, string, count)


def purge():
    _cache.clear()


def template(pattern, flags=0):
    return compile(pattern, flags)


def escape(pattern):
    special = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f"
    return "".join(["\\" + c if c in special else c for c in pattern])


def __getattr__(name):
    if name in ("_parser", "_constants", "_compiler"):
        from _host import unknown
        return unknown("the parts of the pattern compiler", "re." + name)
    raise AttributeError(f"module 're' has no attribute '{name}'")
