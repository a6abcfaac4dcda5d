"""Checks that no file that git tracks, and no built program, names a path of the machine it was made on, or a package registry's host.

    no_machine_paths.py [--root ROOT] [--self-test] [PROGRAM...]
"""
import argparse
import gzip
import re
import subprocess
import sys
from pathlib import Path

# The hosts are spelled so that this file does not name them.
PATTERNS = [
    (re.compile(rb"(?<![\w.~*-])/(?:root|work|Users)/[\w.-]"), "a path of a machine"),
    (re.compile(rb"(?<![\w.~*-])/home/(?!someone\b|user\b)[\w.-]"), "a path of a machine"),
    (re.compile(rb"\b(?:files\.python" rb"hosted|py" rb"pi|registry\.npm" rb"js|npm" rb"js)\.(?:org|com)\b"), "a package registry's host"),
]


def tracked_files(root: Path) -> list[Path]:
    try:
        names = subprocess.run(["git", "-C", root, "ls-files", "-z"], check=True, capture_output=True).stdout.decode().split("\0")
        return [root / name for name in names if name]
    except (subprocess.CalledProcessError, FileNotFoundError):
        skipped = {"build", "third_party", ".git", ".cache"}
        return [path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] not in skipped]


def self_test() -> int:
    """Each pattern finds what it is for, and lets pass what only looks like it."""
    bad = ["/ro" "ot/x", "see /wo" "rk/h/x.py", '"/ho' 'me/me/x"', "https://py" "pi.org/simple", "files.python" "hosted.org"]
    good = ["/home/someone/x", "src/root/x", "~/work/x", "pypi:repository-version", "a/work/b", "/usr/share/x"]
    wrong = [text for text in bad if not any(pattern.search(text.encode()) for pattern, _ in PATTERNS)]
    wrong += [text for text in good if any(pattern.search(text.encode()) for pattern, _ in PATTERNS)]
    print("\n".join(f"wrong about: {text}" for text in wrong) or "every pattern finds what it is for")
    return 1 if wrong else 0


def content_of(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("programs", type=Path, nargs="*")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    root = options.root.resolve()
    found = []
    files = tracked_files(root)
    for path in files:
        if not path.is_file():
            continue
        content = content_of(path)
        for pattern, what in PATTERNS:
            for match in pattern.finditer(content):
                line = content.count(b"\n", 0, match.start()) + 1
                text = content[match.start() : match.start() + 60].split(b"\n")[0].decode(errors="replace")
                found.append(f"{path.relative_to(root)}:{line}: {what}: {text}")
    for program in options.programs:
        if str(root).encode() + b"/" in program.read_bytes():
            found.append(f"{program.name}: names the directory that it was built in")
    print("\n".join(found) if found else f"{len(files)} files name no path of a machine")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
