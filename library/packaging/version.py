"""Version numbers, compared as PEP 440 says."""
import re

_pattern = re.compile(
    r"^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)"
    r"(?:[-_.]?(alpha|beta|preview|pre|a|b|c|rc)[-_.]?(\d*))?"
    r"(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?"
    r"(?:[-_.]?dev[-_.]?(\d*))?"
    r"(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$", re.IGNORECASE)
_letters = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_infinity = float("inf")
VERSION_PATTERN = _pattern.pattern


class InvalidVersion(ValueError):
    pass


class Version:
    def __init__(self, version):
        m = _pattern.search(version)
        if m is None:
            raise InvalidVersion(f"Invalid version: '{version}'")
        self.epoch = int(m.group(1) or 0)
        self.release = tuple([int(p) for p in m.group(2).split(".")])
        self.pre = None
        if m.group(3):
            letter = m.group(3).lower()
            self.pre = (_letters.get(letter, letter), int(m.group(4) or 0))
        self.post = None
        if m.group(5) is not None:
            self.post = int(m.group(5))
        elif m.group(6) is not None:
            self.post = int(m.group(6) or 0)
        self.dev = int(m.group(7) or 0) if m.group(7) is not None else None
        self.local = re.sub("[-_]", ".", m.group(8).lower()) if m.group(8) else None
        self._key = self._make_key()

    def _make_key(self):
        release = self.release
        while len(release) > 1 and release[-1] == 0:
            release = release[:-1]
        if self.pre is not None:
            pre = self.pre
        elif self.post is None and self.dev is not None:
            pre = ("", -1)      # before every pre-release
        else:
            pre = ("~", 0)      # behind every pre-release
        post = -1 if self.post is None else self.post
        dev = _infinity if self.dev is None else self.dev
        local = ()
        if self.local is not None:
            local = tuple([(1, int(p), "") if p.isdigit() else (0, 0, p) for p in self.local.split(".")])
        return (self.epoch, release, pre, post, dev, self.local is not None, local)

    @property
    def major(self):
        return self.release[0]

    @property
    def minor(self):
        return self.release[1] if len(self.release) > 1 else 0

    @property
    def micro(self):
        return self.release[2] if len(self.release) > 2 else 0

    @property
    def is_prerelease(self):
        return self.dev is not None or self.pre is not None

    @property
    def is_postrelease(self):
        return self.post is not None

    @property
    def is_devrelease(self):
        return self.dev is not None

    @property
    def public(self):
        return str(self).split("+")[0]

    @property
    def base_version(self):
        epoch = f"{self.epoch}!" if self.epoch else ""
        return epoch + ".".join([str(p) for p in self.release])

    def __str__(self):
        text = self.base_version
        if self.pre is not None:
            text += f"{self.pre[0]}{self.pre[1]}"
        if self.post is not None:
            text += f".post{self.post}"
        if self.dev is not None:
            text += f".dev{self.dev}"
        return text + (f"+{self.local}" if self.local else "")

    def __repr__(self):
        return f"<Version('{self}')>"

    def __hash__(self):
        return hash(self._key)

    def __eq__(self, other):
        return self._key == other._key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other):
        return self._key < other._key if isinstance(other, Version) else NotImplemented

    def __le__(self, other):
        return self._key <= other._key if isinstance(other, Version) else NotImplemented

    def __gt__(self, other):
        return self._key > other._key if isinstance(other, Version) else NotImplemented

    def __ge__(self, other):
        return self._key >= other._key if isinstance(other, Version) else NotImplemented


def parse(version):
    return Version(version)
