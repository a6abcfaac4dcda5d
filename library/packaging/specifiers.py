"""Sets of versions."""
from .version import Version


class InvalidSpecifier(ValueError):
    pass


class SpecifierSet:
    def __init__(self, specifiers="", prereleases=None):
        self._parts = [p.strip() for p in specifiers.split(",") if p.strip()]

    def contains(self, version, prereleases=None):
        version = version if isinstance(version, Version) else Version(version)
        return all([_fits(p, version) for p in self._parts])

    __contains__ = contains

    def filter(self, versions, prereleases=None):
        return [v for v in versions if self.contains(v)]

    def __str__(self):
        return ",".join(self._parts)


def _fits(specifier, version):
    for sign in ("===", "~=", "==", "!=", "<=", ">=", "<", ">"):
        if specifier.startswith(sign):
            break
    else:
        raise InvalidSpecifier(f"Invalid specifier: '{specifier}'")
    text = specifier[len(sign):].strip()
    if text.endswith(".*"):
        prefix = Version(text[:-2]).release
        same = version.release[:len(prefix)] == prefix
        return same if sign == "==" else not same
    wanted = Version(text)
    if sign in ("==", "==="):
        return version == wanted if wanted.local else Version(version.public) == wanted
    if sign == "!=":
        return Version(version.public) != wanted
    if sign == "~=":
        prefix = wanted.release[:-1]
        return version >= wanted and version.release[:len(prefix)] == prefix
    return {"<=": version <= wanted, ">=": version >= wanted, "<": version < wanted, ">": version > wanted}[sign]
