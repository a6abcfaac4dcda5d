"""Checks that nothing compiled or embedded names a model: no registry key, no class and no file of a models folder of the fetched trees.

    no_model_names.py --vllm DIR --ascend DIR --transformers DIR [--root ROOT] [--list]

A registry key always counts. The name of a class or file counts if it is a model's *own*, which these are not:
- an identifier that the framework (everything outside of the models folders) uses, unless it only imports it from a models folder;
- a word of Python's standard library, comments included: `block`, `legacy`, `Cell`;
- a class of one word, or the ending of ten other classes, that begins with no model's name: `DecoderLayer` is a role that many models fill.
"""
import argparse
import ast
import collections
import re
import sys
import sysconfig
from pathlib import Path

MODEL_FOLDERS = {
    "vllm": ["vllm/model_executor/models", "vllm/transformers_utils/configs", "vllm/transformers_utils/processors"],
    "ascend": ["vllm_ascend/models"],
    "transformers": ["src/transformers/models"],
}
PACKAGES = {"vllm": "vllm", "ascend": "vllm_ascend", "transformers": "src/transformers"}
SEARCHED = ["src", "catalogue", "patterns", "library", "stand_ins", "devices"]   # models/ holds presets, which name models by nature


def is_below(path: Path, folders: list[Path]) -> bool:
    return any(folder in path.parents for folder in folders)


def parsed(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_text(errors="replace"))
    except (SyntaxError, ValueError):
        return None


def registry_keys(path: Path) -> set[str]:
    """The keys of the module's dictionaries from a string to a tuple of strings."""
    keys = set()
    for node in ast.walk(parsed(path) or ast.Module([], [])):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values):
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, ast.Tuple):
                    keys.add(key.value)
    return keys


def file_name(path: Path) -> str:
    return path.stem if path.stem != "__init__" else path.parent.name


def class_names(path: Path) -> set[str]:
    return set(re.findall(r"^\s*class\s+(\w+)", path.read_text(errors="replace"), re.MULTILINE))


def framework_identifiers(path: Path) -> set[str]:
    """Every identifier of a file's code, without what it imports from a models folder."""
    names, imported = set(), set()
    for node in ast.walk(parsed(path) or ast.Module([], [])):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.keyword) and not isinstance(node.value, ast.Constant):   # `name="SomeConfig"` is a registry's entry
            names.add(node.arg or "")
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")
            from_models = {"models", "configs", "processors"} & set(module)
            (imported if from_models else names).update(alias.asname or alias.name for alias in node.names)
            if not from_models:
                names.update(module)
    return names - imported


def words_of_the_standard_library() -> set[str]:
    words = set()
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in root.rglob("*.py"):
        if not {"site-packages", "dist-packages", "test", "tests", "idlelib"} & set(path.relative_to(root).parts):
            words.update(re.findall(r"\w+", path.read_text(errors="replace")))
    return words


def collect(trees: dict[str, Path]) -> tuple[set[str], set[str], set[str], set[str]]:
    """Registry keys; files and classes of models folders; identifiers of the framework."""
    keys, files, classes, framework = set(), set(), set(), set()
    for kind, root in trees.items():
        folders = [root / folder for folder in MODEL_FOLDERS[kind]]
        for path in sorted((root / PACKAGES[kind]).rglob("*.py")):
            if is_below(path, folders) and path.parent.name != "auto":   # transformers' own registry
                files.add(file_name(path))
                classes |= class_names(path)
                if path.stem == "registry":
                    keys |= registry_keys(path)
            elif kind != "transformers":   # what vLLM uses of it, vLLM's own files name
                framework |= framework_identifiers(path)
    return keys, files, classes, framework


def roles(names: set[str], files: set[str]) -> set[str]:
    models = tuple(name.replace("_", "") for name in files if len(name) > 2)
    endings, single = collections.Counter(), set()
    for name in names - files:
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", name)
        endings.update({"".join(words[start:]) for start in range(1, len(words))})
        if len(words) < 2:
            single.add(name)
    return {name for name in names - files if (name in single or endings[name] >= 10) and not name.lower().startswith(models)}


def searched_files(root: Path) -> list[Path]:
    files = []
    for folder in SEARCHED:
        for path in sorted((root / folder).rglob("*")):
            generated = "__pycache__" in path.parts or "testdata" in path.parts
            if path.is_file() and not generated and not re.search(r"_(test|fuzz|bench)\.cpp$", path.name):
                files.append(path)
    return files


def main() -> int:
    parser = argparse.ArgumentParser()
    for kind in MODEL_FOLDERS:
        parser.add_argument(f"--{kind}", type=Path, required=True)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--list", action="store_true", help="print the names that are looked for, and those of models folders that are not")
    options = parser.parse_args()
    keys, files, classes, framework = collect({kind: getattr(options, kind) for kind in MODEL_FOLDERS})
    ordinary = framework | words_of_the_standard_library()
    model = files | classes
    own = keys | {name for name in model - ordinary - roles(model, files - ordinary) if len(name) > 2 and not name.startswith("_")}
    if options.list:
        print("\n".join(sorted(own)), "\n--- not a model's own:", "\n".join(sorted(model - own)), sep="\n")
        return 0
    if len(keys) < 100 or len(own) < 1000:
        print(f"only {len(keys)} registry keys and {len(own)} names were found in the trees: this check no longer understands them")
        return 1
    found = []
    files = searched_files(options.root)
    for path in files:
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            for word in re.findall(r"\w+", line):
                if word in own:
                    found.append(f"{path.relative_to(options.root)}:{number}: names `{word}`, which is a model's")
    print("\n".join(found) if found else f"{len(files)} files name none of {len(own)} names of models")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
