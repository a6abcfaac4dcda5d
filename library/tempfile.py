"""Temporary files that are never written."""
tempdir = "/tmp"


def gettempdir():
    return "/tmp"


def mkdtemp(suffix=None, prefix=None, dir=None):
    return "/tmp/directory"


def mkstemp(suffix=None, prefix=None, dir=None, text=False):
    return 3, "/tmp/file"


class TemporaryDirectory:
    name = "/tmp/directory"

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self.name

    def __exit__(self, *exc_info):
        pass

    def cleanup(self):
        pass


class NamedTemporaryFile(TemporaryDirectory):
    name = "/tmp/file"

    def __enter__(self):
        return self

    def write(self, data):
        return len(data)

    def flush(self):
        pass

    def close(self):
        pass
