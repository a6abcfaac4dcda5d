"""Versions of installed packages. Which there are is a fact of the run: who sets it up fills `_versions` and `_entry_points`."""
from importlib import import_module

_versions = {}        # distribution name in lower case with hyphens -> version
_entry_points = []    # (name, value, group)


class PackageNotFoundError(ModuleNotFoundError):
    def __str__(self):
        return f"No package metadata was found for {self.args[0]}"

    @property
    def name(self):
        return self.args[0]


def _normalized(name):
    return name.lower().replace("_", "-").replace(".", "-")


def version(distribution_name):
    found = _versions.get(_normalized(distribution_name))
    if found is None:
        raise PackageNotFoundError(distribution_name)
    return found


def metadata(distribution_name):
    return {"Name": distribution_name, "Version": version(distribution_name)}


class _Distribution:
    def __init__(self, name):
        self.version = version(name)
        self.metadata = metadata(name)
        self.files = []

    def read_text(self, filename):
        return None


def distribution(distribution_name):
    return _Distribution(distribution_name)


def distributions():
    return [_Distribution(name) for name in _versions]


def packages_distributions():
    return {name.replace("-", "_"): [name] for name in _versions}


class EntryPoint:
    def __init__(self, name, value, group):
        self.name, self.value, self.group = name, value, group

    def load(self):
        module, _, attribute = self.value.partition(":")
        found = import_module(module)
        for part in attribute.split(".") if attribute else ():
            found = getattr(found, part)
        return found


def entry_points(**selection):
    return [e for e in (EntryPoint(*parts) for parts in _entry_points) if all(getattr(e, k) == v for k, v in selection.items())]
