import _json


class JSONEncoder:
    def __init__(self, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, sort_keys=False, indent=None, separators=None,
                 default=None):
        self.skipkeys, self.ensure_ascii, self.sort_keys, self.indent = skipkeys, ensure_ascii, sort_keys, indent
        self.item_separator, self.key_separator = separators or ("," if indent is not None else ", ", ": ")
        if default is not None:
            self.default = default

    def default(self, o):
        raise TypeError(f"Object of type {o.__class__.__name__} is not JSON serializable")

    def encode(self, o):
        return _json.dumps(o, self.indent, self.item_separator, self.key_separator, self.sort_keys, self.ensure_ascii, self.default, self.skipkeys)

    def iterencode(self, o, _one_shot=False):
        yield self.encode(o)
