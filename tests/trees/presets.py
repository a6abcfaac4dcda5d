"""Every preset of models/ is followed to the end, patched, in prefill and decode: no opaque call, no assumption, no gap.

    presets.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Program, run_tests, trees_of  # noqa: E402


def test_complete(program: Program):
    incomplete = []
    presets = sorted((ROOT / "models").glob("*.json"))
    assert len(presets) >= 10, presets
    for preset in presets:
        name = json.loads(preset.read_text())["id"]
        for phase in ("prefill", "decode"):
            done = program.result("dump", "sequence", name, "--phase", phase, "--format", "json")
            if "error: no model `" in done.stderr or "ValueError: Model architectures" in done.stderr:
                continue                      # of another release
            status = json.loads(done.stdout)["status"] if done.returncode == 0 else f"exit code {done.returncode}"
            if status != "complete":
                incomplete.append(f"{name} {phase}: {status}\n{done.stderr[-1000:]}")
    assert not incomplete, "\n".join(incomplete)


if __name__ == "__main__":
    sys.exit(run_tests(globals(), Program(sys.argv[1], trees_of(sys.argv[2:]))))
