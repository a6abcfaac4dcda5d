#!/usr/bin/env python3
"""Wall time and peak memory of `analyze GLM-4.7 --tp 8`: without the cache of parsed files, and with it.

    bench/analyze.py [PROGRAM] [SOURCE OPTIONS...]      default: build/release/fusescout --release 0.17.0rc1
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds, and MiB at the peak."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}"
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main(arguments: list[str]) -> int:
    program = arguments[0] if arguments else str(ROOT / "build/release/fusescout")
    sources = arguments[1:] or ["--release", "0.17.0rc1"]
    command = [program, "analyze", "GLM-4.7", "--tp", "8", *sources]
    with tempfile.TemporaryDirectory() as cache:
        warm = command if "--release" in sources else [*command, "--cache-dir", cache]
        measure(warm)   # fills the cache
        for name, options in (("cold", [*command, "--no-cache"]), ("warm", warm)):
            runs = [measure(options) for _ in range(RUNS)]
            print(f"{name}: {statistics.median(r[0] for r in runs):.2f} s ({min(r[0] for r in runs):.2f} to {max(r[0] for r in runs):.2f}), "
                  f"{max(r[1] for r in runs):.0f} MiB at the peak, {RUNS} runs")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
