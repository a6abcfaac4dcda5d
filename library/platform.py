"""The machine that Ascend servers are."""
from collections import namedtuple

_uname = namedtuple("uname_result", "system node release version machine")


def uname():
    return _uname("Linux", "localhost", "5.10.0", "#1 SMP", machine())


def system():
    return "Linux"


def machine():
    return "aarch64"


processor = machine


def node():
    return "localhost"


def release():
    return "5.10.0"


def platform(aliased=False, terse=False):
    return "Linux-5.10.0-aarch64-with-glibc2.34"


def python_version():
    return "3.11.7"


def python_version_tuple():
    return ("3", "11", "7")


def python_implementation():
    return "CPython"


def architecture():
    return ("64bit", "ELF")
