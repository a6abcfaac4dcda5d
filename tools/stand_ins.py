#!/usr/bin/env python3
"""Writes docs/stand-ins.md from stand_ins/: which names of the trees run as ours, and why. `--check`: only compares."""
import ast
import pathlib
import sys

root = pathlib.Path(__file__).resolve().parent.parent
page = root / "docs" / "stand-ins.md"


def names(tree):
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            if not node.name.startswith("_") or node.name.startswith("_configure"):
                yield node.name
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield ast.unparse(target)


def text():
    lines = [
        "# Stand-ins",
        "",
        "What of the source trees is replaced while a model is evaluated, because running it would say nothing about the model. A stand-in never",
        "writes an operator. Each file of `stand_ins/` runs in the namespace of the module of its name, after that module's own statements. This",
        "page is written by `tools/stand_ins.py`.",
        "",
        "| module | names | why |",
        "| --- | --- | --- |",
    ]
    for path in sorted((root / "stand_ins").rglob("*.py")):
        tree = ast.parse(path.read_text())
        module = ".".join(path.relative_to(root / "stand_ins").with_suffix("").parts).removesuffix(".__init__")
        shown = ", ".join(f"`{name}`" for name in names(tree))
        lines.append(f"| `{module}` | {shown} | {' '.join((ast.get_docstring(tree) or '').split())} |")
    return "\n".join(lines) + "\n"


if "--check" in sys.argv:
    if not page.exists() or page.read_text() != text():
        sys.exit("docs/stand-ins.md is out of date: run tools/stand_ins.py")
else:
    page.write_text(text())
