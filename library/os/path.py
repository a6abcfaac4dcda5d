"""Paths by their text only: no file exists, links are not followed."""
sep, extsep, pathsep, curdir, pardir = "/", ".", ":", ".", ".."


def _text(path):
    if isinstance(path, str):
        return path
    method = getattr(type(path), "__fspath__", None)
    if method is None:
        raise TypeError(f"expected str, bytes or os.PathLike object, not {type(path).__name__}")
    return method(path)


def join(a, *parts):
    joined = _text(a)
    for part in parts:
        part = _text(part)
        if part.startswith("/"):
            joined = part
        elif not joined or joined.endswith("/"):
            joined += part
        else:
            joined += "/" + part
    return joined


def split(p):
    p = _text(p)
    i = p.rfind("/") + 1
    head, tail = p[:i], p[i:]
    return (head.rstrip("/") or head, tail)


def basename(p):
    return split(p)[1]


def dirname(p):
    return split(p)[0]


def splitext(p):
    p = _text(p)
    start = p.rfind("/") + 1
    dot = p.rfind(".")
    if dot > start and p[start:dot].strip("."):
        return p[:dot], p[dot:]
    return p, ""


def splitdrive(p):
    return "", _text(p)


def isabs(s):
    return _text(s).startswith("/")


def normpath(path):
    path = _text(path)
    if not path:
        return "."
    leading = "/" if path.startswith("/") else ""
    if path.startswith("//") and not path.startswith("///"):
        leading = "//"
    parts = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != ".." or (not leading and not parts) or (parts and parts[-1] == ".."):
            parts.append(part)
        elif parts:
            parts.pop()
    return leading + "/".join(parts) or "."


def abspath(path):
    path = _text(path)
    return normpath(path if path.startswith("/") else "/" + path)


realpath = abspath


def expanduser(path):
    path = _text(path)
    return "/root" + path[1:] if path == "~" or path.startswith("~/") else path


def expandvars(path):
    return _text(path)


def relpath(path, start="/"):
    source = [p for p in abspath(start).split("/") if p]
    target = [p for p in abspath(path).split("/") if p]
    i = len(commonprefix([source, target]))
    return "/".join([".."] * (len(source) - i) + target[i:]) or "."


def commonprefix(m):
    if not m:
        return ""
    first, last = min(m), max(m)
    for i, c in enumerate(first):
        if c != last[i]:
            return first[:i]
    return first


def commonpath(paths):
    parts = [[p for p in _text(path).split("/") if p] for path in paths]
    return ("/" if _text(list(paths)[0]).startswith("/") else "") + "/".join(commonprefix(parts))


def normcase(s):
    return _text(s)


def exists(path):
    return False


lexists = isfile = isdir = islink = ismount = exists


def samefile(a, b):
    return abspath(a) == abspath(b)


def getmtime(path):
    raise FileNotFoundError(f"[Errno 2] No such file or directory: {_text(path)!r}")


getsize = getctime = getatime = getmtime
