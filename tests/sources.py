"""The source trees that whole-program tests read, by release of vllm-ascend. Those of the primary release are what FUSESCOUT_VLLM,
FUSESCOUT_ASCEND and FUSESCOUT_TRANSFORMERS name, if they are set; else what the program fetched.

    sources.py fetch RELEASE PROGRAM          has the program fetch them, unless they are there
    sources.py run RELEASE COMMAND...         runs a command, with {vllm}, {ascend} and {transformers} replaced by the directories

Without sources both are skipped (exit code 77); with FUSESCOUT_REQUIRE_SOURCES=1, as in CI, they fail.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

PRIMARY = "0.17.0rc1"
SKIPPED = 77
NAMES = {"vllm": "vllm", "ascend": "vllm-ascend", "transformers": "transformers"}


def cache_directory() -> Path:
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if xdg.startswith("/") else Path.home() / ".cache") / "fusescout"


def sources(release: str) -> dict[str, Path] | None:
    named = {kind: Path(os.environ.get(f"FUSESCOUT_{kind.upper()}", "")) for kind in NAMES}
    if release == PRIMARY and all(str(path) != "." for path in named.values()):
        return named
    cache = cache_directory()
    try:
        packages = json.loads((cache / "releases" / f"{release}.lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return None
    found = {}
    for package in packages:
        directory = f"{package['name'].replace('-', '_')}-{package['version']}-{package['sha256'][:12]}"
        found[package["name"]] = cache / "sources" / directory
    if not all(found.get(name, Path("/none")).is_dir() for name in NAMES.values()):
        return None
    return {kind: found[name] for kind, name in NAMES.items()}


def missing(why: str) -> int:
    if os.environ.get("FUSESCOUT_REQUIRE_SOURCES") == "1":
        print(f"no sources, and FUSESCOUT_REQUIRE_SOURCES is set: {why}")
        return 1
    print(f"SKIPPED, for want of sources: {why}")
    return SKIPPED


def fetch(release: str, program: str) -> int:
    if sources(release) is None:
        result = subprocess.run([program, "fetch", release], capture_output=True, text=True)
        print(result.stdout + result.stderr)
        if result.returncode != 0 or sources(release) is None:
            return missing(f"`fusescout fetch {release}` did not bring them")
    for kind, path in sources(release).items():
        print(f"{kind}: {path}")
    return 0


def run(release: str, command: list[str]) -> int:
    trees = sources(release)
    if trees is None:
        return missing(f"run `fusescout fetch {release}`")
    return subprocess.run([word.format(**trees) if word in {"{vllm}", "{ascend}", "{transformers}"} else word for word in command]).returncode


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["fetch"] and len(arguments) == 3:
        return fetch(*arguments[1:])
    if arguments[:1] == ["run"] and len(arguments) > 2:
        return run(arguments[1], arguments[2:])
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
