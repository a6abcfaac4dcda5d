"""Validates a report against schema/report.schema.json: the part of JSON Schema that it uses, so that the tests need no package.

    schema.py validate SCHEMA FILE...                validates files
    schema.py run SCHEMA PROGRAM ANALYZE_OPTIONS...  validates what the program prints, and that a second run prints the same
"""
import json
import subprocess
import sys
from pathlib import Path

KNOWN = {"$schema", "$defs", "title", "type", "properties", "required", "additionalProperties", "items", "enum", "const", "minimum", "minLength",
         "minItems", "anyOf", "allOf", "$ref"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}


def errors(value, schema: dict, root: dict, where: str = "$") -> list[str]:
    unknown = schema.keys() - KNOWN
    assert not unknown, f"the validator does not know {unknown}"
    if "$ref" in schema:
        return errors(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, where)
    found = []
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(isinstance(value, TYPES[name]) and (name == "boolean") == isinstance(value, bool) for name in names):
        return [f"{where}: {value!r:.80} is no {' or '.join(names)}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r:.80} is none of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        found.append(f"{where}: {value!r:.80} is not {schema['const']!r}")
    if "minimum" in schema and value < schema["minimum"]:
        found.append(f"{where}: {value} is below {schema['minimum']}")
    if len(value) < schema.get("minLength", schema.get("minItems", 0)) if isinstance(value, (str, list)) else False:
        found.append(f"{where}: too short")
    for part in schema.get("allOf", []):
        found += errors(value, part, root, where)
    if "anyOf" in schema:
        options = [errors(value, part, root, where) for part in schema["anyOf"]]
        if all(options):
            found += min(options, key=len)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{where}: `{name}` is missing" for name in schema.get("required", []) if name not in value]
        for name, inner in value.items():
            part = properties.get(name, schema.get("additionalProperties", {}))
            if part is False:
                found.append(f"{where}: `{name}` is not in the schema")
            else:
                found += errors(inner, part, root, f"{where}.{name}")
    if isinstance(value, list) and "items" in schema:
        for index, inner in enumerate(value):
            found += errors(inner, schema["items"], root, f"{where}[{index}]")
    return found


def check(text: str, schema: dict, what: str) -> int:
    found = errors(json.loads(text), schema, schema)
    for error in found[:20]:
        print(f"{what}: {error}")
    return len(found)


def main(arguments: list[str]) -> int:
    if len(arguments) < 3 or arguments[0] not in ("validate", "run"):
        print(__doc__)
        return 2
    schema = json.loads(Path(arguments[1]).read_text())
    if arguments[0] == "validate":
        return 1 if sum(check(Path(file).read_text(), schema, file) for file in arguments[2:]) else 0
    command = [arguments[2], "analyze", "--format", "json", *arguments[3:]]
    outputs = [subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout for _ in range(2)]
    if outputs[0] != outputs[1]:
        print("a second run prints something else")
        return 1
    # The validator must notice: a report without one of its parts, and one with a part more.
    report = json.loads(outputs[0])
    assert errors({k: v for k, v in report.items() if k != "scenarios"}, schema, schema) and errors(report | {"more": 1}, schema, schema)
    return 1 if check(outputs[0], schema, "report") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
