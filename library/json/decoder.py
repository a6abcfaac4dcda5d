class JSONDecodeError(ValueError):
    def __init__(self, msg, doc, pos):
        lineno = doc.count("\n", 0, pos) + 1
        colno = pos - doc.rfind("\n", 0, pos)
        super().__init__(f"{msg}: line {lineno} column {colno} (char {pos})")
        self.msg, self.doc, self.pos, self.lineno, self.colno = msg, doc, pos, lineno, colno


class JSONDecoder:
    def __init__(self, *, object_hook=None, object_pairs_hook=None, **options):
        self.object_hook, self.object_pairs_hook = object_hook, object_pairs_hook

    def decode(self, s):
        import _json
        return _json.loads(s, JSONDecodeError, self.object_hook, self.object_pairs_hook)
