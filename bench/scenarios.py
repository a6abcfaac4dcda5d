#!/usr/bin/env python3
"""What do more scenarios cost? `analyze GLM-4.7` with one scenario and with eight, in turns: wall time, processor time and their ratios. Steps
share the constructed model where the server is configured alike (not a step that is larger than its limits allow, nor another context, for which its cache is
made); others share only what comes before the model. Fails where eight steps take more than three times the time of one (two cores: most
of the processor time of one is spent on one of them).

    bench/scenarios.py [PROGRAM] [SOURCE OPTIONS...]      default: build/release/fusescout --release 0.17.0rc1
"""
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
STEPS = [*(f'phase = "decode"\ntokens = {tokens}' for tokens in (16, 32, 64, 128)), *(f'phase = "prefill"\ntokens = {tokens}' for tokens in (512, 1024, 2048, 4096))]
SERVERS = [f'phase = "decode"\n{fact}' for fact in ("", "tp = 4", "tp = 16", "dp = 2", 'graph_mode = "eager"', 'dtype = "f16"', 'quant = "w8a8"', 'quant = "w8a8_dynamic"')]
MOST = 3


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds, and seconds of processors."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}: {errors}"
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime


def main(arguments: list[str]) -> int:
    program = arguments[0] if arguments else str(ROOT / "build/release/fusescout")
    sources = arguments[1:] or ["--release", "0.17.0rc1"]
    cases = {"one scenario": STEPS[:1], "eight steps in two phases": STEPS, "eight servers": SERVERS}
    best = {}
    with tempfile.TemporaryDirectory() as folder:
        commands = {}
        for name, scenarios in cases.items():
            path = Path(folder, name.replace(" ", "_") + ".toml")
            path.write_text("tp = 8\n" + "".join(f'\n[[scenario]]\nname = "{i}"\n{text}\n' for i, text in enumerate(scenarios)))
            commands[name] = [program, "analyze", "GLM-4.7", "--scenario", str(path), *sources]
            measure(commands[name])   # fills the cache
        for _ in range(ROUNDS):
            for name, command in commands.items():
                run = measure(command)
                best[name] = tuple(map(min, run, best.get(name, run)))
    one = best["one scenario"]
    for name, (seconds, processors) in best.items():
        print(f"{name}: {seconds:.2f} s, {processors:.2f} s of processors; {seconds / one[0]:.1f} and {processors / one[1]:.1f} times those of one; least of {ROUNDS} runs")
    return 0 if best["eight steps in two phases"][0] <= MOST * one[0] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
