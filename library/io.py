"""Streams in memory."""


class IOBase:
    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self):
        pass

    def flush(self):
        pass


class RawIOBase(IOBase):
    pass


class BufferedIOBase(IOBase):
    pass


class TextIOBase(IOBase):
    pass


TextIOWrapper = TextIOBase


class _Memory:
    def __init__(self, initial):
        self._data = initial
        self._at = 0

    def write(self, data):
        self._data = self._data[:self._at] + data + self._data[self._at + len(data):]
        self._at += len(data)
        return len(data)

    def read(self, size=-1):
        end = len(self._data) if size is None or size < 0 else self._at + size
        data = self._data[self._at:end]
        self._at += len(data)
        return data

    def readline(self):
        newline = "\n" if isinstance(self._data, str) else b"\n"
        i = self._data.find(newline, self._at)
        return self.read(-1 if i < 0 else i + 1 - self._at)

    def readlines(self):
        return list(self)

    def __iter__(self):
        while True:
            line = self.readline()
            if not line:
                return
            yield line

    def getvalue(self):
        return self._data

    def getbuffer(self):
        return self._data

    def seek(self, offset, whence=0):
        self._at = offset + (0 if whence == 0 else self._at if whence == 1 else len(self._data))
        return self._at

    def tell(self):
        return self._at

    def truncate(self, size=None):
        self._data = self._data[:self._at if size is None else size]


class StringIO(_Memory, TextIOBase):
    def __init__(self, initial_value="", newline="\n"):
        super().__init__(initial_value)


class BytesIO(_Memory, BufferedIOBase):
    def __init__(self, initial_bytes=b""):
        super().__init__(initial_bytes)


SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
UnsupportedOperation = OSError
open = open
