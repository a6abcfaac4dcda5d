"""Paths by their text; no file exists."""
import os


class PurePath:
    def __init__(self, *parts):
        self._path = os.path.join(*[os.fspath(p) for p in parts]) if parts else "."
        pieces = [p for p in self._path.split("/") if p and p != "."]
        self._path = ("/" if self._path.startswith("/") else "") + "/".join(pieces) or "."

    def __fspath__(self):
        return self._path

    __str__ = as_posix = __fspath__

    def __repr__(self):
        return f"{'PosixPath' if isinstance(self, Path) else 'PurePosixPath'}({self._path!r})"

    def __truediv__(self, other):
        return type(self)(self._path, other)

    def __rtruediv__(self, other):
        return type(self)(other, self._path)

    def joinpath(self, *others):
        return type(self)(self._path, *others)

    def __eq__(self, other):
        return isinstance(other, PurePath) and self._path == other._path

    def __lt__(self, other):
        return self._path < other._path

    def __hash__(self):
        return hash(self._path)

    @property
    def parts(self):
        return (("/",) if self._path.startswith("/") else ()) + tuple(p for p in self._path.split("/") if p and p != ".")

    @property
    def name(self):
        return "" if self._path in (".", "/") else os.path.basename(self._path)

    @property
    def suffix(self):
        return os.path.splitext(self.name)[1]

    @property
    def suffixes(self):
        return ["." + s for s in self.name.lstrip(".").split(".")[1:]]

    @property
    def stem(self):
        return os.path.splitext(self.name)[0]

    @property
    def parent(self):
        return type(self)(os.path.dirname(self._path) or ".")

    @property
    def parents(self):
        made, path = [], self
        while path.parent != path:
            path = path.parent
            made.append(path)
        return made

    def is_absolute(self):
        return self._path.startswith("/")

    def with_suffix(self, suffix):
        return self.parent / (self.stem + suffix)

    def with_name(self, name):
        return self.parent / name

    def relative_to(self, other):
        other = PurePath(other)._path
        if self._path != other and not self._path.startswith(other.rstrip("/") + "/"):
            raise ValueError(f"{self._path!r} is not in the subpath of {other!r} OR one path is relative and the other is absolute.")
        return type(self)(self._path[len(other):].lstrip("/"))

    def is_relative_to(self, other):
        other = PurePath(other)._path
        return self._path == other or self._path.startswith(other.rstrip("/") + "/")

    def match(self, pattern):
        import fnmatch
        return fnmatch.fnmatch(self.name, pattern)


class Path(PurePath):
    @classmethod
    def cwd(cls):
        return cls("/")

    @classmethod
    def home(cls):
        return cls("/root")

    def exists(self, **options):
        return False

    is_file = is_dir = is_symlink = exists

    def expanduser(self):
        return type(self)(os.path.expanduser(self._path))

    def absolute(self):
        return type(self)(os.path.abspath(self._path))

    def resolve(self, strict=False):
        return self.absolute()

    def glob(self, pattern):
        return iter(())

    rglob = glob

    def iterdir(self):
        return iter(())

    def mkdir(self, mode=0o777, parents=False, exist_ok=False):
        pass

    def unlink(self, missing_ok=False):
        pass

    touch = mkdir

    def open(self, *args, **kwargs):
        return open(self._path, *args, **kwargs)

    def read_text(self, *args, **kwargs):
        return open(self._path).read()

    def read_bytes(self):
        return open(self._path, "rb").read()

    def stat(self):
        return os.stat(self._path)


PosixPath, PurePosixPath = Path, PurePath
