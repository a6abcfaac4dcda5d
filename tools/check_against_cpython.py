#!/usr/bin/env python3
"""Runs every src/python/testdata/*.py under CPython and compares what it prints with the *.out beside it.

The unit tests compare our evaluator with the same files, so that evaluator and CPython agree. --update writes them.
A snippet that ends in an exception prints its last line, "ValueError: text", as the evaluator's test harness does.
Snippets third_party_*.py are left out where their package is not installed.
"""
import argparse
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src" / "python" / "testdata"
RUNNER = """
import sys, types
path = sys.argv[1]
source = open(path, encoding="utf-8").read()
module = sys.modules["__main__"] = types.ModuleType("__main__")
module.__file__ = "/main.py"
sys.dont_write_bytecode = True
try:
    exec(compile(source, "main.py", "exec", dont_inherit=True), module.__dict__)
except BaseException as error:
    text = str(error)
    print(type(error).__name__ + (": " + text if text else ""))
"""


def output_of(path):
    # One fixed hash seed: the order of sets of strings must not matter, and does not by chance.
    done = subprocess.run([sys.executable, "-I", "-c", RUNNER, str(path)], capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise SystemExit(f"{path}: {done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write what CPython prints")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if sys.version_info[:2] != (3, 11):
        print(f"skipped: needs CPython 3.11, this is {sys.version.split()[0]}")
        return 77
    wrong = 0
    snippets = sorted(arguments.files or FOLDER.glob("*.py"))
    if not snippets:
        print(f"no snippets in {FOLDER}")
        return 1
    for path in snippets:
        expected = path.with_suffix(".out")
        actual = output_of(path)
        if path.name.startswith("third_party_") and actual.startswith("ModuleNotFoundError"):
            print(f"{path.name} is left out: {actual.strip()}")
        elif arguments.update:
            expected.write_text(actual, encoding="utf-8")
        elif not expected.exists() or expected.read_text(encoding="utf-8") != actual:
            print(f"{path.name}: CPython prints something else than {expected.name}; run with --update")
            wrong += 1
    print(f"{len(snippets)} snippets, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
