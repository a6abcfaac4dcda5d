"""Checks that each folder of src/ includes only layers that CMakeLists.txt lists for it, and that heavy headers stay out of ours.

    layer_rule.py [ROOT]        ROOT: the repository; prints `file:line: what is wrong`, exit code 1 if there is any
"""
import re
import sys
from pathlib import Path

HEAVY = re.compile(r"nlohmann/(?!json_fwd)|fmt/|CLI/|toml\+\+|curl/|archive\.h|openssl/|tree_sitter/")
TEST_HEADERS = {"src/source/fake_index.h"}  # included by tests alone


def layers_of(root: Path) -> dict[str, list[str]]:
    layers = {}
    for line in (root / "CMakeLists.txt").read_text().splitlines():
        match = re.match(r"fusescout_layer\(([^)]*)\)", line)
        if match:
            name, *lower = match[1].split()
            layers[name] = lower
    return layers


def problems(root: Path):
    layers = layers_of(root)
    if not layers:
        yield "CMakeLists.txt:1: no fusescout_layer line"
    seen = set()
    for name, lower in layers.items():
        for other in lower:
            if other not in seen:
                yield f"CMakeLists.txt:1: layer {name} is said to use {other}, which is not listed before it"
        seen.add(name)
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in {".h", ".cpp", ".inc"}:
            continue
        shown = path.relative_to(root).as_posix()
        layer = shown.split("/")[1]
        if layer not in layers:
            yield f"{shown}:1: `{layer}` is no layer of CMakeLists.txt"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]*)[>"]', line)
            if not match:
                continue
            included = match[2]
            first = included.split("/")[0]
            if first in layers and first != layer and first not in layers[layer]:
                yield f"{shown}:{number}: layer {layer} includes `{included}`, but may use only {', '.join(layers[layer]) or 'none'}"
            if match[1] == '"' and first not in layers and "fuzz" not in path.name:
                yield f"{shown}:{number}: `{included}` is included without its layer's name"
            if path.suffix == ".h" and HEAVY.match(included) and shown not in TEST_HEADERS:
                yield f"{shown}:{number}: the heavy header `{included}` in a header of ours"
            if "tree_sitter" in included and layer != "syntax":
                yield f"{shown}:{number}: only src/syntax sees tree-sitter"


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2])
    found = list(problems(root))
    print("\n".join(found) if found else "every include keeps to the layers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
