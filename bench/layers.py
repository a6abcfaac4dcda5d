#!/usr/bin/env python3
"""Does the work grow with the number of layers, and no faster? `analyze` of one model with its depth changed; fails where four times the
layers take more than five times the processor time. In eager mode: graphs of 900 layers and more vllm-ascend refuses itself.

    bench/layers.py [PROGRAM] [SOURCE OPTIONS...]      default: build/release/fusescout --release 0.17.0rc1
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEPTHS = (61, 244, 976)
ROUNDS = 2


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds of processor time, and MiB at the peak."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}"
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main(arguments: list[str]) -> int:
    program = arguments[0] if arguments else str(ROOT / "build/release/fusescout")
    sources = arguments[1:] or ["--release", "0.17.0rc1"]
    config = json.loads((ROOT / "models/zai-org--GLM-4.7.json").read_text())["config"]
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for depth in DEPTHS:
            path = Path(folder, "config.json")
            path.write_text(json.dumps({**config, "num_hidden_layers": depth}))
            runs = [measure([program, "analyze", "GLM-4.7", "--tp", "8", "--graph-mode", "eager", "--config", str(path), *sources]) for _ in range(ROUNDS)]
            times.append(min(r[0] for r in runs))
            print(f"{depth} layers: {times[-1]:.2f} s, {1000 * times[-1] / depth:.2f} ms a layer, {min(r[1] for r in runs):.0f} MiB at the peak", flush=True)
    worst = max(later / earlier for earlier, later in zip(times, times[1:]))
    print(f"four times the layers: at most {worst:.1f} times the time")
    return 0 if worst <= 5 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
