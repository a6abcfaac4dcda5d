"""The operating system as the analysed program sees it: an environment that the scenario sets, and no files."""
import _host
from . import path

name = "posix"
sep, altsep, extsep, pathsep, linesep, devnull, curdir, pardir = "/", None, ".", ":", "\n", "/dev/null", ".", ".."
O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC = 0, 1, 2, 64, 128, 512
F_OK, R_OK, W_OK, X_OK = 0, 4, 2, 1
error = OSError


class _Environment(dict):
    def __setitem__(self, key, value):
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"str expected, not {type(value if isinstance(key, str) else key).__name__}")
        dict.__setitem__(self, key, value)

    def copy(self):
        return dict(self)

    def __repr__(self):
        return f"environ({dict.__repr__(self)})"


environ = _Environment()


def getenv(key, default=None):
    return environ.get(key, default)


def putenv(key, value):
    environ[key] = value


def unsetenv(key):
    environ.pop(key, None)


class PathLike:
    def __class_getitem__(cls, parameters):
        return cls


class stat_result:
    pass


def fspath(path):
    if isinstance(path, (str, bytes)):
        return path
    method = getattr(type(path), "__fspath__", None)
    if method is None:
        raise TypeError(f"expected str, bytes or os.PathLike object, not {type(path).__name__}")
    return method(path)


def _no_file(path, *args, **kwargs):
    raise FileNotFoundError(f"[Errno 2] No such file or directory: {fspath(path)!r}")


stat = lstat = listdir = scandir = remove = unlink = rmdir = rename = replace = open = chdir = _no_file


def access(path, mode):
    return False


def walk(top, topdown=True, onerror=None, followlinks=False):
    return iter(())


def makedirs(name, mode=0o777, exist_ok=False):
    pass


def mkdir(path, mode=0o777):
    pass


def getcwd():
    return "/"


def getpid():
    return 1


def getppid():
    return 0


def getuid():
    return 0


def cpu_count():
    return 64


def sched_getaffinity(pid):
    return set(range(cpu_count()))


def sched_setaffinity(pid, mask):
    pass


def sched_yield():
    pass


def uname():
    from platform import uname
    return uname()


def kill(pid, signal):
    pass


def close(fd):
    pass


def urandom(n):
    return bytes(n)


def register_at_fork(**hooks):
    pass


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _host.unknown("the operating system is not there", f"os.{name}")
