#!/usr/bin/env python3
"""Wall time, peak memory and bytes parsed of `analyze GLM-4.7 --tp 8`, without the cache of parsed files and with it, and of `models`.

    bench/analyze.py [PROGRAM] [SOURCE OPTIONS...]      default: build/release/fusescout --release 0.17.0rc1
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3


def measure(command: list[str]) -> tuple[float, float, float, dict]:
    """Seconds, seconds of processors, MiB at the peak of the largest process, and what `--verbose` says."""
    start = time.monotonic()
    process = subprocess.Popen([*command, "--verbose"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}: {errors}"
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(errors.splitlines()[-1])


def show(name: str, command: list[str], count: int) -> None:
    runs = [measure(command) for _ in range(count)]
    seconds = [run[0] for run in runs]
    statistic = runs[-1][3]
    print(f"{name}: {statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), {min(run[1] for run in runs):.2f} s of processors, "
          f"{max(run[2] for run in runs):.0f} MiB at the peak; {statistic['files']} files, {statistic['files_parsed']} of them parsed, "
          f"{statistic['bytes_parsed'] / 1e6:.2f} MB parsed; {count} runs")


def main(arguments: list[str]) -> int:
    program = arguments[0] if arguments else str(ROOT / "build/release/fusescout")
    sources = arguments[1:] or ["--release", "0.17.0rc1"]
    command = [program, "analyze", "GLM-4.7", "--tp", "8", *sources]
    with tempfile.TemporaryDirectory() as cache:
        warm = [] if "--release" in sources else ["--cache-dir", cache]
        measure([*command, *warm])   # fills the cache
        show("analyze, cold", [*command, "--no-cache"], RUNS)
        show("analyze, warm", [*command, *warm], RUNS)
        show("models, cold", [program, "models", *sources, "--no-cache"], 1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
