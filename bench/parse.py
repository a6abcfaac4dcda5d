#!/usr/bin/env python3
"""Parsing beside CPython's: the same files, in turns, in one run. Reading is not counted; the best of the rounds is printed.

    bench/parse.py PROGRAM FOLDER...     PROGRAM: parse_bench of a build with -DFUSESCOUT_BENCH=ON
"""
import ast
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 5


def main(program: str, folders: list[str]) -> int:
    files, texts = [], []
    for path in sorted(p for folder in folders for p in Path(folder).rglob("*.py")):
        try:
            text = path.read_text()
            ast.parse(text)
        except (SyntaxError, UnicodeDecodeError):   # what this CPython cannot read would not compare
            continue
        files.append(str(path))
        texts.append(text)
    size = sum(len(text.encode()) for text in texts) / 1e6
    ours, theirs = [], []
    for _ in range(ROUNDS):
        output = subprocess.run([program], input="".join(f + "\n" for f in files), capture_output=True, text=True, check=True).stdout
        ours.append(float(output.split()[0]))
        start = time.process_time()
        for text in texts:
            ast.parse(text)
        theirs.append(time.process_time() - start)
    print(f"{len(files)} files, {size:.1f} MB")
    for name, seconds in (("fusescout", min(ours)), ("ast.parse of CPython " + sys.version.split()[0], min(theirs))):
        print(f"{name}: {seconds:.2f} s, {size / seconds:.1f} MB/s")
    print(f"{min(theirs) / min(ours):.1f} times as fast")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
