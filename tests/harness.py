"""What the tests of the whole program share: running it, and running the test functions of a script."""
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Program:
    """`path` on `trees` (options that name the sources), with a cache of its own unless one is given."""

    def __init__(self, path: str, trees: list, cache: str | None = None):
        self.path, self.trees = path, list(map(str, trees))
        self.cache = ["--cache-dir", cache] if cache else []

    def result(self, *arguments, trees: list | None = None) -> subprocess.CompletedProcess:
        chosen = self.trees if trees is None else list(map(str, trees))
        return subprocess.run([self.path, *map(str, arguments), *chosen, *self.cache], capture_output=True, text=True, timeout=600)

    def run(self, *arguments, trees: list | None = None) -> str:
        done = self.result(*arguments, trees=trees)
        assert done.returncode == 0, f"{' '.join(done.args)}\nexit code {done.returncode}\n{done.stderr}"
        return done.stdout

    def refused(self, *arguments, says: list[str], trees: list | None = None):
        """Bad input: exit code 2, nothing on standard output, and one message (a Python stack may follow it)."""
        done = self.result(*arguments, trees=trees)
        shown = f"{' '.join(done.args)}\nexit code {done.returncode}\n{done.stdout[:300]}{done.stderr}"
        assert done.returncode == 2, shown
        assert done.stdout == "", shown
        errors = [line for line in done.stderr.splitlines() if line.startswith("fusescout: error: ")]
        assert len(errors) == 1, shown
        for text in says:
            assert text in done.stderr, f"{shown}\nwithout `{text}`"


def expect(found, wanted, what: str):
    assert found == wanted, f"{what}:\n  found  {found}\n  wanted {wanted}"


def run_tests(names: dict, *arguments) -> int:
    """Calls every test_* of `names` with `arguments` and a fresh folder where it asks for one."""
    tests = [(name, test) for name, test in names.items() if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            wants_folder = "folder" in test.__code__.co_varnames[:test.__code__.co_argcount]
            try:
                test(*arguments, **({"folder": Path(folder)} if wants_folder else {}))
            except (AssertionError, KeyError, IndexError, StopIteration, ValueError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"FAILED {name}: {type(error).__name__} {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


def trees_of(arguments: list[str]) -> list[str]:
    """PROGRAM VLLM ASCEND TRANSFORMERS as options."""
    return ["--vllm", arguments[0], "--ascend", arguments[1], "--transformers", arguments[2]]


if __name__ == "__main__":
    print(__doc__)
    sys.exit(2)
