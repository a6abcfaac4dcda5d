import json
from enum import Enum, IntEnum

print(json.loads('{"a": [1, 2.5, -3, 1e3, true, false, null], "b": {"c": "x\\n\\u00e9\\ud83d\\ude00"}, "e": []}'))
print(json.dumps({"a": [1, 2.5, True, None], "b": {"c": "é\n\"\\"}, 1: (1, 2), None: 3, True: 4}))
print(json.dumps({"b": 1, "a": [1, {"z": 2}], "e": [], "f": {}}, indent=2, sort_keys=True))
print(json.dumps([1, 2], separators=(",", ":")), json.dumps("é", ensure_ascii=False), json.dumps(float("inf")), json.dumps(1e20), json.dumps(0.1))
print(json.dumps({"k": {1: 2}}, indent=4), json.dumps([], indent=2))


class Number(IntEnum):
    ONE = 1


class Text(str, Enum):
    A = "a"


print(json.dumps([Number.ONE, Text.A, {Text.A: Number.ONE}]))
for bad in ("", "{", '{"a" 1}', "[1,]", "nul", '"abc', "[1] 2", '{"a": 1,}', "{'a': 1}", "01", '"\\x"', "[1\n,\n x]"):
    try:
        json.loads(bad)
    except json.JSONDecodeError as e:
        print(e, e.pos, isinstance(e, ValueError))
for bad in ({1, 2}, {(1,): 2}, object):
    try:
        json.dumps(bad)
    except TypeError as e:
        print(e)
loop = []
loop.append(loop)
try:
    json.dumps(loop)
except ValueError as e:
    print(e)
print(json.dumps({"s": {1, 2}}, default=lambda o: sorted(o)), json.loads("[1]", object_hook=dict), json.loads('{"a": {"b": 1}}', object_hook=lambda d: list(d)))


class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, complex):
            return "complex"
        if isinstance(o, set):
            return list(o)
        return super().default(o)


print(json.dumps({"x": {3}}, cls=Encoder), json.loads(b'{"a": 1}'), json.loads(" 12 "), json.loads('"x"'), json.loads("-0.5e-2"))
print(json.loads(json.dumps({"a": [1, {"b": None}], "c": "d"})) == {"a": [1, {"b": None}], "c": "d"})
