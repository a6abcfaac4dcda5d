#!/usr/bin/env python3
"""The text form of pattern files, made by CPython: what the program's own evaluator must give as well."""
import importlib.util
import pathlib
import sys

folder = pathlib.Path(__file__).resolve().parent.parent / "patterns"
sys.path.insert(0, str(folder))
import notation  # noqa: E402

for path in [pathlib.Path(p).resolve() for p in sys.argv[1:]] or sorted(folder.glob("*/*.py")):
    spec = importlib.util.spec_from_file_location("pattern_" + path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(notation.describe(module, path.stem, path.parent.name, f"patterns/{path.parent.name}/{path.name}"))
