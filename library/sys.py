"""The interpreter as the analysed program sees it."""
import _host
from collections import namedtuple as _namedtuple

_version = _namedtuple("version_info", "major minor micro releaselevel serial")
version_info = _version(3, 11, 7, "final", 0)
version = "3.11.7 (main)"
hexversion = 0x030B07F0
platform = "linux"
maxsize = 9223372036854775807
maxunicode = 0x10FFFF
byteorder = "little"
executable = "/usr/bin/python3"
prefix = base_prefix = exec_prefix = "/usr"
argv = [""]
path = []
meta_path = []
path_hooks = []
warnoptions = []
flags = _namedtuple("flags", "debug optimize")(0, 0)
dont_write_bytecode = False
implementation = _namedtuple("implementation", "name cache_tag")("cpython", "cpython-311")
_float = _namedtuple("float_info", "max min epsilon dig mant_dig")
float_info = _float(1.7976931348623157e308, 2.2250738585072014e-308, 2.220446049250313e-16, 15, 53)
stdlib_module_names = frozenset()
builtin_module_names = ("sys", "builtins")


class _Modules:
    """The modules that a Python program would have loaded by now."""

    def __getitem__(self, name):
        found = _host.module(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name, default=None):
        found = _host.module(name)
        return default if found is None else found

    def __contains__(self, name):
        return _host.module(name) is not None

    def __setitem__(self, name, module):
        _host.set_module(name, module)

    def setdefault(self, name, module):
        if name not in self:
            self[name] = module
        return self[name]

    def __delitem__(self, name):
        if name not in self:
            raise KeyError(name)
        _host.remove_module(name)

    def pop(self, name, *default):
        found = _host.module(name)
        if found is None:
            if default:
                return default[0]
            raise KeyError(name)
        _host.remove_module(name)
        return found

    def keys(self):
        return _host.module_names()

    def __iter__(self):
        return iter(_host.module_names())

    def __len__(self):
        return len(_host.module_names())

    def values(self):
        return [_host.module(n) for n in _host.module_names()]

    def items(self):
        return [(n, _host.module(n)) for n in _host.module_names()]

    def copy(self):
        return dict(self.items())


modules = _Modules()


class _Stream:
    encoding = "utf-8"
    closed = False

    def __init__(self, number):
        self._number = number

    def write(self, text):
        if self._number == 1:
            _host.write(text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        return self._number

    def read(self, size=-1):
        return ""

    readline = read

    def __iter__(self):
        return iter(())


stdin = __stdin__ = _Stream(0)
stdout = __stdout__ = _Stream(1)
stderr = __stderr__ = _Stream(2)


def exit(status=None):
    raise SystemExit(status)


def intern(string):
    return string


def getrecursionlimit():
    return 1000


def setrecursionlimit(limit):
    pass


def getsizeof(obj, default=0):
    return 64


def getrefcount(obj):
    return 2


def getdefaultencoding():
    return "utf-8"


def getfilesystemencoding():
    return "utf-8"


def exc_info():
    found = _host.handled_exception()
    return (None, None, None) if found is None else (type(found), found, None)


def settrace(function):
    pass


def gettrace():
    return None


def setprofile(function):
    pass


def setswitchinterval(interval):
    pass


def excepthook(type, value, traceback):
    pass


class _Frame:
    """As much of a frame as programs ask for: where it is."""
    f_locals = {}
    f_back = None

    def __init__(self, module):
        self.f_globals = _host.module(module).__dict__ if _host.module(module) is not None else {}
        self.f_lineno = 0
        self.f_code = _namedtuple("code", "co_filename co_name co_firstlineno")(self.f_globals.get("__file__", ""), "", 0)


def _getframe(depth=0):
    return _Frame(_host.caller_module(depth + 1))


def is_finalizing():
    return False
